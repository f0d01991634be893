"""Return visits: when customers are visited or called again, and what was found"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "return_visits",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column(
            "after",
            sa.Enum(
                "acceptance",
                "resolution",
                "complaint",
                name="visitafter",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "telephone",
                "on_site",
                "online",
                name="visitchannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clause_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned", "made", "cancelled", name="visitstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reminders", sa.BigInteger(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.Column("finding_request_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignee_id"],
            ["staff.tenant_id", "staff.id"],
            name=op.f("fk_return_visits_tenant_id_assignee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_return_visits_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "complaint_id"],
            ["complaints.tenant_id", "complaints.id"],
            name=op.f("fk_return_visits_tenant_id_complaint_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_return_visits_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_return_visits_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "finding_request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_return_visits_tenant_id_finding_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_return_visits_tenant_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_return_visits_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_return_visits")),
        sa.UniqueConstraint(
            "tenant_id",
            "request_id",
            "complaint_id",
            "step",
            name=op.f("uq_return_visits_tenant_id_request_id_complaint_id_step"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_return_visits_assignee", "return_visits", ["tenant_id", "assignee_id", "id"], unique=False)
    op.create_index("ix_return_visits_clause", "return_visits", ["tenant_id", "clause_id"], unique=False)
    op.create_index("ix_return_visits_complaint", "return_visits", ["tenant_id", "complaint_id"], unique=False)
    op.create_index("ix_return_visits_contact", "return_visits", ["tenant_id", "contact_id"], unique=False)
    op.create_index("ix_return_visits_customer", "return_visits", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index(
        "ix_return_visits_finding_request", "return_visits", ["tenant_id", "finding_request_id"], unique=False
    )
    op.create_index("ix_return_visits_state", "return_visits", ["tenant_id", "state", "due_at", "id"], unique=False)
    op.create_index("ix_return_visits_version", "return_visits", ["tenant_id", "version_id"], unique=False)
    guard("return_visits", grants="SELECT, INSERT, UPDATE")
