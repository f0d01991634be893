"""Billing: an invoice that was written off"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    states = ", ".join(f"'{state}'" for state in ("draft", "issued", "part_paid", "paid", "cancelled", "written_off"))
    op.execute("ALTER TABLE invoices DROP CONSTRAINT ck_invoices_state")
    op.execute(f"ALTER TABLE invoices ADD CONSTRAINT ck_invoices_state CHECK (state IN ({states}))")
