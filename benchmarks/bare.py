"""The bare limit: an ASGI function that runs given SQL and sends the bytes on; no GraphQL, nobody is asked for a token.

`python -m benchmarks.bare PORT STATEMENTS POOL URL`; STATEMENTS is a JSON file: names to SQL texts and argument kinds.
"""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import uvicorn
from starlette.types import Receive, Scope, Send

# How the JSON of a request becomes what the driver takes; everything else it takes as it is.
READ: Mapping[str, Callable[[str], Any]] = {"datetime": datetime.fromisoformat}


class Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg carries no types
    """A connection that is given back without a query that resets it: nothing is set for longer than a statement."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        """Nothing to reset."""
        return ""


class Bare:
    """The application: the body names a statement and brings its arguments."""

    def __init__(self, statements: Mapping[str, Mapping[str, Any]], url: str, pool_size: int) -> None:
        self._url, self._size = url, pool_size
        self._statements = {
            name: (each["sql"], [(place, READ[kind]) for place, kind in enumerate(each["kinds"]) if kind in READ])
            for name, each in statements.items()
        }
        self._pool: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        parts, more = [], True
        while more:
            event = await receive()
            parts.append(event.get("body", b""))
            more = event.get("more_body", False)
        asked = orjson.loads(b"".join(parts))
        sql, kinds = self._statements[asked["statement"]]
        arguments = asked["arguments"]
        for place, read in kinds:
            arguments[place] = read(arguments[place])
        async with self._pool.acquire() as connection:
            data = await connection.fetchval(sql, *arguments)
        body = b'{"data":' + data + b"}"
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=1,
            max_size=self._size,
            connection_class=Connection,
            init=speak_json,
            server_settings={"jit": "off", "TimeZone": "UTC"},
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def speak_json(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=lambda value: orjson.dumps(value).decode(), decoder=orjson.loads
    )


def main() -> None:
    """Serve until a signal ends it."""
    port, statements, pool_size, url = sys.argv[1:]
    application = Bare(json.loads(Path(statements).read_text()), url, int(pool_size))
    configured = uvicorn.Config(
        application,
        port=int(port),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
    )
    uvicorn.Server(configured).run()


if __name__ == "__main__":
    main()
