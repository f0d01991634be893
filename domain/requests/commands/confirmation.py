"""From resolved to closed: the requester's word and score, or the silence that a clause takes for consent."""

from uuid import UUID

from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies
from domain.policies.rules.kinds import AutoConfirm, SatisfactionSurvey
from domain.policies.rules.values import Target
from domain.requests import queries
from domain.requests.commands import timing
from domain.requests.commands.timing import View
from domain.requests.events import ConfirmationDue, RequestConfirmed
from domain.requests.models import ServiceRequest
from domain.requests.rules import LIFECYCLE, Move, State
from tenancy.refusals import Invalid, message
from tenancy.work import Work


async def plan(work: Work, view: View) -> None:
    """Set when a resolved request closes by itself; without a clause it waits for its requester."""
    request = view.request
    silence = await queries.ruled(work, AutoConfirm, request)
    if silence is None:
        return
    calendar = await queries.calendar_for(work, request)
    days = silence.value.after_working_days
    request.closes_at = Target(working_days=days).ends_at(view.at, calendar.value)
    due = ConfirmationDue(request_id=request.id)
    work.schedule(request.closes_at, due, about=request.id, key=_key(request.id))
    policies.cite(
        work,
        silence,
        about=Subject(SubjectKind.REQUEST, request.id),
        decision="requests.auto_confirm",
        inputs={
            "resolved_at": request.resolved_at,
            "after_working_days": days,
            "calendar_clause": calendar.clause.number,
        },
        result={"closes_at": request.closes_at},
    )


def forget(work: Work, view: View) -> None:
    """Somebody has spoken, so silence means nothing any more."""
    view.request.closes_at = None
    view.forget_timer(work, _key(view.request.id))


async def keep_score(work: Work, request: ServiceRequest, score: int) -> None:
    """Keep how satisfied the requester is, by the clause that asks for it. Raises `Invalid` for what it doesn't ask."""
    survey = await queries.ruled(work, SatisfactionSurvey, request)
    if survey is None:
        text = message("The handbook has no survey for this request, so no score is asked for.")
        raise Invalid(text, path=("score",))
    scale = survey.value
    if not scale.lowest <= score <= scale.highest:
        text = message("The score lies between {lowest} and {highest}.")
        values = {"lowest": scale.lowest, "highest": scale.highest}
        raise Invalid(text, values, path=("score",), clause=survey.clause)
    request.satisfaction_score, request.satisfied = score, scale.satisfied(score)
    policies.cite(
        work,
        survey,
        about=Subject(SubjectKind.REQUEST, request.id),
        decision="requests.satisfaction",
        inputs={
            "score": score,
            "lowest": scale.lowest,
            "highest": scale.highest,
            "satisfied_from": scale.satisfied_from,
        },
        result={"satisfied": request.satisfied},
    )


def close(work: Work, view: View) -> None:
    """A request that is confirmed is closed."""
    forget(work, view)
    view.request.closed_at = view.at


async def confirm_by_itself(work: Work, event: ConfirmationDue) -> None:
    """The requester has been silent for long enough. An outdated timer does nothing."""
    view = await timing.locked(work, event.request_id)
    request = view.request
    if request.state is not State.RESOLVED or request.closes_at is None or work.now < request.closes_at:
        return
    close(work, view)
    request.state = LIFECYCLE.next(request.state, Move.CONFIRM)
    change = view.enter(work, Move.CONFIRM)
    timing.reckon(work, view)
    confirmed = RequestConfirmed(request_id=request.id, change_id=change.id, by_itself=True)
    work.record(confirmed, about=request)


def _key(request_id: UUID) -> str:
    return f"request:{request_id}:confirmation"
