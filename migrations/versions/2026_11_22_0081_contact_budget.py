"""Customers: letters that count towards the contact budget"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counted_letters",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("leaves_on", sa.Date(), nullable=False),
        sa.Column("effect_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_counted_letters_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "effect_id"],
            ["effects.tenant_id", "effects.id"],
            name=op.f("fk_counted_letters_tenant_id_effect_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_counted_letters")),
        sa.UniqueConstraint("tenant_id", "effect_id", name=op.f("uq_counted_letters_tenant_id_effect_id")),
    )
    op.create_index(
        "ix_counted_letters_customer", "counted_letters", ["tenant_id", "customer_id", "leaves_on"], unique=False
    )
    guard("counted_letters")
