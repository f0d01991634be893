"""What happens to invoices: drafted, issued, paid, cancelled, held, dunned."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.policies.rules.dunning import CallOutcome, Channel, HoldKind
from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class InvoiceDrafted(Event, name="billing.invoice_drafted"):
    invoice_id: UUID


@dataclass(frozen=True, kw_only=True)
class ScheduledInvoicesDue(Event, name="billing.scheduled_invoices_due"):
    """More instalments wait for their invoices than were drafted at once: of one contract, or of all."""

    contract_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class InvoiceIssued(Event, name="billing.invoice_issued"):
    """It has its number and is owed from now on."""

    invoice_id: UUID
    due_on: date


@dataclass(frozen=True, kw_only=True)
class InvoiceCancelled(Event, name="billing.invoice_cancelled"):
    invoice_id: UUID


@dataclass(frozen=True, kw_only=True)
class CreditNoteIssued(Event, name="billing.credit_note_issued"):
    """An issued invoice was taken back, or a part of it, by a document of its own."""

    credit_note_id: UUID
    invoice_id: UUID


@dataclass(frozen=True, kw_only=True)
class InvoiceWrittenOff(Event, name="billing.invoice_written_off"):
    """What was still owed of it is given up, in the smallest unit of its currency."""

    invoice_id: UUID
    minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentRecorded(Event, name="billing.payment_recorded"):
    """Money has come in, for one invoice or for none in particular; `settled` when nothing of the invoice itself is
    left to be paid."""

    invoice_id: UUID | None
    payment_id: UUID
    settled: bool


@dataclass(frozen=True, kw_only=True)
class PaymentAllocated(Event, name="billing.payment_allocated"):
    """A part of a payment counts for an invoice; `settled` when nothing of the invoice itself is left to be paid."""

    allocation_id: UUID
    invoice_id: UUID
    payment_id: UUID
    settled: bool


@dataclass(frozen=True, kw_only=True)
class AllocationReversed(Event, name="billing.allocation_reversed"):
    """It does not count for the invoice any more, of which that much is owed again."""

    allocation_id: UUID
    invoice_id: UUID
    payment_id: UUID


@dataclass(frozen=True, kw_only=True)
class PaymentReversed(Event, name="billing.payment_reversed"):
    """It had been recorded wrongly; nothing of it counts any more."""

    payment_id: UUID
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class RefundPaid(Event, name="billing.refund_paid"):
    """Credit of a customer was paid back."""

    refund_id: UUID
    payment_id: UUID


@dataclass(frozen=True, kw_only=True)
class CreditExchanged(Event, name="billing.credit_exchanged"):
    """A part of a customer's credit is in another currency from now on."""

    payment_id: UUID
    from_payment_id: UUID


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(Event, name="billing.hold_placed"):
    """An invoice, or every one of a customer when none is named, is not dunned for a while."""

    hold_id: UUID
    customer_id: UUID
    invoice_id: UUID | None
    kind: HoldKind


@dataclass(frozen=True, kw_only=True)
class HoldReleased(Event, name="billing.hold_released"):
    hold_id: UUID
    customer_id: UUID
    invoice_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class DunningStepDue(Event, name="billing.dunning_step_due"):
    """The hour has come to look whether a step is to be taken. `run` rises when a letter is stopped."""

    invoice_id: UUID
    step_number: int
    run: int


@dataclass(frozen=True, kw_only=True)
class DunningStepProposed(Event, name="billing.dunning_step_proposed"):
    """A step is due that somebody has to approve first."""

    invoice_id: UUID
    step_number: int
    run: int


@dataclass(frozen=True, kw_only=True)
class DunningStepTaken(Event, name="billing.dunning_step_taken"):
    invoice_id: UUID
    step_id: UUID
    step_number: int
    channel: Channel


@dataclass(frozen=True, kw_only=True)
class DunningStepWithdrawn(Event, name="billing.dunning_step_withdrawn"):
    """The invoice was paid or held before the step's letter had left, which it now never does."""

    invoice_id: UUID
    step_id: UUID
    step_number: int


@dataclass(frozen=True, kw_only=True)
class DunningLetterDue(Event, name="billing.dunning_letter_due"):
    """The hour has come to write a letter that steps of several invoices could join."""

    letter_id: UUID


@dataclass(frozen=True, kw_only=True)
class DunningLetterWritten(Event, name="billing.dunning_letter_written"):
    """A letter about steps of one or more invoices of a customer is written: its mail leaves, or it is to be posted."""

    letter_id: UUID
    customer_id: UUID
    channel: Channel


@dataclass(frozen=True, kw_only=True)
class DunningLetterPosted(Event, name="billing.dunning_letter_posted"):
    letter_id: UUID
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class DunningCallRecorded(Event, name="billing.dunning_call_recorded"):
    """Somebody has called because of an overdue invoice, or tried to; with the hold that was placed, if any."""

    invoice_id: UUID
    step_id: UUID
    outcome: CallOutcome
    hold_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class LadderFollowedNewClause(Event, name="billing.ladder_followed_new_clause"):
    """By a handbook that has taken effect, an open invoice is dunned by another ladder from now on."""

    invoice_id: UUID
    old_clause_id: UUID
    new_clause_id: UUID


@dataclass(frozen=True, kw_only=True)
class LadderReviewDue(Event, name="billing.ladder_review_due"):
    """The next open invoices, by id, are to be planned by the handbook that has taken effect."""

    after_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class BillingPartySet(Event, name="billing.party_set"):
    """Who the company, or a customer, is by law was said; without a customer it is the company itself."""

    party_id: UUID
    customer_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class UsageSettlementDue(Event, name="billing.usage_settlement_due"):
    """A billing period of a contract is over."""

    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class UsageSettled(Event, name="billing.usage_settled"):
    """What was counted by a contract in a period is billed, or there was nothing."""

    contract_id: UUID
    settlement_id: UUID
