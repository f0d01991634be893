"""From resolved to closed and back: the requester's word and score, or the silence that a clause takes for consent."""

from uuid import UUID

from domain.kernel.command import command
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies
from domain.policies import queries as policies_queries
from domain.policies.events import HandbookTookEffect
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import AutoConfirm, ReopenWindow, SatisfactionSurvey
from domain.policies.rules.values import Target
from domain.requests import queries, rules
from domain.requests.commands import course, moving, timing
from domain.requests.commands.timing import View
from domain.requests.events import (
    ConfirmationDue,
    ConfirmationFollowedNewClause,
    ConfirmationReviewDue,
    RequestClosed,
    RequestConfirmed,
    RequestReopened,
)
from domain.requests.models import ServiceRequest
from domain.requests.rules import DUTIES, Move, State
from tenancy.refusals import Invalid, WrongState, message
from tenancy.work import Work

_DECISION = "requests.auto_confirm"


async def plan(work: Work, view: View) -> None:
    """Set when a resolved request closes by itself; without a clause it waits for its requester."""
    request = view.request
    silence = await queries.ruled(work, AutoConfirm, request)
    if silence is None:
        return
    calendar = await queries.calendar_for(work, request)
    days = silence.value.after_working_days
    resolved_at = request.resolved_at or view.at
    # By a clause that came into force since, never before now.
    request.closes_at = max(Target(working_days=days).ends_at(resolved_at, calendar.value), view.at)
    due = ConfirmationDue(request_id=request.id)
    work.schedule(request.closes_at, due, about=request.id, key=_key(request.id))
    policies.cite(
        work,
        silence,
        about=Subject(SubjectKind.REQUEST, request.id),
        decision=_DECISION,
        inputs={
            "resolved_at": request.resolved_at,
            "after_working_days": days,
            "calendar_clause": calendar.clause.number,
        },
        result={"closes_at": request.closes_at},
    )


async def review_resolved(work: Work, event: HandbookTookEffect) -> None:
    """Reckon anew when resolved requests close by themselves, once a handbook takes effect whose clause on that holds
    for open cases too, or takes the place of one whose did (PO-3)."""
    if await policies_queries.concerns_open_cases(work, event.version_id, AutoConfirm):
        _review_from(work, None)


async def review_next_resolved(work: Work, event: ConfirmationReviewDue) -> None:
    """Reckon the next resolved requests anew, and let those behind them follow."""
    ids = await queries.ids_resolved(work, after_id=event.after_id, most=timing.BATCH)
    for request_id in ids:
        view = await timing.locked(work, request_id)
        before = view.request.closes_at
        if view.request.state is not State.RESOLVED or await _stays(work, view):
            continue
        await plan(work, view)
        if view.request.closes_at != before:
            work.record(ConfirmationFollowedNewClause(request_id=request_id), about=view.request)
    if len(ids) == timing.BATCH:
        _review_from(work, ids[-1])


async def _stays(work: Work, view: View) -> bool:
    """Whether the clause that decides now was the last one that a resolved request went by."""
    about = Subject(SubjectKind.REQUEST, view.request.id)
    planned = [each for each in await policies_queries.decisions_about(work, about) if each.decision == _DECISION]
    silence = await queries.ruled(work, AutoConfirm, view.request, followed=[each.clause_id for each in planned[-1:]])
    return silence is None or (bool(planned) and planned[-1].clause_id == silence.clause.clause_id)


def _review_from(work: Work, after_id: UUID | None) -> None:
    due = ConfirmationReviewDue(after_id=after_id)
    work.schedule(work.now, due, about=None, key="requests:confirmation-review")


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
    _keep_score(work, request, score, survey)


async def keep_survey_score(
    work: Work, *, request_id: UUID, score: int, survey: Ruling[SatisfactionSurvey]
) -> ServiceRequest:
    """Keep what the customer's contact has said of a closed request in a survey by this clause (CP-3).

    A score that was given before stays: a customer has one opinion of a request. Raises `WrongState` for a request that
    is open again, and `Invalid` for a score beside the scale.
    """
    request = await queries.get(work, request_id, lock=True)
    if request.state is not State.CLOSED:
        raise WrongState(message("This request is open again, so nobody is asked about it now."))
    if request.scored_at is None:
        _keep_score(work, request, score, survey)
    return request


