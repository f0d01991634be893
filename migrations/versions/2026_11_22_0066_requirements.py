"""Presales: needs, and requirements in versions"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inquiry_needs",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "interview",
                "questionnaire",
                "demonstration",
                name="needmethod",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "inquiry_id"],
            ["inquiries.tenant_id", "inquiries.id"],
            name=op.f("fk_inquiry_needs_tenant_id_inquiry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recorded_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_inquiry_needs_tenant_id_recorded_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inquiry_needs")),
    )
    op.create_index(
        "ix_inquiry_needs_inquiry", "inquiry_needs", ["tenant_id", "inquiry_id", "held_on", "id"], unique=False
    )
    op.create_index("ix_inquiry_needs_recorded_by", "inquiry_needs", ["tenant_id", "recorded_by_id"], unique=False)
    op.create_table(
        "requirements_documents",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "confirmed",
                "superseded",
                name="requirementsstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "inquiry_id"],
            ["inquiries.tenant_id", "inquiries.id"],
            name=op.f("fk_requirements_documents_tenant_id_inquiry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "prepared_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_requirements_documents_tenant_id_prepared_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_requirements_documents")),
        sa.UniqueConstraint(
            "tenant_id", "inquiry_id", "version", name=op.f("uq_requirements_documents_tenant_id_inquiry_id_version")
        ),
    )
    op.create_index(
        "ix_requirements_documents_prepared_by", "requirements_documents", ["tenant_id", "prepared_by_id"], unique=False
    )
    op.create_index(
        "uq_requirements_documents_live",
        "requirements_documents",
        ["tenant_id", "inquiry_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'superseded'"),
    )
    guard("inquiry_needs", grants="SELECT, INSERT, UPDATE")
    guard("requirements_documents", grants="SELECT, INSERT, UPDATE")
