"""Inquiries: what customers want, and until when presales gets in touch"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inquiries",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("service_line_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clause_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "contacted",
                "qualified",
                "refused",
                name="inquirystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignee_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_inquiries_tenant_id_assignee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_inquiries_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_inquiries_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_inquiries_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_line_id"],
            ["service_lines.tenant_id", "service_lines.id"],
            name=op.f("fk_inquiries_tenant_id_service_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_inquiries_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inquiries")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_inquiries_tenant_id_number")),
    )
    op.create_index("ix_inquiries_assignee", "inquiries", ["tenant_id", "assignee_id", "id"], unique=False)
    op.create_index("ix_inquiries_clause", "inquiries", ["tenant_id", "clause_id"], unique=False)
    op.create_index("ix_inquiries_contact", "inquiries", ["tenant_id", "contact_id"], unique=False)
    op.create_index("ix_inquiries_customer", "inquiries", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index("ix_inquiries_due", "inquiries", ["tenant_id", "due_at", "id"], unique=False)
    op.create_index("ix_inquiries_service_line", "inquiries", ["tenant_id", "service_line_id"], unique=False)
    op.create_index("ix_inquiries_version", "inquiries", ["tenant_id", "version_id"], unique=False)
    guard("inquiries", grants="SELECT, INSERT, UPDATE")
