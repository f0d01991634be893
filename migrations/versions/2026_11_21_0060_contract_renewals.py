"""Contracts: automatic renewal"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contracts", sa.Column("renewal_months", sa.BigInteger(), nullable=True))
    op.add_column("contracts", sa.Column("most_renewals", sa.BigInteger(), nullable=True))
    op.add_column("contracts", sa.Column("renewal_clause_id", sa.Uuid(), nullable=True))
    # Contracts that there are have not renewed; the model says it itself for new ones.
    op.add_column("contracts", sa.Column("renewals", sa.BigInteger(), nullable=False, server_default="0"))
    op.alter_column("contracts", "renewals", server_default=None)
    op.create_index("ix_contracts_renewal_clause", "contracts", ["tenant_id", "renewal_clause_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_contracts_tenant_id_renewal_clause_id"),
        "contracts",
        "clauses",
        ["tenant_id", "renewal_clause_id"],
        ["tenant_id", "id"],
    )
