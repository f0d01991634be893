"""What every migration says of a new table: who owns it, who may touch it, and the policy that guards its tenant."""

from alembic import op

TENANT = "tenant_id = (SELECT current_setting('app.tenant')::uuid)"


def guard(table: str, *, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Make `table` a tenant's: forced row-level security in the strict form, which fails loudly without a tenant."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO zhidu_app USING ({TENANT}) WITH CHECK ({TENANT})")
    op.execute(f"CREATE POLICY archive ON {table} FOR SELECT TO zhidu_backup USING ({TENANT})")
    op.execute(f"GRANT {grants} ON {table} TO zhidu_app")
    op.execute(f"GRANT SELECT ON {table} TO zhidu_backup")


def keep_out_of_archives(table: str) -> None:
    """What must not be in an archive, the archives' role may not read; a test names each such table and why."""
    op.execute(f"REVOKE ALL ON {table} FROM zhidu_backup")


def open_to_platform(table: str, *, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Make `table` the platform's: it holds no tenant's business, and the isolation tests name it."""
    op.execute(f"GRANT {grants} ON {table} TO zhidu_app")
