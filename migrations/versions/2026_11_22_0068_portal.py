"""The customers' portal: who may come in, what they did there, and journal entries in a contact's name"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard, keep_out_of_archives

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

# As with members' tokens: whose token is whose, and what it allows.
TOLD = {"portal_accesses": "UPDATE OF ends_at, revoked_at OR DELETE", "contacts": "UPDATE OF language OR DELETE"}


def upgrade() -> None:
    op.create_table(
        "portal_accesses",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("clause_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("grants", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("access_days", sa.BigInteger(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by_id", sa.Uuid(), nullable=True),
        sa.Column("invitation_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_portal_accesses_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_portal_accesses_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_portal_accesses_tenant_id_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invited_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_portal_accesses_tenant_id_invited_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_portal_accesses")),
        sa.UniqueConstraint("tenant_id", "hash", name=op.f("uq_portal_accesses_tenant_id_hash")),
    )
    op.create_index("ix_portal_accesses_contact", "portal_accesses", ["tenant_id", "contact_id", "id"], unique=False)
    op.create_index("ix_portal_accesses_clause", "portal_accesses", ["tenant_id", "clause_id"], unique=False)
    op.create_index("ix_portal_accesses_version", "portal_accesses", ["tenant_id", "version_id"], unique=False)
    op.create_index("ix_portal_accesses_invited_by", "portal_accesses", ["tenant_id", "invited_by_id"], unique=False)
    guard("portal_accesses", grants="SELECT, INSERT, UPDATE")
    # A copy of a company must not open the doors of the original.
    keep_out_of_archives("portal_accesses")
    for table, changes in TOLD.items():
        op.execute(f"CREATE TRIGGER tell_access AFTER {changes} ON {table} FOR EACH ROW EXECUTE FUNCTION tell_access()")
    _contacts_of("files", "uploading_contact_id", "ix_files_uploading_contact")
    _contacts_of("request_state_changes", "contact_id", "ix_request_state_changes_contact")
    op.execute("ALTER TABLE journal_entries DROP CONSTRAINT ck_journal_entries_actorkind")
    op.execute(
        "ALTER TABLE journal_entries ADD CONSTRAINT ck_journal_entries_actorkind"
        " CHECK (actor_kind IN ('member', 'client', 'contact', 'system'))"
    )


def _contacts_of(table: str, column: str, index: str) -> None:
    op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
    op.create_foreign_key(
        f"fk_{table}_tenant_id_{column}", table, "contacts", ["tenant_id", column], ["tenant_id", "id"]
    )
    op.create_index(index, table, ["tenant_id", column], unique=False)
