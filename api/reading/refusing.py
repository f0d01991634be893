"""What the door refuses before anything runs, as GraphQL errors whose sentences are translated when somebody reads."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError, Node

from tenancy.language import Language, translate
from tenancy.refusals import Refusal

SHOWN_CHARACTERS = 60


def refused(
    code: str,
    text: str,
    values: Mapping[str, Any] | None = None,
    *,
    nodes: Sequence[Node] | None = None,
    path: Sequence[str | int] | None = None,
    **extensions: Any,
) -> GraphQLError:
    """An error that carries a refusal of this code; `text` is a marked sentence, `path` the answer's."""
    return carrying(Refusal(text, values or {}, code=code), nodes=nodes, path=path, **extensions)


def carrying(
    refusal: Refusal,
    *,
    nodes: Sequence[Node] | None = None,
    path: Sequence[str | int] | None = None,
    **extensions: Any,
) -> GraphQLError:
    """A refusal on its way through GraphQL."""
    sentence = translate(refusal.text, Language.EN, refusal.values)
    extensions = {"code": refusal.code, **extensions}
    return GraphQLError(sentence, nodes, path=path, original_error=refusal, extensions=extensions)


def cause_of(error: GraphQLError) -> Exception | None:
    """What an error carries, however often GraphQL has wrapped it: a refusal, or a fault of ours.

    None where it is about the document alone.
    """
    inner: Exception | None = error
    while isinstance(inner, GraphQLError):
        inner = inner.original_error
    return inner


def shown(given: str) -> str:
    """What somebody sent, as a sentence about it may repeat it."""
    return given if len(given) <= SHOWN_CHARACTERS else given[:SHOWN_CHARACTERS] + "…"
