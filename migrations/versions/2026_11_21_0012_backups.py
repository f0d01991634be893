"""Backups"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard, keep_out_of_archives

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# What is about the archives themselves, and what lets somebody into the company that an archive was made of: a company
# that is restored from one has another id, to which none of these belongs.
OUTSIDE = ("archives", "archive_keys", "sessions", "access_tokens", "oauth_client_secrets", "revoked_tokens")


def upgrade() -> None:
    op.create_table(
        "archive_keys",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=True, comment="sealed: archive-key"),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_archive_keys")),
    )
    op.create_index(
        "uq_archive_keys_in_use",
        "archive_keys",
        ["tenant_id"],
        unique=True,
        postgresql_where=sa.text("destroyed_at IS NULL"),
    )
    op.create_table(
        "archives",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column(
            "occasion",
            sa.Enum("scheduled", "requested", name="occasion", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "kept",
                "failed",
                "deleted",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("clause_id", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("problem_values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("object_name", sa.Text(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("schema_revision", sa.Text(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("row_counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "drill",
            sa.Enum(
                "running", "passed", "failed", name="drillstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("drilled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drill_problem", sa.Text(), nullable=True),
        sa.Column("drill_problem_values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drill_rows", sa.BigInteger(), nullable=True),
        sa.Column("drill_held", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_archives_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "key_id"],
            ["archive_keys.tenant_id", "archive_keys.id"],
            name=op.f("fk_archives_tenant_id_key_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_archives")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_archives_tenant_id_number")),
    )
    op.create_index("ix_archives_clause", "archives", ["tenant_id", "clause_id"], unique=False)
    op.create_index("ix_archives_key", "archives", ["tenant_id", "key_id"], unique=False)
    op.create_index(
        "uq_archives_running", "archives", ["tenant_id"], unique=True, postgresql_where=sa.text("state = 'running'")
    )
    op.alter_column(
        "webhook_endpoints",
        "sealed_secret",
        existing_type=postgresql.BYTEA(),
        comment="sealed: webhook-secret",
        existing_nullable=False,
    )
    guard("archive_keys")
    guard("archives")
    for table in OUTSIDE:
        keep_out_of_archives(table)
