"""Imports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("kind", _words("importkind", "customers", "requests"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("encoding", _words("encoding", "auto", "utf_8", "gb18030", "big5"), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            _words("importstate", "checking", "checked", "running", "finished", "failed"),
            nullable=False,
        ),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("problem_code", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("problem_values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["members.tenant_id", "members.id"], name=op.f("fk_imports_tenant_id_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "report_id"], ["files.tenant_id", "files.id"], name=op.f("fk_imports_tenant_id_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "source_id"], ["files.tenant_id", "files.id"], name=op.f("fk_imports_tenant_id_source_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_kind", "imports", ["tenant_id", "kind", "id"], unique=False)
    op.create_index("ix_imports_owner", "imports", ["tenant_id", "owner_id", "id"], unique=False)
    op.create_index("ix_imports_report", "imports", ["tenant_id", "report_id"], unique=False)
    op.create_index("ix_imports_source", "imports", ["tenant_id", "source_id"], unique=False)
    op.create_table(
        "import_rows",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("outcome", _words("outcome", "added", "changed", "unchanged", "refused"), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("heading", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("problem_values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "import_id"],
            ["imports.tenant_id", "imports.id"],
            name=op.f("fk_import_rows_tenant_id_import_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_import_rows")),
        sa.UniqueConstraint("tenant_id", "import_id", "number", name=op.f("uq_import_rows_tenant_id_import_id_number")),
    )
    op.create_index(
        "ix_import_rows_outcome", "import_rows", ["tenant_id", "import_id", "outcome", "number"], unique=False
    )
    guard("imports", grants="SELECT, INSERT, UPDATE")
    guard("import_rows", grants="SELECT, INSERT, DELETE")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)
