"""Complaints: themselves, their clocks and their course; quality counts the requests without one"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("about_staff_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("submitting_client_id", sa.Uuid(), nullable=True),
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
        sa.Column("service_lines", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handbook_version_id", sa.Uuid(), nullable=True),
        sa.Column("handler_id", sa.Uuid(), nullable=True),
        sa.Column("escalated_to_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "acknowledged",
                "investigating",
                "proposed",
                "agreed",
                "carried_out",
                "satisfied",
                "escalated",
                "analysed",
                "withdrawn",
                name="complaintstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("improvement", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "about_staff_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_complaints_tenant_id_about_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_complaints_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_complaints_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_complaints_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "escalated_to_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_complaints_tenant_id_escalated_to_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handbook_version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_complaints_tenant_id_handbook_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handler_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_complaints_tenant_id_handler_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recorded_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_complaints_tenant_id_recorded_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_complaints_tenant_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "submitting_client_id"],
            ["oauth_clients.tenant_id", "oauth_clients.id"],
            name=op.f("fk_complaints_tenant_id_submitting_client_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_complaints_tenant_id_number")),
    )
    op.create_index("ix_complaints_about_staff", "complaints", ["tenant_id", "about_staff_id"], unique=False)
    op.create_index("ix_complaints_contact", "complaints", ["tenant_id", "contact_id"], unique=False)
    op.create_index("ix_complaints_customer", "complaints", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index("ix_complaints_department", "complaints", ["tenant_id", "department_id", "id"], unique=False)
    op.create_index("ix_complaints_due", "complaints", ["tenant_id", "due_at", "id"], unique=False)
    op.create_index("ix_complaints_escalated_to", "complaints", ["tenant_id", "escalated_to_id"], unique=False)
    op.create_index("ix_complaints_handbook_version", "complaints", ["tenant_id", "handbook_version_id"], unique=False)
    op.create_index("ix_complaints_handler", "complaints", ["tenant_id", "handler_id", "id"], unique=False)
    op.create_index("ix_complaints_recorded_by", "complaints", ["tenant_id", "recorded_by_id"], unique=False)
    op.create_index("ix_complaints_request", "complaints", ["tenant_id", "request_id"], unique=False)
    op.create_index("ix_complaints_state", "complaints", ["tenant_id", "state", "id"], unique=False)
    op.create_index(
        "ix_complaints_submitting_client", "complaints", ["tenant_id", "submitting_client_id"], unique=False
    )
    op.create_table(
        "complaint_changes",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "acknowledged",
                "investigating",
                "proposed",
                "agreed",
                "carried_out",
                "satisfied",
                "escalated",
                "analysed",
                "withdrawn",
                name="complaintstate",
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
                "acknowledge",
                "investigate",
                "propose",
                "agree",
                "decline",
                "carry_out",
                "satisfy",
                "escalate",
                "analyse",
                "withdraw",
                name="complaintmove",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "complaint_id"],
            ["complaints.tenant_id", "complaints.id"],
            name=op.f("fk_complaint_changes_tenant_id_complaint_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_complaint_changes_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_complaint_changes")),
        sa.UniqueConstraint(
            "tenant_id", "complaint_id", "position", name=op.f("uq_complaint_changes_tenant_id_complaint_id_position")
        ),
    )
    op.create_index("ix_complaint_changes_member", "complaint_changes", ["tenant_id", "member_id"], unique=False)
    op.create_table(
        "complaint_clocks",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "acknowledgement",
                "proposal",
                "result",
                name="complaintclockkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
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
            name=op.f("fk_complaint_clocks_tenant_id_calendar_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_complaint_clocks_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "complaint_id"],
            ["complaints.tenant_id", "complaints.id"],
            name=op.f("fk_complaint_clocks_tenant_id_complaint_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_complaint_clocks")),
        sa.UniqueConstraint(
            "tenant_id", "complaint_id", "kind", name=op.f("uq_complaint_clocks_tenant_id_complaint_id_kind")
        ),
    )
    op.create_index(
        "ix_complaint_clocks_calendar_clause", "complaint_clocks", ["tenant_id", "calendar_clause_id"], unique=False
    )
    op.create_index("ix_complaint_clocks_clause", "complaint_clocks", ["tenant_id", "clause_id"], unique=False)
    op.add_column("surveys", sa.Column("follow_up_complaint_id", sa.Uuid(), nullable=True))
    op.create_index("ix_surveys_follow_up_complaint", "surveys", ["tenant_id", "follow_up_complaint_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_surveys_tenant_id_follow_up_complaint_id"),
        "surveys",
        "complaints",
        ["tenant_id", "follow_up_complaint_id"],
        ["tenant_id", "id"],
    )
    guard("complaints", grants="SELECT, INSERT, UPDATE")
    guard("complaint_changes", grants="SELECT, INSERT")
    guard("complaint_clocks", grants="SELECT, INSERT, UPDATE")
    metrics = ", ".join(
        f"'{metric}'" for metric in ("resolved_in_time", "response_in_time", "satisfaction", "without_complaint")
    )
    op.execute("ALTER TABLE quality_results DROP CONSTRAINT ck_quality_results_metric")
    op.execute(f"ALTER TABLE quality_results ADD CONSTRAINT ck_quality_results_metric CHECK (metric IN ({metrics}))")
