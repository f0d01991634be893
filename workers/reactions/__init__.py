"""The table of what follows a fact later, once in effect: notify, send, compute. One file for each module.

A reaction runs in a transaction of its own, as the system, and may be repeated until that transaction commits. What
has to be true at once is a consequence instead (`domain/consequences.py`).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from domain.approvals.events import (
    ApprovalConditionFailed,
    ApprovalDecided,
    ApprovalGranted,
    ApprovalRefused,
    ApprovalReminded,
    ApprovalReturned,
    ApprovalSeatVacant,
    ApprovalStepReached,
    ApprovalTransferred,
    ApprovalUrged,
    ApprovalWithdrawn,
    ApproverAdded,
)
from domain.backups.events import ArchiveFailed, DrillFailed, DrillPassed
from domain.billing.events import DunningStepProposed, DunningStepTaken, InvoiceIssued, PaymentRecorded
from domain.contracts.events import (
    ContractApproved,
    ContractCopiesLate,
    ContractEnded,
    ContractObligationReminded,
    ContractRunningOut,
    ContractSigned,
)
from domain.customers.events import AccountsHandedOn
from domain.feedback.events import (
    ComplaintAssigned,
    ComplaintBreached,
    ComplaintEscalated,
    ComplaintMoved,
    ComplaintReceived,
    ComplaintWarned,
    SurveyAnswered,
    SurveyReminded,
    SurveySent,
    VisitAssigned,
    VisitReminded,
)
from domain.mail.events import MailQuarantined, MailReceived, MailReported
from domain.notifications.events import EndpointSwitchedOff
from domain.people.events import (
    EmploymentEnded,
    NoticeWaived,
    ResignationApproved,
    ResignationRefused,
    ResignationReturned,
    ResignationSubmitted,
)
from domain.policies.events import HandbookReturned, HandbookTookEffect
from domain.presales.events import (
    InquiryAssigned,
    InquiryBreached,
    InquiryReceived,
    QuotationAnswered,
    QuotationApproved,
    QuotationExpired,
    QuotationSent,
)
from domain.quality.events import TargetMissed
from domain.requests.events import (
    ActionPlanned,
    ActionReminded,
    ClockBreached,
    ClockWarned,
    HelpGranted,
    HoldOverran,
    NobodyFound,
    NobodyFree,
    PartAdded,
    PartAssigned,
    PartFinished,
    PartLate,
    PostponementAgreed,
    PostponementAsked,
    PostponementDeclined,
    RequestAssigned,
    RequestCancelled,
    RequestClosed,
    RequestCommented,
    RequestConfirmed,
    RequestEscalated,
    RequestHandedBack,
    RequestHandedOver,
    RequestMerged,
    RequestReopened,
    RequestResolved,
    RequestSubmitted,
    SolutionAgreed,
    SolutionDeclined,
    SolutionProposed,
)
from domain.rulebook.events import DryRunFinished, ReadingReminded
from tenancy.journal import Event
from tenancy.timetable import SweepDue
from tenancy.work import Work
from workers import sweeps
from workers.reactions import (
    approvals,
    assignments,
    backups,
    billing,
    complaints,
    contracts,
    cooperation,
    customers,
    faults,
    feedback,
    mail,
    notifications,
    people,
    postponements,
    presales,
    quality,
    relations,
    requests,
    rulebook,
    visits,
)

Reaction = Callable[[Work, Any], Awaitable[None]]

REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    AccountsHandedOn: [customers.tell_who_looks_after_them],
    EndpointSwitchedOff: [notifications.tell_administrators_of_a_dead_endpoint],
    RequestSubmitted: [requests.confirm_the_intake, requests.ask_for_an_assignee],
    RequestAssigned: [requests.tell_the_assignee],
    RequestHandedOver: [requests.tell_of_a_hand_over],
    RequestHandedBack: [requests.tell_of_a_hand_over],
    NobodyFound: [assignments.tell_that_nobody_was_found],
    NobodyFree: [requests.tell_the_manager_that_nobody_is_free],
    SolutionProposed: [requests.ask_for_agreement],
    SolutionAgreed: [requests.tell_the_assignee_of_the_agreement],
    SolutionDeclined: [requests.tell_the_assignee_what_is_wrong],
    RequestResolved: [requests.ask_for_the_confirmation, relations.tell_whose_request_was_merged],
    RequestMerged: [relations.tell_of_a_merger],
    RequestConfirmed: [requests.tell_the_assignee_of_the_confirmation],
    RequestReopened: [requests.tell_the_assignee_of_the_reopening],
    RequestCancelled: [requests.tell_of_a_cancellation],
    RequestCommented: [
        requests.tell_the_other_side_of_a_message,
        requests.begin_the_updates_anew,
        mail.write_to_the_contacts,
    ],
    MailReceived: [mail.file_what_came],
    MailQuarantined: [mail.tell_who_looks_at_mail],
    MailReported: [mail.tell_of_a_letter_that_came_back],
    PostponementAsked: [postponements.ask_the_requester],
    PostponementAgreed: [postponements.tell_of_the_agreement],
    PostponementDeclined: [postponements.tell_of_the_refusal],
    ActionPlanned: [faults.tell_who_is_responsible],
    ActionReminded: [faults.remind_who_is_responsible],
    PartAdded: [cooperation.ask_the_department],
    PartAssigned: [cooperation.tell_who_does_the_part],
    PartFinished: [cooperation.tell_who_leads],
    HelpGranted: [cooperation.tell_who_helps],
    PartLate: [cooperation.tell_of_a_late_part],
    HoldOverran: [requests.tell_of_a_hold_that_overran],
    ClockWarned: [requests.warn_the_assignee],
    ClockBreached: [requests.tell_of_a_breach],
    RequestEscalated: [requests.tell_of_an_escalation],
    ApprovalConditionFailed: [approvals.tell_of_a_vacancy],
    ApprovalSeatVacant: [approvals.tell_of_a_vacancy],
    RequestClosed: [feedback.plan_the_survey, visits.plan_after_request],
    SurveySent: [feedback.ask_by_mail],
    SurveyReminded: [feedback.remind_by_mail],
    SurveyAnswered: [feedback.follow_up],
    ComplaintReceived: [complaints.ask_for_a_handler],
    ComplaintAssigned: [complaints.tell_the_handler],
    ComplaintMoved: [complaints.tell_of_a_move, visits.plan_after_complaint],
    VisitAssigned: [visits.tell_who_makes_it],
    VisitReminded: [visits.remind_of_a_visit],
    ComplaintWarned: [complaints.warn_whoever_has_to_act],
    ComplaintBreached: [complaints.tell_of_a_breach],
    ComplaintEscalated: [complaints.tell_who_takes_over],
    ApprovalStepReached: [approvals.tell_who_is_to_decide],
    ApprovalTransferred: [approvals.tell_who_is_to_decide],
    ApproverAdded: [approvals.tell_who_is_to_decide],
    ApprovalDecided: [approvals.tell_who_is_to_decide],
    ApprovalUrged: [approvals.tell_who_is_urged],
    ApprovalReminded: [approvals.remind_who_is_late],
    ApprovalGranted: [approvals.tell_of_the_outcome],
    ApprovalRefused: [approvals.tell_of_the_outcome],
    ApprovalReturned: [approvals.tell_of_the_outcome],
    ApprovalWithdrawn: [approvals.tell_of_the_outcome],
    ResignationSubmitted: [people.tell_personnel_of_a_resignation],
    ResignationApproved: [people.tell_its_writer_that_a_resignation_is_approved],
    ResignationRefused: [people.tell_its_writer_that_a_resignation_is_refused],
    ResignationReturned: [people.tell_its_writer_that_a_resignation_is_returned],
    NoticeWaived: [people.tell_its_writer_that_notice_is_waived],
    EmploymentEnded: [people.tell_personnel_that_somebody_has_left],
    ArchiveFailed: [backups.tell_of_a_failed_archive],
    DrillPassed: [backups.tell_of_a_passed_drill],
    DrillFailed: [backups.tell_of_a_failed_drill],
    DryRunFinished: [rulebook.tell_who_asked_for_a_dry_run],
    HandbookTookEffect: [rulebook.ask_to_read],
    HandbookReturned: [rulebook.tell_of_a_void_approval],
    ReadingReminded: [rulebook.remind_whoever_has_not_read],
    InquiryReceived: [presales.tell_who_deals_with_it],
    InquiryAssigned: [presales.tell_who_deals_with_it],
    InquiryBreached: [presales.tell_of_a_late_contact],
    QuotationApproved: [presales.tell_that_it_may_be_sent],
    QuotationSent: [presales.send_the_quotation],
    QuotationAnswered: [presales.tell_of_the_answer],
    QuotationExpired: [presales.tell_of_the_end],
    ContractApproved: [contracts.tell_that_it_may_be_signed],
    ContractSigned: [contracts.send_the_copies],
    ContractCopiesLate: [contracts.remind_of_late_copies],
    ContractRunningOut: [contracts.remind_of_the_end],
    ContractEnded: [contracts.tell_of_the_end],
    ContractObligationReminded: [contracts.remind_of_an_obligation],
    InvoiceIssued: [billing.send_the_invoice],
    PaymentRecorded: [billing.tell_the_account_owner_of_a_payment],
    DunningStepTaken: [billing.give_the_account_owner_a_task],
    DunningStepProposed: [billing.ask_for_the_approval_of_a_step],
    TargetMissed: [quality.tell_who_answers_for_a_missed_target],
    SweepDue: [sweeps.run],
}


def name_of(reaction: Reaction) -> str:
    """How the ledger calls a reaction while its fact is being delivered: `requests.tell_the_assignee`."""
    return f"{reaction.__module__.removeprefix('workers.reactions.')}.{reaction.__name__}"
