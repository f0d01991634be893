"""The number series of a tenant: gap-free ones for invoices, plain ones for everything that is merely counted."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from tenancy.models import TenantModel
from tenancy.work import Work


class NumberSeries(TenantModel, kw_only=True, eq=False):
    """How far one series has come."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    last_value: Mapped[int]


async def next_number(work: Work, series: str) -> int:
    """The next number of a gap-free series, from 1.

    It is taken back when the transaction is; until then others who want a number of this series wait, so ask late.
    """
    rows = await work.sql(
        "INSERT INTO number_series AS s (id, name, last_value) VALUES ($1, $2, 1)"
        " ON CONFLICT (tenant_id, name) DO UPDATE SET last_value = s.last_value + 1 RETURNING last_value",
        work.new_id(),
        series,
    )
    return int(rows[0]["last_value"])
