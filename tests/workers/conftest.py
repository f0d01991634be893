"""A yard of its own for each test: no company has anything to do, and settings point to nowhere."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tenancy.config import settings


@pytest.fixture
async def behind(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """PostgreSQL as the superuser, to look at and bend what the product may not."""
    connection = await asyncpg.connect(owner_url)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def quiet(behind: asyncpg.Connection, pool: None) -> None:
    """Nothing is due anywhere: what earlier tests left on their companies' agendas is gone."""
    await behind.execute("TRUNCATE agenda")


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Settings of the test's own; set more with `setenv` before they are first read."""
    with monkeypatch.context() as patch:
        patch.setenv("ZHIDU_DATA", str(tmp_path))
        patch.setenv("ZHIDU_SECRET_KEY", "5a" * 32)
        patch.setenv("ZHIDU_MAIL_FROM", "Zhidu <zhidu@zhidu.example>")
        settings.cache_clear()
        yield patch
    settings.cache_clear()
