"""Billing: credit notes over a part of an invoice"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

# The credit notes that there are take the whole of their invoices back.
TAXES = """
    INSERT INTO credit_note_taxes (tenant_id, id, credit_note_id, tax_percent, net_minor, tax_minor, currency)
    SELECT n.tenant_id, gen_random_uuid(), n.id, t.tax_percent, t.net_minor, t.tax_minor, t.currency
    FROM credit_notes n JOIN invoice_taxes t ON t.tenant_id = n.tenant_id AND t.invoice_id = n.invoice_id"""
CREDITED = """
    UPDATE invoices i SET credited_minor = n.total_minor
    FROM credit_notes n WHERE n.tenant_id = i.tenant_id AND n.invoice_id = i.id"""
TOUCHED = ("invoices", "invoice_taxes", "credit_notes", "credit_note_taxes")


def upgrade() -> None:
    op.add_column("invoices", sa.Column("credited_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.alter_column("invoices", "credited_minor", server_default=None)
    op.add_column("credit_notes", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.alter_column("credit_notes", "reason", server_default=None)
    op.create_table(
        "credit_note_taxes",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credit_note_id", sa.Uuid(), nullable=False),
        sa.Column("tax_percent", sa.Numeric(precision=8, scale=4), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "credit_note_id"],
            ["credit_notes.tenant_id", "credit_notes.id"],
            name=op.f("fk_credit_note_taxes_tenant_id_credit_note_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_credit_note_taxes")),
        sa.UniqueConstraint(
            "tenant_id",
            "credit_note_id",
            "tax_percent",
            name=op.f("uq_credit_note_taxes_tenant_id_credit_note_id_tax_percent"),
        ),
    )
    guard("credit_note_taxes", grants="SELECT, INSERT")
    for table in TOUCHED:
        # The owner sees no rows while row-level security is forced on it.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(TAXES)
    op.execute(CREDITED)
    for table in TOUCHED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.create_check_constraint("credited", "invoices", "credited_minor BETWEEN 0 AND total_minor")
