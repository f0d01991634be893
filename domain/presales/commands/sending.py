"""From a draft to the customer: whether the discount needs an approval, for how long it holds, and taking it back."""

import hashlib
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_seen
from domain.customers import queries as customers
from domain.kernel.amounts import TaxRounding
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies_commands
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain, DiscountLimit
from domain.presales.events import (
    QuotationApproved,
    QuotationExpiryDue,
    QuotationSent,
    QuotationSubmitted,
    QuotationWithdrawn,
)
from domain.presales.models import Quotation, Solution
from domain.presales.queries import quotations as queries
from domain.presales.queries.submitting import judge
from domain.presales.rules import quotations as rules
from domain.presales.rules.quotations import QUOTATIONS, Leeway, QuotationMove, QuotationObstacle
from domain.presales.rules.solutions import SolutionState
from tenancy.outbox import lock_timers, withdraw_effects
from tenancy.work import Work


@command(needs=Permission.PRESALES_QUOTE)
async def submit_quotation(work: Work, *, quotation_id: UUID) -> Quotation:
    """Have a draft judged by the discount limit: what is free is approved at once, for the rest an approval is opened.

    Refuses, naming the clause, a discount above what may be granted at all; with NO_CLAUSE where an approval is needed
    and the handbook has no chain for it. Where there is no limit, every discount is free.
    """
    quotation = await queries.get(work, quotation_id, "quotationId", lock=True)
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.SUBMIT)
    await queries.refuse_stopped(work, quotation.solution_id, "quotationId")
    judged = await judge(work, quotation)
    quotation.valid_days = judged.valid_days
    work.record(QuotationSubmitted(quotation_id=quotation.id), about=quotation)
    quotation.needs_solution = judged.limit is not None and judged.limit.value.solution_needed
    if judged.limit is not None:
        limit = judged.limit.clause
        quotation.clause_id, quotation.handbook_version_id = limit.clause_id, limit.version_id
        _cite_discount(work, quotation, judged.limit, judged.leeway)
    if judged.chain is not None:
        await _ask(work, quotation, judged.chain)
        return quotation
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.APPROVE)
    work.record(QuotationApproved(quotation_id=quotation.id, by_itself=True), about=quotation)
    return quotation


async def _ask(work: Work, quotation: Quotation, chain: Ruling[ApprovalChain]) -> None:
    requester_id = approvals_seen.requester(work, chain, "quotationId")
    customer = await customers.get(work, quotation.customer_id)
    approval = await approvals.open_approval(
        work,
        subject=Subject(SubjectKind.QUOTATION, quotation.id),
        chain=chain,
        requester_id=requester_id,
        own_of=[quotation.prepared_by_id] if quotation.prepared_by_id else [],
        facts={
            "quotation_number": quotation.number,
            "version_number": quotation.version,
            "customer_id": quotation.customer_id,
            "customer_name": customer.name,
            "customer_tier": quotation.customer_tier,
            "account_owner_id": customer.owner_id,
            "department_id": quotation.department_id,
            "amount_minor": quotation.total_minor,
            "discount_minor": quotation.discount_minor,
            # In hundredths of a per cent, which are whole numbers; what is left of one counts as one.
            "discount_basis_points": -int(-quotation.discount_percent * 100 // 1),
            "currency": quotation.currency,
            "valid_days": quotation.valid_days,
            "content": await content_of(work, quotation),
        },
    )
    quotation.approval_id = approval.id


async def content_of(work: Work, quotation: Quotation) -> str:
    """The fingerprint of all that a quotation says."""
    said = {
        "title": quotation.title,
        "terms": quotation.terms,
        "currency": quotation.currency,
        "valid_days": quotation.valid_days,
        "lines": [line.plain() for line in queries.as_rules(await queries.lines_of(work, quotation))],
    }
    # What was submitted before there was a choice keeps its fingerprint.
    if quotation.tax_rounding is not TaxRounding.PER_LINE:
        said["tax_rounding"] = quotation.tax_rounding
    if quotation.solution_id is not None:
        said["solution_id"] = str(quotation.solution_id)
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _cite_discount(work: Work, quotation: Quotation, limit: Ruling[DiscountLimit], found: Leeway) -> None:
    policies_commands.cite(
        work,
        limit,
        about=Subject(SubjectKind.QUOTATION, quotation.id),
        decision="presales.discount",
        inputs={
            "discount_percent": quotation.discount_percent,
            "free_percent": limit.value.free_percent,
            "most_percent": limit.value.most_percent,
        },
        result={"needs_approval": found is Leeway.NEEDS_APPROVAL},
    )


@command(needs=Permission.PRESALES_QUOTE)
async def send_quotation(work: Work, *, quotation_id: UUID) -> Quotation:
    """Send an approved quotation to its contact, by a link that is answered once; it holds from today on."""
    quotation = await queries.get(work, quotation_id, "quotationId", lock=True)
    state = QUOTATIONS.next(quotation.state, QuotationMove.SEND)
    await queries.refuse_stopped(work, quotation.solution_id, "quotationId")
    limit = await queries.limit_of(work, quotation)
    await _refuse_without_solution(work, quotation, limit)
    quotation.state = state
    assert quotation.valid_days is not None
    zone = work.opening.zone
    quotation.sent_at = work.now
    quotation.valid_until_on = work.now.astimezone(ZoneInfo(zone)).date() + timedelta(days=quotation.valid_days)
    quotation.expires_at = rules.expires_at(quotation.valid_until_on, zone)
    if limit is not None:
        policies_commands.cite(
            work,
            limit,
            about=Subject(SubjectKind.QUOTATION, quotation.id),
            decision="presales.validity",
            inputs={"sent_at": quotation.sent_at, "valid_days": quotation.valid_days},
            result={"valid_until_on": quotation.valid_until_on},
        )
    work.schedule(
        quotation.expires_at,
        QuotationExpiryDue(quotation_id=quotation.id),
        about=quotation.id,
        key=f"quotation:{quotation.id}",
    )
    work.record(QuotationSent(quotation_id=quotation.id), about=quotation)
    return quotation


async def _refuse_without_solution(work: Work, quotation: Quotation, limit: Ruling[DiscountLimit] | None) -> None:
    if not quotation.needs_solution:
        return
    named = quotation.solution_id
    if named is not None and (await work.get(Solution, named, lock=True)).state is SolutionState.CONFIRMED:
        return
    refusal = rules.refusal(QuotationObstacle.NO_SOLUTION, QuotationMove.SEND, quotation.state)
    refusal.clause = limit.clause if limit is not None else None
    raise refusal


@command(needs=Permission.PRESALES_QUOTE)
async def withdraw_quotation(work: Work, *, quotation_id: UUID) -> Quotation:
    """Take a quotation back that is not answered; what waits about it or was approved is void, and its link opens
    nothing any more."""
    subject = Subject(SubjectKind.QUOTATION, quotation_id)
    await approvals.lock_with_subject(work, subject=subject)
    timers = await lock_timers(work, quotation_id)
    quotation = await queries.get(work, quotation_id, "quotationId", lock=True)
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.WITHDRAW)
    for timer in timers:
        work.delete(timer)
    await withdraw_effects(work, quotation.id)
    await approvals.void_granted(work, quotation.approval_id)
    await approvals.end_with_subject(work, subject=subject)
    work.record(QuotationWithdrawn(quotation_id=quotation.id), about=quotation)
    return quotation
