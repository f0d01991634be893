"""Views: exports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

_LISTS = (
    "requests",
    "customers",
    "invoices",
    "payments",
    "quotations",
    "contracts",
    "inquiries",
    "complaints",
    "approvals",
)


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("viewed_list", _words("viewedlist", *_LISTS), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("ordering", sa.Text(), nullable=True),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("form", _words("exportform", "csv", "xlsx"), nullable=False),
        sa.Column("headings", _words("headings", "labels", "paths"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", _words("exportstate", "running", "finished", "failed", "expired"), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("problem_values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["files.tenant_id", "files.id"], name=op.f("fk_exports_tenant_id_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["members.tenant_id", "members.id"], name=op.f("fk_exports_tenant_id_owner_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_exports")),
    )
    op.create_index("ix_exports_file", "exports", ["tenant_id", "file_id"], unique=False)
    op.create_index("ix_exports_owner", "exports", ["tenant_id", "owner_id", "id"], unique=False)
    guard("exports", grants="SELECT, INSERT, UPDATE")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)
