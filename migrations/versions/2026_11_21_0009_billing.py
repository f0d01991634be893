"""Billing"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoices",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "issued",
                "part_paid",
                "paid",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "customer_tier",
            sa.Enum(
                "strategic",
                "key",
                "standard",
                name="customertier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("handbook_version_id", sa.Uuid(), nullable=True),
        sa.Column("ladder_clause_id", sa.Uuid(), nullable=True),
        sa.Column("base_on", sa.Date(), nullable=True),
        sa.Column("base_after_on", sa.Date(), nullable=True),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_invoices_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handbook_version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_invoices_tenant_id_handbook_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ladder_clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_invoices_tenant_id_ladder_clause_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_invoices_tenant_id_number")),
    )
    op.create_index("ix_invoices_customer", "invoices", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_invoices_due", "invoices", ["tenant_id", "due_on", "id"], unique=False)
    op.create_index("ix_invoices_handbook_version", "invoices", ["tenant_id", "handbook_version_id"], unique=False)
    op.create_index("ix_invoices_ladder_clause", "invoices", ["tenant_id", "ladder_clause_id"], unique=False)
    op.create_table(
        "dunning_steps",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "post",
                "telephone",
                "hand_over",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days_overdue", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("outstanding_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("clause_id", sa.Uuid(), nullable=False),
        sa.Column("effect_key", sa.Text(), nullable=True),
        sa.Column("letter_subject", sa.Text(), nullable=True),
        sa.Column("letter_text", sa.Text(), nullable=True),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approver_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_dunning_steps_tenant_id_approver_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_dunning_steps_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_dunning_steps_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dunning_steps")),
        sa.UniqueConstraint(
            "tenant_id", "invoice_id", "run", "number", name=op.f("uq_dunning_steps_tenant_id_invoice_id_run_number")
        ),
    )
    op.create_index("ix_dunning_steps_approver", "dunning_steps", ["tenant_id", "approver_id"], unique=False)
    op.create_index("ix_dunning_steps_clause", "dunning_steps", ["tenant_id", "clause_id"], unique=False)
    op.create_index(
        "uq_dunning_steps_standing",
        "dunning_steps",
        ["tenant_id", "invoice_id", "number"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "holds",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "dispute",
                "promise_to_pay",
                "payment_in_transit",
                "exemption",
                name="holdkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_holds_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_holds_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_customer", "holds", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_holds_invoice", "holds", ["tenant_id", "invoice_id"], unique=False)
    op.create_table(
        "invoice_lines",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_percent", sa.Numeric(precision=8, scale=4), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_invoice_lines_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_invoice_lines")),
        sa.UniqueConstraint(
            "tenant_id", "invoice_id", "position", name=op.f("uq_invoice_lines_tenant_id_invoice_id_position")
        ),
    )
    op.create_table(
        "payments",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_payments_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_payments")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_payments_tenant_id_reference")),
    )
    op.create_index("ix_payments_invoice", "payments", ["tenant_id", "invoice_id"], unique=False)
    op.create_table(
        "planned_dunning_steps",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "post",
                "telephone",
                "hand_over",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_planned_dunning_steps_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_planned_dunning_steps")),
        sa.UniqueConstraint(
            "tenant_id", "invoice_id", "number", name=op.f("uq_planned_dunning_steps_tenant_id_invoice_id_number")
        ),
    )
    # What was billed, paid and asked for is evidence: nothing of it is deleted, and what is final is not changed.
    guard("invoices", grants="SELECT, INSERT, UPDATE")
    guard("invoice_lines", grants="SELECT, INSERT")
    guard("payments", grants="SELECT, INSERT")
    guard("holds", grants="SELECT, INSERT, UPDATE")
    guard("planned_dunning_steps")
    guard("dunning_steps", grants="SELECT, INSERT, UPDATE")
