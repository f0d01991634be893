"""Another company's file over HTTP is answered as an id that nobody has, to the last byte, and leaves no trace."""

import httpx
import pytest
from starlette.applications import Starlette

from api.http.files import ROUTES
from tenancy.database import database
from tests.isolation.companies import Company, like
from tests.isolation.conftest import Ground, housed


async def ask(own: Company, method: str, id_: object, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=ROUTES)), base_url="http://zhidu"
    ) as client:
        sent = {"authorization": f"Bearer {own.token()}", **headers}
        answer = await client.request(method, f"/files/{id_}", headers=sent)
    return answer.status_code, answer.content, dict(answer.headers)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_foreign_file_is_as_unknown_as_none(pool: None, ground: Ground, method: str) -> None:
    own, foreign = ground.acme, ground.globex.id("files")
    async with housed(ground, 1):
        theirs = await ask(own, method, foreign)
        assert theirs == await ask(own, method, like(foreign))
        assert theirs[0] == 404
        digest = ground.globex.rows[0]["blobs"]["sha256"]
        assert theirs == await ask(own, method, foreign, **{"if-none-match": f'"{digest}"'})
        assert not any(mark in theirs[1] for mark in ground.globex.marked())
        async with database.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('app.tenant', $1, true)", str(ground.globex.tenant_id))
            told = "SELECT count(*) FROM journal_entries WHERE name = 'files.downloaded'"
            assert await connection.fetchval(told) == 0


async def test_one_s_own_file_is_there(pool: None, ground: Ground) -> None:
    """So that what is above is no answer to everybody alike."""
    async with housed(ground, 1):
        status, _, headers = await ask(ground.acme, "HEAD", ground.acme.id("files"))
    assert status == 200
    assert headers["etag"] == f'"{ground.acme.rows[0]["blobs"]["sha256"]}"'
