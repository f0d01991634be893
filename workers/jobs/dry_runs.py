"""Trying a draft on past cases: page by page in short transactions, a few statements for each page of cases."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from domain.approvals import queries as approvals
from domain.billing import queries as billing
from domain.billing.rules.invoices import CLOSED
from domain.kernel.subjects import SubjectKind
from domain.people import queries as people
from domain.policies.rules.kinds import ApprovalChain
from domain.policies.rules.scopes import Scope
from domain.quality import queries as quality
from domain.quality.rules import Figure
from domain.requests import queries as requests
from domain.rulebook import commands, queries
from domain.rulebook.rules import hindsight
from domain.rulebook.rules.hindsight import Differs, Trial
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem
from tenancy.claims import Claim
from tenancy.database import reading
from tenancy.refusals import Refusal
from workers.attempts import hold, working

PAGE = 500
Places = dict[UUID, tuple[UUID, UUID]]


async def try_out(claim: Claim, item: AgendaItem) -> None:
    """Judge every case of the dry run's time by its draft; begun again, it begins anew."""
    async with working(claim) as work:
        held = await hold(work, claim)
        run = await commands.note_begun(work, item.subject_id)
        if run is None:
            work.delete(held)
            return
        run_id, since, until = run.id, run.since, run.until
        trial, places = await queries.trial(work, run)
    for pages, judge in _SOURCES:
        after_id: UUID | None = None
        while True:
            async with reading(Actor.system(claim.tenant_id)) as work:
                page = await pages(work, since=since, until=until, after_id=after_id, most=PAGE)
            if not page:
                break
            after_id = _id_of(page[-1])
            found, unjudged = _judged(page, partial(judge, trial=trial, places=places, until=until))
            async with working(claim) as work:
                await hold(work, claim)
                await commands.note_judged(work, run_id, judged=len(page) - unjudged, unjudged=unjudged, found=found)
    async with working(claim) as work:
        held = await hold(work, claim)
        await commands.note_finished(work, run_id)
        work.delete(held)


def _judged(page: Sequence[Any], judge: Callable[[Any], Iterator[Differs]]) -> tuple[list[Differs], int]:
    """What differs, and how many cases the draft can't judge: they lack a fact, or its calendar never opens."""
    found: list[Differs] = []
    unjudged = 0
    for case in page:
        try:
            found += judge(case)
        except Refusal:
            unjudged += 1
    return found, unjudged


def _request(past: requests.History, trial: Trial, places: Places, until: datetime) -> Iterator[Differs]:
    request = past.request
    case = hindsight.PastRequest(
        id=request.id,
        case=requests.scope_of(request),
        tier=request.customer_tier,
        impact=request.impact,
        urgency=request.urgency,
        assignee_id=request.assignee_id,
        changes=[change.as_rule for change in past.changes],
        breached=frozenset(clock.kind for clock in past.clocks if clock.breached_at is not None),
    )
    yield from hindsight.judge_request(case, trial, until)


def _letter(letter: Any, trial: Trial, places: Places, until: datetime) -> Iterator[Differs]:
    department_id, post_id = places[letter.staff_id]
    case = hindsight.PastLetter(
        id=letter.id,
        staff_id=letter.staff_id,
        case=Scope(department_id=department_id, post_id=post_id),
        letter_on=letter.letter_on,
        on_probation=letter.on_probation,
        earliest_last_day_on=letter.earliest_last_day_on,
    )
    yield from hindsight.judge_letter(case, trial)


def _invoice(past: billing.Dunned, trial: Trial, places: Places, until: datetime) -> Iterator[Differs]:
    invoice = past.invoice
    # One that was cancelled was dunned until then, which its last step tells.
    paid_at = max((payment.recorded_at for payment in past.payments), default=None)
    stepped_at = max((step.taken_at for step in past.steps), default=None)
    ended_at = (paid_at or stepped_at or until) if invoice.state in CLOSED else until
    assert invoice.due_on is not None
    case = hindsight.PastInvoice(
        id=invoice.id,
        case=Scope(customer_tier=invoice.customer_tier),
        due_on=invoice.due_on,
        ended_at=ended_at,
        channels=tuple(step.channel.value for step in past.steps if step.taken_at <= ended_at),
        holds=billing.held_days(past.holds),
    )
    yield from hindsight.judge_invoice(case, trial)


def _result(result: Any, trial: Trial, places: Places, until: datetime) -> Iterator[Differs]:
    scope = Scope(
        department_id=result.department_id, service_line=result.service_line, customer_tier=result.customer_tier
    )
    case = hindsight.PastResult(
        id=result.id,
        case=scope,
        metric=result.metric,
        figure=Figure(result.numerator, result.denominator),
        verdict=result.verdict,
    )
    yield from hindsight.judge_result(case, trial)


def _approval(approval: Any, trial: Trial, places: Places, until: datetime) -> Iterator[Differs]:
    department_id, post_id = places.get(approval.requester_id, (None, None))
    given = approval.facts.get("department_id")
    case = hindsight.PastApproval(
        id=approval.id,
        requester_id=approval.requester_id,
        kind=SubjectKind(approval.subject_kind),
        purpose=approval.purpose,
        case=Scope(
            department_id=UUID(given) if given else department_id,
            post_id=post_id,
            customer_tier=approval.facts.get("customer_tier"),
        ),
        chain=ApprovalChain.model_validate(approval.chain),
        facts=approval.facts,
    )
    yield from hindsight.judge_approval(case, trial)


def _id_of(case: Any) -> UUID:
    whole = getattr(case, "request", None) or getattr(case, "invoice", None) or case
    found: UUID = whole.id
    return found


Pages = Callable[..., Awaitable[Sequence[Any]]]
Judge = Callable[..., Iterator[Differs]]
_SOURCES: tuple[tuple[Pages, Judge], ...] = (
    (requests.histories, _request),
    (people.letters, _letter),
    (billing.dunned, _invoice),
    (quality.frozen, _result),
    (approvals.opened, _approval),
)
