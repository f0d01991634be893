"""Mails are kept in a folder of the test's own, and nothing is due anywhere."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tenancy import storage
from tenancy.config import settings


@pytest.fixture(autouse=True)
def kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings of an installation that takes mail."""
    monkeypatch.setenv("ZHIDU_FILE_URL", (tmp_path / "files").as_uri())
    monkeypatch.setenv("ZHIDU_MAIL_FROM", "Zhidu <zhidu@zhidu.example>")
    monkeypatch.setenv("ZHIDU_MAIL_MEGABYTES", "1")
    settings.cache_clear()
    storage.file_storage.cache_clear()
    yield
    settings.cache_clear()
    storage.file_storage.cache_clear()


@pytest.fixture(autouse=True)
async def quiet(owner_url: str, pool: None) -> AsyncIterator[None]:
    """What earlier tests left on their companies' agendas is gone."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("TRUNCATE agenda")
        yield
    finally:
        await connection.close()
