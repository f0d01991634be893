"""What co-operating departments do for requests"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

REFERS = {"request_id": "service_requests", "department_id": "departments", "assignee_id": "staff"}


def upgrade() -> None:
    op.create_table(
        "request_parts",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open", "done", "withdrawn", name="partstate", native_enum=False, create_constraint=True, length=40
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{table}.tenant_id", f"{table}.id"],
                name=op.f(f"fk_request_parts_tenant_id_{column}"),
            )
            for column, table in REFERS.items()
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_request_parts")),
    )
    op.create_index("ix_request_parts_request", "request_parts", ["tenant_id", "request_id", "id"], unique=False)
    op.create_index("ix_request_parts_department", "request_parts", ["tenant_id", "department_id"], unique=False)
    op.create_index("ix_request_parts_assignee", "request_parts", ["tenant_id", "assignee_id"], unique=False)
    guard("request_parts", grants="SELECT, INSERT, UPDATE")
