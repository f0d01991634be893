"""Customers"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "tier",
            sa.Enum(
                "strategic",
                "key",
                "standard",
                name="customertier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "language",
            sa.Enum("zh_Hans", "zh_Hant", "en", name="language", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("billing_email", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["staff.tenant_id", "staff.id"], name=op.f("fk_customers_tenant_id_owner_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_customers")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_customers_tenant_id_name")),
    )
    op.create_index("ix_customers_owner", "customers", ["tenant_id", "owner_id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("zh_Hans", "zh_Hant", "en", name="language", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_contacts_tenant_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("tenant_id", "customer_id", "email", name=op.f("uq_contacts_tenant_id_customer_id_email")),
    )
    guard("customers")
    guard("contacts")
