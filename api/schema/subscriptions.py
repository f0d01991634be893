"""Everything that can be listened to."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaskErrors, MaxTokensLimiter

from api.live import Changed, changed
from api.reading.limits import LIMITS
from api.schema import scalars
from tenancy.refusals import Refusal


@strawberry.type(description="What can be listened to, over a WebSocket that speaks graphql-transport-ws.")
class Subscription:
    """The root of listening."""

    @strawberry.subscription(  # type: ignore[untyped-decorator]  # strawberry leaves it untyped
        description="Facts as they happen. Without `subjectId` this needs the permission journal.read."
    )
    async def changed(
        self,
        info: strawberry.Info,
        names: Annotated[list[str] | None, strawberry.argument(description="Only these facts.")] = None,
        subject_id: Annotated[UUID | None, strawberry.argument(description="Only about this record.")] = None,
    ) -> AsyncIterator[Changed]:
        """Facts as they happen."""
        async for change in changed(info, names, subject_id):
            yield change


@strawberry.type(description="Over a socket nothing is asked: send queries and mutations as POSTs.")
class Nothing:
    """A schema needs a root of reading."""

    post: str = strawberry.field(default="/graphql", description="Where queries and mutations go.")


def _is_fault(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(error.original_error, GraphQLError | Refusal)


# Sockets carry subscriptions alone; whatever else is sent over them has no root to land on.
LIVE_SCHEMA = strawberry.Schema(
    Nothing,
    subscription=Subscription,
    config=scalars.config(),
    extensions=[
        lambda: MaxTokensLimiter(max_token_count=LIMITS.tokens),
        lambda: MaskErrors(should_mask_error=_is_fault, error_message="Something went wrong on our side."),
    ],
)
