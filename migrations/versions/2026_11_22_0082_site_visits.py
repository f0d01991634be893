"""Requests: visits on site"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_visits",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("engineer_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outside_hours", sa.Boolean(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by_id", sa.Uuid(), nullable=True),
        sa.Column("signature_needed", sa.Boolean(), nullable=False),
        sa.Column("course_clause_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "travelling",
                "checked_in",
                "finished",
                "missed",
                "cancelled",
                name="sitevisitstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("travelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("latitude", sa.Text(), nullable=True),
        sa.Column("longitude", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("signature_file_id", sa.Uuid(), nullable=True),
        sa.Column("signed_digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_site_visits_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "course_clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_site_visits_tenant_id_course_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "engineer_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_site_visits_tenant_id_engineer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "planned_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_site_visits_tenant_id_planned_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_site_visits_tenant_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "signature_file_id"],
            ["files.tenant_id", "files.id"],
            name=op.f("fk_site_visits_tenant_id_signature_file_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_site_visits")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_site_visits_tenant_id_number")),
    )
    op.create_index("ix_site_visits_contact", "site_visits", ["tenant_id", "contact_id"], unique=False)
    op.create_index("ix_site_visits_course_clause", "site_visits", ["tenant_id", "course_clause_id"], unique=False)
    op.create_index("ix_site_visits_engineer", "site_visits", ["tenant_id", "engineer_id", "request_id"], unique=False)
    op.create_index("ix_site_visits_planned_by", "site_visits", ["tenant_id", "planned_by_id"], unique=False)
    op.create_index("ix_site_visits_request", "site_visits", ["tenant_id", "request_id", "id"], unique=False)
    op.create_index("ix_site_visits_signature_file", "site_visits", ["tenant_id", "signature_file_id"], unique=False)
    op.create_index("ix_site_visits_starts", "site_visits", ["tenant_id", "starts_at", "id"], unique=False)
    op.create_table(
        "site_visit_parts",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_visit_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("part_number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_visit_id"],
            ["site_visits.tenant_id", "site_visits.id"],
            name=op.f("fk_site_visit_parts_tenant_id_site_visit_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_site_visit_parts")),
        sa.UniqueConstraint(
            "tenant_id", "site_visit_id", "position", name=op.f("uq_site_visit_parts_tenant_id_site_visit_id_position")
        ),
    )
    op.add_column("time_records", sa.Column("site_visit_id", sa.Uuid(), nullable=True))
    op.create_index("ix_time_records_site_visit", "time_records", ["tenant_id", "site_visit_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_time_records_tenant_id_site_visit_id"),
        "time_records",
        "site_visits",
        ["tenant_id", "site_visit_id"],
        ["tenant_id", "id"],
    )
    guard("site_visits")
    guard("site_visit_parts")
