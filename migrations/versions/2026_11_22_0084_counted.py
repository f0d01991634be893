"""Contracts: what is counted"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contract_rates",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum("usage", "time", name="ratebasis", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("activities", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "licence",
                "implementation",
                "development",
                "operations",
                "support",
                "training",
                "consulting",
                "hardware",
                "travel",
                "other",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("tax_percent", sa.Numeric(precision=8, scale=4), nullable=False),
        sa.Column("expected_quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_contract_rates_tenant_id_contract_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract_rates")),
        sa.UniqueConstraint(
            "tenant_id", "contract_id", "code", name=op.f("uq_contract_rates_tenant_id_contract_id_code")
        ),
    )
    op.create_table(
        "usage_records",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("rate_id", sa.Uuid(), nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_usage_records_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rate_id"],
            ["contract_rates.tenant_id", "contract_rates.id"],
            name=op.f("fk_usage_records_tenant_id_rate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recorded_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_usage_records_tenant_id_recorded_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_usage_records")),
        sa.UniqueConstraint(
            "tenant_id",
            "contract_id",
            "source_reference",
            name=op.f("uq_usage_records_tenant_id_contract_id_source_reference"),
        ),
    )
    op.create_index("ix_usage_records_rate", "usage_records", ["tenant_id", "rate_id"], unique=False)
    op.create_index("ix_usage_records_recorded_by", "usage_records", ["tenant_id", "recorded_by_id"], unique=False)
    op.create_index(
        "ix_usage_records_used", "usage_records", ["tenant_id", "contract_id", "used_on", "id"], unique=False
    )
    op.create_table(
        "usage_settlements",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_usage_settlements_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_usage_settlements_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_usage_settlements")),
        sa.UniqueConstraint(
            "tenant_id", "contract_id", "position", name=op.f("uq_usage_settlements_tenant_id_contract_id_position")
        ),
    )
    op.create_index("ix_usage_settlements_invoice", "usage_settlements", ["tenant_id", "invoice_id"], unique=False)
    op.create_table(
        "settled_items",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("rate_id", sa.Uuid(), nullable=False),
        sa.Column("usage_record_id", sa.Uuid(), nullable=True),
        sa.Column("time_record_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("billed", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rate_id"],
            ["contract_rates.tenant_id", "contract_rates.id"],
            name=op.f("fk_settled_items_tenant_id_rate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "settlement_id"],
            ["usage_settlements.tenant_id", "usage_settlements.id"],
            name=op.f("fk_settled_items_tenant_id_settlement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "time_record_id"],
            ["time_records.tenant_id", "time_records.id"],
            name=op.f("fk_settled_items_tenant_id_time_record_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "usage_record_id"],
            ["usage_records.tenant_id", "usage_records.id"],
            name=op.f("fk_settled_items_tenant_id_usage_record_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_settled_items")),
        sa.UniqueConstraint(
            "tenant_id",
            "settlement_id",
            "time_record_id",
            name=op.f("uq_settled_items_tenant_id_settlement_id_time_record_id"),
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "settlement_id",
            "usage_record_id",
            name=op.f("uq_settled_items_tenant_id_settlement_id_usage_record_id"),
        ),
    )
    op.create_index("ix_settled_items_rate", "settled_items", ["tenant_id", "rate_id"], unique=False)
    op.create_index("ix_settled_items_time_record", "settled_items", ["tenant_id", "time_record_id"], unique=False)
    op.create_index("ix_settled_items_usage_record", "settled_items", ["tenant_id", "usage_record_id"], unique=False)
    op.add_column(
        "contracts", sa.Column("expected_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("contracts", sa.Column("billing_months", sa.BigInteger(), nullable=True))
    op.add_column("contracts", sa.Column("settled_until_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_contracts_counted",
        "contracts",
        ["tenant_id", "customer_id"],
        unique=False,
        postgresql_where=sa.text("billing_months IS NOT NULL"),
    )
    guard("contract_rates")
    guard("usage_records", grants="SELECT, INSERT")
    guard("usage_settlements", grants="SELECT, INSERT, UPDATE")
    guard("settled_items", grants="SELECT, INSERT, UPDATE")
