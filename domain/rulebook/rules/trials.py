"""A dry run: its states, and what it comes to in numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.kernel.lifecycle import Lifecycle
from domain.rulebook.rules.hindsight import Differs
from tenancy.refusals import Invalid, message

MOST_MONTHS = 24
# So many differences are kept with a dry run; all of them are counted.
MOST_KEPT = 5000
# Clauses of the draft are counted by number; what it is silent on, under this.
SILENT = "-"


class State(StrEnum):
    """How far a dry run has come."""

    RUNNING = "running"
    FINISHED = "finished"


class Move(StrEnum):
    """What happens to a dry run."""

    FINISH = "finish"
    SIGN = "sign"


LIFECYCLE = Lifecycle(
    initial=State.RUNNING,
    table={
        (State.RUNNING, Move.FINISH): State.FINISHED,
        (State.FINISHED, Move.SIGN): State.FINISHED,
    },
    states={State.RUNNING: message("Running"), State.FINISHED: message("Finished")},
    moves={Move.FINISH: message("Finish"), Move.SIGN: message("Sign")},
)


def begins_at(now: datetime, months: int, zone: str) -> datetime:
    """The first instant of the local day so many months ago; of a shorter month, its last day. Refuses other spans."""
    if not 1 <= months <= MOST_MONTHS:
        raise Invalid(message("A dry run looks back 1 to {most} months."), {"most": MOST_MONTHS}, path=("months",))
    local = now.astimezone(ZoneInfo(zone))
    year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    first = local.replace(year=year, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    last = (following - timedelta(days=1)).day
    return first.replace(day=min(local.day, last))


def counted(before: Mapping[str, Mapping[str, int]], found: Iterable[Differs]) -> dict[str, dict[str, int]]:
    """How often what would have been otherwise, by clause; added to what was counted before."""
    total = {number: Counter(each) for number, each in before.items()}
    for each in found:
        total.setdefault(each.number or SILENT, Counter())[each.compared.value] += 1
    return {number: dict(each) for number, each in total.items()}


def summary(*, state: str, total: int | None, judged: int, unjudged: int, differing: int, months: int) -> str:
    """What a dry run comes to, as a sentence with blanks of these names."""
    if state == State.RUNNING:
        return message("It is under way: {judged} cases are judged so far.")
    if not total:
        return message(
            "There was nothing to judge: in these months the company had no requests, resignations, invoices, results "
            "or approvals that its handbook ruled. That stands in nobody's way."
        )
    if not differing and not unjudged:
        return message("{judged} cases were judged, and nothing would have been otherwise.")
    if not unjudged:
        return message("{judged} cases were judged; {differing} decisions would have been otherwise.")
    return message(
        "{judged} cases were judged; {differing} decisions would have been otherwise. {unjudged} cases could not be "
        "judged, since they lack a fact that the draft asks for."
    )
