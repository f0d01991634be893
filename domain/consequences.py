"""The one table of what a fact changes elsewhere in the same transaction; what may come later is a reaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from domain.approvals import commands as approvals
from domain.approvals.events import (
    ApprovalGranted,
    ApprovalRefused,
    ApprovalReturned,
    ApprovalStepDue,
    ApprovalStepReached,
    ApprovalTransferred,
    ApprovalWithdrawn,
)
from domain.backups import commands as backups
from domain.backups.events import BackupDue
from domain.banking import commands as banking
from domain.billing import commands as billing
from domain.billing.events import (
    AllocationReversed,
    CreditExchanged,
    CreditNoteIssued,
    DunningLetterDue,
    DunningStepDue,
    InvoiceIssued,
    InvoiceWrittenOff,
    LadderReviewDue,
    PaymentAllocated,
    PaymentRecorded,
    PaymentReversed,
    RefundPaid,
    ScheduledInvoicesDue,
    UsageSettlementDue,
)
from domain.contracts import commands as contracts
from domain.contracts.events import ContractMarkDue, ContractObligationMarkDue
from domain.customers import commands as customers
from domain.customers.events import LetterDue
from domain.feedback import commands as feedback
from domain.feedback.events import ComplaintMarkDue, ComplaintReviewDue, SurveyStepDue, VisitStepDue
from domain.imports import commands as imports
from domain.imports.events import ImportExpiryDue
from domain.ledger import commands as ledger
from domain.notifications import commands as notifications
from domain.notifications.events import WaitingMailDue
from domain.operations import commands as operations
from domain.operations.events import WorkPlansDue, WorkStepDue
from domain.organisation.events import StaffEngaged, StaffLeft, StaffMoved
from domain.people import commands as people
from domain.people.events import LastMomentReached
from domain.policies.events import HandbookTookEffect
from domain.presales import commands as presales
from domain.presales.events import InquiryContactDue, QuotationExpiryDue
from domain.requests import commands as requests
from domain.requests.events import (
    ActionDue,
    ClockMarkDue,
    ClockReviewDue,
    ConfirmationDue,
    ConfirmationReviewDue,
    HoldEndDue,
    PartDue,
    RequestCancelled,
    RequestClosed,
    RequestMerged,
    RequestReopened,
    RequestResolved,
)
from domain.requests.events.visits import SiteVisitDue, SiteVisitFinished
from domain.rulebook import commands as rulebook
from domain.rulebook.events import ReadingBegins, ReadingReminderDue
from domain.views import commands as views
from domain.views.events import ExportExpiryDue
from tenancy.identity.events import (
    MemberActivated,
    MemberDeactivated,
    MemberRolesChanged,
    PasswordChanged,
    RoleChanged,
)
from tenancy.journal import Event
from tenancy.work import Work

Consequence = Callable[[Work, Any], Awaitable[None]]

CONSEQUENCES: Mapping[type[Event], Sequence[Consequence]] = {
    ApprovalStepDue: [approvals.step_due],
    ApprovalStepReached: [rulebook.show_to_approvers],
    ApprovalTransferred: [rulebook.show_to_approvers],
    ApprovalGranted: [
        requests.follow_approval,
        people.follow_approval,
        billing.follow_approval,
        presales.follow_approval,
        presales.follow_evaluation_approval,
        presales.follow_demand_approval,
        presales.follow_solution_approval,
        contracts.follow_approval,
        contracts.follow_amendment_approval,
        rulebook.follow_approval,
    ],
    ApprovalRefused: [
        requests.follow_refusal,
        people.follow_refusal,
        presales.follow_refusal,
        presales.follow_evaluation_refusal,
        presales.follow_demand_refusal,
        presales.follow_solution_return,
        contracts.follow_refusal,
        contracts.follow_amendment_return,
        rulebook.follow_refusal,
    ],
    ApprovalReturned: [
        requests.follow_refusal,
        people.follow_return,
        presales.follow_return,
        presales.follow_evaluation_return,
        presales.follow_demand_return,
        presales.follow_solution_return,
        contracts.follow_return,
        contracts.follow_amendment_return,
        rulebook.follow_return,
    ],
    ApprovalWithdrawn: [
        requests.follow_refusal,
        people.follow_withdrawal,
        presales.follow_withdrawal,
        presales.follow_evaluation_return,
        presales.follow_demand_return,
        presales.follow_solution_withdrawal,
        contracts.follow_withdrawal,
        contracts.follow_amendment_return,
        rulebook.follow_withdrawal,
    ],
    LastMomentReached: [people.leave],
    StaffLeft: [
        approvals.give_up_seats,
        customers.hand_on_of_leaver,
        feedback.hand_on_of_leaver,
        operations.hand_back_of_leaver,
        requests.hand_on_visits_of_leaver,
    ],
    MemberDeactivated: [approvals.give_up_seats, feedback.hand_on_of_leaver],
    StaffEngaged: [rulebook.ask_newcomer],
    StaffMoved: [rulebook.ask_newcomer],
    MemberActivated: [rulebook.ask_newcomer],
    PasswordChanged: [rulebook.ask_newcomer],
    MemberRolesChanged: [approvals.give_up_powerless],
    RoleChanged: [approvals.give_up_powerless],
    ExportExpiryDue: [views.expire_export],
    ImportExpiryDue: [imports.expire],
    DunningStepDue: [billing.take_due_step],
    DunningLetterDue: [billing.write_due_letter],
    InvoiceIssued: [ledger.book_invoice],
    ScheduledInvoicesDue: [billing.draft_more],
    UsageSettlementDue: [billing.settle_next],
    CreditNoteIssued: [ledger.book_credit_note],
    InvoiceWrittenOff: [ledger.book_write_off],
    PaymentRecorded: [ledger.book_payment],
    PaymentReversed: [ledger.book_payment_reversal, banking.reopen_line_of_payment],
    PaymentAllocated: [ledger.book_allocation],
    AllocationReversed: [ledger.book_allocation_reversal],
    RefundPaid: [ledger.book_refund],
    CreditExchanged: [ledger.book_exchange],
    ClockMarkDue: [requests.keep_time],
    ConfirmationDue: [requests.confirm_by_itself],
    HoldEndDue: [requests.end_hold],
    PartDue: [requests.part_due],
    ActionDue: [requests.remind_of_action],
    ClockReviewDue: [requests.review_next],
    ConfirmationReviewDue: [requests.review_next_resolved],
    RequestResolved: [requests.end_asking],
    RequestClosed: [requests.end_asking],
    RequestCancelled: [requests.end_asking, requests.cancel_visits],
    RequestMerged: [requests.end_asking, requests.move_visits],
    SiteVisitDue: [requests.visit_due],
    SiteVisitFinished: [operations.record_time_of_visit],
    RequestReopened: [feedback.withdraw_surveys_of_reopened, feedback.cancel_visits_of_reopened],
    SurveyStepDue: [feedback.take_survey_step],
    ComplaintMarkDue: [feedback.keep_complaint_time],
    ComplaintReviewDue: [feedback.review_next_complaints],
    VisitStepDue: [feedback.remind_of_visit],
    WorkPlansDue: [operations.open_more],
    WorkStepDue: [operations.work_due],
    InquiryContactDue: [presales.breach_inquiry],
    QuotationExpiryDue: [presales.expire_quotation],
    ContractMarkDue: [contracts.keep_term],
    ContractObligationMarkDue: [contracts.remind_of_obligation],
    HandbookTookEffect: [
        requests.review_by_new_handbook,
        requests.review_resolved,
        feedback.review_complaints,
        billing.review_by_new_handbook,
        backups.follow_handbook,
        rulebook.plan_reminders,
    ],
    ReadingReminderDue: [rulebook.remind],
    ReadingBegins: [rulebook.ask_newcomer],
    LadderReviewDue: [billing.review_next],
    BackupDue: [backups.follow_schedule],
    WaitingMailDue: [notifications.send_waiting],
    LetterDue: [customers.let_letter_leave],
}

# A table that leads back to itself would never end; honest chains are three or four facts long.
LONGEST_CHAIN = 20


async def settle(work: Work) -> None:
    """Run the consequences of every fact recorded so far, and of the facts they record, oldest first."""
    length = 0
    while work.recorded:
        facts, work.recorded = work.recorded, []
        length += 1
        if length > LONGEST_CHAIN:
            raise RuntimeError(f"consequences lead in a circle through {facts[0].name}")
        for fact in facts:
            for consequence in CONSEQUENCES.get(type(fact), ()):
                await consequence(work, fact)
