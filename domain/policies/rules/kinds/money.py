"""Contracts and money: what is checked before signing, when is paid, how overdue invoices are asked for."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from domain.kernel.amounts import TaxRounding
from domain.kernel.calendars import DayKind
from domain.policies.rules.clause_kind import ClauseKind, Percent
from domain.policies.rules.dunning import Channel, Ladder, LadderStep
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Part, Share, Wording, check_whole, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message


class ContractText(StrEnum):
    """The texts of a contract that may be left empty."""

    SCOPE = "scope"
    ACCEPTANCE_STANDARD = "acceptance_standard"
    LIABILITY = "liability"


worded(
    {
        ContractText.SCOPE: message("the scope"),
        ContractText.ACCEPTANCE_STANDARD: message("the acceptance standard"),
        ContractText.LIABILITY: message("the liability"),
    }
)


class ChecklistItem(Wording):
    """Something that a contract settles before it is signed."""

    settled_in: Annotated[
        tuple[ContractText, ...],
        Field(
            max_length=3,
            description="The texts of the contract that settle it. It cannot be settled while one of them is empty, and"
            " is open again once one of them is changed. Without any, it is open again after every change of the "
            "contract.",
        ),
    ] = ()

    @field_validator("settled_in", mode="before")
    @classmethod
    def _of_json(cls, given: Any) -> Any:
        # A wording is read before its fields are, so what they get is no JSON any more, of which lists are taken.
        known = {text.value: text for text in ContractText}
        if isinstance(given, list) and all(isinstance(each, str) for each in given):
            return tuple(known.get(each, each) for each in given)
        return given


class ContractChecklist(ClauseKind):
    """What a contract must say before it is signed, and who gets a copy (CT-1, CT-2)."""

    kind = "contract_checklist"
    label = message("Contract checklist")
    dimensions = (Dimension.SERVICE_LINE, Dimension.CUSTOMER_TIER)
    consumed_by = "contracts.draft_contract, contracts.sign_contract"

    items: Annotated[
        tuple[ChecklistItem, ...],
        Field(min_length=1, max_length=100, description="What a contract has to settle before it is signed."),
    ]
    copies_to: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=100)], ...],
        Field(max_length=50, description="Departments, by name, that get a copy."),
    ] = ()
    confirm_copy_within_days: Annotated[int, Field(ge=1, le=366, description="Calendar days.")] = 5

    def standard_text(self) -> tuple[Sentence, ...]:
        told = say(message("A contract is signed only when it settles: {items}."), items=self.items)
        if not self.copies_to:
            return (told,)
        text = message("Copies go to {departments}, who confirm them within {days} days.")
        return told, say(text, departments=self.copies_to, days=self.confirm_copy_within_days)


class ContractRenewal(ClauseKind):
    """Whether contracts with a last day renew by themselves unless notice is given in time (CT-3)."""

    kind = "contract_renewal"
    label = message("Renewal of contracts")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "contracts.draft_contract, contracts.keep_term"

    renews_by_months: Annotated[int, Field(ge=1, le=120, description="By how many months the term gets longer.")]
    most_renewals: Annotated[
        int | None,
        Field(ge=1, le=50, description="How often at most; without it as often as nobody gives notice."),
    ] = None

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Contracts renew by {months} months after the last day for notice, unless notice was given.")
        told = say(text, months=self.renews_by_months)
        if self.most_renewals is None:
            return (told,)
        return told, say(message("They renew {times} times at most."), times=self.most_renewals)


class ZeroRate(StrEnum):
    """How lines without tax are to be understood; `code` is the category's of UNTDID 5305."""

    ZERO = "zero"
    EXEMPT = "exempt"
    REVERSE_CHARGE = "reverse_charge"
    EXPORT = "export"

    @property
    def code(self) -> str:
        """The code that e-invoices carry."""
        return {"zero": "Z", "exempt": "E", "reverse_charge": "AE", "export": "G"}[self.value]


class TimeRounding(StrEnum):
    """Where working time is rounded up to the unit by which it is billed."""

    PER_RECORD = "per_record"
    PER_PERIOD = "per_period"


worded(
    {
        TimeRounding.PER_RECORD: message("for each record"),
        TimeRounding.PER_PERIOD: message("once for each billing period"),
    }
)


class PaymentTrigger(StrEnum):
    """What a payment of a contract falls due with."""

    SIGNING = "signing"
    MILESTONE = "milestone"
    ACCEPTANCE = "acceptance"


worded(
    {
        PaymentTrigger.SIGNING: message("with the signature"),
        PaymentTrigger.MILESTONE: message("with a milestone"),
        PaymentTrigger.ACCEPTANCE: message("with the acceptance"),
    }
)


