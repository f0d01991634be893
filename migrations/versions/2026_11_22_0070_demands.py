"""Presales: technology demands"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "technology_demands",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "raised",
                "evaluated",
                "in_review",
                "accepted",
                "handed_on",
                "refused",
                name="demandstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("effort_days", sa.BigInteger(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name=op.f("fk_technology_demands_tenant_id_approval_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_technology_demands_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "inquiry_id"],
            ["inquiries.tenant_id", "inquiries.id"],
            name=op.f("fk_technology_demands_tenant_id_inquiry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "raised_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_technology_demands_tenant_id_raised_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_technology_demands")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_technology_demands_tenant_id_number")),
    )
    op.create_index("ix_technology_demands_approval", "technology_demands", ["tenant_id", "approval_id"], unique=False)
    op.create_index(
        "ix_technology_demands_department", "technology_demands", ["tenant_id", "department_id"], unique=False
    )
    op.create_index("ix_technology_demands_inquiry", "technology_demands", ["tenant_id", "inquiry_id"], unique=False)
    op.create_index(
        "ix_technology_demands_raised_by", "technology_demands", ["tenant_id", "raised_by_id", "id"], unique=False
    )
    op.create_index("ix_technology_demands_state", "technology_demands", ["tenant_id", "state", "id"], unique=False)
    op.create_table(
        "technology_demand_parts",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("effort_days", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "demand_id"],
            ["technology_demands.tenant_id", "technology_demands.id"],
            name=op.f("fk_technology_demand_parts_tenant_id_demand_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_technology_demand_parts")),
        sa.UniqueConstraint(
            "tenant_id", "demand_id", "position", name=op.f("uq_technology_demand_parts_tenant_id_demand_id_position")
        ),
    )
    guard("technology_demands", grants="SELECT, INSERT, UPDATE")
    guard("technology_demand_parts")
