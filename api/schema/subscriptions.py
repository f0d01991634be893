"""Everything that can be listened to."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.extensions import MaxTokensLimiter

from api.live import Changed, changed
from api.reading.limits import LIMITS
from api.schema import scalars
from api.sockets import LiveSchema, Told


@strawberry.type(description="What can be listened to, over a WebSocket that speaks graphql-transport-ws.")
class Subscription:
    """The root of listening."""

    @strawberry.subscription(  # type: ignore[untyped-decorator]  # strawberry leaves it untyped
        description="Facts as they happen. Without `subjectId` this needs the permission journal.read,"
        " unless all `names` are facts of approvals: then you hear those about approvals that you may see."
    )
    async def changed(
        self,
        info: strawberry.Info,
        names: Annotated[
            list[str] | None, strawberry.argument(description="Only these facts; the query `factNames` lists them.")
        ] = None,
        subject_id: Annotated[
            UUID | None,
            strawberry.argument(
                description="Only about this record, and of an approval also about its seats. NOT_FOUND for what the "
                "company has not, and, without journal.read, for what you do not see."
            ),
        ] = None,
    ) -> AsyncIterator[Changed]:
        """Facts as they happen."""
        async for change in changed(info, names, subject_id):
            yield change


@strawberry.type(description="Over a socket nothing is asked: send queries and mutations as POSTs.")
class Nothing:
    """A schema needs a root of reading."""

    post: str = strawberry.field(default="/graphql", description="Where queries and mutations go.")


# Sockets carry subscriptions alone; whatever else is sent over them has no root to land on.
LIVE_SCHEMA = LiveSchema(
    Nothing,
    subscription=Subscription,
    config=scalars.config(),
    extensions=[lambda: MaxTokensLimiter(max_token_count=LIMITS.tokens), Told],
)
