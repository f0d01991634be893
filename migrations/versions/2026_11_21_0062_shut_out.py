"""Approvals: a seat of somebody who is shut out has a word of its own"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

WORDS = {
    "seatreason": (
        "seat_reason",
        "vacant_superior vacant_administrator vacant_stopped no_permission_superior no_permission_administrator"
        " no_permission_stopped requester_superior requester_administrator quorum_short transferred escalated"
        " escalated_head escalated_administrator reassigned left_company deactivated lost_permission condition_failed"
        " added_before added_after delegated",
    ),
    "endreason": (
        "end_reason",
        "vacant_skipped no_permission_left_out no_permission_skipped requester_left_out requester_skipped"
        " condition_not_met deadline transferred escalated escalated_head escalated_administrator reassigned"
        " left_company deactivated lost_permission by_administrator chain_replaced returned step_decided approval_ended"
        " subject_changed",
    ),
}


def upgrade() -> None:
    for name, (column, words) in WORDS.items():
        listed = ", ".join(f"'{word}'" for word in words.split())
        op.execute(f"ALTER TABLE approval_tasks DROP CONSTRAINT ck_approval_tasks_{name}")
        op.execute(f"ALTER TABLE approval_tasks ADD CONSTRAINT ck_approval_tasks_{name} CHECK ({column} IN ({listed}))")
