"""From a draft to the customer: whether the discount needs an approval, for how long it holds, and taking it back."""

import hashlib
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from domain.approvals import commands as approvals
from domain.customers import queries as customers
from domain.kernel.amounts import TaxRounding
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain, DiscountLimit
from domain.presales.events import (
    QuotationApproved,
    QuotationExpiryDue,
    QuotationSent,
    QuotationSubmitted,
    QuotationWithdrawn,
)
from domain.presales.models import Quotation
from domain.presales.queries import quotations as queries
from domain.presales.rules import quotations as rules
from domain.presales.rules.quotations import QUOTATIONS, Leeway, QuotationMove
from tenancy.outbox import lock_timers, withdraw_effects
from tenancy.refusals import Forbidden, Invalid, message
from tenancy.work import Work


@command(needs=Permission.PRESALES_QUOTE)
async def submit_quotation(work: Work, *, quotation_id: UUID) -> Quotation:
    """Have a draft judged by the discount limit: what is free is approved at once, for the rest an approval is opened.

    Refuses, naming the clause, a discount above what may be granted at all; with NO_CLAUSE where an approval is needed
    and the handbook has no chain for it. Where there is no limit, every discount is free.
    """
    quotation = await queries.get(work, quotation_id, "quotationId", lock=True)
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.SUBMIT)
    author = await organisation.find_staff(work, quotation.prepared_by_id) if quotation.prepared_by_id else None
    scope = queries.case_of(quotation, author.post_id if author is not None else None)
    limit = await policies.find_rule(work, DiscountLimit, scope=scope)
    found = Leeway.FREE
    try:
        quotation.valid_days = rules.valid_days(quotation.wished_valid_days, limit.value if limit else None)
        if limit is not None:
            found = rules.leeway(quotation.discount_percent, limit.value)
    except Invalid as refusal:
        refusal.clause = limit.clause if limit is not None else None
        raise
    work.record(QuotationSubmitted(quotation_id=quotation.id), about=quotation)
    if limit is not None:
        quotation.clause_id, quotation.handbook_version_id = limit.clause.clause_id, limit.clause.version_id
        _cite_discount(work, quotation, limit, found)
    if found is Leeway.NEEDS_APPROVAL:
        topic = chain_topic(SubjectKind.QUOTATION)
        chain = await policies.rule(work, ApprovalChain, scope=scope, topic=topic)
        await _ask(work, quotation, chain)
        return quotation
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.APPROVE)
    work.record(QuotationApproved(quotation_id=quotation.id, by_itself=True), about=quotation)
    return quotation


async def _ask(work: Work, quotation: Quotation, chain: Ruling[ApprovalChain]) -> None:
    if not work.actor.is_member or work.actor.id is None:
        raise Forbidden(message("This needs an approval, and only people ask for one."), path=("quotationId",))
    customer = await customers.get(work, quotation.customer_id)
    approval = await approvals.open_approval(
        work,
        subject=Subject(SubjectKind.QUOTATION, quotation.id),
        chain=chain,
        requester_id=work.actor.id,
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
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.SEND)
    assert quotation.valid_days is not None
    zone = work.opening.zone
    quotation.sent_at = work.now
    quotation.valid_until_on = work.now.astimezone(ZoneInfo(zone)).date() + timedelta(days=quotation.valid_days)
    quotation.expires_at = rules.expires_at(quotation.valid_until_on, zone)
    limit = await queries.limit_of(work, quotation)
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


@command(needs=Permission.PRESALES_QUOTE)
async def withdraw_quotation(work: Work, *, quotation_id: UUID) -> Quotation:
    """Take a quotation back that is not answered; what waits about it is void, and its link opens nothing any more."""
    subject = Subject(SubjectKind.QUOTATION, quotation_id)
    await approvals.lock_with_subject(work, subject=subject)
    timers = await lock_timers(work, quotation_id)
    quotation = await queries.get(work, quotation_id, "quotationId", lock=True)
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.WITHDRAW)
    for timer in timers:
        work.delete(timer)
    await withdraw_effects(work, quotation.id)
    await approvals.end_with_subject(work, subject=subject)
    work.record(QuotationWithdrawn(quotation_id=quotation.id), about=quotation)
    return quotation
