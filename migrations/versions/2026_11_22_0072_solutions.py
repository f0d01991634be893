"""Presales: solutions"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "solutions",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("functions", sa.Text(), nullable=False),
        sa.Column("architecture", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("expected_effect", sa.Text(), nullable=False),
        sa.Column("budget_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "in_review",
                "returned",
                "approved",
                "sent",
                "confirmed",
                "objected",
                "withdrawn",
                "superseded",
                name="solutionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_complex", sa.Boolean(), nullable=False),
        sa.Column("expert_review", sa.Boolean(), nullable=False),
        sa.Column("clause_id", sa.Uuid(), nullable=True),
        sa.Column("handbook_version_id", sa.Uuid(), nullable=True),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name=op.f("fk_solutions_tenant_id_approval_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_solutions_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_solutions_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_solutions_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_solutions_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handbook_version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_solutions_tenant_id_handbook_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "inquiry_id"],
            ["inquiries.tenant_id", "inquiries.id"],
            name=op.f("fk_solutions_tenant_id_inquiry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "prepared_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_solutions_tenant_id_prepared_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_solutions")),
        sa.UniqueConstraint(
            "tenant_id", "inquiry_id", "version", name=op.f("uq_solutions_tenant_id_inquiry_id_version")
        ),
    )
    op.create_index("ix_solutions_approval", "solutions", ["tenant_id", "approval_id"], unique=False)
    op.create_index("ix_solutions_clause", "solutions", ["tenant_id", "clause_id"], unique=False)
    op.create_index("ix_solutions_contact", "solutions", ["tenant_id", "contact_id"], unique=False)
    op.create_index("ix_solutions_customer", "solutions", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index("ix_solutions_department", "solutions", ["tenant_id", "department_id"], unique=False)
    op.create_index("ix_solutions_handbook_version", "solutions", ["tenant_id", "handbook_version_id"], unique=False)
    op.create_index("ix_solutions_number", "solutions", ["tenant_id", "number", "version"], unique=False)
    op.create_index("ix_solutions_prepared_by", "solutions", ["tenant_id", "prepared_by_id", "id"], unique=False)
    op.create_index("ix_solutions_state", "solutions", ["tenant_id", "state", "id"], unique=False)
    op.create_index(
        "uq_solutions_live",
        "solutions",
        ["tenant_id", "inquiry_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'superseded'"),
    )
    guard("solutions", grants="SELECT, INSERT, UPDATE")
