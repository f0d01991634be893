"""Presales: the library"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "library_items",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "solution",
                "case",
                "template",
                "presentation",
                "other",
                name="materialkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("service_line_id", sa.Uuid(), nullable=True),
        sa.Column("solution_id", sa.Uuid(), nullable=True),
        sa.Column("consent_by", sa.Text(), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "current",
                "retired",
                "superseded",
                name="materialstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("retired_for", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_line_id"],
            ["service_lines.tenant_id", "service_lines.id"],
            name=op.f("fk_library_items_tenant_id_service_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "solution_id"],
            ["solutions.tenant_id", "solutions.id"],
            name=op.f("fk_library_items_tenant_id_solution_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "written_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_library_items_tenant_id_written_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_library_items")),
        sa.UniqueConstraint("tenant_id", "number", "version", name=op.f("uq_library_items_tenant_id_number_version")),
    )
    op.create_index("ix_library_items_service_line", "library_items", ["tenant_id", "service_line_id"], unique=False)
    op.create_index("ix_library_items_solution", "library_items", ["tenant_id", "solution_id"], unique=False)
    op.create_index("ix_library_items_state", "library_items", ["tenant_id", "state", "id"], unique=False)
    op.create_index("ix_library_items_written_by", "library_items", ["tenant_id", "written_by_id"], unique=False)
    op.create_index(
        "uq_library_items_live",
        "library_items",
        ["tenant_id", "number"],
        unique=True,
        postgresql_where=sa.text("state <> 'superseded'"),
    )
    op.create_table(
        "library_uses",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=True),
        sa.Column("quotation_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("outdated", sa.Boolean(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "inquiry_id"],
            ["inquiries.tenant_id", "inquiries.id"],
            name=op.f("fk_library_uses_tenant_id_inquiry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "item_id"],
            ["library_items.tenant_id", "library_items.id"],
            name=op.f("fk_library_uses_tenant_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "quotation_id"],
            ["quotations.tenant_id", "quotations.id"],
            name=op.f("fk_library_uses_tenant_id_quotation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "used_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_library_uses_tenant_id_used_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_library_uses")),
    )
    op.create_index("ix_library_uses_inquiry", "library_uses", ["tenant_id", "inquiry_id"], unique=False)
    op.create_index("ix_library_uses_item", "library_uses", ["tenant_id", "item_id", "id"], unique=False)
    op.create_index("ix_library_uses_quotation", "library_uses", ["tenant_id", "quotation_id"], unique=False)
    op.create_index("ix_library_uses_used_by", "library_uses", ["tenant_id", "used_by_id", "id"], unique=False)
    guard("library_items", grants="SELECT, INSERT, UPDATE")
    guard("library_uses", grants="SELECT, INSERT, UPDATE")
