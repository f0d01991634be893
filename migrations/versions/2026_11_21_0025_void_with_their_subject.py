"""Approvals: seats that are void because the subject has changed"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

WORDS = (
    "vacant_skipped requester_left_out requester_skipped condition_not_met deadline transferred escalated"
    " reassigned left_company returned step_decided approval_ended subject_changed"
)


def upgrade() -> None:
    listed = ", ".join(f"'{word}'" for word in WORDS.split())
    op.execute("ALTER TABLE approval_tasks DROP CONSTRAINT ck_approval_tasks_endreason")
    op.execute(
        f"ALTER TABLE approval_tasks ADD CONSTRAINT ck_approval_tasks_endreason CHECK (end_reason IN ({listed}))"
    )
