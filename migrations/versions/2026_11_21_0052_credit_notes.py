"""Credit notes: what takes an issued invoice back"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

KINDS = (
    "invoice",
    "credit_note",
    "payment",
    "payment_reversal",
    "allocation",
    "allocation_reversal",
    "refund",
    "write_off",
)
# Invoices that were taken back before get theirs now, in the order of their numbers.
NOTES = """
    INSERT INTO credit_notes (tenant_id, id, invoice_id, customer_id, number, currency, net_minor, tax_minor,
        total_minor, issued_on, issued_at)
    SELECT tenant_id, gen_random_uuid(), id, customer_id, row_number() OVER (PARTITION BY tenant_id ORDER BY number),
        currency, net_minor, tax_minor, total_minor, issued_on, drafted_at
    FROM invoices WHERE state = 'cancelled' AND issued_on IS NOT NULL"""
SERIES = """
    INSERT INTO number_series (tenant_id, id, name, last_value)
    SELECT tenant_id, gen_random_uuid(), 'credit_notes', count(*) FROM credit_notes GROUP BY tenant_id"""
TOUCHED = ("invoices", "credit_notes", "number_series", "ledger_entries")


def upgrade() -> None:
    op.create_table(
        "credit_notes",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_credit_notes_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_credit_notes_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_credit_notes")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_credit_notes_tenant_id_number")),
    )
    op.create_index("ix_credit_notes_customer", "credit_notes", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_credit_notes_invoice", "credit_notes", ["tenant_id", "invoice_id"], unique=False)
    guard("credit_notes", grants="SELECT, INSERT")
    op.execute("ALTER TABLE ledger_entries DROP CONSTRAINT ck_ledger_entries_entrykind")
    for table in TOUCHED:
        # The owner sees no rows while row-level security is forced on it.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(NOTES)
    op.execute(SERIES)
    op.execute("UPDATE ledger_entries SET kind = 'credit_note' WHERE kind = 'cancellation'")
    for table in TOUCHED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.execute(f"ALTER TABLE ledger_entries ADD CONSTRAINT ck_ledger_entries_entrykind CHECK (kind IN ({listed}))")
