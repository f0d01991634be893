"""Statistics of requests by what they have in common and by period, in one statement (RQ-11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Text, Uuid, and_, case, cast, false, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import aliased
from sqlalchemy.types import Date, DateTime

from domain.catalogue.models import ServiceLine
from domain.customers.models import Customer
from domain.kernel.permissions import WORKS_ON_REQUESTS, Permission
from domain.kernel.terms import ClockKind
from domain.organisation.models import Department
from domain.requests.models import Clock, Problem, ServiceRequest, StateChange
from domain.requests.queries.outcomes import at_first_contact
from domain.requests.queries.showing import visible
from domain.requests.rules import Move
from tenancy.actor import Actor
from tenancy.members import Member
from tenancy.refusals import Invalid, message
from tenancy.work import Work

# Made once: another name for a wide table takes longer to make than the rest of its statement.
REQUEST, CHANGE, CLOCK = aliased(ServiceRequest), aliased(StateChange), aliased(Clock)
LONGEST = timedelta(days=1830)
SHOWN = 20


class GroupedBy(StrEnum):
    """What requests that are counted together have in common."""

    ALL = "all"
    CATEGORY = "category"
    CAUSE = "cause"
    CUSTOMER = "customer"
    DEPARTMENT = "department"
    ASSIGNEE = "assignee"
    SERVICE_LINE = "service_line"
    PRIORITY = "priority"


class Interval(StrEnum):
    """The periods that are told apart."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Counted:
    """What became of the requests of a group in a period, both days included."""

    starts_on: date
    ends_on: date
    id: UUID | None
    name: str | None
    submitted: int
    resolved: int
    first_contact: int
    reopened: int
    breached: int
    scored: int
    satisfied: int
    open_at_end: int
    request_ids: tuple[UUID, ...]


async def statistics(
    work: Work, *, by: GroupedBy, interval: Interval | None, since_on: date, until_on: date, most: int
) -> list[Counted]:
    """The requests that the actor sees, by group and by period, the first period and the largest groups first.

    Days are those of the company's zone. Refuses a time that ends before it begins or is longer than five years.
    """
    if until_on < since_on:
        raise Invalid(message("This ends before it begins."), path=("untilOn",))
    if until_on - since_on > LONGEST:
        raise Invalid(message("This is longer than {days} days."), {"days": LONGEST.days}, path=("untilOn",))
    zone = ZoneInfo(work.opening.zone)
    periods = _periods(since_on, until_on, interval)
    edges = [_midnight(day, zone) for day in (*(starts_on for starts_on, _ in periods), until_on + timedelta(days=1))]
    instants = ARRAY(DateTime(timezone=True))
    spans = (
        func.unnest(
            cast(literal(edges[:-1], instants), instants),
            cast(literal(edges[1:], instants), instants),
            cast(literal([starts_on for starts_on, _ in periods], ARRAY(Date())), ARRAY(Date())),
        )
        .table_valued("begins_at", "ends_at", "starts_on", name="spans")
        .render_derived()
    )
    seen = _seen(work.actor, edges[0], edges[-1])
    id_, name, keys = _group(work.actor, by, seen.c)
    there = and_(
        seen.c.submitted_at < spans.c.ends_at, or_(seen.c.ended_at.is_(None), seen.c.ended_at >= spans.c.begins_at)
    )
    grouped = (
        select(spans.c.starts_on, id_.label("group_id"), name.label("name"), *_figures(seen.c, spans.c))
        .select_from(spans)
        .join(seen, there)
        .group_by(spans.c.starts_on, *keys)
        .cte("grouped")
    )
    size = func.sum(grouped.c.submitted + grouped.c.open_at_end).over(partition_by=(grouped.c.group_id, grouped.c.name))
    rows = select(grouped, grouped.c.ids[1:SHOWN].label("request_ids")).order_by(
        grouped.c.starts_on, size.desc(), grouped.c.name.asc().nulls_last(), grouped.c.group_id
    )
    ends = dict(periods)
    return [_counted(row, ends) for row in await work.rows(rows.limit(most))]


