"""The parts that values of clauses are made of: texts in three languages, targets, recurrences, weights."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from domain.kernel import decimals
from domain.kernel.calendars import BusinessCalendar, WallTime, Weekday
from domain.kernel.terms import Language
from tenancy.refusals import Invalid, message

# In whose place each language's readers understand a text best, nearest first.
_NEAREST = {
    Language.ZH_HANS: (Language.ZH_HANT, Language.EN),
    Language.ZH_HANT: (Language.ZH_HANS, Language.EN),
    Language.EN: (Language.ZH_HANS, Language.ZH_HANT),
}


def unfit(text: str, *place: str | int, **values: object) -> ValueError:
    """What a validator raises: pydantic keeps the place, and the refusal inside keeps the sentence translatable. A
    validator of the whole says the `place` of the part at fault, where there is one."""
    return ValueError(Invalid(text, values, path=tuple(str(part) for part in place)))


def out_of_order(given: Sequence[Any]) -> int | None:
    """The place of the first that doesn't come after the one before it."""
    return next((place for place in range(1, len(given)) if given[place] <= given[place - 1]), None)


def _plainly_written(given: Any, info: ValidationInfo) -> Any:
    """Of what is written now, and so comes as JSON, only plain decimals are numbers: no 1_000, 1e3 or blanks.

    A number of JSON is what it is written as: 0.1 is a tenth, whatever a computer makes of it.
    """
    if info.mode != "json" or isinstance(given, bool) or not isinstance(given, str | int | float):
        return given
    try:
        return decimals.read(given if isinstance(given, str) else repr(given))
    except Invalid as refusal:
        raise ValueError(refusal) from None


# A number with decimals, which JSON has as a text or as a number.
Number = Annotated[Decimal, BeforeValidator(_plainly_written)]


