"""What becomes of a line: a payment, one that is known already, or nothing that is booked here; and back again."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.banking import queries
from domain.banking.events import BankLineBooked, BankLineIgnored, BankLineRecognised, BankLineReopened
from domain.banking.models import BankLine
from domain.banking.rules import duties
from domain.banking.rules.duties import Obstacle
from domain.banking.rules.lines import LineState
from domain.banking.rules.matching import Suggestion, decided, surest
from domain.billing import commands as billing
from domain.billing.commands.invoices import today_of
from domain.billing.events import PaymentReversed
from domain.billing.models import Payment
from domain.billing.rules.payments import Share, clean_reason
from domain.kernel.command import command
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.ledger import queries as ledger
from domain.ledger.rules import check_open
from domain.policies import commands as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds.money import BankBooking, OnClosedDays
from tenancy.refusals import Conflict, Invalid, Refusal, WrongState, message
from tenancy.work import Work


@command(needs=Permission.BILLING_COLLECT)
async def book_line(
    work: Work, *, line_id: UUID, customer_id: UUID, shares: Sequence[Share] = (), booked_on: date | None = None
) -> BankLine:
    """Record what came in as a payment of a customer, with shares for invoices of theirs (AR-2).

    Of two who book the same line the second is refused. A day for which the books are closed is refused with
    BOOKS_CLOSED, or booked today where the clause says so.
    """
    line = await _open_line(work, line_id)
    return await _book(work, line, customer_id, shares, booked_on)


@command(needs=Permission.BILLING_COLLECT)
async def book_suggested(work: Work, *, line_id: UUID) -> BankLine:
    """Book a line as it is suggested, if one suggestion is sure and surer than all others; refuses with NO_MATCH and
    AMBIGUOUS_MATCH else, and with ALREADY_RECORDED what somebody seems to have recorded by hand."""
    line = await _open_line(work, line_id)
    suggestion = surest(await queries.suggestions(work, line))
    recorded = await queries.probably_recorded(work, line)
    same = [each.reference for each in recorded if each.customer_id == suggestion.customer_id]
    if same:
        text = message(
            "A payment of this amount is recorded already, with the reference “{reference}”: link the line to it."
        )
        raise Conflict(text, {"reference": same[0]}, ("lineId",), code="ALREADY_RECORDED")
    return await _book(work, line, suggestion.customer_id, _shares(suggestion, line), None)


async def book_by_itself(work: Work, event: BankLineRecognised) -> None:
    """Book a line that is just what one invoice asks for, as the clause says; what speaks against it leaves it open."""
    line = await work.find(BankLine, event.line_id, lock=True)
    ruling = await queries.booking_rule(work)
    if line is None or line.state is not LineState.OPEN or ruling is None:
        return
    suggestion = decided(await queries.suggestions(work, line), ruling.value.by_itself)
    if suggestion is None or await queries.probably_recorded(work, line):
        return
    try:
        async with work.attempting():
            await _book(work, line, suggestion.customer_id, _shares(suggestion, line), None, by_itself=True)
    except Refusal:
        # Somebody will see it among the open ones.
        return
    assert line.payment_id is not None
    policies.cite(
        work,
        ruling,
        about=Subject(SubjectKind.PAYMENT, line.payment_id),
        decision="banking.booked_by_itself",
        inputs={"line_id": line.id, "purpose": line.purpose, "payer": line.payer_name},
        result={
            "invoice": suggestion.shares[0].number,
            "amount": str(Money(line.amount_minor, line.currency)),
            "reasons": [reason.value for reason in suggestion.reasons],
        },
    )


@command(needs=Permission.BILLING_COLLECT)
async def link_line(work: Work, *, line_id: UUID, payment_id: UUID) -> BankLine:
    """Say that a line is a payment that somebody has recorded already: nothing is booked again."""
    line = await _open_line(work, line_id)
    payment = await work.get(Payment, payment_id, "paymentId", lock=True)
    if payment.reversed_on is not None:
        raise WrongState(message("This payment was taken back, so nothing of it is left."), {}, ("paymentId",))
    if (payment.amount_minor, payment.currency) != (line.amount_minor, line.currency):
        text = message("The payment is of {amount}, and the line of another amount.")
        amount = str(Money(payment.amount_minor, payment.currency))
        raise Invalid(text, {"amount": amount}, ("paymentId",))
    if await queries.line_of_payment(work, payment.id) is not None:
        raise Conflict(message("This payment comes of another line already."), {}, ("paymentId",))
    line.linked = True
    _decide(work, line, LineState.BOOKED, payment_id=payment.id)
    work.record(BankLineBooked(line_id=line.id, payment_id=payment.id, by_itself=False), about=line)
    return line


@command(needs=Permission.BILLING_COLLECT)
async def ignore_line(work: Work, *, line_id: UUID, reason: str) -> BankLine:
    """Say why a line is nothing that is booked here: what went out, a transfer between the company's own accounts."""
    reason = clean_reason(reason)
    line = await _open_line(work, line_id, incoming=False)
    line.reason = reason
    _decide(work, line, LineState.IGNORED)
    work.record(BankLineIgnored(line_id=line.id), about=line)
    return line


