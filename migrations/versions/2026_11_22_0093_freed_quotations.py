"""Contracts: a withdrawn one frees its quotation"""

import sqlalchemy as sa
from alembic import op

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("uq_contracts_tenant_id_quotation_id"), "contracts", type_="unique")
    op.create_index(
        "uq_contracts_quotation",
        "contracts",
        ["tenant_id", "quotation_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_index("ix_contracts_quotation", "contracts", ["tenant_id", "quotation_id"], unique=False)
