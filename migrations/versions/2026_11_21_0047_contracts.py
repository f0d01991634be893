"""Contracts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contracts",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("quotation_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
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
        sa.Column("handbook_version_id", sa.Uuid(), nullable=True),
        sa.Column("checklist_clause_id", sa.Uuid(), nullable=True),
        sa.Column("reminder_clause_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("own_party", sa.Text(), nullable=False),
        sa.Column("customer_party", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("acceptance_standard", sa.Text(), nullable=False),
        sa.Column("liability", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.BigInteger(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "in_review",
                "approved",
                "signed",
                "in_force",
                "completed",
                "terminated",
                "expired",
                "withdrawn",
                name="contractstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column("approved_digest", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("own_signatory", sa.Text(), nullable=False),
        sa.Column("customer_signatory", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.BigInteger(), nullable=False),
        sa.Column("copies_reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name=op.f("fk_contracts_tenant_id_approval_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "checklist_clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_contracts_tenant_id_checklist_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_contracts_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_contracts_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handbook_version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_contracts_tenant_id_handbook_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "prepared_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_contracts_tenant_id_prepared_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "quotation_id"],
            ["quotations.tenant_id", "quotations.id"],
            name=op.f("fk_contracts_tenant_id_quotation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reminder_clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_contracts_tenant_id_reminder_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_line_id"],
            ["service_lines.tenant_id", "service_lines.id"],
            name=op.f("fk_contracts_tenant_id_service_line_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_contracts_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "quotation_id", name=op.f("uq_contracts_tenant_id_quotation_id")),
    )
    op.create_index("ix_contracts_approval", "contracts", ["tenant_id", "approval_id"], unique=False)
    op.create_index("ix_contracts_checklist_clause", "contracts", ["tenant_id", "checklist_clause_id"], unique=False)
    op.create_index("ix_contracts_customer", "contracts", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index("ix_contracts_department", "contracts", ["tenant_id", "department_id", "id"], unique=False)
    op.create_index("ix_contracts_ends", "contracts", ["tenant_id", "ends_on", "id"], unique=False)
    op.create_index("ix_contracts_handbook_version", "contracts", ["tenant_id", "handbook_version_id"], unique=False)
    op.create_index("ix_contracts_prepared_by", "contracts", ["tenant_id", "prepared_by_id", "id"], unique=False)
    op.create_index("ix_contracts_reminder_clause", "contracts", ["tenant_id", "reminder_clause_id"], unique=False)
    op.create_index("ix_contracts_service_line", "contracts", ["tenant_id", "service_line_id"], unique=False)
    op.create_index("ix_contracts_state", "contracts", ["tenant_id", "state", "id"], unique=False)
    op.create_table(
        "contract_checks",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("item", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_contract_checks_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "settled_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_contract_checks_tenant_id_settled_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract_checks")),
        sa.UniqueConstraint(
            "tenant_id", "contract_id", "position", name=op.f("uq_contract_checks_tenant_id_contract_id_position")
        ),
    )
    op.create_index("ix_contract_checks_settled_by", "contract_checks", ["tenant_id", "settled_by_id"], unique=False)
    op.create_table(
        "contract_copies",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "confirmed_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_contract_copies_tenant_id_confirmed_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_contract_copies_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_contract_copies_tenant_id_department_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract_copies")),
        sa.UniqueConstraint(
            "tenant_id",
            "contract_id",
            "department_id",
            name=op.f("uq_contract_copies_tenant_id_contract_id_department_id"),
        ),
    )
    op.create_index(
        "ix_contract_copies_confirmed_by", "contract_copies", ["tenant_id", "confirmed_by_id"], unique=False
    )
    op.create_index(
        "ix_contract_copies_department", "contract_copies", ["tenant_id", "department_id", "id"], unique=False
    )
    op.create_table(
        "contract_instalments",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "trigger",
            sa.Enum(
                "signing",
                "date",
                "milestone",
                "acceptance",
                name="trigger",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("share_percent", sa.Numeric(precision=16, scale=12), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_contract_instalments_tenant_id_contract_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract_instalments")),
        sa.UniqueConstraint(
            "tenant_id", "contract_id", "position", name=op.f("uq_contract_instalments_tenant_id_contract_id_position")
        ),
    )
    guard("contracts", grants="SELECT, INSERT, UPDATE")
    guard("contract_checks", grants="SELECT, INSERT, UPDATE")
    guard("contract_copies", grants="SELECT, INSERT, UPDATE")
    guard("contract_instalments")
