"""Operations: planned work"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work_plans",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "inspection",
                "security_scan",
                "drill",
                "performance_review",
                name="workkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("offering_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("obligation_id", sa.Uuid(), nullable=True),
        sa.Column("inspection", sa.Text(), nullable=False),
        sa.Column(
            "rhythm_unit",
            sa.Enum("day", "week", "month", name="rhythmunit", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("every", sa.BigInteger(), nullable=False),
        sa.Column("counted_from_on", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("lead_days", sa.BigInteger(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("service_lines", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active", "paused", "ended", name="planstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignee_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_work_plans_tenant_id_assignee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_work_plans_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_work_plans_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "obligation_id"],
            ["contract_obligations.tenant_id", "contract_obligations.id"],
            name=op.f("fk_work_plans_tenant_id_obligation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offering_id"],
            ["service_offerings.tenant_id", "service_offerings.id"],
            name=op.f("fk_work_plans_tenant_id_offering_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_work_plans")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_work_plans_tenant_id_number")),
    )
    op.create_index("ix_work_plans_assignee", "work_plans", ["tenant_id", "assignee_id"], unique=False)
    op.create_index("ix_work_plans_customer", "work_plans", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index("ix_work_plans_department", "work_plans", ["tenant_id", "department_id"], unique=False)
    op.create_index("ix_work_plans_obligation", "work_plans", ["tenant_id", "obligation_id"], unique=False)
    op.create_index("ix_work_plans_offering", "work_plans", ["tenant_id", "offering_id"], unique=False)
    op.create_index("ix_work_plans_opens", "work_plans", ["tenant_id", "state", "opens_on", "id"], unique=False)
    op.create_table(
        "scheduled_works",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "inspection",
                "security_scan",
                "drill",
                "performance_review",
                name="workkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clause_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("calendar_clause_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "in_progress",
                "done",
                "missed",
                "cancelled",
                name="workstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("levels", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignee_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_scheduled_works_tenant_id_assignee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "calendar_clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_scheduled_works_tenant_id_calendar_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_scheduled_works_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_scheduled_works_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_scheduled_works_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["work_plans.tenant_id", "work_plans.id"],
            name=op.f("fk_scheduled_works_tenant_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_scheduled_works_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_scheduled_works")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_scheduled_works_tenant_id_number")),
        sa.UniqueConstraint(
            "tenant_id", "plan_id", "planned_on", name=op.f("uq_scheduled_works_tenant_id_plan_id_planned_on")
        ),
    )
    op.create_index("ix_scheduled_works_assignee", "scheduled_works", ["tenant_id", "assignee_id", "id"], unique=False)
    op.create_index(
        "ix_scheduled_works_calendar_clause", "scheduled_works", ["tenant_id", "calendar_clause_id"], unique=False
    )
    op.create_index("ix_scheduled_works_clause", "scheduled_works", ["tenant_id", "clause_id"], unique=False)
    op.create_index("ix_scheduled_works_customer", "scheduled_works", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index(
        "ix_scheduled_works_department", "scheduled_works", ["tenant_id", "department_id", "id"], unique=False
    )
    op.create_index("ix_scheduled_works_due", "scheduled_works", ["tenant_id", "due_on", "id"], unique=False)
    op.create_index("ix_scheduled_works_version", "scheduled_works", ["tenant_id", "version_id"], unique=False)
    op.create_table(
        "work_plan_checks",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "number",
                "yes_no",
                "file",
                name="checkkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("minimum", sa.Text(), nullable=True),
        sa.Column("maximum", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "plan_id"],
            ["work_plans.tenant_id", "work_plans.id"],
            name=op.f("fk_work_plan_checks_tenant_id_plan_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_work_plan_checks")),
        sa.UniqueConstraint(
            "tenant_id", "plan_id", "position", name=op.f("uq_work_plan_checks_tenant_id_plan_id_position")
        ),
    )
    op.create_table(
        "work_checks",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "number",
                "yes_no",
                "file",
                name="checkkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("minimum", sa.Text(), nullable=True),
        sa.Column("maximum", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("yes", sa.Boolean(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("deviates", sa.Boolean(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "checked_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_work_checks_tenant_id_checked_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["files.tenant_id", "files.id"], name=op.f("fk_work_checks_tenant_id_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_id"],
            ["scheduled_works.tenant_id", "scheduled_works.id"],
            name=op.f("fk_work_checks_tenant_id_work_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_work_checks")),
        sa.UniqueConstraint("tenant_id", "work_id", "position", name=op.f("uq_work_checks_tenant_id_work_id_position")),
    )
    op.create_index("ix_work_checks_checked_by", "work_checks", ["tenant_id", "checked_by_id"], unique=False)
    op.create_index("ix_work_checks_file", "work_checks", ["tenant_id", "file_id"], unique=False)
    op.create_table(
        "work_findings",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_by_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("improvement", sa.Text(), nullable=False),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("improve_by_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "check_id"],
            ["work_checks.tenant_id", "work_checks.id"],
            name=op.f("fk_work_findings_tenant_id_check_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "found_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_work_findings_tenant_id_found_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "responsible_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_work_findings_tenant_id_responsible_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_work_findings_tenant_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_id"],
            ["scheduled_works.tenant_id", "scheduled_works.id"],
            name=op.f("fk_work_findings_tenant_id_work_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_work_findings")),
    )
    op.create_index("ix_work_findings_check", "work_findings", ["tenant_id", "check_id"], unique=False)
    op.create_index("ix_work_findings_found_by", "work_findings", ["tenant_id", "found_by_id"], unique=False)
    op.create_index(
        "ix_work_findings_responsible", "work_findings", ["tenant_id", "responsible_id", "closed_at"], unique=False
    )
    op.create_index("ix_work_findings_request", "work_findings", ["tenant_id", "request_id"], unique=False)
    op.create_index("ix_work_findings_work", "work_findings", ["tenant_id", "work_id", "id"], unique=False)
    guard("work_plans")
    guard("scheduled_works")
    guard("work_plan_checks")
    guard("work_checks")
    guard("work_findings")
