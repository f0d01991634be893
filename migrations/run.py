"""Bring a database to this version: its roles, then its tables; safe to run at every start."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

# Several processes may start at once; the second waits here and then finds nothing to do.
MIGRATION_LOCK = 7_294_501


def config() -> Config:
    """Alembic's settings; there is no file of them."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.set_main_option("path_separator", "os")
    return settings


def heads() -> set[str]:
    """The revisions this version of the product expects."""
    return set(ScriptDirectory.from_config(config()).get_heads())


def upgrade(migration_url: str, app_password: str | None = None) -> None:
    """Create the three roles and every table. `migration_url` is of a role that may create roles."""
    asyncio.run(upgrade_async(migration_url, app_password))


async def upgrade_async(migration_url: str, app_password: str | None = None) -> None:
    """The same inside a running loop."""
    engine = create_async_engine(migration_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, app_password)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, app_password: str | None) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    roles(connection, app_password)
    connection.execute(text("SET lock_timeout = '2s'"))
    connection.execute(text("SET ROLE zhidu_owner"))
    connection.commit()
    alembic = config()
    alembic.attributes["connection"] = connection
    command.upgrade(alembic, "heads")
    connection.execute(text("RESET ROLE"))
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
    connection.commit()


def roles(connection: Connection, app_password: str | None) -> None:
    """Create the three roles if they are not there: owner (no login), application, archive reader (no login)."""
    present = {row[0] for row in connection.execute(text("SELECT rolname FROM pg_roles"))}
    for role, login in (("zhidu_owner", False), ("zhidu_backup", False), ("zhidu_app", True)):
        if role not in present:
            connection.execute(text(f"CREATE ROLE {role} NOSUPERUSER NOBYPASSRLS {'LOGIN' if login else 'NOLOGIN'}"))
    if app_password is not None:
        quoted = connection.scalar(text("SELECT quote_literal(:password)"), {"password": app_password})
        # Not as `text`, which would take a colon in the password for a parameter's.
        connection.exec_driver_sql(f"ALTER ROLE zhidu_app PASSWORD {quoted}")
    # An archive is read as the read-only role, into which the application steps for that one transaction.
    connection.execute(text("ALTER ROLE zhidu_app NOINHERIT"))
    connection.execute(text("GRANT zhidu_backup TO zhidu_app"))
    connection.execute(text("GRANT zhidu_owner TO CURRENT_USER"))
    connection.execute(text("REVOKE ALL ON SCHEMA public FROM PUBLIC"))
    # Whoever may make a temporary function can make a leaky operator, which sees rows before the policies do.
    database = connection.scalar(text("SELECT quote_ident(current_database())"))
    connection.execute(text(f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC"))
    connection.execute(text("GRANT USAGE ON SCHEMA public TO zhidu_app, zhidu_backup"))
    connection.execute(text("GRANT USAGE, CREATE ON SCHEMA public TO zhidu_owner"))


def applied(connection: Connection) -> set[str]:
    """The revisions a database has reached."""
    return set(MigrationContext.configure(connection).get_current_heads())
