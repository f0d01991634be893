"""Presales: evaluations of inquiries"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inquiry_evaluations",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("difficulty", sa.BigInteger(), nullable=False),
        sa.Column("risk", sa.BigInteger(), nullable=False),
        sa.Column("effort_days", sa.BigInteger(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("go", sa.Boolean(), nullable=False),
        sa.Column("is_complex", sa.Boolean(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "in_review",
                "go",
                "no_go",
                "superseded",
                name="evaluationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name=op.f("fk_inquiry_evaluations_tenant_id_approval_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "inquiry_id"],
            ["inquiries.tenant_id", "inquiries.id"],
            name=op.f("fk_inquiry_evaluations_tenant_id_inquiry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "prepared_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_inquiry_evaluations_tenant_id_prepared_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inquiry_evaluations")),
        sa.UniqueConstraint(
            "tenant_id", "inquiry_id", "number", name=op.f("uq_inquiry_evaluations_tenant_id_inquiry_id_number")
        ),
    )
    op.create_index(
        "ix_inquiry_evaluations_approval", "inquiry_evaluations", ["tenant_id", "approval_id"], unique=False
    )
    op.create_index(
        "ix_inquiry_evaluations_prepared_by", "inquiry_evaluations", ["tenant_id", "prepared_by_id"], unique=False
    )
    op.create_index(
        "uq_inquiry_evaluations_live",
        "inquiry_evaluations",
        ["tenant_id", "inquiry_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'superseded'"),
    )
    op.add_column("inquiries", sa.Column("evaluation_clause_id", sa.Uuid(), nullable=True))
    op.add_column("inquiries", sa.Column("evaluation_version_id", sa.Uuid(), nullable=True))
    # Inquiries that there are were registered before anything was said of it.
    op.add_column("inquiries", sa.Column("needs_go", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("inquiries", "needs_go", server_default=None)
    op.create_index("ix_inquiries_evaluation_clause", "inquiries", ["tenant_id", "evaluation_clause_id"], unique=False)
    op.create_index(
        "ix_inquiries_evaluation_version", "inquiries", ["tenant_id", "evaluation_version_id"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_inquiries_tenant_id_evaluation_version_id"),
        "inquiries",
        "handbook_versions",
        ["tenant_id", "evaluation_version_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_inquiries_tenant_id_evaluation_clause_id"),
        "inquiries",
        "clauses",
        ["tenant_id", "evaluation_clause_id"],
        ["tenant_id", "id"],
    )
    guard("inquiry_evaluations", grants="SELECT, INSERT, UPDATE")
