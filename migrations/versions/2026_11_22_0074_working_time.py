"""Operations: working time"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_months",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "closed_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_time_months_tenant_id_closed_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_time_months_tenant_id_department_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_time_months")),
        sa.UniqueConstraint(
            "tenant_id", "department_id", "month_on", name=op.f("uq_time_months_tenant_id_department_id_month_on")
        ),
    )
    op.create_index("ix_time_months_closed_by", "time_months", ["tenant_id", "closed_by_id"], unique=False)
    op.create_table(
        "time_records",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("work_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column(
            "activity",
            sa.Enum(
                "support",
                "on_site",
                "travel",
                "analysis",
                "development",
                "documentation",
                "meeting",
                "other",
                name="activity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "corrects_id"],
            ["time_records.tenant_id", "time_records.id"],
            name=op.f("fk_time_records_tenant_id_corrects_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_time_records_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_time_records_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recorded_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_time_records_tenant_id_recorded_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_time_records_tenant_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"], name=op.f("fk_time_records_tenant_id_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "work_id"],
            ["scheduled_works.tenant_id", "scheduled_works.id"],
            name=op.f("fk_time_records_tenant_id_work_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_time_records")),
    )
    op.create_index("ix_time_records_corrects", "time_records", ["tenant_id", "corrects_id"], unique=False)
    op.create_index("ix_time_records_customer", "time_records", ["tenant_id", "customer_id", "worked_on"], unique=False)
    op.create_index(
        "ix_time_records_department", "time_records", ["tenant_id", "department_id", "worked_on"], unique=False
    )
    op.create_index("ix_time_records_recorded_by", "time_records", ["tenant_id", "recorded_by_id"], unique=False)
    op.create_index("ix_time_records_request", "time_records", ["tenant_id", "request_id", "id"], unique=False)
    op.create_index("ix_time_records_staff", "time_records", ["tenant_id", "staff_id", "worked_on"], unique=False)
    op.create_index("ix_time_records_work", "time_records", ["tenant_id", "work_id", "id"], unique=False)
    op.create_index("ix_time_records_worked", "time_records", ["tenant_id", "worked_on", "id"], unique=False)
    op.add_column(
        "service_requests", sa.Column("recorded_minutes", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    guard("time_months")
    guard("time_records", grants="SELECT, INSERT, UPDATE")
