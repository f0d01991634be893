"""Requests that are raised to a higher tier of support, and returned"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

MOVES = (
    "triage assign hand_over hand_back diagnose propose agree decline start hold resume resolve confirm close reopen"
    " cancel merge raise return"
)
REFERS = {
    "request_id": "service_requests",
    "from_staff_id": "staff",
    "to_staff_id": "staff",
    "from_department_id": "departments",
    "to_department_id": "departments",
}


def upgrade() -> None:
    listed = ", ".join(f"'{word}'" for word in MOVES.split())
    table = "request_state_changes"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_move")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_move CHECK (move IN ({listed}))")
    op.add_column("service_requests", sa.Column("raised_from_id", sa.Uuid(), nullable=True))
    op.create_index("ix_service_requests_raised_from", "service_requests", ["tenant_id", "raised_from_id"])
    op.create_foreign_key(
        op.f("fk_service_requests_tenant_id_raised_from_id"),
        "service_requests",
        "staff",
        ["tenant_id", "raised_from_id"],
        ["tenant_id", "id"],
    )
    op.create_table(
        "tier_raises",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.BigInteger(), nullable=False),
        sa.Column("from_staff_id", sa.Uuid(), nullable=True),
        sa.Column("to_staff_id", sa.Uuid(), nullable=False),
        sa.Column("from_department_id", sa.Uuid(), nullable=True),
        sa.Column("to_department_id", sa.Uuid(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{table}.tenant_id", f"{table}.id"],
                name=op.f(f"fk_tier_raises_tenant_id_{column}"),
            )
            for column, table in REFERS.items()
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tier_raises")),
    )
    op.create_index("ix_tier_raises_request", "tier_raises", ["tenant_id", "request_id", "id"])
    for column in list(REFERS)[1:]:
        name = column.removesuffix("_id")
        op.create_index(f"ix_tier_raises_{name}", "tier_raises", ["tenant_id", column])
    guard("tier_raises", grants="SELECT, INSERT, UPDATE")
