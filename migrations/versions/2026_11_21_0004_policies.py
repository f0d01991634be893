"""Policies"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handbook_versions",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "in_review", "published", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("submitter_id", sa.Uuid(), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approver_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_handbook_versions_tenant_id_approver_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "author_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_handbook_versions_tenant_id_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reviewer_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_handbook_versions_tenant_id_reviewer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "submitter_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_handbook_versions_tenant_id_submitter_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_handbook_versions")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_handbook_versions_tenant_id_number")),
    )
    op.create_index("ix_handbook_versions_approver", "handbook_versions", ["tenant_id", "approver_id"], unique=False)
    op.create_index("ix_handbook_versions_author", "handbook_versions", ["tenant_id", "author_id"], unique=False)
    op.create_index("ix_handbook_versions_reviewer", "handbook_versions", ["tenant_id", "reviewer_id"], unique=False)
    op.create_index("ix_handbook_versions_submitter", "handbook_versions", ["tenant_id", "submitter_id"], unique=False)
    op.create_index(
        "uq_handbook_versions_effective",
        "handbook_versions",
        ["tenant_id", "effective_at"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "clauses",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("applies_to_open_cases", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_clauses_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_clauses")),
        sa.UniqueConstraint("tenant_id", "version_id", "number", name=op.f("uq_clauses_tenant_id_version_id_number")),
    )
    op.create_index("ix_clauses_version_position", "clauses", ["tenant_id", "version_id", "position"], unique=False)
    op.create_table(
        "decisions",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("clause_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_decisions_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_decisions_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_clause", "decisions", ["tenant_id", "clause_id"], unique=False)
    op.create_index(
        "ix_decisions_subject", "decisions", ["tenant_id", "subject_kind", "subject_id", "id"], unique=False
    )
    op.create_index("ix_decisions_version", "decisions", ["tenant_id", "version_id"], unique=False)
    guard("handbook_versions")
    guard("clauses")
    # What was decided stays decided.
    guard("decisions", grants="SELECT, INSERT")
