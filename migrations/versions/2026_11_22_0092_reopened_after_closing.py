"""Requests: how often they were reopened after they were closed"""

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "service_requests", sa.Column("reopened_after_closing", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.execute(
        "UPDATE service_requests r SET reopened_after_closing = c.times FROM (SELECT now.tenant_id, now.request_id, "
        "count(*) AS times FROM request_state_changes now JOIN request_state_changes before "
        "ON before.tenant_id = now.tenant_id AND before.request_id = now.request_id "
        "AND before.position = now.position - 1 WHERE now.move = 'reopen' AND before.state = 'closed' "
        "GROUP BY now.tenant_id, now.request_id) c WHERE r.tenant_id = c.tenant_id AND r.id = c.request_id"
    )