@command(needs=Permission.BILLING_COLLECT)
async def reopen_line(work: Work, *, line_id: UUID, reason: str) -> BankLine:
    """Undo what became of a line. The payment that was recorded by it is taken back, as `reverse_payment` does; one
    that the line was only linked to stays."""
    reason = clean_reason(reason)
    # Not locked yet: whoever takes a payment back locks its invoices first, and its line last.
    line = await queries.line(work, line_id, "lineId")
    if line.state is LineState.BOOKED and not line.linked:
        assert line.payment_id is not None
        await billing.reverse_payment(work, payment_id=line.payment_id, reason=reason)
        return await _reopened(work, await queries.line(work, line_id, "lineId", lock=True))
    line = await queries.line(work, line_id, "lineId", lock=True)
    if line.state is LineState.OPEN:
        raise duties.refusal(Obstacle.WRONG_STATE, line.state)
    if line.state is LineState.BOOKED and not line.linked:
        raise Conflict(message("Somebody has just booked this line: try again."), {}, ("lineId",))
    return await _reopened(work, line)


async def reopen_line_of_payment(work: Work, event: PaymentReversed) -> None:
    """A payment that was taken back leaves its line to be booked anew."""
    line = await queries.line_of_payment(work, event.payment_id, lock=True)
    if line is not None:
        await _reopened(work, line)


async def _reopened(work: Work, line: BankLine) -> BankLine:
    line.state, line.payment_id, line.linked, line.reason = LineState.OPEN, None, False, None
    line.decided_at = line.decided_by_id = None
    work.record(BankLineReopened(line_id=line.id), about=line)
    return line


async def _open_line(work: Work, line_id: UUID, *, incoming: bool = True) -> BankLine:
    line = await queries.line(work, line_id, "lineId", lock=True)
    if line.state is not LineState.OPEN:
        raise duties.refusal(Obstacle.WRONG_STATE, line.state)
    if incoming and line.amount_minor <= 0:
        raise duties.refusal(Obstacle.OUTGOING, line.state)
    return line


def _shares(suggestion: Suggestion, line: BankLine) -> list[Share]:
    return [Share(each.invoice_id, Money(each.minor, line.currency)) for each in suggestion.shares]


async def _book(
    work: Work,
    line: BankLine,
    customer_id: UUID,
    shares: Sequence[Share],
    booked_on: date | None,
    *,
    by_itself: bool = False,
) -> BankLine:
    day, late = await _day(work, line, booked_on)
    payment = await billing.receive_payment(
        work,
        customer_id=customer_id,
        amount=Money(line.amount_minor, line.currency),
        received_on=line.booked_on,
        reference=reference_of(line),
        shares=shares,
        booked_on=day,
    )
    _decide(work, line, LineState.BOOKED, payment_id=payment.id)
    work.record(BankLineBooked(line_id=line.id, payment_id=payment.id, by_itself=by_itself), about=line)
    if late is not None:
        policies.cite(
            work,
            late,
            about=Subject(SubjectKind.PAYMENT, payment.id),
            decision="banking.booked_late",
            inputs={"line_id": line.id, "received_on": line.booked_on},
            result={"booked_on": payment.booked_on},
        )
    return line


def reference_of(line: BankLine) -> str:
    """By what the payment of a line is known again: the bank's own reference as far as there is one, and what makes it
    the line's alone, for banks use one reference for several lines."""
    own = f"{line.digest[:12]}-{line.occurrence}"
    return f"{line.bank_reference[:80].strip()} {own}".strip()


async def _day(work: Work, line: BankLine, booked_on: date | None) -> tuple[date | None, Ruling[BankBooking] | None]:
    """The day in the books, and the clause by which it is not the line's own."""
    wanted = booked_on or line.booked_on
    closing = await ledger.last_closing(work)
    if closing is None or wanted > closing.until_on:
        return booked_on, None
    ruling = await queries.booking_rule(work)
    books_today = ruling is not None and ruling.value.on_closed_days is OnClosedDays.BOOK_TODAY
    if booked_on is None and books_today:
        return today_of(work), ruling
    try:
        check_open(wanted, closing.until_on, ("bookedOn",))
    except Refusal as refusal:
        # A clause by which they are booked today does not say that another day is refused.
        refusal.clause = ruling.clause if ruling is not None and not books_today else None
        raise
    return booked_on, None


def _decide(work: Work, line: BankLine, state: LineState, *, payment_id: UUID | None = None) -> None:
    line.state, line.payment_id = state, payment_id
    line.decided_at = work.now
    line.decided_by_id = work.actor.id if work.actor.is_member else None
