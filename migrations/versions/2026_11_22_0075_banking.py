"""Banking: accounts, the files read for them, and their lines"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_accounts",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("csv_form", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bank_accounts")),
        sa.UniqueConstraint("tenant_id", "number", "currency", name=op.f("uq_bank_accounts_tenant_id_number_currency")),
    )
    op.create_table(
        "bank_statements",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column(
            "form",
            sa.Enum("csv", "camt_053", name="form", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("new_lines", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=True),
        sa.Column("closing_minor", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["bank_accounts.tenant_id", "bank_accounts.id"],
            name=op.f("fk_bank_statements_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["files.tenant_id", "files.id"], name=op.f("fk_bank_statements_tenant_id_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "imported_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_bank_statements_tenant_id_imported_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bank_statements")),
        sa.UniqueConstraint(
            "tenant_id", "account_id", "sha256", name=op.f("uq_bank_statements_tenant_id_account_id_sha256")
        ),
    )
    op.create_index("ix_bank_statements_file", "bank_statements", ["tenant_id", "file_id"], unique=False)
    op.create_index("ix_bank_statements_imported_by", "bank_statements", ["tenant_id", "imported_by_id"], unique=False)
    op.create_table(
        "bank_lines",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("payer_account", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("bank_reference", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "booked", "ignored", name="linestate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("linked", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["bank_accounts.tenant_id", "bank_accounts.id"],
            name=op.f("fk_bank_lines_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "decided_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_bank_lines_tenant_id_decided_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payment_id"],
            ["payments.tenant_id", "payments.id"],
            name=op.f("fk_bank_lines_tenant_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "statement_id"],
            ["bank_statements.tenant_id", "bank_statements.id"],
            name=op.f("fk_bank_lines_tenant_id_statement_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_bank_lines")),
        sa.UniqueConstraint(
            "tenant_id",
            "account_id",
            "digest",
            "occurrence",
            name=op.f("uq_bank_lines_tenant_id_account_id_digest_occurrence"),
        ),
        sa.UniqueConstraint("tenant_id", "payment_id", name=op.f("uq_bank_lines_tenant_id_payment_id")),
    )
    op.create_index("ix_bank_lines_decided_by", "bank_lines", ["tenant_id", "decided_by_id"], unique=False)
    op.create_index("ix_bank_lines_payer", "bank_lines", ["tenant_id", "payer_account"], unique=False)
    op.create_index("ix_bank_lines_state", "bank_lines", ["tenant_id", "state", "id"], unique=False)
    op.create_index("ix_bank_lines_statement", "bank_lines", ["tenant_id", "statement_id", "position"], unique=False)
    guard("bank_accounts", grants="SELECT, INSERT, UPDATE")
    guard("bank_statements")
    guard("bank_lines")
