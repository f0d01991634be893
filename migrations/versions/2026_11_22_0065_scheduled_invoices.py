"""Billing: invoices by the schedules of contracts, whose milestones are reached"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contract_instalments", sa.Column("completed_on", sa.Date(), nullable=True))
    op.add_column("contract_instalments", sa.Column("completed_by_id", sa.Uuid(), nullable=True))
    op.add_column("contract_instalments", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.alter_column("contract_instalments", "note", server_default=None)
    op.create_index(
        "ix_contract_instalments_completed_by", "contract_instalments", ["tenant_id", "completed_by_id"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_contract_instalments_tenant_id_completed_by_id"),
        "contract_instalments",
        "members",
        ["tenant_id", "completed_by_id"],
        ["tenant_id", "id"],
    )
    op.add_column("invoices", sa.Column("contract_id", sa.Uuid(), nullable=True))
    op.add_column("invoices", sa.Column("instalment_id", sa.Uuid(), nullable=True))
    op.create_index("ix_invoices_contract", "invoices", ["tenant_id", "contract_id"], unique=False)
    op.create_index("ix_invoices_instalment", "invoices", ["tenant_id", "instalment_id"], unique=False)
    op.create_index(
        "uq_invoices_instalment",
        "invoices",
        ["tenant_id", "instalment_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_foreign_key(
        op.f("fk_invoices_tenant_id_contract_id"),
        "invoices",
        "contracts",
        ["tenant_id", "contract_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_invoices_tenant_id_instalment_id"),
        "invoices",
        "contract_instalments",
        ["tenant_id", "instalment_id"],
        ["tenant_id", "id"],
    )
