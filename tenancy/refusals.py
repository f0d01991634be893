"""What the product says when it does not do what it was asked: expected, typed, and shown to a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


def message(text: str) -> str:
    """Mark an English sentence for the catalogue; it is translated when a person reads it."""
    return text


SUSPENDED = message("This company is suspended: everything can be read and exported, nothing changed.")


@dataclass(frozen=True)
class ClauseReference:
    """The clause a refusal or a decision rests on."""

    clause_id: UUID
    number: str
    version_id: UUID
    version_number: str
    # Its heading, by language.
    title: Mapping[str, str] = field(default_factory=dict, compare=False)
    # The clauses that came into question with it, as their own module knows them; nothing where that isn't known.
    why: tuple[Any, ...] = field(default=(), compare=False, repr=False)


@dataclass
class Refusal(Exception):
    """A command was understood and is not carried out; nothing has changed.

    `text` is a marked English sentence with `{named}` blanks, which `values` fill after translation.
    `path` leads to the input that is at fault, outermost first.
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    clause: ClauseReference | None = None
    code: str = "REFUSED"
    # When it will be possible, where time alone keeps one from it.
    earliest_at: datetime | None = field(default=None, init=False, compare=False)
    # What else is wrong with the same input, so that it can be put right in one go.
    further: tuple["Refusal", ...] = field(default=(), init=False, compare=False, repr=False)
    # What was asked for and is refused, such as `requests.hold`: the command writes it here on its way out.
    asked: str = field(default="", init=False, compare=False)

    def __str__(self) -> str:
        return self.text.format_map(self.values)


@dataclass
class Invalid(Refusal):
    """An input is malformed or out of its bounds."""

    code: str = "INVALID"


@dataclass
class NotFound(Refusal):
    """There is no such record, or none that this actor may see: the two are never told apart."""

    text: str = message("There is no such record.")
    code: str = "NOT_FOUND"


@dataclass
class Forbidden(Refusal):
    """The actor lacks a permission; the refusal names it."""

    code: str = "FORBIDDEN"


@dataclass
class Unauthenticated(Refusal):
    """Nobody is signed in, or the token is unknown, expired or revoked."""

    text: str = message("Sign in, or send a valid token.")
    code: str = "UNAUTHENTICATED"


@dataclass
class WrongState(Refusal):
    """The record's state does not allow this move."""

    code: str = "WRONG_STATE"


@dataclass
class Conflict(Refusal):
    """Somebody else changed the record first, or it exists already."""

    code: str = "CONFLICT"


@dataclass
class Unavailable(Refusal):
    """Something this needs is not there at the moment; nothing was done and it may be tried again."""

    code: str = "UNAVAILABLE"


def missing_permission(permission: str) -> Forbidden:
    """The refusal that names the permission an actor lacks."""
    return Forbidden(message("This needs the permission “{permission}”."), {"permission": permission})


def suspended() -> Refusal:
    """What everything that changes something answers while the company is suspended or closing."""
    return Refusal(SUSPENDED, code="TENANT_SUSPENDED")
