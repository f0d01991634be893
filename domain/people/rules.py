"""Pure rules of leaving: the states of a resignation, and the last day that its notice leads to (PE-7)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.kernel.calendars import BusinessCalendar
from domain.kernel.lifecycle import Lifecycle
from domain.kernel.permissions import Permission
from domain.kernel.texts import several_lines
from domain.policies.rules.kinds import NoticePeriod
from tenancy.refusals import ClauseReference, Forbidden, Invalid, Refusal, message, missing_permission

OLDEST_LETTER = timedelta(days=31)
LATEST_WISH = timedelta(days=731)
LONGEST_TEXT = 2000
# What is decided by the notice clause, as it is cited.
LAST_DAY = "people.last_day"


class State(StrEnum):
    """Where a resignation stands."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LEFT = "left"


class Move(StrEnum):
    """What can be done with a resignation."""

    APPROVE = "approve"
    REFUSE = "refuse"
    RETURN = "return"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    WAIVE = "waive"
    LEAVE = "leave"


LIFECYCLE = Lifecycle(
    initial=State.SUBMITTED,
    table={
        (State.SUBMITTED, Move.APPROVE): State.APPROVED,
        (State.SUBMITTED, Move.REFUSE): State.REFUSED,
        (State.SUBMITTED, Move.RETURN): State.RETURNED,
        (State.SUBMITTED, Move.WITHDRAW): State.WITHDRAWN,
        (State.RETURNED, Move.RESUBMIT): State.SUBMITTED,
        (State.RETURNED, Move.WITHDRAW): State.WITHDRAWN,
        # While it is being decided, what is decided stands still; who asks to go earlier says so in the wish.
        (State.APPROVED, Move.WAIVE): State.APPROVED,
        (State.APPROVED, Move.LEAVE): State.LEFT,
    },
    states={
        State.SUBMITTED: message("Submitted"),
        State.RETURNED: message("Returned"),
        State.APPROVED: message("Approved"),
        State.REFUSED: message("Refused"),
        State.WITHDRAWN: message("Withdrawn"),
        State.LEFT: message("Left"),
    },
    moves={
        Move.APPROVE: message("Approve"),
        Move.REFUSE: message("Refuse"),
        Move.RETURN: message("Return"),
        Move.RESUBMIT: message("Submit again"),
        Move.WITHDRAW: message("Withdraw"),
        Move.WAIVE: message("Waive the rest of the notice"),
        Move.LEAVE: message("Leave"),
    },
)


# What is done by hand with a letter: by its writer, and by whoever looks after people. Approvers and time do the rest.
BY_ITS_WRITER = (Move.RESUBMIT, Move.WITHDRAW)
BY_HAND = (*BY_ITS_WRITER, Move.WAIVE)


class Obstacle(StrEnum):
    """Why somebody can't do something with a resignation now, the first that counts first."""

    FORBIDDEN = "forbidden"
    OWN_NOTICE = "own_notice"
    WRONG_STATE = "wrong_state"
    # By the clause that rules the notice.
    NO_WAIVER = "no_waiver"


def obstacles(move: Move, state: State, *, is_writer: bool, manages: bool) -> list[Obstacle]:
    """All that keeps somebody from doing something by hand; nothing when they may. `manages`: with `people.manage`.

    Whether a notice may be waived at all, its clause says: see `check_waiver`.
    """
    found = []
    if not manages and not (is_writer and move in BY_ITS_WRITER):
        found.append(Obstacle.FORBIDDEN)
    if is_writer and move is Move.WAIVE:
        found.append(Obstacle.OWN_NOTICE)
    if not LIFECYCLE.allows(state, move):
        found.append(Obstacle.WRONG_STATE)
    return found


def refusal(obstacle: Obstacle, move: Move, state: State) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case Obstacle.FORBIDDEN:
            return missing_permission(Permission.PEOPLE_MANAGE)
        case Obstacle.OWN_NOTICE:
            return Forbidden(message("Nobody waives their own notice."), code="OWN_NOTICE")
        case Obstacle.WRONG_STATE:
            return LIFECYCLE.refusal(state, move)
        case Obstacle.NO_WAIVER:
            return Invalid(message("The handbook does not let a notice be waived."), {}, ("lastDayOn",))


@dataclass(frozen=True, slots=True)
class Notice:
    """What a letter comes to: so many days by the clause, the day they end on, and the last day of employment."""

    days: int
    earliest_last_day_on: date
    last_day_on: date


