"""The library of presales: what is kept in it, consent of the customer it comes of, its versions, and using it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.kernel.lifecycle import Lifecycle
from domain.kernel.texts import one_line, several_lines
from tenancy.refusals import Invalid, Refusal, message

MAX_TITLE, MAX_NAME, MAX_SUMMARY, MAX_TEXT, MAX_FEEDBACK = 200, 200, 2_000, 50_000, 2_000
MOST_VERSIONS, MOST_TAGS, MAX_TAG = 100, 20, 40


class MaterialKind(StrEnum):
    """What a piece of the library is."""

    SOLUTION = "solution"
    CASE = "case"
    TEMPLATE = "template"
    PRESENTATION = "presentation"
    OTHER = "other"


class MaterialState(StrEnum):
    """Whether a version counts."""

    CURRENT = "current"
    # Nobody is to use it any more.
    RETIRED = "retired"
    # A later version took its place.
    SUPERSEDED = "superseded"


class MaterialMove(StrEnum):
    """What is done with a piece of the library."""

    USE = "use"
    REVISE = "revise"
    RETIRE = "retire"


_S, _M = MaterialState, MaterialMove
MATERIALS = Lifecycle(
    initial=_S.CURRENT,
    table={
        (_S.CURRENT, _M.USE): _S.CURRENT,
        (_S.CURRENT, _M.REVISE): _S.SUPERSEDED,
        (_S.CURRENT, _M.RETIRE): _S.RETIRED,
        (_S.RETIRED, _M.REVISE): _S.SUPERSEDED,
    },
    states={
        _S.CURRENT: message("Current"),
        _S.RETIRED: message("Retired"),
        _S.SUPERSEDED: message("Superseded"),
    },
    moves={_M.USE: message("Use"), _M.REVISE: message("Revise"), _M.RETIRE: message("Retire")},
)


@dataclass(frozen=True)
class Material:
    """What a piece of the library says, and how it is classified."""

    kind: MaterialKind
    title: str
    summary: str
    content: str
    tags: Sequence[str] = ()

    def checked(self) -> "Material":
        """The piece with its texts cleaned. Raises `Invalid` with the place of what is at fault."""
        if len(self.tags) > MOST_TAGS:
            raise Invalid(message("There are at most {most} tags."), {"most": MOST_TAGS}, ("tags",))
        tags = [one_line(tag, MAX_TAG, "tags", str(place)).lower() for place, tag in enumerate(self.tags)]
        return Material(
            kind=self.kind,
            title=one_line(self.title, MAX_TITLE, "title"),
            summary=several_lines(self.summary, MAX_SUMMARY, "summary", may_be_empty=True),
            content=several_lines(self.content, MAX_TEXT, "content"),
            tags=sorted(set(tags)),
        )


@dataclass(frozen=True)
class Consent:
    """That the customer a piece comes of agrees to its use for others: who said so, and when."""

    given_by: str
    given_on: date

    def checked(self, today: date) -> "Consent":
        """The consent with its name cleaned. Refuses days to come."""
        if self.given_on > today:
            raise Invalid(message("This has not happened yet."), path=("consent", "givenOn"))
        return Consent(one_line(self.given_by, MAX_NAME, "consent", "givenBy"), self.given_on)


def needs_consent_anew(state: MaterialState, solution_id: UUID | None) -> bool:
    """Whether the customer has to agree again before a piece is brought back: it may be retired because they took their
    consent back."""
    return state is MaterialState.RETIRED and solution_id is not None


def refuse_without_consent_anew() -> Refusal:
    """What is said where a piece that comes of a customer's solution is brought back on the former consent."""
    text = message("This was retired and comes of a customer's solution: say who of theirs agreed anew, and when.")
    return Invalid(text, path=("consent",), code="NO_CONSENT")


def refuse_without_consent() -> Refusal:
    """What is said where a customer's solution is to be kept and nobody of theirs has agreed."""
    text = message("This comes of a customer's solution: say who of theirs agreed to its use for others, and when.")
    return Invalid(text, path=("consent",), code="NO_CONSENT")
