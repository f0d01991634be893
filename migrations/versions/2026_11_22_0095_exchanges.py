"""Billing: credit that is exchanged into another currency"""

import sqlalchemy as sa
from alembic import op

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None

KINDS = (
    *("invoice", "credit_note", "payment", "payment_reversal", "allocation", "allocation_reversal", "refund"),
    *("write_off", "exchange", "exchange_reversal"),
)
ACCOUNTS = (
    *("receivables", "bank", "customer_credit", "tax_payable", "revenue", "fees_and_interest", "write_offs"),
    *("currency_exchange", "currency_differences"),
)


def upgrade() -> None:
    op.add_column("payments", sa.Column("exchanged_from_id", sa.Uuid(), nullable=True))
    op.add_column("payments", sa.Column("exchanged_minor", sa.BigInteger(), nullable=True))
    op.add_column("payments", sa.Column("exchange_rate", sa.Text(), nullable=True))
    op.add_column(
        "payments",
        sa.Column("exchange_difference_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.alter_column("payments", "exchange_difference_minor", server_default=None)
    op.create_index("ix_payments_exchanged_from", "payments", ["tenant_id", "exchanged_from_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_payments_tenant_id_exchanged_from_id"),
        "payments",
        "payments",
        ["tenant_id", "exchanged_from_id"],
        ["tenant_id", "id"],
    )
    for table, name, column, words in (
        ("ledger_entries", "entrykind", "kind", KINDS),
        ("ledger_postings", "account", "account", ACCOUNTS),
    ):
        listed = ", ".join(f"'{word}'" for word in words)
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({column} IN ({listed}))")
