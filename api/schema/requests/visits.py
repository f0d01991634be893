"""Visits on site as clients see them, with what can be done with one: the commands' rules inside a statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from sqlalchemy import Text, Uuid, and_, case, cast, false, func, not_, null, or_, select, true

from api.reading.filters import IdFilter, InstantFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, listed, many, one, part, shows
from api.schema.access.types import Member
from api.schema.customers.types import Contact
from api.schema.files.types import Attachment, File, attached
from api.schema.money import Money, money
from api.schema.moves import blockers, codes, in_another_state, no_instant, possible, sentence, states_of
from api.schema.organisation.types import Staff
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause
from domain.kernel.permissions import Permission
from domain.kernel.subjects import SubjectKind
from domain.requests import models, queries
from domain.requests.rules import visits as rules
from domain.requests.rules.visits import (
    MOST_PARTS,
    ON_SITE,
    SITE_VISITS,
    SiteVisitMove,
    SiteVisitObstacle,
    SiteVisitState,
)
from tenancy.actor import Actor
from tenancy.refusals import Refusal
from tenancy.rows import another

if TYPE_CHECKING:
    from api.schema.requests.types import ServiceRequest

strawberry.enum(
    SiteVisitState,
    description="How far a visit on site is: PLANNED, TRAVELLING there, CHECKED_IN, FINISHED; or MISSED, since nobody "
    "was met; or CANCELLED.",
)
strawberry.enum(SiteVisitMove, name="SiteVisitMoveName", description="What is done with a visit on site.")
codes(SiteVisitObstacle, name="SiteVisitBlockerCode", description="Why something is not possible for you now.")


def _stands(move: Any, obstacle: SiteVisitObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move, as `rules.obstacles` has it."""
    fits = not_(in_another_state(move))
    match obstacle:
        case SiteVisitObstacle.FORBIDDEN:
            return not_(move.permitted)
        case SiteVisitObstacle.NOT_YOURS:
            named = or_(move.mine, and_(not_(move.on_site), move.has))
            return and_(move.permitted, not_(move.assigns), not_(named))
        case SiteVisitObstacle.WRONG_STATE:
            return in_another_state(move)
        case SiteVisitObstacle.REPORT_MISSING:
            ends = or_(move.move == SiteVisitMove.SIGN.value, move.move == SiteVisitMove.FINISH.value)
            return and_(fits, ends, move.unreported)
        case SiteVisitObstacle.SIGNATURE_MISSING:
            return and_(fits, move.move == SiteVisitMove.FINISH.value, move.unsigned)


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(SiteVisitObstacle(code), SiteVisitMove(move), SiteVisitState(state))


def _clause(blocker: Any) -> Any:
    asked = blocker.code == SiteVisitObstacle.SIGNATURE_MISSING.value
    return case((asked, cast(blocker.course_clause_id, Uuid)), else_=null())


@part
class SiteVisitBlocker:
    """Something that keeps you from a move."""

    code: SiteVisitObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = one(
        "The clause that asks for the signature, where that is missing.",
        lambda blocker, clause: clause.id == _clause(blocker),
    )
    earliest_at: datetime | None = no_instant()


@part
class AllowedSiteVisitMove:
    """Something that is done with visits on site, and whether you can do it with this one now."""

    move: SiteVisitMove = column("What is done.")
    allowed: bool = possible(SiteVisitObstacle, _stands)
    blockers: list[SiteVisitBlocker] = blockers(
        SiteVisitObstacle,
        _stands,
        {
            "move": lambda move: move.move,
            "state": lambda move: move.state,
            "course_clause_id": lambda move: cast(move.course_clause_id, Uuid),
        },
    )


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    assigns = actor.may(Permission.REQUESTS_ASSIGN)
    return [
        {
            "move": move,
            "states": states_of(SITE_VISITS, move),
            "permitted": assigns or actor.may(Permission.REQUESTS_WORK),
            "assigns": assigns,
            "on_site": move in ON_SITE,
        }
        for move in SiteVisitMove
    ]


def _has_request(visit: Any) -> Any:
    """Whether the acting member has the request of a visit, or helps with it."""
    requests = another(models.ServiceRequest)
    mine = func.coalesce(queries.assigned_to_me(requests), false())
    has = select(requests.id).where(requests.id == visit.request_id, mine).exists()
    return or_(has, queries.helped_by_me(visit.request_id))


