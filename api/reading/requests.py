"""What one GraphQL call asks, and what it is answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from tenancy.actor import Actor


@dataclass(slots=True)
class Call:
    """One operation to carry out, and what its caller said beside it."""

    document: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    reason: str | None = None
    # A UUID, which the journal keeps of a change.
    request_id: str | None = None
    # A GET changes nothing, whatever its document says.
    only_reading: bool = False
    # Who sends this as they are now, which is asked before every mutation but the first: the one before may have taken
    # their token or a permission. None: they stay who they were.
    actor_now: Callable[[], Awaitable[Actor]] | None = None


@dataclass(slots=True)
class Answer:
    """The JSON of `data` (None when nothing was executed), errors, and the cost in points."""

    data: bytes | None
    errors: list[GraphQLError] = field(default_factory=list)
    cost: int = 0
    # Whether one statement answered it; otherwise strawberry executed it.
    planned: bool = True
    # Whether nothing of what was asked has come about, so that a client may send all of it again.
    in_vain: bool = False
