"""Access: PostgreSQL calls out which company's members, roles, tokens, sessions or clients have changed"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# What changes whose token is whose, and what it allows; not when one was last used.
TOLD = {
    "members": "UPDATE OF active, language OR DELETE",
    "roles": "UPDATE OF permissions OR DELETE",
    "member_roles": "INSERT OR UPDATE OR DELETE",
    "access_tokens": "UPDATE OF scopes, expires_at, revoked_at OR DELETE",
    "sessions": "UPDATE OF expires_at, revoked_at OR DELETE",
    "oauth_clients": "UPDATE OF scopes, disabled_at OR DELETE",
    "revoked_tokens": "INSERT",
}


def upgrade() -> None:
    # It runs as whoever changes the row, and says the company's id and nothing else.
    op.execute(
        "CREATE FUNCTION tell_access() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$"
        " BEGIN PERFORM pg_notify('zhidu_access', coalesce(NEW.tenant_id, OLD.tenant_id)::text); RETURN NULL; END $$"
    )
    for table, changes in TOLD.items():
        op.execute(f"CREATE TRIGGER tell_access AFTER {changes} ON {table} FOR EACH ROW EXECUTE FUNCTION tell_access()")
