"""Approvals: what stops a case, and chains that are replaced"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

WORDS = (
    "vacant_skipped no_permission_left_out no_permission_skipped requester_left_out requester_skipped condition_not_met"
    " deadline transferred escalated escalated_head escalated_administrator reassigned left_company lost_permission"
    " by_administrator chain_replaced returned step_decided approval_ended subject_changed"
)


def upgrade() -> None:
    listed = ", ".join(f"'{word}'" for word in WORDS.split())
    op.execute("ALTER TABLE approval_tasks DROP CONSTRAINT ck_approval_tasks_endreason")
    op.execute(
        f"ALTER TABLE approval_tasks ADD CONSTRAINT ck_approval_tasks_endreason CHECK (end_reason IN ({listed}))"
    )
    op.add_column("approval_tasks", sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
