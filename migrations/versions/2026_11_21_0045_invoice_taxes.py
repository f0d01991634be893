"""Invoices: lines with kind, unit and discount, and what the lines of each tax rate come to"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

KINDS = (
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
)
# What there is already was rounded line by line, and nothing was taken off.
TAXES = """
    INSERT INTO invoice_taxes (tenant_id, id, invoice_id, tax_percent, net_minor, tax_minor, currency)
    SELECT tenant_id, gen_random_uuid(), invoice_id, tax_percent, sum(net_minor)::bigint, sum(tax_minor)::bigint,
        currency
    FROM invoice_lines GROUP BY tenant_id, invoice_id, tax_percent, currency"""


def upgrade() -> None:
    rounding = sa.Enum("per_line", "per_rate", name="taxrounding", native_enum=False, create_constraint=True, length=40)
    op.add_column("invoices", sa.Column("tax_rounding", rounding, server_default="per_line", nullable=False))
    kind = sa.Enum(*KINDS, name="linekind", native_enum=False, create_constraint=True, length=40)
    op.add_column("invoice_lines", sa.Column("kind", kind, server_default="other", nullable=False))
    op.add_column("invoice_lines", sa.Column("unit", sa.Text(), server_default="", nullable=False))
    percent = sa.Numeric(precision=8, scale=4)
    op.add_column("invoice_lines", sa.Column("discount_percent", percent, server_default="0", nullable=False))
    op.add_column("invoice_lines", sa.Column("gross_minor", sa.BigInteger(), nullable=True))
    op.add_column("invoice_lines", sa.Column("discount_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "invoice_taxes",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("tax_percent", sa.Numeric(precision=8, scale=4), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_invoice_taxes_tenant_id_invoice_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_invoice_taxes")),
        sa.UniqueConstraint(
            "tenant_id", "invoice_id", "tax_percent", name=op.f("uq_invoice_taxes_tenant_id_invoice_id_tax_percent")
        ),
    )
    guard("invoice_taxes", grants="SELECT, INSERT")
    for table in ("invoice_lines", "invoice_taxes"):
        # The owner sees no rows while row-level security is forced on it.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE invoice_lines SET gross_minor = net_minor")
    op.execute(TAXES)
    for table in ("invoice_lines", "invoice_taxes"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.alter_column("invoice_lines", "gross_minor", nullable=False)
