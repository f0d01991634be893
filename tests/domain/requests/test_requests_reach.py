"""What is looked for among everything that was said is found by an index, however much that is."""

from uuid import uuid4

from sqlalchemy import select

from domain.requests import queries
from domain.requests.models import Message
from tenancy.actor import Actor
from tenancy.database import reading
from tenancy.statements import prepare


async def test_the_messages_of_a_request_are_found_by_their_index_alone(acme: Actor) -> None:
    """Under row-level security an index serves only conditions that PostgreSQL knows to tell nobody anything."""
    sql, arguments = prepare(select(Message.id).where(queries.thread(Message) == uuid4()).order_by(Message.id).limit(3))
    async with reading(acme) as work:
        await work.sql("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in await work.sql(f"EXPLAIN {sql}", *arguments))
    assert "ix_request_messages_thread" in plan
    assert "Filter" not in plan
