"""Presales: requirements confirmed by link"""

import sqlalchemy as sa
from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None

STATES = ("draft", "sent", "confirmed", "objected", "superseded")


def upgrade() -> None:
    op.add_column("requirements_documents", sa.Column("contact_id", sa.Uuid(), nullable=True))
    op.add_column("requirements_documents", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("requirements_documents", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "requirements_documents", sa.Column("by_link", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_foreign_key(
        op.f("fk_requirements_documents_tenant_id_contact_id"),
        "requirements_documents",
        "contacts",
        ["tenant_id", "contact_id"],
        ["tenant_id", "id"],
    )
    op.create_index(
        "ix_requirements_documents_contact", "requirements_documents", ["tenant_id", "contact_id"], unique=False
    )
    listed = ", ".join(f"'{state}'" for state in STATES)
    op.execute("ALTER TABLE requirements_documents DROP CONSTRAINT ck_requirements_documents_requirementsstate")
    op.execute(
        "ALTER TABLE requirements_documents ADD CONSTRAINT ck_requirements_documents_requirementsstate"
        f" CHECK (state IN ({listed}))"
    )
