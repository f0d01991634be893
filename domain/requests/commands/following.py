"""A request that is under way follows a new handbook: its people are told, and its history has it (PO-3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel.terms import ClockKind
from domain.organisation import queries as organisation
from domain.policies.rules.words import word
from domain.requests.events import ClockFollowedNewClause, RequestCommented
from domain.requests.models import Clock, Message, ServiceRequest
from domain.requests.queries import Grounds
from domain.requests.rules import Audience
from tenancy.language import translate
from tenancy.refusals import ClauseReference, message
from tenancy.work import Work

# The clauses by which a clock goes: what is promised, and the calendar.
Clauses = tuple[ClauseReference, ClauseReference]


@dataclass(frozen=True)
class Following:
    """Clocks that go by other clauses from now on than they did, and the company's language."""

    before: dict[UUID, tuple[UUID, UUID]]
    language: str


async def look(work: Work, clocks: Iterable[Clock], grounds: Grounds | None) -> Following | None:
    """Which clocks that still run are about to follow other clauses; asks for nothing while they stay."""
    before = {
        clock.id: (clock.clause_id, clock.calendar_clause_id)
        for clock in clocks
        if clock.stopped_at is None
        and (now := clauses_of(clock.kind, grounds)) is not None
        and (clock.clause_id, clock.calendar_clause_id) != (now[0].clause_id, now[1].clause_id)
    }
    return Following(before, (await organisation.company(work)).language) if before else None


def clauses_of(kind: ClockKind, grounds: Grounds | None) -> Clauses | None:
    """The clauses by which a kind of clock goes now."""
    ruling = grounds.ruling(kind) if grounds is not None else None
    return None if grounds is None or ruling is None else (ruling.clause, grounds.calendar_clause.clause)


def tell(
    work: Work, request: ServiceRequest, clocks: Iterable[Clock], grounds: Grounds | None, following: Following
) -> None:
    """Record it of every clock that has followed, and note it once among those who work on the request."""
    noted: dict[Clauses, list[ClockKind]] = {}
    for clock in clocks:
        now, old = clauses_of(clock.kind, grounds), following.before.get(clock.id)
        if now is None or old is None:
            continue
        noted.setdefault(now, []).append(clock.kind)
        followed = ClockFollowedNewClause(
            request_id=request.id,
            clock_id=clock.id,
            old_clause_id=old[0],
            new_clause_id=clock.clause_id,
            old_calendar_clause_id=old[1],
            new_calendar_clause_id=clock.calendar_clause_id,
        )
        work.record(followed, about=request)
    text = message(
        "From now on this goes by clause {clause} of version {version} of the handbook, and by the calendar of clause "
        "{calendar} of version {calendar_version}: {clocks}."
    )
    lines = []
    for (clause, calendar), kinds in noted.items():
        values = {
            "clause": clause.number,
            "version": clause.version_number,
            "calendar": calendar.number,
            "calendar_version": calendar.version_number,
            "clocks": tuple(word(kind) for kind in kinds),
        }
        lines.append(translate(text, following.language, values, zone=ZoneInfo(work.opening.zone)))
    if lines:
        _note(work, request, "\n".join(lines))


def _note(work: Work, request: ServiceRequest, text: str) -> None:
    """What the handbook does is nobody's word, whoever happens to be at work on the request."""
    noted = work.add(
        Message(
            request_id=request.id,
            at=work.now,
            author_id=None,
            audience=Audience.INTERNAL,
            text=text,
            thread_id=request.merged_into_id,
        )
    )
    work.record(RequestCommented(request_id=request.id, message_id=noted.id, audience=noted.audience), about=request)