def _periods(since_on: date, until_on: date, interval: Interval | None) -> list[tuple[date, date]]:
    """The first and the last day of each period; those at the ends are cut off."""
    found = []
    day = since_on
    while day <= until_on:
        last = until_on
        if interval is Interval.WEEK:
            last = day + timedelta(days=6 - day.weekday())
        elif interval is Interval.MONTH:
            last = (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        found.append((day, min(last, until_on)))
        day = last + timedelta(days=1)
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _seen(actor: Actor, begins_at: datetime, ends_at: datetime) -> Any:
    """The requests that were open in a stretch of time, each with what is found out about it once, however many
    periods it is counted in."""
    request, change, clock = REQUEST, CHANGE, CLOCK

    def within(instant: Any) -> ColumnElement[bool]:
        return and_(instant >= begins_at, instant < ends_at)

    reopened = select(func.array_agg(change.at)).where(
        change.request_id == request.id, change.move == Move.REOPEN, within(change.at)
    )
    late = (
        select(clock.request_id, func.array_agg(clock.breached_at).label("at"))
        .where(clock.kind != ClockKind.INTERNAL, within(clock.breached_at))
        .group_by(clock.request_id)
        .subquery("late")
    )
    ended_at = func.coalesce(request.resolved_at, request.closed_at)
    columns = ("id", "category", "priority", "customer_id", "department_id", "assignee_id", "service_line_id")
    more = ("problem_id", "submitted_at", "resolved_at", "scored_at", "satisfied")
    return (
        select(
            *(getattr(request, name) for name in (*columns, *more)),
            ended_at.label("ended_at"),
            case((within(request.resolved_at), at_first_contact(request)), else_=false()).label("first_contact"),
            case((request.reopened_times > 0, reopened.scalar_subquery())).label("reopened_at"),
            late.c.at.label("breached_at"),
        )
        .outerjoin(late, late.c.request_id == request.id)
        .where(visible(actor, request), request.submitted_at < ends_at, or_(ended_at.is_(None), ended_at >= begins_at))
        .cte("seen")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )


def _figures(seen: Any, span: Any) -> Sequence[ColumnElement[Any]]:
    def within(instant: Any) -> ColumnElement[bool]:
        return and_(instant >= span.begins_at, instant < span.ends_at)

    def some_within(instants: Any) -> ColumnElement[bool]:
        each = func.unnest(instants).column_valued()
        return and_(instants.is_not(None), select(each).where(within(each)).exists())

    def count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(*conditions)

    submitted = within(seen.submitted_at)
    ids = func.array_agg(aggregate_order_by(seen.id, seen.id.desc())).filter(submitted)
    return (
        count(submitted).label("submitted"),
        count(within(seen.resolved_at)).label("resolved"),
        count(within(seen.resolved_at), seen.first_contact).label("first_contact"),
        count(some_within(seen.reopened_at)).label("reopened"),
        count(some_within(seen.breached_at)).label("breached"),
        count(within(seen.scored_at)).label("scored"),
        count(within(seen.scored_at), seen.satisfied).label("satisfied"),
        count(or_(seen.ended_at.is_(None), seen.ended_at >= span.ends_at)).label("open_at_end"),
        cast(ids, ARRAY(Uuid())).label("ids"),
    )


def _group(actor: Actor, by: GroupedBy, request: Any) -> tuple[Any, Any, Sequence[Any]]:
    """What a group is known by, what it is called as far as the actor may know, and the columns that make it."""
    nothing, nameless = cast(null(), Uuid()), cast(null(), Text())

    def called(id_: Any, table: Any, column: Any, known: bool) -> tuple[Any, Any, Sequence[Any]]:
        named = select(column).where(table.id == id_).scalar_subquery() if known else nameless
        return id_, named, [id_]

    match by:
        case GroupedBy.ALL:
            return nothing, nameless, []
        case GroupedBy.CATEGORY:
            return nothing, func.nullif(request.category, ""), [request.category]
        case GroupedBy.PRIORITY:
            return nothing, cast(request.priority, Text()), [request.priority]
        case GroupedBy.CUSTOMER:
            return called(request.customer_id, Customer, Customer.name, actor.may(Permission.CUSTOMERS_READ))
        case GroupedBy.DEPARTMENT:
            known = actor.may(Permission.ORGANISATION_READ)
            return called(request.department_id, Department, Department.name, known)
        case GroupedBy.ASSIGNEE:
            return called(request.assignee_id, Member, Member.name, actor.may(Permission.MEMBERS_READ))
        case GroupedBy.SERVICE_LINE:
            known = actor.may(Permission.CATALOGUE_READ)
            return called(request.service_line_id, ServiceLine, ServiceLine.code, known)
        case GroupedBy.CAUSE:
            works = not actor.is_client and any(actor.may(permission) for permission in WORKS_ON_REQUESTS)
            return called(request.problem_id, Problem, Problem.title, works)


def _counted(row: Any, ends: dict[date, date]) -> Counted:
    figures = (
        "submitted",
        "resolved",
        "first_contact",
        "reopened",
        "breached",
        "scored",
        "satisfied",
        "open_at_end",
    )
    return Counted(
        starts_on=row["starts_on"],
        ends_on=ends[row["starts_on"]],
        id=row["group_id"],
        name=row["name"],
        request_ids=tuple(row["request_ids"] or ()),
        **{figure: row[figure] for figure in figures},
    )
