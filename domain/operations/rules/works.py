"""Work that has come round: its states and moves, who does it, its instants, and what was found (RQ-12)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel import decimals
from domain.kernel.calendars import BusinessCalendar
from domain.kernel.lifecycle import Labels, Lifecycle
from domain.kernel.permissions import Permission
from domain.kernel.texts import several_lines
from domain.operations.rules.plans import CheckKind
from domain.policies.rules.kinds.operations import ScheduledWorkRules
from tenancy.refusals import Forbidden, Invalid, Refusal, WrongState, message, missing_permission

MAX_REPORT, MAX_FINDING, MAX_REASON, MAX_ANSWER, MOST_FINDINGS = 20_000, 2_000, 500, 2_000, 100
MOST_DAYS_AHEAD = 1095
# When people are told of work, by the clocks of the company's zone.
TOLD_AT = time(9)


class WorkState(StrEnum):
    """How far planned work is."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    # Nobody had begun with it when the clause took it as missed.
    MISSED = "missed"
    CANCELLED = "cancelled"


class WorkMove(StrEnum):
    """What is done with planned work."""

    ASSIGN = "assign"
    POSTPONE = "postpone"
    START = "start"
    RECORD = "record"
    ADD_FINDING = "add_finding"
    FINISH = "finish"
    CANCEL = "cancel"
    MISS = "miss"


_S, _M = WorkState, WorkMove
WORKS = Lifecycle(
    initial=_S.PLANNED,
    table={
        **{(state, _M.ASSIGN): state for state in (_S.PLANNED, _S.IN_PROGRESS)},
        (_S.PLANNED, _M.POSTPONE): _S.PLANNED,
        (_S.PLANNED, _M.START): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _M.RECORD): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _M.ADD_FINDING): _S.IN_PROGRESS,
        (_S.IN_PROGRESS, _M.FINISH): _S.DONE,
        **{(state, _M.CANCEL): _S.CANCELLED for state in (_S.PLANNED, _S.IN_PROGRESS)},
        (_S.PLANNED, _M.MISS): _S.MISSED,
    },
    states={
        _S.PLANNED: message("Planned"),
        _S.IN_PROGRESS: message("In progress"),
        _S.DONE: message("Done"),
        _S.MISSED: message("Missed"),
        _S.CANCELLED: message("Cancelled"),
    },
    moves={
        _M.ASSIGN: message("Assign"),
        _M.POSTPONE: message("Postpone"),
        _M.START: message("Start"),
        _M.RECORD: message("Record"),
        _M.ADD_FINDING: message("Add a finding"),
        _M.FINISH: message("Finish"),
        _M.CANCEL: message("Cancel"),
        _M.MISS: message("Take as missed"),
    },
)
# What people do; that work is missed comes by itself.
BY_HAND = tuple(move for move in WorkMove if move is not WorkMove.MISS)
BY_ASSIGNEE = (_M.START, _M.RECORD, _M.ADD_FINDING, _M.FINISH)
OPEN = (_S.PLANNED, _S.IN_PROGRESS)


# How many checks a refusal names.
MOST_NAMED = 10


class WorkObstacle(StrEnum):
    """Why somebody can't make a move now, the first that counts first."""

    FORBIDDEN = "forbidden"
    NOT_YOURS = "not_yours"
    WRONG_STATE = "wrong_state"
    # Something that has to be looked at was not.
    CHECKS_OPEN = "checks_open"


def permission_of(move: WorkMove) -> Permission:
    """What a move needs at least."""
    return Permission.REQUESTS_WORK if move in BY_ASSIGNEE else Permission.OPERATIONS_PLAN


def obstacles(
    move: WorkMove, state: WorkState, may: Callable[[Permission], bool], *, is_theirs: bool, checks_open: bool
) -> list[WorkObstacle]:
    """All that keeps somebody who `may` do certain things from making a move; nothing when they can. Work is theirs
    when they are to do it, or when nobody is."""
    plans = may(Permission.OPERATIONS_PLAN)
    permitted, fits = plans or may(permission_of(move)), WORKS.allows(state, move)
    found = {
        WorkObstacle.FORBIDDEN: not permitted,
        WorkObstacle.NOT_YOURS: permitted and not plans and not is_theirs,
        WorkObstacle.WRONG_STATE: not fits,
        WorkObstacle.CHECKS_OPEN: move is WorkMove.FINISH and fits and checks_open,
    }
    return [obstacle for obstacle, stands in found.items() if stands]


