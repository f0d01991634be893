"""What a table is: of one tenant, or of the platform; keys that lead with the tenant; text states instead of enums."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    MetaData,
    Text,
    Uuid,
    any_,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
from sqlalchemy.orm.base import DONT_SET
from sqlalchemy.sql.elements import ColumnElement

CURRENT_TENANT = "current_setting('app.tenant')::uuid"
CURRENT_MEMBER = "nullif(current_setting('app.member'), '')::uuid"
# Only a client's own transactions, and a contact's, say it, so elsewhere it may never have been set. No contact has a
# client's id, so what is asked about clients finds nothing for a contact, and the other way round.
CURRENT_CLIENT = "nullif(current_setting('app.client', true), '')::uuid"


class Model(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False):
    """Any table. Rows are built with keywords; `Work` stores, loads and compares them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger(),
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        date: Date(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: ARRAY(Text()),
        list[UUID]: ARRAY(Uuid()),
        # Text with a check: PostgreSQL's own enums are not leakproof, so row-level security keeps them off the indexes.
        StrEnum: Enum(
            StrEnum, native_enum=False, create_constraint=True, length=40, values_callable=lambda words: list(words)
        ),
    }
    id: Mapped[UUID]

    def __setattr__(self, name: str, value: Any) -> None:
        """What a row holds stands in its own dictionary, where `Work` finds what has changed.

        SQLAlchemy's way keeps a history for sessions, which nobody here opens, and takes five times as long.
        """
        # A default that is not set is the class's own.
        if value is not DONT_SET:
            self.__dict__[name] = value


class PlatformModel(Model, kw_only=True, eq=False):
    """A table of the whole installation; only `platform()` callers touch it, and no row of it is a tenant's secret."""

    __abstract__ = True
    id: Mapped[UUID] = mapped_column(primary_key=True, init=False, sort_order=-1)


class TenantModel(Model, kw_only=True, eq=False):
    """A table of one tenant: PostgreSQL writes and guards `tenant_id`; no line of the house names it."""

    __abstract__ = True
    # Where a row with a `key` takes the place of the stored one that has it: the constraint that says which, and the
    # counter that tells the two apart.
    upsert_on: ClassVar[str | None] = None
    fenced_by: ClassVar[str | None] = None
    tenant_id: Mapped[UUID] = mapped_column(
        primary_key=True, server_default=text(f"({CURRENT_TENANT})"), init=False, repr=False, sort_order=-2
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, init=False, sort_order=-1)


def references(column_name: str, table_name: str, *, in_a_circle: bool = False) -> ForeignKeyConstraint:
    """A reference to a row of the same tenant: the key is (tenant_id, id), so it can't point at another's row.

    Two tables that point at each other can't both be created first: one of the two references is `in_a_circle`.
    """
    return ForeignKeyConstraint(
        ["tenant_id", column_name],
        [f"{table_name}.tenant_id", f"{table_name}.id"],
        use_alter=in_a_circle,
    )


def one_of(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Whether a column holds one of these values: as one array, so that a statement has one shape however many."""
    kind = Text() if isinstance(column.type, Enum) else column.type
    found: ColumnElement[bool] = column == any_(literal(list(values), ARRAY(kind)))
    return found


def current_member() -> ColumnElement[UUID]:
    """The acting member inside a statement; NULL for clients and the system."""
    return literal_column(f"(select {CURRENT_MEMBER})", Uuid())


def current_client() -> ColumnElement[UUID]:
    """The acting partner's program inside a statement; NULL for members and the system."""
    return literal_column(f"(select {CURRENT_CLIENT})", Uuid())


def current_contact() -> ColumnElement[UUID]:
    """The acting person of a customer inside a statement; NULL for members and the system, nobody's id for a client."""
    return literal_column(f"(select {CURRENT_CLIENT})", Uuid())


def current_language() -> ColumnElement[str]:
    """The reader's language inside a statement, as `zh_Hans`, `zh_Hant` or `en`."""
    return literal_column("(select current_setting('app.language'))", Text())


def current_instant() -> ColumnElement[datetime]:
    """The tenant's instant inside a statement: real time, or the rehearsal tenant's own clock."""
    tenants = table("tenants", column("id", Uuid()), column("clock_at", DateTime(timezone=True)))
    own = select(func.coalesce(tenants.c.clock_at, func.now())).where(
        tenants.c.id == literal_column(f"(select {CURRENT_TENANT})", Uuid())
    )
    return own.scalar_subquery()


def current_day() -> ColumnElement[date]:
    """The tenant's day inside a statement: that of its instant, by the clocks of its zone."""
    return day_of(current_instant())


def day_of(instant: Any) -> ColumnElement[date]:
    """The day of an instant inside a statement, by the clocks of the tenant's zone."""
    tenants = table("tenants", column("id", Uuid()), column("zone", Text()))
    zone = select(tenants.c.zone).where(tenants.c.id == literal_column(f"(select {CURRENT_TENANT})", Uuid()))
    return cast(func.timezone(zone.scalar_subquery(), instant), Date())