class Instalment(Part):
    """One payment of a contract and its share of the price."""

    name: Annotated[Wording, Field(description="What the payment is called, such as first instalment.")]
    share_percent: Annotated[Share, Field(description="Its share of the price; all of them make up 100 per cent.")]
    trigger: Annotated[
        PaymentTrigger,
        Field(
            description="What it falls due with: the signature, by itself; a milestone that somebody says was reached; "
            "or the acceptance, said likewise."
        ),
    ] = PaymentTrigger.MILESTONE


_PART = {trigger: message("{name} {percent} % ({trigger})") for trigger in PaymentTrigger}
_PART[PaymentTrigger.MILESTONE] = message("{name} {percent} %")


class PaymentTerms(ClauseKind):
    """In which instalments contracts are paid and how long an invoice has (CT-1, AR-1)."""

    kind = "payment_terms"
    label = message("Payment terms")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE)
    consumed_by = (
        "presales.draft_quotation, contracts.draft_contract, contracts.record_usage, billing.draft_invoice,"
        " billing.issue_invoice, billing.settle_usage"
    )

    due_days: Annotated[int, Field(ge=0, le=366, description="Calendar days from an invoice to its due date.")]
    instalments: Annotated[
        tuple[Instalment, ...],
        Field(max_length=24, description="The payments of a contract; none: it is paid at once."),
    ] = ()
    tax_percent: Annotated[
        Percent, Field(description="The tax on top of the price, where a line of an invoice does not say another.")
    ] = Decimal(0)
    tax_rounding: Annotated[
        TaxRounding,
        Field(
            description="Whether the tax of a quotation or an invoice is rounded line by line, or once for each rate."
        ),
    ] = TaxRounding.PER_LINE
    zero_rate: Annotated[
        ZeroRate,
        Field(
            description="How e-invoices explain lines without tax: taxed at nought per cent, exempt, owed by the"
            " customer (reverse charge), or exported."
        ),
    ] = ZeroRate.ZERO
    exemption_reason: Annotated[
        Wording | None, Field(description="Why there is no tax on them, as e-invoices say it; not with `zero`.")
    ] = None
    issues_by_itself: Annotated[
        bool,
        Field(
            description="Whether invoices that a contract's schedule asks for are issued by themselves; otherwise they"
            " are drafts until somebody issues them."
        ),
    ] = False

    usage_late_days: Annotated[
        int | None,
        Field(
            ge=0,
            le=366,
            description="For how many calendar days after a billing period usage of it is still taken; what comes after"
            " its invoice goes on the next one. Without it always.",
        ),
    ] = None
    time_unit_minutes: Annotated[
        int, Field(ge=1, le=480, description="Working time is billed by begun units of so many minutes.")
    ] = 1
    time_rounding: Annotated[
        TimeRounding,
        Field(description="Whether each record of working time is rounded up to such units, or what a period has."),
    ] = TimeRounding.PER_RECORD
    approved_time_only: Annotated[
        bool,
        Field(description="Whether working time is billed only once its month is approved; till then it waits."),
    ] = False

    @model_validator(mode="after")
    def _make_up_the_whole(self) -> Self:
        if (self.zero_rate is ZeroRate.ZERO) != (self.exemption_reason is None):
            raise unfit(message("Say in “exemption_reason” why no tax is due, and only where “zero_rate” is not zero."))
        if self.instalments:
            check_whole(instalment.share_percent for instalment in self.instalments)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        due = say(message("Invoices are due {days} days after their date."), days=self.due_days)
        parts = tuple(
            say(_PART[each.trigger], name=each.name, percent=each.share_percent, trigger=each.trigger)
            for each in self.instalments
        )
        rate = say(
            message("The tax is {percent} %, where a line of an invoice does not say another."),
            percent=self.tax_percent,
        )
        taxed = say(message("The tax of quotations and invoices is rounded {rounding}."), rounding=self.tax_rounding)
        told = [say(message("Contracts are paid in parts: {parts}."), parts=parts)] if parts else []
        if self.exemption_reason is not None:
            told.append(say(message("Why no tax is due: {reason}"), reason=self.exemption_reason))
        if self.issues_by_itself:
            told.append(say(message("Invoices that a contract's schedule asks for are issued by themselves.")))
        if self.usage_late_days is not None:
            text = message("Usage is reported at most {days} days after the end of its billing period.")
            told.append(say(text, days=self.usage_late_days))
        if self.time_unit_minutes > 1:
            text = message("Working time is billed by begun units of {minutes} minutes, rounded {rounding}.")
            told.append(say(text, minutes=self.time_unit_minutes, rounding=self.time_rounding))
        if self.approved_time_only:
            told.append(say(message("Working time is billed only once its month is approved.")))
        return (due, rate, taxed, *told)


# By whether a step comes before the due date, on it or after it.
_WHEN = {
    -1: message("Step {number}, {name}: {channel}, {days} {day_kind} before the due date."),
    0: message("Step {number}, {name}: {channel}, on the due date."),
    1: message("Step {number}, {name}: {channel}, {days} {day_kind} after the due date."),
}


