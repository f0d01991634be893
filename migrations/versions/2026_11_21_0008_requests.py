"""Requests"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_requests",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("requester_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "hotline",
                "email",
                "chat",
                "portal",
                "api",
                "on_site",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "impact",
            sa.Enum("low", "medium", "high", name="impact", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "urgency",
            sa.Enum("low", "medium", "high", name="urgency", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "customer_tier",
            sa.Enum(
                "strategic",
                "key",
                "standard",
                name="customertier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "priority",
            sa.Enum("p1", "p2", "p3", "p4", name="priority", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handbook_version_id", sa.Uuid(), nullable=False),
        sa.Column("intake_department_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "assigned",
                "in_progress",
                "on_hold",
                "resolved",
                "closed",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_reason", sa.Text(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_times", sa.BigInteger(), nullable=False),
        sa.Column("satisfaction_score", sa.BigInteger(), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignee_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_service_requests_tenant_id_assignee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_service_requests_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_service_requests_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_service_requests_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handbook_version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_service_requests_tenant_id_handbook_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "intake_department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_service_requests_tenant_id_intake_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "requester_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_service_requests_tenant_id_requester_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_requests")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_service_requests_tenant_id_number")),
    )
    op.create_index("ix_service_requests_assignee", "service_requests", ["tenant_id", "assignee_id"], unique=False)
    op.create_index("ix_service_requests_contact", "service_requests", ["tenant_id", "contact_id"], unique=False)
    op.create_index("ix_service_requests_customer", "service_requests", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_service_requests_department", "service_requests", ["tenant_id", "department_id"], unique=False)
    op.create_index("ix_service_requests_due", "service_requests", ["tenant_id", "due_at", "id"], unique=False)
    op.create_index(
        "ix_service_requests_handbook_version", "service_requests", ["tenant_id", "handbook_version_id"], unique=False
    )
    op.create_index(
        "ix_service_requests_intake_department", "service_requests", ["tenant_id", "intake_department_id"], unique=False
    )
    op.create_index("ix_service_requests_requester", "service_requests", ["tenant_id", "requester_id"], unique=False)
    op.create_index(
        "ix_service_requests_resolved", "service_requests", ["tenant_id", "resolved_at", "id"], unique=False
    )
    op.create_index("ix_service_requests_state", "service_requests", ["tenant_id", "state", "id"], unique=False)
    op.create_table(
        "clocks",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("response", "resolution", name="clockkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("clause_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_clause_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "paused",
                "met",
                "breached",
                "void",
                name="clockstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warnings", sa.BigInteger(), nullable=False),
        sa.Column("levels", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_clocks_tenant_id_calendar_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"], ["clauses.tenant_id", "clauses.id"], name=op.f("fk_clocks_tenant_id_clause_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_clocks_tenant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_clocks")),
        sa.UniqueConstraint("tenant_id", "request_id", "kind", name=op.f("uq_clocks_tenant_id_request_id_kind")),
    )
    op.create_index("ix_clocks_calendar_clause", "clocks", ["tenant_id", "calendar_clause_id"], unique=False)
    op.create_index("ix_clocks_clause", "clocks", ["tenant_id", "clause_id"], unique=False)
    op.create_index("ix_clocks_stopped", "clocks", ["tenant_id", "kind", "stopped_at"], unique=False)
    op.create_table(
        "request_messages",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column(
            "audience",
            sa.Enum("public", "internal", name="audience", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "author_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_request_messages_tenant_id_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_request_messages_tenant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_request_messages")),
    )
    op.create_index("ix_request_messages_author", "request_messages", ["tenant_id", "author_id"], unique=False)
    op.create_index("ix_request_messages_request", "request_messages", ["tenant_id", "request_id", "id"], unique=False)
    op.create_table(
        "request_state_changes",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "assigned",
                "in_progress",
                "on_hold",
                "resolved",
                "closed",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "move",
            sa.Enum(
                "assign",
                "start",
                "hold",
                "resume",
                "resolve",
                "confirm",
                "reopen",
                "cancel",
                name="move",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_request_state_changes_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_request_state_changes_tenant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_request_state_changes")),
        sa.UniqueConstraint(
            "tenant_id", "request_id", "position", name=op.f("uq_request_state_changes_tenant_id_request_id_position")
        ),
    )
    op.create_index(
        "ix_request_state_changes_member", "request_state_changes", ["tenant_id", "member_id"], unique=False
    )
    op.create_table(
        "escalations",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("escalated_to_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clock_id"], ["clocks.tenant_id", "clocks.id"], name=op.f("fk_escalations_tenant_id_clock_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "escalated_to_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_escalations_tenant_id_escalated_to_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_escalations_tenant_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("tenant_id", "clock_id", "level", name=op.f("uq_escalations_tenant_id_clock_id_level")),
    )
    op.create_index(
        "ix_escalations_escalated_to", "escalations", ["tenant_id", "escalated_to_id", "request_id"], unique=False
    )
    op.create_index("ix_escalations_request", "escalations", ["tenant_id", "request_id"], unique=False)
    guard("service_requests", grants="SELECT, INSERT, UPDATE")
    guard("clocks", grants="SELECT, INSERT, UPDATE")
    guard("request_messages", grants="SELECT, INSERT")
    guard("request_state_changes", grants="SELECT, INSERT")
    guard("escalations", grants="SELECT, INSERT")