def refusal(obstacle: WorkObstacle, move: WorkMove, state: WorkState, open_checks: Sequence[str] = ()) -> Refusal:
    """What an obstacle says to whoever tries all the same; `open_checks` are what was not looked at."""
    match obstacle:
        case WorkObstacle.FORBIDDEN:
            return missing_permission(permission_of(move))
        case WorkObstacle.NOT_YOURS:
            text = message("This is for whoever is to do the work, or whoever plans it.")
            return Forbidden(text, code="NOT_YOURS")
        case WorkObstacle.WRONG_STATE:
            return WORKS.refusal(state, move)
        case WorkObstacle.CHECKS_OPEN:
            text = message("Not everything on the checklist that has to be looked at was: {checks}")
            return WrongState(text, {"checks": Labels(open_checks[:MOST_NAMED])}, code="CHECKS_OPEN")


@dataclass(frozen=True)
class Marks:
    """The instants of work that is due on a day, in UTC."""

    remind_at: datetime
    # From when on it is overdue.
    due_at: datetime
    escalate_at: tuple[datetime, ...]
    missed_at: datetime | None

    def next_at(self, *, reminded: bool, levels: int, begun: bool) -> datetime | None:
        """When something is due next; None when nothing is."""
        waits = [] if reminded else [self.remind_at]
        waits += self.escalate_at[levels : levels + 1]
        if self.missed_at is not None and not begun:
            waits.append(self.missed_at)
        return min(waits, default=None)


def marks(due_on: date, rules: ScheduledWorkRules, calendar: BusinessCalendar | None, zone: str) -> Marks:
    """When what is told of work, by working days; without a calendar every day is one."""

    def day(working_days: int) -> date:
        if calendar is None:
            return due_on + timedelta(days=working_days)
        return calendar.add_working_days(due_on, working_days)

    def at(day: date, wall_time: time) -> datetime:
        return datetime.combine(day, wall_time, ZoneInfo(zone)).astimezone(UTC)

    missed = rules.missed_after_working_days
    return Marks(
        remind_at=at(day(-rules.remind_working_days), TOLD_AT),
        due_at=at(due_on + timedelta(days=1), time()),
        escalate_at=tuple(at(day(days), TOLD_AT) for days in rules.escalate_after_working_days),
        missed_at=None if missed is None else at(day(missed) + timedelta(days=1), time()),
    )


@dataclass(frozen=True)
class Answer:
    """What was found where something is looked at, in the form that its kind asks for."""

    check_id: UUID
    text: str | None = None
    number: str | None = None
    yes: bool | None = None
    file_id: UUID | None = None


_FORMS = {CheckKind.TEXT: "text", CheckKind.NUMBER: "number", CheckKind.YES_NO: "yes", CheckKind.FILE: "file_id"}
_INPUTS = {"text": "text", "number": "number", "yes": "yes", "file_id": "fileId"}


def clean_answer(
    answer: Answer, kind: CheckKind, minimum: str | None, maximum: str | None, *path: str
) -> tuple[Answer, bool | None]:
    """The answer as it is stored, and whether it deviates; None where that cannot be told. Raises `Invalid`."""
    form = _FORMS[kind]
    given = [name for name in _INPUTS if getattr(answer, name) is not None]
    if given != [form]:
        text = message("This is answered by `{expected}` alone.")
        wrong = next((name for name in given if name != form), form)
        raise Invalid(text, {"expected": _INPUTS[form]}, (*path, _INPUTS[wrong]))
    match kind:
        case CheckKind.TEXT:
            text = several_lines(answer.text or "", MAX_ANSWER, *path, "text")
            return Answer(answer.check_id, text=text), None
        case CheckKind.NUMBER:
            number = decimals.read(answer.number or "", *path, "number")
            return Answer(answer.check_id, number=f"{number:f}"), not _within(number, minimum, maximum)
        case CheckKind.YES_NO:
            return answer, not answer.yes
        case CheckKind.FILE:
            return answer, None


def _within(number: Decimal, minimum: str | None, maximum: str | None) -> bool:
    return (minimum is None or number >= Decimal(minimum)) and (maximum is None or number <= Decimal(maximum))
