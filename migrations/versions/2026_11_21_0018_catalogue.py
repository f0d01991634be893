"""Catalogue: service lines, offerings, request forms and their answers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_lines",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_service_lines_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["service_lines.tenant_id", "service_lines.id"],
            name=op.f("fk_service_lines_tenant_id_parent_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_lines")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_service_lines_tenant_id_code")),
    )
    op.create_index("ix_service_lines_department", "service_lines", ["tenant_id", "department_id"], unique=False)
    op.create_index("ix_service_lines_parent", "service_lines", ["tenant_id", "parent_id"], unique=False)
    op.create_table(
        "service_offerings",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("description", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("price_note", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "price_basis",
            sa.Enum(
                "fixed",
                "hourly",
                "per_visit",
                "subscription",
                "quoted",
                name="pricebasis",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sla_class", sa.Text(), nullable=True),
        sa.Column("standards", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("form_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_service_offerings_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "line_id"],
            ["service_lines.tenant_id", "service_lines.id"],
            name=op.f("fk_service_offerings_tenant_id_line_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_offerings")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_service_offerings_tenant_id_code")),
    )
    op.create_index(
        "ix_service_offerings_department", "service_offerings", ["tenant_id", "department_id"], unique=False
    )
    op.create_index("ix_service_offerings_form", "service_offerings", ["tenant_id", "form_id"], unique=False)
    op.create_index("ix_service_offerings_line", "service_offerings", ["tenant_id", "line_id"], unique=False)
    op.create_table(
        "request_forms",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offering_id"],
            ["service_offerings.tenant_id", "service_offerings.id"],
            name=op.f("fk_request_forms_tenant_id_offering_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_request_forms")),
        sa.UniqueConstraint(
            "tenant_id", "offering_id", "number", name=op.f("uq_request_forms_tenant_id_offering_id_number")
        ),
    )
    op.create_table(
        "form_fields",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "long_text",
                "number",
                "money",
                "day",
                "instant",
                "choice",
                "choices",
                "yes_no",
                "contact",
                name="fieldkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("label", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("minimum", sa.Text(), nullable=True),
        sa.Column("maximum", sa.Text(), nullable=True),
        sa.Column("decimals", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "form_id"],
            ["request_forms.tenant_id", "request_forms.id"],
            name=op.f("fk_form_fields_tenant_id_form_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_form_fields")),
        sa.UniqueConstraint("tenant_id", "form_id", "code", name=op.f("uq_form_fields_tenant_id_form_id_code")),
        sa.UniqueConstraint("tenant_id", "form_id", "position", name=op.f("uq_form_fields_tenant_id_form_id_position")),
    )
    op.create_foreign_key(
        op.f("fk_service_offerings_tenant_id_form_id"),
        "service_offerings",
        "request_forms",
        ["tenant_id", "form_id"],
        ["tenant_id", "id"],
    )
    # Requests from before the catalogue stand in no line and answer nothing.
    op.add_column("service_requests", sa.Column("offering_id", sa.Uuid(), nullable=True))
    op.add_column("service_requests", sa.Column("service_line_id", sa.Uuid(), nullable=True))
    op.add_column("service_requests", sa.Column("form_id", sa.Uuid(), nullable=True))
    op.add_column(
        "service_requests",
        sa.Column("service_lines", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("service_requests", sa.Column("sla_class", sa.Text(), nullable=True))
    op.add_column(
        "service_requests",
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index("ix_service_requests_form", "service_requests", ["tenant_id", "form_id"], unique=False)
    op.create_index(
        "ix_service_requests_offering", "service_requests", ["tenant_id", "offering_id", "id"], unique=False
    )
    op.create_index(
        "ix_service_requests_service_line", "service_requests", ["tenant_id", "service_line_id", "id"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_service_requests_tenant_id_offering_id"),
        "service_requests",
        "service_offerings",
        ["tenant_id", "offering_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_service_requests_tenant_id_service_line_id"),
        "service_requests",
        "service_lines",
        ["tenant_id", "service_line_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_service_requests_tenant_id_form_id"),
        "service_requests",
        "request_forms",
        ["tenant_id", "form_id"],
        ["tenant_id", "id"],
    )
    guard("service_lines")
    guard("service_offerings")
    guard("request_forms")
    guard("form_fields")