def waived_days(earliest_last_day_on: date, last_day_on: date) -> int:
    """By how many calendar days the last day comes before the notice ends; 0 when nothing is waived."""
    return max((earliest_last_day_on - last_day_on).days, 0)


def check_letter_day(letter_on: date, today: date, *path: str) -> date:
    """A letter is dated today or up to 31 days ago. Raises `Invalid` with the path of the input."""
    if letter_on > today:
        raise Invalid(message("A letter cannot be dated in the future."), {}, path)
    if letter_on < today - OLDEST_LETTER:
        text = message("The letter is dated more than {days} days ago.")
        raise Invalid(text, {"days": OLDEST_LETTER.days}, path)
    return letter_on


def check_coming_day(day: date, today: date, *path: str) -> date:
    """A last day that is wished for or granted is today or later. Raises `Invalid` with the path of the input."""
    if day < today:
        raise Invalid(message("This day has passed already."), {}, path)
    return day


def clean_text(text: str, *path: str) -> str:
    """A text of at most 2,000 characters, which may be empty. Raises `Invalid` with the path of the input."""
    return several_lines(text, LONGEST_TEXT, *path, may_be_empty=True)


def is_on_probation(probation_until: date | None, day: date) -> bool:
    """Whether somebody is on probation on a day; the last day of probation still belongs to it."""
    return probation_until is not None and day <= probation_until


def earliest_last_day(letter_on: date, rule: NoticePeriod, on_probation: bool, calendar: BusinessCalendar) -> date:
    """The last day of the notice: the day of the letter does not count, the last day is still employed.

    It may fall on a day that is not worked when calendar days are counted; see `last_moment`.
    """
    return calendar.add_days(letter_on, rule.days_for(on_probation), rule.day_kind)


def notice(
    letter_on: date,
    rule: NoticePeriod,
    on_probation: bool,
    calendar: BusinessCalendar,
    wished_on: date | None = None,
    clause: ClauseReference | None = None,
) -> Notice:
    """The end of the notice and the last day of employment: the same day, or a later one that is wished for (PE-7).

    A wish for an earlier day asks the approvers for a waiver where the clause allows one. Raises `Invalid` for a wish
    that the clause does not allow, which it names, that comes before the letter, or that is more than two years away.
    """
    days = rule.days_for(on_probation)
    earliest = earliest_last_day(letter_on, rule, on_probation, calendar)
    if wished_on is None:
        return Notice(days, earliest, earliest)
    if wished_on < letter_on:
        raise Invalid(message("The last day cannot come before the letter."), {}, ("wishedOn",))
    if wished_on > letter_on + LATEST_WISH:
        raise Invalid(message("The last day lies more than two years after the letter."), {}, ("wishedOn",))
    if wished_on < earliest and not rule.waiver_allowed:
        text = message("The notice given on {letter_on} ends on {earliest}; the handbook lets nothing of it be waived.")
        raise Invalid(text, {"letter_on": letter_on, "earliest": earliest}, ("wishedOn",), clause)
    return Notice(days, earliest, wished_on)


def check_waiver(
    last_day_on: date,
    present_last_day_on: date,
    today: date,
    rule: NoticePeriod,
    clause: ClauseReference | None = None,
) -> date:
    """The earlier last day that an approved leaver is granted. Raises `Invalid` where the clause allows none, naming
    it."""
    if not rule.waiver_allowed:
        refused = refusal(Obstacle.NO_WAIVER, Move.WAIVE, State.APPROVED)
        refused.clause = clause
        raise refused
    if last_day_on >= present_last_day_on:
        text = message("A waiver brings the last day forward; it is {last_day} already.")
        raise Invalid(text, {"last_day": present_last_day_on}, ("lastDayOn",))
    return check_coming_day(last_day_on, today, "lastDayOn")


def last_day_at_approval(last_day_on: date, today: date) -> date:
    """The last day once leaving is approved: nobody has left before that, however long the approval took."""
    return max(last_day_on, today)


def last_moment(last_day_on: date, calendar: BusinessCalendar) -> datetime:
    """The instant, in UTC, at which work ends for good: closing time of the last day, or of the last worked before it.

    Handover is due and access ends then.
    """
    return calendar.end_of_working_day(calendar.working_day_on_or_before(last_day_on))
