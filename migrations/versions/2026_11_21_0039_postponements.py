"""Requests: asking the requester to wait, and waiting with their consent"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "service_requests", sa.Column("postponed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("service_requests", sa.Column("postpone_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service_requests", sa.Column("postpone_reason", sa.Text(), server_default="", nullable=False))
