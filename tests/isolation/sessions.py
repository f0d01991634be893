"""What a connection has kept of the work that it was lent for: nothing may be left when it is given back."""

import asyncpg

LEFT = {
    # The driver sets jit to what it is anyway, whenever it asks for a type.
    "a setting": "SELECT name || ' = ' || setting FROM pg_settings WHERE source = 'session' AND name <> 'jit'",
    # Settings of our own are in no list, so each that the product uses is asked for by its name.
    "a setting of ours": """
        SELECT name || ' = ' || current_setting(name, true)
        FROM unnest(ARRAY['app.tenant', 'app.member', 'app.language', 'app.client']) AS name
        WHERE current_setting(name, true) <> ''""",
    "a role": "SELECT current_user::text WHERE current_user <> session_user",
    "a temporary table": "SELECT relname::text FROM pg_class WHERE relnamespace = pg_my_temp_schema()",
    "a lock": "SELECT objid::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
    "an ear": "SELECT pg_listening_channels()",
}


async def left_behind(connection: asyncpg.Connection) -> list[str]:
    """What somebody else would find on this connection."""
    return [f"{what}: {row[0]}" for what, sql in LEFT.items() for row in await connection.fetch(sql)]
