"""Requests: the whole of their life, how they are assessed, and the course that the handbook asks for"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATES = "new triaged assigned diagnosing proposed agreed in_progress on_hold resolved confirmed closed cancelled"
MOVES = "triage assign diagnose propose agree decline start hold resume resolve confirm close reopen cancel"


def upgrade() -> None:
    _words("service_requests", "state", STATES)
    _words("request_state_changes", "state", STATES)
    _words("request_state_changes", "move", MOVES)
    complexity = sa.Enum("routine", "complex", name="complexity", native_enum=False, create_constraint=True, length=40)
    op.add_column("service_requests", sa.Column("complexity", complexity, nullable=True))
    op.add_column("service_requests", sa.Column("category", sa.Text(), server_default="", nullable=False))
    op.add_column("service_requests", sa.Column("solution", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "service_requests",
        sa.Column("missing_steps", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("service_requests", sa.Column("course_clause_id", sa.Uuid(), nullable=True))
    op.add_column("service_requests", sa.Column("reopens_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service_requests", sa.Column("most_reopenings", sa.BigInteger(), nullable=True))
    op.add_column("service_requests", sa.Column("reopen_clause_id", sa.Uuid(), nullable=True))
    for name in ("course_clause", "reopen_clause"):
        op.create_index(f"ix_service_requests_{name}", "service_requests", ["tenant_id", f"{name}_id"], unique=False)
        op.create_foreign_key(
            op.f(f"fk_service_requests_tenant_id_{name}_id"),
            "service_requests",
            "clauses",
            ["tenant_id", f"{name}_id"],
            ["tenant_id", "id"],
        )


def _words(table: str, column: str, words: str) -> None:
    """Let a column hold these words."""
    listed = ", ".join(f"'{word}'" for word in words.split())
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column} CHECK ({column} IN ({listed}))")