def _step_told(step: LadderStep) -> Iterator[Sentence]:
    """When a step comes, what it costs, and whether somebody has to approve it."""
    number = step.number
    yield say(
        _WHEN[(step.delay.days > 0) - (step.delay.days < 0)],
        number=number,
        name=step.name,
        channel=step.channel,
        days=abs(step.delay.days),
        day_kind=step.delay.kind,
    )
    if step.fee is not None and step.fee.minor:
        yield say(message("With step {number} a fee of {fee} is asked."), number=number, fee=step.fee)
    if step.fee_percent:
        text = message("With step {number} a fee of {percent} % of what is outstanding is asked.")
        yield say(text, number=number, percent=step.fee_percent)
    if step.late_interest_rate:
        text = message("With step {number} late interest of {percent} % a year is asked, reckoned from the due date.")
        yield say(text, number=number, percent=step.late_interest_rate)
    if step.restricts is not None:
        text = message("From step {number} on, until it is paid or held, new requests of the customer {restricted}.")
        yield say(text, number=number, restricted=step.restricts)
    if step.needs_approval:
        yield say(message("Step {number} is carried out only once somebody has approved it."), number=number)


def _contacts_told(ladder: Ladder) -> Iterator[Sentence]:
    """When customers are contacted, and whether one letter is about several invoices."""
    if (hours := ladder.contact_hours) is not None:
        text = message("Customers are contacted from {opens} to {closes} only.")
        if hours.days is DayKind.WORKING:
            text = message("Customers are contacted from {opens} to {closes} only, and on working days only.")
        yield say(text, opens=hours.opens, closes=hours.closes)
    if ladder.joint_within_days:
        text = message("What falls due for one customer within {days} days goes into one letter.")
        yield say(text, days=ladder.joint_within_days)
    elif ladder.joint_letters:
        yield say(message("What falls due for one customer on the same day goes into one letter."))


class DunningLadder(ClauseKind, Ladder):
    """The steps by which overdue invoices are asked for (AR-3); the clause's value is the ladder itself."""

    kind = "dunning_ladder"
    label = message("Dunning ladder")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE)
    consumed_by = "billing.issue_invoice, billing.record_payment, billing.place_hold"
    reaches_open_cases = True

    @property
    def relies_on(self) -> tuple[str, ...]:
        return ("business_calendar",)

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [line for step in self.steps for line in _step_told(step)]
        if self.steps:
            told.append(say(message("Steps are carried out at {time}."), time=self.send_time))
        held = say(message("An invoice is left alone for these reasons: {holds}."), holds=self.holds)
        paid = say(message("When a part is paid, {then}."), then=self.after_part_payment)
        carrying = tuple(str(step.number) for step in self.steps if step.with_invoice and step.channel is Channel.EMAIL)
        if carrying:
            told.append(say(message("The invoice goes along with the letters of steps {steps}."), steps=carrying))
        return (*told, *_contacts_told(self), held, paid)


class BooksByItself(StrEnum):
    """Which lines of a bank's file are booked without anybody's confirmation."""

    NEVER = "never"
    NUMBER_AND_AMOUNT = "number_and_amount"
    NUMBER_AMOUNT_AND_PAYER = "number_amount_and_payer"


class OnClosedDays(StrEnum):
    """What happens to a line of a day for which the books are closed."""

    REFUSE = "refuse"
    BOOK_TODAY = "book_today"


worded(
    {
        BooksByItself.NEVER: message("no line"),
        BooksByItself.NUMBER_AND_AMOUNT: message("what names one invoice and is exactly its amount"),
        BooksByItself.NUMBER_AMOUNT_AND_PAYER: message(
            "what names one invoice, is exactly its amount and comes from its customer"
        ),
    }
)
worded(
    {
        OnClosedDays.REFUSE: message("refused"),
        OnClosedDays.BOOK_TODAY: message("booked on the day on which it is confirmed"),
    }
)


class BankBooking(ClauseKind):
    """How lines of the bank's files are booked (AR-2): what by itself, and what becomes of those of closed days."""

    kind = "bank_booking"
    label = message("Booking of bank lines")
    consumed_by = "banking.import_statement, banking.book_line"

    by_itself: Annotated[
        BooksByItself,
        Field(description="Which lines are booked by themselves; one that could be for several invoices never is."),
    ] = BooksByItself.NEVER
    on_closed_days: Annotated[
        OnClosedDays,
        Field(description="Whether a line of a day for which the books are closed is refused, or booked today."),
    ] = OnClosedDays.REFUSE

    def standard_text(self) -> tuple[Sentence, ...]:
        return (
            say(message("Of the bank's files this is booked by itself: {lines}."), lines=self.by_itself),
            say(message("What is of a day for which the books are closed is {done}."), done=self.on_closed_days),
        )
