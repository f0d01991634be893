"""What a dunning ladder lays down: its steps, their letters and charges, and what holds it up (AR-3, AR-4)."""

import re
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.kernel.calendars import DayKind, WallTime, minutes_of
from domain.kernel.money import Money
from domain.policies.rules.values import Number, Part, Wording, unfit
from tenancy.refusals import message

MOST_STEPS = 12


class Delay(Part):
    """So many days after the due date, which itself does not count; a negative number comes before it."""

    days: Annotated[
        int,
        Field(
            ge=-90,
            le=1000,
            description=(
                "So many days after the due date, which itself doesn't count; a negative number comes before it."
            ),
        ),
    ]
    kind: Annotated[DayKind, Field(description="Whether calendar days or working days are counted.")] = DayKind.CALENDAR


class Channel(StrEnum):
    """How a step reaches the customer, or who takes the case over."""

    EMAIL = "email"
    POST = "post"
    TELEPHONE = "telephone"
    HAND_OVER = "hand_over"


class ServiceRestriction(StrEnum):
    """What becomes of new requests of a customer who does not pay, the gravest last."""

    LOWEST_PRIORITY = "lowest_priority"
    NO_REQUESTS = "no_requests"


class Tone(StrEnum):
    """How a letter speaks."""

    FRIENDLY = "friendly"
    FIRM = "firm"
    FINAL = "final"


# What a company's own letter may leave blank, for the invoice to fill in. Amounts and days are written as the
# customer's language writes them; `total` is the amount with all fees and the interest.
# In a letter about several invoices the numbers stand one after the other, the due date is the earliest, the days are
# the most, and amounts are summed up; `invoices` is a line for each of them.
LETTER_BLANKS = (
    *("number", "customer", "company", "amount", "due_on", "days_overdue", "fee", "interest", "total"),
    "invoices",
)
_BLANK = re.compile(r"\{([^{}]*)\}")


class Letter(Part):
    """A letter in a company's own words, with blanks such as `{number}`; `LETTER_BLANKS` names them all."""

    subject: Annotated[Wording, Field(description="The letter's heading; blanks such as {number} are filled in.")]
    text: Annotated[
        Wording,
        Field(
            description="What the letter says; blanks such as {customer}, {amount}, {due_on} and {total} are filled in."
        ),
    ]

    @model_validator(mode="after")
    def _blanks_can_be_filled(self) -> Self:
        for name, wording in (("subject", self.subject), ("text", self.text)):
            for text in (wording.zh_Hans, wording.zh_Hant, wording.en):
                strange = next((blank for blank in _BLANK.findall(text) if blank not in LETTER_BLANKS), None)
                if strange is not None:
                    complaint = message("Nothing is known that could fill the blank “{blank}”. Possible are: {blanks}.")
                    raise unfit(complaint, name, blank=strange[:40], blanks=", ".join(LETTER_BLANKS))
        return self


class HoldKind(StrEnum):
    """Why an invoice is not dunned for a while (AR-4)."""

    DISPUTE = "dispute"
    PROMISE_TO_PAY = "promise_to_pay"
    PAYMENT_IN_TRANSIT = "payment_in_transit"
    EXEMPTION = "exemption"


class CallOutcome(StrEnum):
    """What came of a telephone call because of what is overdue."""

    PROMISED = "promised"
    DISPUTED = "disputed"
    PAYMENT_ON_ITS_WAY = "payment_on_its_way"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"


class AfterPartPayment(StrEnum):
    """From when the remaining steps of a ladder are reckoned once a part has been paid."""

    # The days are counted anew from the payment, as they were from the due date.
    FROM_PAYMENT = "from_payment"
    # The steps keep their days; only what they ask for is less.
    FROM_DUE_DATE = "from_due_date"