@shows(models.SiteVisitPart, visible=queries.visible_visit_parts)
class SiteVisitPart(Node):
    """Something that was built in or left on a visit."""

    position: int = column("Its place, from 1.")
    part_number: str = column("Its number, as the maker or the warehouse has it; may be empty.")
    name: str = column("What it is.")
    quantity: str = computed(
        "How much of it, as decimal text.", lambda row: cast(func.trim_scale(row.quantity), Text())
    )
    serial_number: str = column("Which one it is; may be empty.")
    price: Money | None = money(
        "What one costs, before tax; null where that was not said.",
        lambda row: row.price_minor,
        when=lambda row: row.price_minor.is_not(None),
    )


@shows(models.SiteVisit, visible=queries.visible_visits)
class SiteVisit(Node):
    """Somebody goes to a customer for a request. Its report as a PDF: `GET /site-visits/{id}.pdf`, in the customer's
    language unless `?language=` names another. The requester and the customer's people see all of this; what is for
    those who work on requests alone is an internal message of the request."""

    number: str = column("Its number, such as VST-000042.")
    request: Annotated["ServiceRequest", strawberry.lazy("api.schema.requests.types")] | None = one(
        "The request.", "request_id"
    )
    state: SiteVisitState = column("How far it is.")
    engineer: Staff | None = one("Who goes.", "engineer_id")
    contact: Contact | None = one("Who of the customer is met; null where that was not said.", "contact_id")
    site: str = column("Where.")
    purpose: str = column("What is to be done there; may be empty.")
    starts_at: datetime = column("When it is planned to begin.")
    late: bool = computed(
        "Whether it was to have begun and nobody has checked in; the clause `request_course` says when who is told "
        "(`visit_late_minutes`).",
        queries.is_late,
    )
    ends_at: datetime = column("When it is planned to end.")
    outside_hours: bool = column("Whether it was planned although it lies outside the working hours.")
    planned_at: datetime = column("When it was planned.")
    planned_by: Member | None = one("Who has planned it; null for a program.", "planned_by_id")
    travelled_at: datetime | None = column("When whoever goes has set out; null where that was not said.")
    checked_in_at: datetime | None = column("When they were there.")
    latitude: str | None = column("Where that was: degrees north as decimal text; null where that was not told.")
    longitude: str | None = column("Degrees east, likewise.")
    ended_at: datetime | None = column("When it was finished, missed or cancelled.")
    reason: str = column("Why it was planned anew last, missed or cancelled; else empty.")
    found: str = column("What was found.")
    done: str = column("What was done; empty until it is reported.")
    parts: list[SiteVisitPart] = many(
        "What was built in or left there.",
        "site_visit_id",
        order=lambda there: (there.position,),
        most=MOST_PARTS,
    )
    signature_needed: bool = column("Whether the clause on the request's course asks for the customer's signature.")
    signed_at: datetime | None = column("When the customer has signed the report as it stands; null without.")
    signer_name: str = column("Who has signed; empty without.")
    signature: File | None = one("The drawn signature.", "signature_file_id")
    signed_digest: str | None = column("The fingerprint of what was signed (SHA-256); it stands on the PDF.")
    attachments: list[Attachment] = attached(SubjectKind.SITE_VISIT)
    decisions = decisions(SubjectKind.SITE_VISIT)
    allowed_moves: list[AllowedSiteVisitMove] = listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(SiteVisitMove),
        carrying={
            "state": lambda visit: visit.state,
            "mine": queries.sent_to_me,
            "has": _has_request,
            "unreported": lambda visit: visit.done == "",
            "unsigned": lambda visit: and_(visit.signature_needed, visit.signed_at.is_(None)),
            "course_clause_id": lambda visit: visit.course_clause_id,
        },
    )


@strawberry.enum(description="How visits on site are ordered.")
class SiteVisitOrder(Enum):
    """Orders of visits on site."""

    SOONEST = "soonest"
    NEWEST = "newest"


SITE_VISIT_ORDERS = {
    SiteVisitOrder.SOONEST: Order(lambda row: row.starts_at),
    SiteVisitOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which visits on site to give.")
class SiteVisitFilter:
    """Conditions on visits on site."""

    number: TextFilter | None = filtered("By number.")
    request_id: IdFilter | None = filtered("By request.")
    engineer_id: IdFilter | None = filtered("By who goes.")
    sent_to_me: bool | None = filtered("Whether you go.", queries.sent_to_me)
    contact_id: IdFilter | None = filtered("By who of the customer is met.")
    state: WordFilter[SiteVisitState] | None = filtered("By how far they are.")
    starts_at: InstantFilter | None = filtered("By when they are planned to begin.")
    signed_at: InstantFilter | None = filtered("By when they were signed; isNull: true gives those that are not.")
    and_: "list[SiteVisitFilter] | None" = combining("All of these hold.", "and")
    or_: "list[SiteVisitFilter] | None" = combining("One of these holds.", "or")
    not_: "SiteVisitFilter | None" = combining("This does not hold.", "not")
