"""Faults as clients see them: reports, what is to be done after them, and those that come again."""

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.reading.filters import DayFilter, IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, one, shows
from api.schema.access.types import Member
from api.schema.organisation.types import Staff
from domain.requests import models, queries
from domain.requests.rules import ProblemState
from tenancy.models import current_day

if TYPE_CHECKING:
    from api.schema.requests.types import ServiceRequest

strawberry.enum(
    ProblemState, name="ProblemState", description="Whether the cause of recurring faults is still to be removed."
)


@shows(models.FaultReport, visible=queries.visible_cooperation)
class FaultReport(Node):
    """What is known of the fault behind a request, for those who work on it."""

    began_at: datetime = column("When the fault began.")
    ended_at: datetime | None = column("When it was over; null while that is not known.")
    symptoms: str = column("What was seen of it.")
    cause: str = column("What it came of.")
    remedy: str = column("What has helped.")
    prevention: str = column("What keeps it from coming again.")
    at: datetime = column("When the report was written last.")
    author: Member | None = one("Who has written it last; null for a program.", "author_id")


@shows(models.PostmortemAction, visible=queries.visible_actions)
class PostmortemAction(Node):
    """What somebody is to do until a day so that a fault does not come again."""

    request: Annotated["ServiceRequest", strawberry.lazy("api.schema.requests.types")] | None = one(
        "The request with the fault.", "request_id"
    )
    task: str = column("What is to be done.")
    responsible: Staff | None = one("Who is responsible.", "responsible_id")
    due_on: date = column("Until which day; they are reminded on it, and on the day after.")
    overdue: bool = computed(
        "Whether that day has passed and it is not done.",
        lambda row: (row.due_on < current_day()) & row.done_at.is_(None),
    )
    result: str = column("What came of it; empty until it is done.")
    done_at: datetime | None = column("When it was done.")
    at: datetime = column("When it was planned.")


@shows(models.Problem, visible=queries.visible_problems)
class Problem(Node):
    """A fault that comes again and again. The requests that are cases of it: `requests(filter: {problemId: …})`."""

    number: str = column("Its number, such as PRB-000007.")
    title: str = column("What it is about, in a line.")
    state: ProblemState = column("Whether its cause is still to be removed.")
    cause: str = column("What is known of the cause; empty while nothing is.")
    workaround: str = column("How one gets along meanwhile; empty while nobody knows.")
    remedy: str = column("What has removed the cause; empty until it is solved.")
    opened_at: datetime = column("When it was taken up.")
    solved_at: datetime | None = column("When it was solved; null while it is open.")


@strawberry.enum(description="How a list of recurring faults is ordered.")
class ProblemOrder(Enum):
    """Orders of problems."""

    NEWEST = "newest"
    OLDEST = "oldest"


PROBLEM_ORDERS = {
    ProblemOrder.NEWEST: Order(lambda row: row.id, descending=True),
    ProblemOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which recurring faults to give.")
class ProblemFilter:
    """Conditions on problems."""

    state: WordFilter[ProblemState] | None = filtered("By whether they are solved.")
    title: TextFilter | None = filtered("By title.")
    number: TextFilter | None = filtered("By number.")


@strawberry.enum(description="How a list of actions is ordered.")
class PostmortemActionOrder(Enum):
    """Orders of actions."""

    DUE = "due"
    NEWEST = "newest"


POSTMORTEM_ACTION_ORDERS = {
    PostmortemActionOrder.DUE: Order(lambda row: row.due_on),
    PostmortemActionOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which actions to give.")
class PostmortemActionFilter:
    """Conditions on actions."""

    responsible_id: IdFilter | None = filtered("By who is responsible.")
    due_on: DayFilter | None = filtered("By the day until which they are to be done.")
    done: bool | None = filtered("Whether they are done.", lambda row: row.done_at.is_not(None))
    and_: "list[PostmortemActionFilter] | None" = combining("All of these hold.", "and")
    or_: "list[PostmortemActionFilter] | None" = combining("One of these holds.", "or")
    not_: "PostmortemActionFilter | None" = combining("This does not hold.", "not")
