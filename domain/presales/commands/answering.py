"""The customer's answer, by the link or as somebody records it, and the end of a quotation that nobody answered.

Locks are taken in one order: the quotation's timers, then the quotation.
"""

from uuid import UUID

from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line, several_lines
from domain.presales.events import QuotationAnswered, QuotationExpired, QuotationExpiryDue
from domain.presales.models import Quotation
from domain.presales.queries import quotations as queries
from domain.presales.rules import quotations as rules
from domain.presales.rules.quotations import QUOTATIONS, QuotationMove, QuotationObstacle, QuotationState
from tenancy.outbox import lock_timers, withdraw_effects
from tenancy.work import Work


async def answer_by_link(work: Work, *, quotation_id: UUID, accepted: bool, name: str, comment: str) -> Quotation:
    """Keep the answer of whoever holds the link, once. Refuses with `WrongState` what is not open any more."""
    return await _answer(work, quotation_id, accepted, name, comment, by_link=True)


@command(needs=Permission.PRESALES_QUOTE)
async def record_answer(
    work: Work, *, quotation_id: UUID, accepted: bool, answered_by: str, comment: str = ""
) -> Quotation:
    """Record what a customer has said in another way than by the link, such as on the telephone or by a signed copy."""
    await queries.get(work, quotation_id, "quotationId")
    return await _answer(work, quotation_id, accepted, answered_by, comment, by_link=False)


async def expire_quotation(work: Work, event: QuotationExpiryDue) -> None:
    """A quotation whose last day is over can't be accepted any more. A timer that is early or outdated does nothing."""
    await lock_timers(work, event.quotation_id)
    quotation = await queries.any_one(work, event.quotation_id, lock=True)
    if quotation.state is not QuotationState.SENT or quotation.expires_at is None or quotation.expires_at > work.now:
        return
    quotation.state = QUOTATIONS.next(quotation.state, QuotationMove.EXPIRE)
    work.record(QuotationExpired(quotation_id=quotation.id), about=quotation)


async def _answer(
    work: Work, quotation_id: UUID, accepted: bool, name: str, comment: str, *, by_link: bool
) -> Quotation:
    timers = await lock_timers(work, quotation_id)
    quotation = await queries.any_one(work, quotation_id, lock=True)
    move = QuotationMove.ACCEPT if accepted else QuotationMove.DECLINE
    state = QUOTATIONS.next(quotation.state, move)
    if quotation.expires_at is None or quotation.expires_at <= work.now:
        raise rules.refusal(QuotationObstacle.EXPIRED, move, quotation.state)
    quotation.state, quotation.answered_at = state, work.now
    quotation.answered_by = one_line(name, rules.MAX_NAME, "name" if by_link else "answeredBy")
    quotation.comment = several_lines(comment, rules.MAX_COMMENT, "comment", may_be_empty=True)
    for timer in timers:
        work.delete(timer)
    await withdraw_effects(work, quotation.id)
    answered = QuotationAnswered(quotation_id=quotation.id, accepted=accepted, by_link=by_link)
    work.record(answered, about=quotation)
    return quotation
