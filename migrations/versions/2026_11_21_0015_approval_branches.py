"""Approvals: branches, rounds, seats beside a seat, delegations"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WORDS = {
    "taskstate": ("state", "waiting held approved rejected returned skipped void"),
    "seatreason": (
        "seat_reason",
        "vacant_superior vacant_administrator vacant_stopped requester_superior requester_administrator quorum_short"
        " transferred escalated reassigned left_company added_before added_after delegated",
    ),
    "endreason": (
        "end_reason",
        "vacant_skipped requester_left_out requester_skipped condition_not_met deadline transferred escalated"
        " reassigned left_company returned step_decided approval_ended",
    ),
}


def upgrade() -> None:
    op.add_column("approvals", sa.Column("round", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("approvals", sa.Column("urged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("approval_tasks", sa.Column("round", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("approval_tasks", sa.Column("turn", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("approval_tasks", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("approval_tasks", sa.Column("anchor_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_approval_tasks_tenant_id_anchor_id"),
        "approval_tasks",
        "approval_tasks",
        ["tenant_id", "anchor_id"],
        ["tenant_id", "id"],
    )
    op.create_index("ix_approval_tasks_anchor", "approval_tasks", ["tenant_id", "anchor_id"], unique=False)
    _move_the_time_of_steps()
    op.drop_column("approvals", "turn")
    op.alter_column("approvals", "round", server_default=None)
    for column in ("round", "turn"):
        op.alter_column("approval_tasks", column, server_default=None)
    for name, (column, words) in WORDS.items():
        listed = ", ".join(f"'{word}'" for word in words.split())
        op.execute(f"ALTER TABLE approval_tasks DROP CONSTRAINT ck_approval_tasks_{name}")
        op.execute(f"ALTER TABLE approval_tasks ADD CONSTRAINT ck_approval_tasks_{name} CHECK ({column} IN ({listed}))")
    _delegations()


def _move_the_time_of_steps() -> None:
    """A step's time was the approval's and is its seats' now: branches run side by side."""
    for table in ("approvals", "approval_tasks"):
        # The owner sees no rows while row-level security is forced on it.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE approval_tasks t SET turn = a.turn, due_at = a.step_due_at FROM approvals a"
        " WHERE a.tenant_id = t.tenant_id AND a.id = t.approval_id AND t.state = 'waiting'"
    )
    for table in ("approvals", "approval_tasks"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _delegations() -> None:
    op.create_table(
        "approval_delegations",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delegator_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delegate_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_approval_delegations_tenant_id_delegate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delegator_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_approval_delegations_tenant_id_delegator_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_approval_delegations")),
    )
    for whose in ("delegator", "delegate"):
        op.create_index(
            f"ix_approval_delegations_{whose}",
            "approval_delegations",
            ["tenant_id", f"{whose}_id", "ends_at"],
            unique=False,
        )
    guard("approval_delegations")
