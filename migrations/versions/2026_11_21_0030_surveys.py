"""Surveys: what customers are asked after a request by a link"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("clause_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("rest_days", sa.BigInteger(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "sent",
                "answered",
                "expired",
                "skipped",
                "withdrawn",
                name="surveystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("follow_up_request_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"], ["clauses.tenant_id", "clauses.id"], name=op.f("fk_surveys_tenant_id_clause_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_surveys_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_surveys_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "follow_up_request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_surveys_tenant_id_follow_up_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_surveys_tenant_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_surveys_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("tenant_id", "request_id", "round", name=op.f("uq_surveys_tenant_id_request_id_round")),
    )
    op.create_index("ix_surveys_answered", "surveys", ["tenant_id", "answered_at", "id"], unique=False)
    op.create_index("ix_surveys_clause", "surveys", ["tenant_id", "clause_id"], unique=False)
    op.create_index("ix_surveys_contact", "surveys", ["tenant_id", "contact_id", "sent_at"], unique=False)
    op.create_index("ix_surveys_customer", "surveys", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index("ix_surveys_follow_up_request", "surveys", ["tenant_id", "follow_up_request_id"], unique=False)
    op.create_index("ix_surveys_version", "surveys", ["tenant_id", "version_id"], unique=False)
    op.add_column("service_requests", sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_service_requests_scored", "service_requests", ["tenant_id", "scored_at", "id"], unique=False)
    # What was scored until now was scored at the confirmation.
    op.execute("ALTER TABLE service_requests NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE service_requests SET scored_at = closed_at WHERE satisfied IS NOT NULL")
    op.execute("ALTER TABLE service_requests FORCE ROW LEVEL SECURITY")
    guard("surveys", grants="SELECT, INSERT, UPDATE")
