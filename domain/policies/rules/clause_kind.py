"""What every kind of clause has: a name, a label, what may limit it, what acts on it, and a typed value."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence
from domain.policies.rules.values import Number
from tenancy.refusals import message

Fraction = Annotated[Number, Field(gt=0, lt=1, max_digits=6)]
Percent = Annotated[Number, Field(ge=0, le=100, max_digits=6)]
Days = Annotated[int, Field(ge=0, le=366)]


class ClauseKind(BaseModel):
    """What a clause of one kind lays down: its value, typed and checked when it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # The kind's name, for ever: it is stored with every clause.
    kind: ClassVar[str]
    label: ClassVar[str]
    # What may limit a clause of this kind; the first outweighs all that follow when the most specific is sought.
    dimensions: ClassVar[tuple[Dimension, ...]] = ()
    # What acts on it; empty for what people do by hand or what is not built yet.
    consumed_by: ClassVar[str] = ""
    # Whether a clause of this kind can apply to cases that began under another version. The other kinds have no running
    # cases, or cases that keep what they began with: an approval goes by the chain it was opened with.
    reaches_open_cases: ClassVar[bool] = False
    # Whether only one clause of this kind, topic and scope may stand in a version.
    exclusive: ClassVar[bool] = True

    @property
    def topic(self) -> str:
        """What the clause is about within its kind; clauses about different topics never compete."""
        return ""

    @property
    def relies_on(self) -> tuple[str, ...]:
        """The kinds without which this value can't be acted on."""
        return ()

    def standard_text(self) -> tuple[Sentence, ...]:
        """What the value lays down, for a clause without a text of its own; nothing where only its own text tells."""
        return ()

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The form of the value, for clients."""
        return cls.model_json_schema()

    def stored(self) -> dict[str, Any]:
        """The value as a clause keeps it: every field said, numbers with decimals as text."""
        return self.model_dump(mode="json")


class Retired(ClauseKind):
    """A clause of a kind that is not written any more: it is kept and shown as it is, and decides nothing."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kind = "retired"
    label = message("A kind that is not in use any more")
    dimensions = tuple(Dimension)
    exclusive = False


class CoveredBy(StrEnum):
    """Who acts on clauses of a kind."""

    ZHIDU = "zhidu"
    PEOPLE = "people"
    # It has a typed value that something could act on, and nothing does.
    NOBODY = "nobody"


def covered_by(kind: type[ClauseKind]) -> CoveredBy:
    """Who acts on clauses of a kind: Zhidu, people who follow what is written, or nobody."""
    if kind.consumed_by:
        return CoveredBy.ZHIDU
    return CoveredBy.NOBODY if kind.model_fields else CoveredBy.PEOPLE


K = TypeVar("K", bound=ClauseKind)