class LadderStep(Part):
    """One step of a dunning ladder.

    A fee is asked on invoices in its currency; `fee_percent` of what is outstanding comes on top of it.
    `late_interest_rate` is in per cent a year, since the due date. The step's letter is `letter`, or the standard one
    of its `tone`; `template` is no more than the company's own name for it.
    """

    number: Annotated[int, Field(ge=1, le=MOST_STEPS, description="The steps are numbered 1, 2, 3 and so on.")]
    name: Annotated[Wording, Field(description="What the step is called.")]
    delay: Annotated[Delay, Field(description="When it falls due.")]
    channel: Annotated[Channel, Field(description="How it reaches the customer, or that somebody takes the case over.")]
    template: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z][a-z0-9_.-]*$",
            max_length=64,
            description="The company's own name for the letter; nothing turns on it.",
        ),
    ] = None
    tone: Annotated[
        Tone, Field(description="How the standard letter speaks, where the step has no `letter` of its own.")
    ] = Tone.FRIENDLY
    letter: Annotated[
        Letter | None,
        Field(description="The company's own words; without them the standard letter of the step's `tone` is sent."),
    ] = None
    fee: Annotated[Money | None, Field(description="A fee asked with this step, on invoices in its currency.")] = None
    fee_percent: Annotated[
        Number, Field(ge=0, le=100, description="A fee in per cent of what is outstanding, on top of `fee`.")
    ] = Decimal(0)
    late_interest_rate: Annotated[
        Number, Field(ge=0, le=100, description="Late interest in per cent a year, reckoned from the due date.")
    ] = Decimal(0)
    with_invoice: Annotated[
        bool, Field(description="Whether the invoice goes along with the step's letter as a PDF; by e-mail alone.")
    ] = False
    needs_approval: Annotated[
        bool, Field(description="Whether somebody has to approve the step before it is carried out.")
    ] = False
    restricts: Annotated[
        ServiceRestriction | None,
        Field(
            description="From this step on, until the invoice is paid or held: new requests of the customer have the"
            " lowest priority, or are refused. Without it they are served as ever."
        ),
    ] = None

    @model_validator(mode="after")
    def _costs_something_or_nothing(self) -> Self:
        if self.fee is not None and self.fee.minor < 0:
            raise unfit(message("A dunning fee must not be negative."), "fee")
        return self


class ContactHours(Part):
    """When customers may be written to and called because of what is overdue. Wall times are of the calendar's zone."""

    opens: Annotated[WallTime, Field(description="From what time of the day on, such as 08:00.")]
    closes: Annotated[WallTime, Field(description="Until what time of the day, such as 20:00, itself excluded.")]
    days: Annotated[DayKind, Field(description="Whether on every calendar day or on working days only.")] = (
        DayKind.CALENDAR
    )

    @model_validator(mode="after")
    def _open_for_a_while(self) -> Self:
        if minutes_of(self.closes) <= minutes_of(self.opens):
            raise unfit(message("The contact hours end before they begin."), "closes")
        return self

    def admit(self, wall_time: str) -> bool:
        """Whether a time of the day lies within them."""
        return minutes_of(self.opens) <= minutes_of(wall_time) < minutes_of(self.closes)


class Ladder(Part):
    """All steps of a ladder. `send_time` is a wall time in the calendar's zone; `holds` are the reasons for which an
    invoice may be left alone."""

    steps: Annotated[
        tuple[LadderStep, ...],
        Field(max_length=MOST_STEPS, description="The steps, in their order; none: nothing overdue is asked for."),
    ]
    send_time: Annotated[
        WallTime,
        Field(description="At what time of the day steps are carried out, such as 10:00, in the calendar's zone."),
    ] = "10:00"
    holds: Annotated[
        tuple[HoldKind, ...], Field(description="The reasons for which an invoice may be left alone for a while.")
    ] = tuple(HoldKind)
    after_part_payment: Annotated[
        AfterPartPayment,
        Field(
            description=(
                "From when the remaining steps are reckoned once a part has been paid: anew from the payment, or "
                "still from the due date."
            )
        ),
    ] = AfterPartPayment.FROM_PAYMENT
    contact_hours: Annotated[
        ContactHours | None,
        Field(
            description="When steps may be carried out, however late it has become or whoever approves them; what falls"
            " outside moves to when the hours open again. Without it at any hour."
        ),
    ] = None
    joint_letters: Annotated[
        bool,
        Field(
            description="Whether the letters about several invoices of one customer that fall due together leave as"
            " one, with a table of the invoices; otherwise each invoice has letters of its own."
        ),
    ] = False
    joint_within_days: Annotated[
        int,
        Field(
            ge=0,
            le=14,
            description="For how many calendar days such a letter waits for further invoices; 0: those of one day.",
        ),
    ] = 0

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        for place, step in enumerate(self.steps):
            if step.number != place + 1:
                text = message("The steps of a ladder are numbered 1, 2, 3 and so on, in this order.")
                raise unfit(text, "steps", place, "number")
        for place, (earlier, later) in enumerate(pairwise(self.steps), 1):
            if later.delay.kind is earlier.delay.kind and later.delay.days <= earlier.delay.days:
                text = message("Step {number} does not come after the step before it.")
                raise unfit(text, "steps", place, "delay", number=later.number)
        if self.send_time == "24:00":
            raise unfit(message("Write 00:00 for midnight."), "send_time")
        if self.contact_hours is not None and not self.contact_hours.admit(self.send_time):
            text = message("The time at which steps are carried out lies outside the contact hours.")
            raise unfit(text, "send_time")
        if self.joint_within_days and not self.joint_letters:
            text = message("Only joint letters wait for further invoices: set “joint_letters” too.")
            raise unfit(text, "joint_within_days")
        return self
