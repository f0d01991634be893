"""Requests: listed reasons for a hold with their clocks, and clocks of proposals, updates and internal targets"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

CLOCKS = "response proposal resolution update internal"


def upgrade() -> None:
    listed = ", ".join(f"'{word}'" for word in CLOCKS.split())
    op.execute("ALTER TABLE clocks DROP CONSTRAINT ck_clocks_clockkind")
    op.execute(f"ALTER TABLE clocks ADD CONSTRAINT ck_clocks_clockkind CHECK (kind IN ({listed}))")
    op.add_column("clocks", sa.Column("breaches", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("service_requests", sa.Column("hold_code", sa.Text(), server_default="", nullable=False))
    op.add_column("service_requests", sa.Column("hold_name", postgresql.JSONB(), nullable=True))
    op.add_column("service_requests", sa.Column("hold_expected_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("request_state_changes", sa.Column("reason_code", sa.Text(), server_default="", nullable=False))
    op.add_column("request_state_changes", sa.Column("reason_name", postgresql.JSONB(), nullable=True))
    op.add_column("request_state_changes", sa.Column("pauses", postgresql.ARRAY(sa.Text()), nullable=True))
