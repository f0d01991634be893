"""Trying a draft on past cases: page by page in short transactions, a few statements for each page of cases."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from domain.approvals import queries as approvals
from domain.approvals.models import Approval
from domain.billing import queries as billing
from domain.billing.models import DunningStep
from domain.billing.rules.invoices import CLOSED
from domain.kernel.subjects import SubjectKind
from domain.people import queries as people
from domain.policies import queries as policies
from domain.policies.rules.dunning import LadderStep
from domain.policies.rules.kinds import ApprovalChain, DunningLadder, ExpertPanel
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
from tenancy.work import Work
from workers.attempts import hold, working

PAGE = 500
Places = dict[UUID, tuple[UUID, UUID]]
# By ladder and number of the step, what it lays down.
Ladders = Mapping[UUID, Mapping[int, LadderStep]]
Panels = Mapping[str, ExpertPanel]


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
        counts = [await count(work, since=since, until=until) for _, count, _ in _SOURCES]
        await commands.note_total(work, run_id, sum(counts))
    for pages, _, judge in _SOURCES:
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


async def _dunned(work: Work, **span: Any) -> list[tuple[billing.Dunned, Ladders]]:
    """Invoices, each with the ladders of its steps."""
    page = await billing.dunned(work, **span)
    clause_ids = {step.clause_id for past in page for step in past.steps}
    ladders = {
        id: {step.number: step for step in DunningLadder.model_validate(value).steps}
        for id, value in (await policies.values_of(work, clause_ids)).items()
    }
    return [(past, ladders) for past in page]


def _taken(step: DunningStep, rule: LadderStep) -> hindsight.PastLadderStep:
    """A step that was taken, as its ladder had it."""
    return hindsight.PastLadderStep(
        step.number,
        step.planned_at,
        step.taken_at,
        step.channel.value,
        hindsight.letter_of(rule),
        approved=rule.needs_approval,
    )


def _invoice(
    case_and_ladders: tuple[billing.Dunned, Ladders], trial: Trial, places: Places, until: datetime
) -> Iterator[Differs]:
    past, ladders = case_and_ladders
    invoice = past.invoice
    ended_at = until
    if invoice.state in CLOSED:
        settled = [part.allocated_at for part in past.payments] + [note.issued_at for note in past.credit_notes]
        ended_at = past.closed_at or max(settled, default=until)
    assert invoice.due_on is not None
    case = hindsight.PastInvoice(
        id=invoice.id,
        case=Scope(customer_tier=invoice.customer_tier),
        due_on=invoice.due_on,
        ended_at=ended_at,
        steps=[_taken(step, ladders[step.clause_id][step.number]) for step in past.steps if step.taken_at <= ended_at],
        holds=billing.held_days(past.holds),
        payments=[
            *(hindsight.PastPayment(part.effective_on, part.allocated_at) for part in past.payments),
            # What is credited leaves less to be paid, as a payment does.
            *(hindsight.PastPayment(note.issued_on, note.issued_at) for note in past.credit_notes),
        ],
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


async def _opened(work: Work, **span: Any) -> list[tuple[Approval, Panels]]:
    """Approvals, each with the panels of the version it goes by."""
    page = await approvals.opened(work, **span)
    books = {id: await policies.handbook(work, id) for id in {each.version_id for each in page} if id is not None}
    panels = {id: hindsight.panels_of(book) for id, book in books.items()}
    return [(each, panels[each.version_id] if each.version_id is not None else {}) for each in page]


def _approval(
    case_and_panels: tuple[Approval, Panels], trial: Trial, places: Places, until: datetime
) -> Iterator[Differs]:
    approval, panels = case_and_panels
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
        panels=panels,
    )
    yield from hindsight.judge_approval(case, trial)


def _id_of(case: Any) -> UUID:
    part = case[0] if isinstance(case, tuple) else case
    whole = getattr(part, "request", None) or getattr(part, "invoice", None) or part
    found: UUID = whole.id
    return found


Pages = Callable[..., Awaitable[Sequence[Any]]]
Count = Callable[..., Awaitable[int]]
Judge = Callable[..., Iterator[Differs]]
_SOURCES: tuple[tuple[Pages, Count, Judge], ...] = (
    (requests.histories, requests.histories_count, _request),
    (people.letters, people.letters_count, _letter),
    (_dunned, billing.dunned_count, _invoice),
    (quality.frozen, quality.frozen_count, _result),
    (_opened, approvals.opened_count, _approval),
)
