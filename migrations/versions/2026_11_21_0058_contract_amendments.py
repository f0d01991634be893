"""Contracts: supplementary agreements, and what holds from which day on"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

# What contracts say that were signed before holds from their first day on, as agreed when they were signed; ids sort by
# that instant, as everywhere.
AGREED = """
    INSERT INTO contract_terms (tenant_id, id, contract_id, origin, effective_on, agreed_at, parts, own_party,
        customer_party, scope, acceptance_standard, liability, ends_on, notice_days, currency, net_minor, tax_minor,
        total_minor)
    SELECT tenant_id, (lpad(to_hex((extract(epoch FROM signed_at) * 1000)::bigint), 12, '0')
            || substr(replace(gen_random_uuid()::text, '-', ''), 13))::uuid,
        id, 'signature', starts_on, signed_at,
        ARRAY['parties', 'scope', 'acceptance', 'liability', 'term', 'fees'], own_party, customer_party, scope,
        acceptance_standard, liability, ends_on, notice_days, currency, net_minor, tax_minor, total_minor
    FROM contracts WHERE signed_at IS NOT NULL"""


def upgrade() -> None:
    op.create_table(
        "contract_amendments",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum("change", "impossibility", name="cause", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("parts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("own_party", sa.Text(), nullable=True),
        sa.Column("customer_party", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("acceptance_standard", sa.Text(), nullable=True),
        sa.Column("liability", sa.Text(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("former_total_minor", sa.BigInteger(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=True),
        sa.Column("handbook_version_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "in_review",
                "approved",
                "signed",
                "in_effect",
                "withdrawn",
                name="amendmentstate",
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
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name=op.f("fk_contract_amendments_tenant_id_approval_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_contract_amendments_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handbook_version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_contract_amendments_tenant_id_handbook_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "prepared_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_contract_amendments_tenant_id_prepared_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract_amendments")),
        sa.UniqueConstraint(
            "tenant_id", "contract_id", "position", name=op.f("uq_contract_amendments_tenant_id_contract_id_position")
        ),
    )
    op.create_index(
        "ix_contract_amendments_approval", "contract_amendments", ["tenant_id", "approval_id"], unique=False
    )
    op.create_index(
        "ix_contract_amendments_handbook_version",
        "contract_amendments",
        ["tenant_id", "handbook_version_id"],
        unique=False,
    )
    op.create_index(
        "ix_contract_amendments_prepared_by", "contract_amendments", ["tenant_id", "prepared_by_id"], unique=False
    )
    op.create_index("ix_contract_amendments_state", "contract_amendments", ["tenant_id", "state", "id"], unique=False)
    op.create_table(
        "contract_terms",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("amendment_id", sa.Uuid(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "signature", "amendment", "renewal", name="origin", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("own_party", sa.Text(), nullable=False),
        sa.Column("customer_party", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("acceptance_standard", sa.Text(), nullable=False),
        sa.Column("liability", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "amendment_id"],
            ["contract_amendments.tenant_id", "contract_amendments.id"],
            name=op.f("fk_contract_terms_tenant_id_amendment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_contract_terms_tenant_id_contract_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract_terms")),
    )
    op.create_index("ix_contract_terms_amendment", "contract_terms", ["tenant_id", "amendment_id"], unique=False)
    op.create_index(
        "ix_contract_terms_contract", "contract_terms", ["tenant_id", "contract_id", "effective_on", "id"], unique=False
    )
    op.create_table(
        "contract_amendment_items",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("instalment_id", sa.Uuid(), nullable=True),
        sa.Column("changed", sa.Boolean(), nullable=False),
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
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "amendment_id"],
            ["contract_amendments.tenant_id", "contract_amendments.id"],
            name=op.f("fk_contract_amendment_items_tenant_id_amendment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instalment_id"],
            ["contract_instalments.tenant_id", "contract_instalments.id"],
            name=op.f("fk_contract_amendment_items_tenant_id_instalment_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract_amendment_items")),
        sa.UniqueConstraint(
            "tenant_id",
            "amendment_id",
            "position",
            name=op.f("uq_contract_amendment_items_tenant_id_amendment_id_position"),
        ),
    )
    op.create_index(
        "ix_contract_amendment_items_instalment",
        "contract_amendment_items",
        ["tenant_id", "instalment_id"],
        unique=False,
    )
    op.add_column("contract_instalments", sa.Column("added_by_id", sa.Uuid(), nullable=True))
    op.add_column("contract_instalments", sa.Column("dropped_by_id", sa.Uuid(), nullable=True))
    op.add_column("contract_instalments", sa.Column("invoiced_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_contract_instalments_added_by", "contract_instalments", ["tenant_id", "added_by_id"], unique=False
    )
    op.create_index(
        "ix_contract_instalments_dropped_by", "contract_instalments", ["tenant_id", "dropped_by_id"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_contract_instalments_tenant_id_added_by_id"),
        "contract_instalments",
        "contract_amendments",
        ["tenant_id", "added_by_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_contract_instalments_tenant_id_dropped_by_id"),
        "contract_instalments",
        "contract_amendments",
        ["tenant_id", "dropped_by_id"],
        ["tenant_id", "id"],
    )
    # The migration's own role is kept from tenants' rows, too, by the forced form.
    op.execute("ALTER TABLE contracts NO FORCE ROW LEVEL SECURITY")
    op.execute(AGREED)
    op.execute("ALTER TABLE contracts FORCE ROW LEVEL SECURITY")
    guard("contract_amendments", grants="SELECT, INSERT, UPDATE")
    # What was agreed stays.
    guard("contract_terms", grants="SELECT, INSERT")
    guard("contract_amendment_items")
