"""Requests among each other: merged, split, linked, parents and children, and what a source calls them"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

STATES = (
    "new triaged assigned diagnosing proposed agreed in_progress on_hold resolved confirmed closed cancelled merged"
)
MOVES = (
    "triage assign hand_over hand_back diagnose propose agree decline start hold resume resolve confirm close reopen"
    " cancel merge"
)


def _words(table: str, column: str, words: str) -> None:
    listed = ", ".join(f"'{word}'" for word in words.split())
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column} CHECK ({column} IN ({listed}))")


def upgrade() -> None:
    _words("service_requests", "state", STATES)
    _words("request_state_changes", "state", STATES)
    _words("request_state_changes", "move", MOVES)
    op.add_column("service_requests", sa.Column("source_reference", sa.Text(), nullable=True))
    for whose in ("submitting_client_id", "requester_id"):
        op.create_unique_constraint(
            op.f(f"uq_service_requests_tenant_id_{whose}_source_reference"),
            "service_requests",
            ["tenant_id", whose, "source_reference"],
        )
    op.add_column(
        "service_requests",
        sa.Column("demands", sa.ARRAY(sa.Text()), server_default=sa.text("'{children,parts}'"), nullable=False),
    )
    for name in ("merged_into", "parent"):
        op.add_column("service_requests", sa.Column(f"{name}_id", sa.Uuid(), nullable=True))
        op.create_index(f"ix_service_requests_{name}", "service_requests", ["tenant_id", f"{name}_id"], unique=False)
        op.create_foreign_key(
            op.f(f"fk_service_requests_tenant_id_{name}_id"),
            "service_requests",
            "service_requests",
            ["tenant_id", f"{name}_id"],
            ["tenant_id", "id"],
        )
    _threads()
    _links()


def _threads() -> None:
    op.add_column("request_messages", sa.Column("thread_id", sa.Uuid(), nullable=True))
    # What was said never changes; where it stands does.
    op.execute("GRANT UPDATE (thread_id) ON request_messages TO zhidu_app")
    op.create_foreign_key(
        op.f("fk_request_messages_tenant_id_thread_id"),
        "request_messages",
        "service_requests",
        ["tenant_id", "thread_id"],
        ["tenant_id", "id"],
    )
    op.create_index("ix_request_messages_merged", "request_messages", ["tenant_id", "thread_id"], unique=False)
    op.create_index(
        "ix_request_messages_thread",
        "request_messages",
        ["tenant_id", sa.text("(CASE WHEN thread_id IS NULL THEN request_id ELSE thread_id END)"), "id"],
        unique=False,
    )


def _links() -> None:
    op.create_table(
        "request_links",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "relates_to",
                "duplicates",
                "caused_by",
                "split_from",
                name="linkkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_request_links_tenant_id_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_request_links_tenant_id_to_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_request_links")),
        sa.UniqueConstraint(
            "tenant_id", "from_id", "to_id", "kind", name=op.f("uq_request_links_tenant_id_from_id_to_id_kind")
        ),
    )
    op.create_index("ix_request_links_to", "request_links", ["tenant_id", "to_id"], unique=False)
    guard("request_links")