def _keep_score(work: Work, request: ServiceRequest, score: int, survey: Ruling[SatisfactionSurvey]) -> None:
    scale = survey.value
    if not scale.lowest <= score <= scale.highest:
        text = message("The score lies between {lowest} and {highest}.")
        values = {"lowest": scale.lowest, "highest": scale.highest}
        raise Invalid(text, values, path=("score",), clause=survey.clause)
    request.satisfaction_score, request.satisfied, request.scored_at = score, scale.satisfied(score), work.now
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


@command(needs=DUTIES[Move.CONFIRM].permission, contacts=True)
async def confirm(work: Work, *, request_id: UUID, score: int | None = None) -> ServiceRequest:
    """Agree that a request is resolved, and say how satisfied one is, on the scale of the survey clause (RQ-5, CP-3).

    It is closed with that, unless its course asks for a closing by hand. Refuses a score that the clause doesn't know,
    naming the clause, and any where the handbook asks for none.
    """
    view = await moving.begin(work, request_id, Move.CONFIRM)
    if score is not None:
        await keep_score(work, view.request, score)
    await _confirmed(work, view, by_itself=False, score=score)
    return view.request


async def confirm_by_itself(work: Work, event: ConfirmationDue) -> None:
    """The requester has been silent for long enough. An outdated timer does nothing."""
    view = await timing.locked(work, event.request_id)
    request = view.request
    if request.state is not State.RESOLVED or request.closes_at is None or work.now < request.closes_at:
        return
    await _confirmed(work, view, by_itself=True)


async def _confirmed(work: Work, view: View, *, by_itself: bool, score: int | None = None) -> None:
    forget(work, view)
    change = await moving.end(work, view, Move.CONFIRM)
    confirmed = RequestConfirmed(
        request_id=view.request.id, change_id=change, by_itself=by_itself, satisfaction_score=score
    )
    work.record(confirmed, about=view.request)
    # Where a report on the fault is needed, it is closed by hand once that is written.
    if not course.closes_by_hand(view.request) and not await queries.lacks_report(work, view.request):
        await _closed(work, view)


@command(needs=DUTIES[Move.CLOSE].permission)
async def close(work: Work, *, request_id: UUID) -> ServiceRequest:
    """Close a request that its requester has confirmed, where the handbook asks for that by hand."""
    view = await moving.begin(work, request_id, Move.CLOSE)
    await _closed(work, view)
    return view.request


async def _closed(work: Work, view: View) -> None:
    view.request.closed_at = view.at
    change = await moving.end(work, view, Move.CLOSE)
    await _open_window(work, view)
    work.record(RequestClosed(request_id=view.request.id, change_id=change), about=view.request)


async def _open_window(work: Work, view: View) -> None:
    """Keep until when, and how often, the request may be reopened; without a clause there is no limit."""
    request = view.request
    request.reopens_until, request.most_reopenings, request.reopen_clause_id = None, None, None
    window = await queries.ruled(work, ReopenWindow, request)
    if window is None:
        return
    calendar = await queries.calendar_for(work, request)
    days = window.value.working_days
    request.reopens_until = Target(working_days=days).ends_at(view.at, calendar.value) if days else view.at
    request.most_reopenings, request.reopen_clause_id = window.value.most_times, window.clause.clause_id
    policies.cite(
        work,
        window,
        about=Subject(SubjectKind.REQUEST, request.id),
        decision="requests.reopen_window",
        inputs={"closed_at": view.at, "working_days": days, "calendar_clause": calendar.clause.number},
        result={"reopens_until": request.reopens_until, "most_times": window.value.most_times},
    )


@command(needs=DUTIES[Move.REOPEN].permission, contacts=True)
async def reopen(work: Work, *, request_id: UUID, reason: str) -> ServiceRequest:
    """Say why a request is not resolved after all; its assignee has the time that was left (RQ-5).

    A closed one can be reopened within the window of the clause that held when it was closed, and as often as that
    says; a resolved one that nobody has confirmed goes back however often it takes.
    """
    reason = rules.clean_reason(reason)
    view = await moving.begin(work, request_id, Move.REOPEN)
    request = view.request
    forget(work, view)
    request.reopened_after_closing += request.state is State.CLOSED
    request.resolved_at, request.closed_at = None, None
    request.satisfaction_score, request.satisfied, request.scored_at = None, None, None
    request.reopens_until, request.most_reopenings, request.reopen_clause_id = None, None, None
    request.reopened_times += 1
    change = await moving.end(work, view, Move.REOPEN, reason)
    work.record(RequestReopened(request_id=request_id, change_id=change), about=request)
    return request


def _key(request_id: UUID) -> str:
    return f"request:{request_id}:confirmation"
