"""What is looked for among everything that was said is found by an index, however much that is."""

from uuid import uuid4

from sqlalchemy import select

from domain.consequences import settle
from domain.requests import queries
from domain.requests.models import Message
from tenancy.database import reading, writing
from tenancy.statements import prepare
from tests.domain.requests.company import Company, submit

# Enough that reading whatever a company ever said is dearer than reading one thread, by PostgreSQL's own reckoning.
SAID = """
INSERT INTO request_messages (id, request_id, at, audience, text)
SELECT gen_random_uuid(), $1, now(), 'public', 'Said ' || n FROM generate_series(1, 2000) AS n
"""


async def test_the_messages_of_a_request_are_found_by_their_index_alone(software: Company) -> None:
    """Under row-level security an index serves only conditions that PostgreSQL knows to tell nobody anything."""
    request = await submit(software)
    sql, arguments = prepare(select(Message.id).where(queries.thread(Message) == uuid4()).order_by(Message.id).limit(3))
    async with writing(software.admin, settle=settle) as work:
        await work.sql(SAID, request.id)
    async with reading(software.admin) as work:
        for other in ("seqscan", "bitmapscan", "sort"):
            await work.sql(f"SET LOCAL enable_{other} = off")
        plan = "\n".join(row[0] for row in await work.sql(f"EXPLAIN {sql}", *arguments))
    assert "ix_request_messages_thread" in plan
    assert "Filter" not in plan
