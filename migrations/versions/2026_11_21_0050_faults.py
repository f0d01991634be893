"""Faults: reports, what is to be done after them, and those that come again"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def _table(name: str, *columns: sa.Column[object], refers: dict[str, str], unique: str | None = None) -> None:
    op.create_table(
        name,
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], name=op.f(f"fk_{name}_tenant_id_{column}")
            )
            for column, table in refers.items()
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")),
        *([sa.UniqueConstraint("tenant_id", unique, name=op.f(f"uq_{name}_tenant_id_{unique}"))] if unique else []),
    )
    guard(name, grants="SELECT, INSERT, UPDATE")


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _table(
        "problems",
        _text("number"),
        _text("title"),
        _at("opened_at"),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in ("cause", "workaround", "remedy")),
        sa.Column(
            "state",
            sa.Enum("open", "solved", name="problemstate", native_enum=False, create_constraint=True, length=40),
            server_default="open",
            nullable=False,
        ),
        _at("solved_at", nullable=True),
        refers={},
        unique="number",
    )
    op.create_index("ix_problems_state", "problems", ["tenant_id", "state", "id"], unique=False)
    op.add_column("service_requests", sa.Column("problem_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_service_requests_tenant_id_problem_id"),
        "service_requests",
        "problems",
        ["tenant_id", "problem_id"],
        ["tenant_id", "id"],
    )
    op.create_index("ix_service_requests_problem", "service_requests", ["tenant_id", "problem_id", "id"], unique=False)
    _table(
        "fault_reports",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        _at("began_at"),
        *map(_text, ("symptoms", "cause", "remedy", "prevention")),
        _at("at"),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        _at("ended_at", nullable=True),
        refers={"request_id": "service_requests", "author_id": "members"},
        unique="request_id",
    )
    op.create_index("ix_fault_reports_author", "fault_reports", ["tenant_id", "author_id"], unique=False)
    _table(
        "postmortem_actions",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        _text("task"),
        sa.Column("responsible_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _at("at"),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        _at("done_at", nullable=True),
        sa.Column("reminders", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        refers={"request_id": "service_requests", "responsible_id": "staff"},
    )
    for name, columns in {
        "request": ["request_id"],
        "responsible": ["responsible_id", "id"],
        "due": ["due_on", "id"],
    }.items():
        op.create_index(f"ix_postmortem_actions_{name}", "postmortem_actions", ["tenant_id", *columns], unique=False)
