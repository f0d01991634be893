"""Saved views: a list with a filter, an order and columns under a name"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

LISTS = "requests customers invoices payments quotations contracts inquiries complaints approvals"


def _words(name: str, words: str) -> sa.Enum:
    return sa.Enum(*words.split(), name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("viewed_list", _words("viewedlist", LISTS), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("audience", _words("viewaudience", "own department company"), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("ordering", sa.Text(), nullable=True),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_saved_views_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_saved_views_tenant_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint(
            "tenant_id",
            "owner_id",
            "viewed_list",
            "name",
            name=op.f("uq_saved_views_tenant_id_owner_id_viewed_list_name"),
        ),
    )
    op.create_index("ix_saved_views_department", "saved_views", ["tenant_id", "department_id"], unique=False)
    guard("saved_views")
