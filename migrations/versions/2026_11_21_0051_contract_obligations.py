"""Contracts: what both sides owe by a day"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contract_obligations",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "party",
            sa.Enum("company", "customer", name="party", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("remind_days", sa.BigInteger(), nullable=False),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "fulfilled",
                "waived",
                name="obligationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_contract_obligations_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "responsible_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_contract_obligations_tenant_id_responsible_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract_obligations")),
    )
    op.create_index(
        "ix_contract_obligations_contract", "contract_obligations", ["tenant_id", "contract_id", "due_on"], unique=False
    )
    op.create_index("ix_contract_obligations_due", "contract_obligations", ["tenant_id", "due_on", "id"], unique=False)
    op.create_index(
        "ix_contract_obligations_responsible", "contract_obligations", ["tenant_id", "responsible_id"], unique=False
    )
    guard("contract_obligations", grants="SELECT, INSERT, UPDATE")
