"""Quotations"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quotations",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column(
            "customer_tier",
            sa.Enum(
                "strategic",
                "key",
                "standard",
                name="customertier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("service_line_id", sa.Uuid(), nullable=True),
        sa.Column("service_lines", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_percent", sa.Numeric(precision=8, scale=4), nullable=False),
        sa.Column("wished_valid_days", sa.BigInteger(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "in_review",
                "approved",
                "sent",
                "accepted",
                "declined",
                "expired",
                "withdrawn",
                "superseded",
                name="quotationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("handbook_version_id", sa.Uuid(), nullable=True),
        sa.Column("clause_id", sa.Uuid(), nullable=True),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column("valid_days", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name=op.f("fk_quotations_tenant_id_approval_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_quotations_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_quotations_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_quotations_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_quotations_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handbook_version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_quotations_tenant_id_handbook_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "prepared_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_quotations_tenant_id_prepared_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "previous_id"],
            ["quotations.tenant_id", "quotations.id"],
            name=op.f("fk_quotations_tenant_id_previous_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_line_id"],
            ["service_lines.tenant_id", "service_lines.id"],
            name=op.f("fk_quotations_tenant_id_service_line_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_quotations")),
        sa.UniqueConstraint("tenant_id", "number", "version", name=op.f("uq_quotations_tenant_id_number_version")),
    )
    op.create_index("ix_quotations_approval", "quotations", ["tenant_id", "approval_id"], unique=False)
    op.create_index("ix_quotations_clause", "quotations", ["tenant_id", "clause_id"], unique=False)
    op.create_index("ix_quotations_contact", "quotations", ["tenant_id", "contact_id"], unique=False)
    op.create_index("ix_quotations_customer", "quotations", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index("ix_quotations_department", "quotations", ["tenant_id", "department_id"], unique=False)
    op.create_index("ix_quotations_handbook_version", "quotations", ["tenant_id", "handbook_version_id"], unique=False)
    op.create_index("ix_quotations_prepared_by", "quotations", ["tenant_id", "prepared_by_id", "id"], unique=False)
    op.create_index("ix_quotations_previous", "quotations", ["tenant_id", "previous_id"], unique=False)
    op.create_index("ix_quotations_service_line", "quotations", ["tenant_id", "service_line_id"], unique=False)
    op.create_index("ix_quotations_state", "quotations", ["tenant_id", "state", "id"], unique=False)
    op.create_index(
        "uq_quotations_live",
        "quotations",
        ["tenant_id", "number"],
        unique=True,
        postgresql_where=sa.text("state <> 'superseded'"),
    )
    op.create_table(
        "quotation_lines",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quotation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "licence",
                "implementation",
                "development",
                "operations",
                "support",
                "training",
                "consulting",
                "hardware",
                "travel",
                "other",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_percent", sa.Numeric(precision=8, scale=4), nullable=False),
        sa.Column("tax_percent", sa.Numeric(precision=8, scale=4), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "quotation_id"],
            ["quotations.tenant_id", "quotations.id"],
            name=op.f("fk_quotation_lines_tenant_id_quotation_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_quotation_lines")),
        sa.UniqueConstraint(
            "tenant_id", "quotation_id", "position", name=op.f("uq_quotation_lines_tenant_id_quotation_id_position")
        ),
    )
    guard("quotations", grants="SELECT, INSERT, UPDATE")
    guard("quotation_lines")
