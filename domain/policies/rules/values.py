"""The parts that values of clauses are made of: texts in three languages, targets, conditions, approvers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, model_validator

from domain.kernel.calendars import BusinessCalendar
from domain.kernel.terms import Language
from tenancy.refusals import Invalid, message

# In whose place each language's readers understand a text best, nearest first.
_NEAREST = {
    Language.ZH_HANS: (Language.ZH_HANT, Language.EN),
    Language.ZH_HANT: (Language.ZH_HANS, Language.EN),
    Language.EN: (Language.ZH_HANS, Language.ZH_HANT),
}


def unfit(text: str, **values: object) -> ValueError:
    """What a validator raises: pydantic keeps the place, and the refusal inside keeps the sentence translatable."""
    return ValueError(Invalid(text, values))


class Part(BaseModel):
    """A part of a clause's value: it never changes, and knows no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Wording(Part):
    """A text in three languages. One that is not given is taken from the nearest that is, so none is ever missing."""

    zh_Hans: Annotated[str, Field(max_length=20_000)]
    zh_Hant: Annotated[str, Field(max_length=20_000)]
    en: Annotated[str, Field(max_length=20_000)]

    @model_validator(mode="before")
    @classmethod
    def _from_the_nearest(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        texts = {key: text for key, text in given.items() if not isinstance(text, str) or text.strip()}
        if not texts:
            raise unfit(message("A text is needed in at least one language: zh_Hans, zh_Hant or en."))
        nearest = {
            language.value: next((texts[other] for other in others if other in texts), None)
            for language, others in _NEAREST.items()
        }
        return {language: text for language, text in nearest.items() if text is not None} | texts

    def in_language(self, language: str) -> str:
        """The text for a reader of a language; English for one of a language nobody has written."""
        text: str = getattr(self, language, self.en)
        return text


class Target(Part):
    """How long something may take: working minutes, or working days, on the business calendar (RQ-6).

    A target in days that begins within hours ends as far into the n-th following working day as it began; one that
    begins outside hours ends with the n-th day worked from then on. With `end_of_day` it ends when work ends on the
    n-th working day after the day it began on.
    """

    working_minutes: int | None = Field(default=None, ge=1, le=525_600)
    working_days: int | None = Field(default=None, ge=1, le=366)
    end_of_day: bool = False

    @model_validator(mode="after")
    def _in_one_unit(self) -> Self:
        if (self.working_minutes is None) == (self.working_days is None):
            raise unfit(message("A target is given either in working minutes or in working days."))
        if self.end_of_day and self.working_days is None:
            raise unfit(message("Only a target in working days can run to the end of a day."))
        return self

    def ends_at(self, started_at: datetime, calendar: BusinessCalendar) -> datetime:
        """The instant, in UTC, at which the time is up for something that starts at an instant and never pauses."""
        if self.working_days is None:
            return calendar.add_working_time(started_at, timedelta(minutes=self.working_minutes or 0))
        day = calendar.local_day(started_at)
        frames = calendar.frames(day)
        if self.end_of_day:
            return calendar.end_of_working_day(calendar.add_working_days(day, self.working_days))
        if not frames or not frames[0][0] <= started_at < frames[-1][1]:
            first = calendar.local_day(calendar.next_opening(started_at))
            return calendar.end_of_working_day(calendar.add_working_days(first, self.working_days - 1))
        last = calendar.frames(calendar.add_working_days(day, self.working_days))
        into_the_day = calendar.open_between(frames[0][0], started_at)
        return min(calendar.add_working_time(last[0][0], into_the_day), last[-1][1])


class PriorityTargets(Part):
    """What one priority is promised; a target that is left out is no limit."""

    response: Target | None = None
    resolution: Target | None = None

    @model_validator(mode="after")
    def _response_comes_first(self) -> Self:
        one, other = self.response, self.resolution
        if one is None and other is None:
            raise unfit(message("A priority is promised a response, a resolution or both."))
        if one is None or other is None:
            return self
        for unit in ("working_minutes", "working_days"):
            first, last = getattr(one, unit), getattr(other, unit)
            if first is not None and last is not None and first > last:
                raise unfit(message("The response is due after the resolution."))
        return self


class EscalationLevel(Part):
    """Who is told when a deadline comes near or has passed: the n-th superior of whoever is responsible.

    The offset is in working minutes from the deadline; a negative one lies before it.
    """

    offset_working_minutes: Annotated[int, Field(ge=-14_400, le=144_000)]
    superior_level: Annotated[int, Field(ge=1, le=10)]


class Operator(StrEnum):
    """How a fact is compared with a condition's value."""

    EQUALS = "equals"
    DIFFERS = "differs"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"


_ORDERED = {Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN}


class Condition(Part):
    """A comparison of one of the subject's facts, such as `amount_minor` `at_least` 1000000."""

    fact: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    operator: Operator
    value: StrictBool | StrictInt | StrictStr | tuple[StrictInt | StrictStr, ...]

    @model_validator(mode="after")
    def _can_be_compared(self) -> Self:
        if (self.operator is Operator.ONE_OF) != isinstance(self.value, tuple):
            raise unfit(message("“one_of” takes a list of values, every other comparison a single value."))
        if self.operator in _ORDERED and type(self.value) is not int:
            raise unfit(message("“{operator}” compares whole numbers."), operator=self.operator.value)
        return self

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the facts meet the condition. Raises `Invalid` (UNKNOWN_FACT) for a fact that was not given.

        A fact that is missing must never let a step be left out in silence, so it is no answer.
        """
        fact = facts.get(self.fact)
        if fact is None or (self.operator in _ORDERED and type(fact) is not int):
            text = message("The condition on “{fact}” can't be judged: the subject doesn't say it, or not as a number.")
            raise Invalid(text, {"fact": self.fact}, code="UNKNOWN_FACT")
        match self.operator, self.value:
            case Operator.EQUALS, value:
                return bool(fact == value)
            case Operator.DIFFERS, value:
                return bool(fact != value)
            case Operator.ONE_OF, tuple(values):
                return fact in values
            case Operator.AT_LEAST, int(least):
                return bool(fact >= least)
            case Operator.MORE_THAN, int(less):
                return bool(fact > less)
            case Operator.AT_MOST, int(most):
                return bool(fact <= most)
            case _, int(more):
                return bool(fact < more)
        raise AssertionError("a condition is checked when it is written")


class ApproverKind(StrEnum):
    """How a chain names somebody (AP-2)."""

    MEMBER = "member"
    POST = "post"
    ROLE = "role"
    DEPARTMENT_HEAD = "department_head"
    SUPERIOR = "superior"
    CUSTOMER_OWNER = "customer_owner"
    ADMINISTRATOR = "administrator"


class Approver(Part):
    """Who decides: a member by id, the holders of a post or a role by name, the head of the subject's department, the
    requester's n-th superior, who looks after the subject's customer, or whoever administers approvals."""

    by: ApproverKind
    value: Annotated[str, Field(max_length=200)] | None = None
    level: Annotated[int, Field(ge=1, le=10)] | None = None

    @model_validator(mode="after")
    def _named_as_its_kind_wants(self) -> Self:
        named = self.by in {ApproverKind.MEMBER, ApproverKind.POST, ApproverKind.ROLE}
        if named != bool(self.value and self.value.strip()):
            text = message("“{by}” names its post, role or member in “value”; the others have no value.")
            raise unfit(text, by=self.by.value)
        if (self.by is ApproverKind.SUPERIOR) != (self.level is not None):
            raise unfit(message("“superior” says which one in “level”; the others have no level."))
        if self.by is ApproverKind.MEMBER and self.value is not None:
            try:
                UUID(self.value)
            except ValueError:
                raise unfit(message("“{value}” is not the id of a member."), value=self.value[:60]) from None
        return self


class Mode(StrEnum):
    """Whose decisions a step needs: the first one's, all, or so many agreeing."""

    ANY = "any"
    ALL = "all"
    QUORUM = "quorum"


class OnDeadline(StrEnum):
    """What follows when a step's time is up (AP-4)."""

    REMIND = "remind"
    ESCALATE = "escalate"
    APPROVE = "approve"
    REJECT = "reject"


class WhenVacant(StrEnum):
    """Who decides where a chain finds nobody (AP-5). A chain that stops waits for an administrator to name somebody."""

    SKIP = "skip"
    SUPERIOR = "superior"
    ADMINISTRATOR = "administrator"
    STOP = "stop"


class WhenRequester(StrEnum):
    """Who decides where a chain finds the requester alone, who never decides on their own request (AP-5)."""

    SKIP = "skip"
    SUPERIOR = "superior"
    ADMINISTRATOR = "administrator"


class Step(Part):
    """One step of an approval chain. It is left out unless all its conditions hold; without any it is always taken."""

    name: Wording
    mode: Mode = Mode.ANY
    quorum: Annotated[int, Field(ge=1, le=50)] | None = None
    approvers: Annotated[tuple[Approver, ...], Field(min_length=1, max_length=50)]
    only_if: Annotated[tuple[Condition, ...], Field(max_length=20)] = ()
    deadline: Target | None = None
    on_deadline: OnDeadline = OnDeadline.REMIND
    most_reminders: Annotated[int, Field(ge=1, le=20)] = 3
    when_vacant: WhenVacant = WhenVacant.ADMINISTRATOR
    when_requester: WhenRequester = WhenRequester.SUPERIOR

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.mode is Mode.QUORUM) != (self.quorum is not None):
            raise unfit(message("A step that needs a quorum says how many in “quorum”; the others don't."))
        if self.on_deadline is not OnDeadline.REMIND and self.deadline is None:
            raise unfit(message("What happens at the deadline is said, but there is no deadline."))
        return self
