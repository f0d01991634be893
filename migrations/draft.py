"""Draft the next migration from what the database lacks: `python -m migrations.draft URL REVISION "what it adds"`."""

import asyncio
import re
import sys
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from migrations.run import config, roles
from migrations.tables import METADATA


def draft(url: str, revision: str, message: str) -> Path:
    """Write `migrations/versions/REVISION_….py`; the database at `url` must be at the newest revision."""
    return asyncio.run(_draft(url, revision, message))


async def _draft(url: str, revision: str, message: str) -> Path:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_write, revision, message)
    finally:
        await engine.dispose()


def _write(connection: Connection, revision: str, message: str) -> Path:
    roles(connection, None)
    connection.execute(text("SET ROLE zhidu_owner"))
    connection.commit()
    alembic = config()
    alembic.attributes["connection"] = connection
    script = command.revision(alembic, message=message, autogenerate=True, rev_id=revision)
    assert script is not None
    assert not isinstance(script, list)
    path = Path(script.path)
    source = re.sub(r"\n    # ### commands.*", "", path.read_text())
    created = [METADATA.tables[name] for name in re.findall(r'create_table\(\s*[\'"](\w+)', source)]
    guards = "".join(
        f'    guard("{table.name}")\n' if "tenant_id" in table.c else f'    open_to_platform("{table.name}")\n'
        for table in created
    )
    path.write_text(re.sub(r"    # ### end.*\n", guards, source))
    return path


if __name__ == "__main__":
    print(draft(*sys.argv[1:4]))  # noqa: T201  # a tool for developers at their terminal
