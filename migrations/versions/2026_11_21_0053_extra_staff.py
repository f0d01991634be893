"""Help with requests from beside the two who are responsible"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

REFERS = {"request_id": "service_requests", "staff_id": "staff", "approval_id": "approvals"}


def upgrade() -> None:
    op.create_table(
        "request_helpers",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "helping",
                "refused",
                "ended",
                name="helpstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{table}.tenant_id", f"{table}.id"],
                name=op.f(f"fk_request_helpers_tenant_id_{column}"),
            )
            for column, table in REFERS.items()
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_request_helpers")),
    )
    op.create_index("ix_request_helpers_request", "request_helpers", ["tenant_id", "request_id", "staff_id"])
    op.create_index("ix_request_helpers_staff", "request_helpers", ["tenant_id", "staff_id"])
    op.create_index("ix_request_helpers_approval", "request_helpers", ["tenant_id", "approval_id"])
    guard("request_helpers", grants="SELECT, INSERT, UPDATE")