class Part(BaseModel):
    """A part of a clause's value: it never changes, and knows no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _any_language(schema: dict[str, Any]) -> None:
    """To whoever reads its form: no language is needed, one of them is."""
    schema.pop("required", None)
    schema["minProperties"] = 1


class Wording(Part):
    """A text in three languages. One that is not given is taken from the nearest that is, so none is ever missing."""

    model_config = ConfigDict(json_schema_extra=_any_language)

    zh_Hans: Annotated[
        str,
        Field(
            max_length=20_000,
            description="The text in simplified Chinese; where it is left out, that of the nearest language is taken.",
        ),
    ]
    zh_Hant: Annotated[
        str,
        Field(
            max_length=20_000,
            description="The text in traditional Chinese; where it is left out, that of the nearest language is taken.",
        ),
    ]
    en: Annotated[
        str,
        Field(
            max_length=20_000,
            description="The text in English; where it is left out, that of the nearest language is taken.",
        ),
    ]

    @model_validator(mode="before")
    @classmethod
    def _from_the_nearest(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        said = {key: text for key, text in given.items() if text is not None or key not in _NEAREST}
        texts = {key: text for key, text in said.items() if not isinstance(text, str) or text.strip()}
        if not texts:
            raise unfit(
                message(
                    "A text is needed in at least one language: simplified Chinese, traditional Chinese or English."
                )
            )
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

    working_minutes: int | None = Field(
        default=None,
        ge=1,
        le=525_600,
        description="Working minutes on the business calendar. Either this or `working_days`.",
    )
    working_days: int | None = Field(
        default=None,
        ge=1,
        le=366,
        description="Working days on the business calendar. Either this or `working_minutes`.",
    )
    end_of_day: Annotated[
        bool,
        Field(
            description="With `working_days`: it ends when work ends on that day, whatever the hour at which it began."
        ),
    ] = False

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

    response: Annotated[Target | None, Field(description="Until the first answer; without it there is no limit.")] = (
        None
    )
    resolution: Annotated[Target | None, Field(description="Until it is resolved; without it there is no limit.")] = (
        None
    )
    # Until a solution is proposed.
    proposal: Annotated[
        Target | None, Field(description="Until a solution is proposed; without it there is no limit.")
    ] = None
    # From the assignment to the resolution, as agreed inside the company.
    internal: Annotated[
        Target | None,
        Field(
            description=(
                "From the assignment to the resolution, as agreed inside the company; the customer isn't shown it."
            )
        ),
    ] = None

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
                raise unfit(message("The response is due after the resolution."), "response")
        return self


class EscalationAction(StrEnum):
    """What a level of escalation does besides telling somebody above."""

    NOTIFY = "notify"
    RAISE_TIER = "raise_tier"
    HAND_TO = "hand_to"


class EscalationLevel(Part):
    """Who is told when a deadline comes near or has passed: the n-th of those who stand above the request.

    First the assignee's superiors, the nearest first; then, and first of all while nobody is assigned, the head of
    the department that is responsible (the request's, or else its offering's or the assignee's), that head's
    superiors, and the heads of the departments above with theirs. Nobody among these: the customer's account owner
    with their superiors, or else the head of the company. Where the line has fewer people than the level asks for,
    its last is told again; where it has none, everybody who may assign requests is. The offset is in working minutes
    from the deadline; a negative one lies before it.

    Besides, a level can raise the request to the next tier of support, or hand it to another department; whoever has it
    keeps it until somebody else is assigned.
    """

    offset_working_minutes: Annotated[
        int,
        Field(
            ge=-14_400, le=144_000, description="Working minutes from the deadline; a negative number lies before it."
        ),
    ]
    superior_level: Annotated[
        int,
        Field(
            ge=1, le=10, description="Who is told: the first, second and so on of those who stand above the request."
        ),
    ]
    action: Annotated[
        EscalationAction,
        Field(
            description=(
                "What is done besides: nothing, raising it to the next tier of support, or handing it to another "
                "department."
            )
        ),
    ] = EscalationAction.NOTIFY
    # The department's name, to which the level hands the request.
    department: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=100,
            description="With `hand_to`: the name of the department that gets the request.",
        ),
    ] = None

    @model_validator(mode="after")
    def _hands_to_somebody(self) -> Self:
        if (self.action is EscalationAction.HAND_TO) != (self.department is not None):
            raise unfit(
                message("A level that hands a request on names the department; the others don't."), "department"
            )
        return self


class Cadence(StrEnum):
    """How often something comes round."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


class Recurrence(Part):
    """When something comes round: daily, on a day of the week, or on a day of the month in which the period begins.

    `at` is a wall time of the company's zone. Where a month has no such day, its last day is meant.
    """

    every: Annotated[Cadence, Field(description="How often it comes round.")]
    weekday: Annotated[Weekday | None, Field(description="With `weekly`: on which day of the week.")] = None
    day: Annotated[
        int | None,
        Field(
            ge=1,
            le=31,
            description="With `monthly` and what is rarer: on which day of the month, or else on its last.",
        ),
    ] = None
    at: Annotated[WallTime, Field(description="At what time, such as 09:00, in the company's zone.")] = "09:00"

    @model_validator(mode="after")
    def _on_one_day(self) -> Self:
        if (self.every is Cadence.WEEKLY) != (self.weekday is not None):
            raise unfit(message("What comes weekly says on which day of the week; the others don't."), "weekday")
        if (self.every in (Cadence.DAILY, Cadence.WEEKLY)) == (self.day is not None):
            text = message("What comes monthly or more rarely says on which day of the month; the others don't.")
            raise unfit(text, "day")
        return self


Share = Annotated[Number, Field(gt=0, le=100, max_digits=6)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Weighted(Part):
    """An indicator and its weight in per cent of the whole."""

    name: Annotated[Wording, Field(description="What the indicator is called.")]
    weight_percent: Annotated[Share, Field(description="Its weight; all of them make up 100 per cent.")]


def check_whole(weights: Iterable[Decimal]) -> None:
    """Refuse weights that don't make up the whole."""
    total = sum(weights, Decimal(0))
    if total != 100:
        raise unfit(message("The weights add up to {total} per cent, not to 100."), total=total)


def check_once(given: Iterable[str]) -> None:
    """Refuse what is listed twice."""
    seen: set[str] = set()
    for each in given:
        if each in seen:
            raise unfit(message("“{given}” is listed twice."), given=each)
        seen.add(each)
