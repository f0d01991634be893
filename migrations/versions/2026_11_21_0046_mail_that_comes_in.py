"""Mail that comes in: the addresses, the mails, and what contacts have said by mail"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_addresses",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("local_part", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_address", sa.Text(), nullable=True),
        sa.Column("offering_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("walk_in_customer_id", sa.Uuid(), nullable=True),
        sa.Column(
            "impact",
            sa.Enum("low", "medium", "high", name="impact", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "urgency",
            sa.Enum("low", "medium", "high", name="urgency", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True, comment="sealed: mail-secret"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_mail_addresses_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offering_id"],
            ["service_offerings.tenant_id", "service_offerings.id"],
            name=op.f("fk_mail_addresses_tenant_id_offering_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "walk_in_customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_mail_addresses_tenant_id_walk_in_customer_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mail_addresses")),
        sa.UniqueConstraint("tenant_id", "local_part", name=op.f("uq_mail_addresses_tenant_id_local_part")),
    )
    op.create_index("ix_mail_addresses_department", "mail_addresses", ["tenant_id", "department_id"], unique=False)
    op.create_index("ix_mail_addresses_offering", "mail_addresses", ["tenant_id", "offering_id"], unique=False)
    op.create_index(
        "ix_mail_addresses_walk_in_customer", "mail_addresses", ["tenant_id", "walk_in_customer_id"], unique=False
    )
    op.create_table(
        "inbound_mails",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "origin",
            sa.Enum("smtp", "webhook", name="mailorigin", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("envelope_to", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "filed",
                "quarantined",
                "refused",
                "reported",
                "discarded",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "malformed",
                "too_complex",
                "no_sender",
                "automatic",
                "loop",
                "too_many",
                "unmatched_report",
                "unknown_sender",
                "not_entitled",
                "several_customers",
                "no_customer",
                "not_filed",
                name="mailreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("from_address", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("request_message_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("effect_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "address_id"],
            ["mail_addresses.tenant_id", "mail_addresses.id"],
            name=op.f("fk_inbound_mails_tenant_id_address_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_inbound_mails_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "effect_id"],
            ["effects.tenant_id", "effects.id"],
            name=op.f("fk_inbound_mails_tenant_id_effect_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["files.tenant_id", "files.id"], name=op.f("fk_inbound_mails_tenant_id_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_inbound_mails_tenant_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_message_id"],
            ["request_messages.tenant_id", "request_messages.id"],
            name=op.f("fk_inbound_mails_tenant_id_request_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "settled_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_inbound_mails_tenant_id_settled_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_inbound_mails")),
        sa.UniqueConstraint(
            "tenant_id", "address_id", "identity", name=op.f("uq_inbound_mails_tenant_id_address_id_identity")
        ),
    )
    op.create_index("ix_inbound_mails_contact", "inbound_mails", ["tenant_id", "contact_id"], unique=False)
    op.create_index("ix_inbound_mails_effect", "inbound_mails", ["tenant_id", "effect_id"], unique=False)
    op.create_index("ix_inbound_mails_file", "inbound_mails", ["tenant_id", "file_id"], unique=False)
    op.create_index("ix_inbound_mails_message", "inbound_mails", ["tenant_id", "message_id"], unique=False)
    op.create_index("ix_inbound_mails_request", "inbound_mails", ["tenant_id", "request_id", "id"], unique=False)
    op.create_index(
        "ix_inbound_mails_request_message", "inbound_mails", ["tenant_id", "request_message_id"], unique=False
    )
    op.create_index(
        "ix_inbound_mails_sender", "inbound_mails", ["tenant_id", "from_address", "received_at"], unique=False
    )
    op.create_index("ix_inbound_mails_settled_by", "inbound_mails", ["tenant_id", "settled_by_id"], unique=False)
    op.create_index("ix_inbound_mails_state", "inbound_mails", ["tenant_id", "state", "id"], unique=False)
    op.add_column("request_messages", sa.Column("contact_id", sa.Uuid(), nullable=True))
    op.create_index("ix_request_messages_contact", "request_messages", ["tenant_id", "contact_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_request_messages_tenant_id_contact_id"),
        "request_messages",
        "contacts",
        ["tenant_id", "contact_id"],
        ["tenant_id", "id"],
    )
    guard("mail_addresses")
    guard("inbound_mails")
