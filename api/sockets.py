"""What a socket is told when it is refused or a fault of ours stops it: the same as over HTTP."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import strawberry
from graphql import GraphQLError, OperationDefinitionNode, OperationType
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)
from strawberry.types.execution import StreamExecutionResult

from api.errors import formatted, of_refusal, unexpected
from api.reading.limits import of_syntax
from api.reading.refusing import cause_of, refused
from tenancy.actor import Actor
from tenancy.language import Language
from tenancy.refusals import Refusal, message

MOST_SUBSCRIPTIONS = 20
# The codes of closing that clients of graphql-transport-ws know.
BAD_MESSAGE, FAULT = 4400, 4500
ONLY_LISTENING = message("A socket carries subscriptions alone; send queries and mutations as a POST to /graphql.")


def language_of(context: Any) -> str:
    """In which language a socket's owner is answered."""
    actor: Actor | None = context.actor
    return Language.EN if actor is None else actor.language


class Told(SchemaExtension):
    """Makes of every error of a subscription what the same error is over HTTP."""

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Just before a result leaves."""
        errors: list[GraphQLError] | None = getattr(result, "errors", None)
        if errors:
            language = language_of(self.execution_context.context)
            if self._asks_for_something_else():
                errors = [refused("BAD_REQUEST", ONLY_LISTENING)]
            result.errors = [_told(error, language) for error in errors]  # type: ignore[union-attr]  # it has errors
        yield

    def _asks_for_something_else(self) -> bool:
        """Whether a query or a mutation was sent, of whose fields a socket knows nothing."""
        document, name = self.execution_context.graphql_document, self.execution_context.operation_name
        operations = [
            item
            for item in (document.definitions if document is not None else ())
            if isinstance(item, OperationDefinitionNode)
        ]
        named = [item for item in operations if name is None or (item.name is not None and item.name.value == name)]
        return len(named) == 1 and named[0].operation is not OperationType.SUBSCRIPTION


def _told(error: GraphQLError, language: str) -> GraphQLError:
    if isinstance(cause_of(error), CannotGetOperationTypeError | InvalidOperationTypeError | MissingQueryError):
        error = refused("BAD_REQUEST", message("There is no such operation in the document."))
    error = of_syntax(error)
    found = formatted(error, language)
    return GraphQLError(
        found["message"],
        error.nodes,
        error.source,
        error.positions,
        error.path,
        extensions=found["extensions"],
    )


class LiveSchema(strawberry.Schema):
    """A schema whose errors are logged by whoever makes them into answers: a fault once, a refusal never."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Nothing here."""


class Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """One socket, whatever is sent to it."""

    async def handle_message(self, message: Message) -> None:
        """Take a message; one that has not the form of the protocol closes the socket."""
        if _has_form(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("This is no message of graphql-transport-ws.")

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Let somebody in, or say why not."""
        try:
            await super().handle_connection_init(message)
        except WebSocketDisconnected:
            raise
        except Exception as fault:
            number = unexpected(fault, Language.EN)["extensions"]["id"]
            await self.websocket.close(code=FAULT, reason=number)

    async def handle_subscribe(self, asked: SubscribeMessage) -> None:
        """Begin a subscription, up to so many on one socket."""
        known = asked["id"] in self.operations
        if self.connection_acknowledged and not known and len(self.operations) >= MOST_SUBSCRIPTIONS:
            text, values = message("A socket carries at most {most} subscriptions."), {"most": MOST_SUBSCRIPTIONS}
            said = of_refusal(Refusal(text, values, code="LIMIT_EXCEEDED"), language_of(self.context))
            await self.send_message(cast("Message", {"id": asked["id"], "type": "error", "payload": [said]}))
            return
        await super().handle_subscribe(asked)


def _has_form(given: Any) -> bool:
    if not isinstance(given, Mapping) or not isinstance(given.get("type"), str):
        return False
    if given["type"] == "complete":
        return isinstance(given.get("id"), str)
    if given["type"] != "subscribe":
        return True
    payload = given.get("payload")
    return (
        isinstance(given.get("id"), str)
        and isinstance(payload, Mapping)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
