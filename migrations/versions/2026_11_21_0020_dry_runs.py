"""Dry runs: drafts of the handbook tried on past cases, and what was found"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dry_runs",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("months", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("running", "finished", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("judged", sa.BigInteger(), nullable=False),
        sa.Column("unjudged", sa.BigInteger(), nullable=False),
        sa.Column("differing", sa.BigInteger(), nullable=False),
        sa.Column("by_clause", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.Uuid(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "signed_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_dry_runs_tenant_id_signed_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "started_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_dry_runs_tenant_id_started_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_dry_runs_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dry_runs")),
    )
    op.create_index("ix_dry_runs_signed_by", "dry_runs", ["tenant_id", "signed_by_id"], unique=False)
    op.create_index("ix_dry_runs_started_by", "dry_runs", ["tenant_id", "started_by_id"], unique=False)
    op.create_index("ix_dry_runs_version", "dry_runs", ["tenant_id", "version_id", "id"], unique=False)
    op.create_table(
        "dry_run_findings",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dry_run_id", sa.Uuid(), nullable=False),
        sa.Column(
            "compared",
            sa.Enum(
                "request_priority",
                "request_response",
                "request_resolution",
                "resignation_last_day",
                "invoice_letters",
                "quality_verdict",
                "approval_steps",
                name="compared",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "dry_run_id"],
            ["dry_runs.tenant_id", "dry_runs.id"],
            name=op.f("fk_dry_run_findings_tenant_id_dry_run_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_dry_run_findings_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dry_run_findings")),
    )
    op.create_index("ix_dry_run_findings_dry_run", "dry_run_findings", ["tenant_id", "dry_run_id", "id"], unique=False)
    op.create_index("ix_dry_run_findings_member", "dry_run_findings", ["tenant_id", "member_id"], unique=False)
    guard("dry_runs")
    guard("dry_run_findings")
