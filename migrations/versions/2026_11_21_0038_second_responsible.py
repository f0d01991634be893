"""Requests: the second who is responsible, and for whom the assignee has a request at present"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

MOVES = (
    "triage assign hand_over hand_back diagnose propose agree decline start hold resume resolve confirm close reopen"
    " cancel"
)


def upgrade() -> None:
    listed = ", ".join(f"'{word}'" for word in MOVES.split())
    op.execute("ALTER TABLE request_state_changes DROP CONSTRAINT ck_request_state_changes_move")
    op.execute(
        f"ALTER TABLE request_state_changes ADD CONSTRAINT ck_request_state_changes_move CHECK (move IN ({listed}))"
    )
    for name in ("second_assignee", "handed_over_from"):
        op.add_column("service_requests", sa.Column(f"{name}_id", sa.Uuid(), nullable=True))
        op.create_index(f"ix_service_requests_{name}", "service_requests", ["tenant_id", f"{name}_id"], unique=False)
        op.create_foreign_key(
            op.f(f"fk_service_requests_tenant_id_{name}_id"),
            "service_requests",
            "staff",
            ["tenant_id", f"{name}_id"],
            ["tenant_id", "id"],
        )
