"""The catalogue of clause kinds: what a handbook can lay down, chapter by chapter of the company's life.

Adding a kind is one class in its chapter and its line in `KINDS`. Kinds only ever gain fields with defaults: a version
that was published years ago must still be read. A kind that is taken out of `KINDS` is `Retired` where it was written.
"""

from domain.policies.rules.chains import chain_topic
from domain.policies.rules.clause_kind import ClauseKind, K, Retired
from domain.policies.rules.kinds.access import ConfidentialityAgreement, PasswordRules, RoleDefinition, UsageLimits
from domain.policies.rules.kinds.assets import (
    DocumentLoan,
    DocumentReview,
    ExpiryReminders,
    MaintenanceSchedule,
    ScrappingRule,
    UsePermission,
)
from domain.policies.rules.kinds.company import (
    ApprovalChain,
    BackupSchedule,
    ExpertPanel,
    FileRules,
    Provision,
    PublishingRules,
    ReadingConfirmation,
    Retention,
)
from domain.policies.rules.kinds.correspondence import (
    ContactBudget,
    Counterparty,
    CustomerPortal,
    InboundMailRules,
    MailAcknowledgement,
    MessageTemplate,
    Occasion,
    Outsiders,
    PortalReach,
    UnknownSenders,
)
from domain.policies.rules.kinds.delivery import AcceptanceDocuments, InspectionPoints, PlanReview
from domain.policies.rules.kinds.handling import HoldReasons, RequestCourse
from domain.policies.rules.kinds.intake import AssignmentRules, InspectionSchedule
from domain.policies.rules.kinds.money import (
    BankBooking,
    ContractChecklist,
    ContractRenewal,
    DunningLadder,
    PaymentTerms,
)
from domain.policies.rules.kinds.operations import AlarmHandling, ScheduledWorkRules, TimeRecording
from domain.policies.rules.kinds.people import (
    AppraisalScheme,
    ExitAudit,
    NoticePeriod,
    RecruitingStages,
    RewardsAndPenalties,
    TrainingHours,
)
from domain.policies.rules.kinds.presales import DiscountLimit, ExpertReview, InquiryContact, InquiryEvaluationRules
from domain.policies.rules.kinds.quality import (
    Metric,
    MonitoringIndicators,
    Period,
    QualityTarget,
    Rectification,
    ReportedTarget,
)
from domain.policies.rules.kinds.relations import (
    ComplaintHandling,
    FollowUp,
    ReturnVisits,
    SatisfactionSurvey,
    SurveyForm,
    SurveyQuestion,
    VisitAfter,
    VisitChannel,
)
from domain.policies.rules.kinds.risk import MeetingCadence, RiskMatrix, RiskThresholds, WeeklyReport
from domain.policies.rules.kinds.service import (
    AutoConfirm,
    BusinessCalendarClause,
    ImportanceTiers,
    PriorityMatrix,
    ReopenWindow,
    ServiceLevel,
    UpdateCadence,
)

KINDS: dict[str, type[ClauseKind]] = {
    kind.kind: kind
    for kind in (
        # The company's own order
        Provision,
        PublishingRules,
        ReadingConfirmation,
        ApprovalChain,
        ExpertPanel,
        Retention,
        BackupSchedule,
        FileRules,
        # Access and confidentiality
        RoleDefinition,
        PasswordRules,
        UsageLimits,
        ConfidentialityAgreement,
        # Service
        ImportanceTiers,
        BusinessCalendarClause,
        AssignmentRules,
        PriorityMatrix,
        ServiceLevel,
        UpdateCadence,
        RequestCourse,
        HoldReasons,
        AutoConfirm,
        ReopenWindow,
        InspectionSchedule,
        ScheduledWorkRules,
        TimeRecording,
        AlarmHandling,
        InboundMailRules,
        MailAcknowledgement,
        MessageTemplate,
        # Customers
        CustomerPortal,
        ContactBudget,
        InquiryContact,
        InquiryEvaluationRules,
        ExpertReview,
        DiscountLimit,
        ComplaintHandling,
        ReturnVisits,
        SatisfactionSurvey,
        # Contracts and money
        ContractChecklist,
        ContractRenewal,
        PaymentTerms,
        DunningLadder,
        BankBooking,
        # Projects
        PlanReview,
        InspectionPoints,
        AcceptanceDocuments,
        # Quality
        QualityTarget,
        ReportedTarget,
        MonitoringIndicators,
        Rectification,
        # People
        RecruitingStages,
        TrainingHours,
        AppraisalScheme,
        RewardsAndPenalties,
        NoticePeriod,
        ExitAudit,
        # Things and documents
        UsePermission,
        MaintenanceSchedule,
        ScrappingRule,
        DocumentReview,
        DocumentLoan,
        ExpiryReminders,
        # Risks, reports, meetings
        RiskMatrix,
        RiskThresholds,
        WeeklyReport,
        MeetingCadence,
    )
}


def kind_named(name: str) -> type[ClauseKind]:
    """The kind of a stored clause; `Retired` for a name that is not among the kinds any more."""
    return KINDS.get(name, Retired)


__all__ = [
    "KINDS",
    "AlarmHandling",
    "ApprovalChain",
    "AssignmentRules",
    "AutoConfirm",
    "BackupSchedule",
    "BankBooking",
    "BusinessCalendarClause",
    "ClauseKind",
    "ComplaintHandling",
    "ContactBudget",
    "ContractChecklist",
    "ContractRenewal",
    "Counterparty",
    "CustomerPortal",
    "DiscountLimit",
    "DunningLadder",
    "ExpertPanel",
    "ExpertReview",
    "ExpiryReminders",
    "FileRules",
    "FollowUp",
    "HoldReasons",
    "InboundMailRules",
    "InquiryContact",
    "InquiryEvaluationRules",
    "K",
    "MailAcknowledgement",
    "MessageTemplate",
    "Metric",
    "NoticePeriod",
    "Occasion",
    "Outsiders",
    "PaymentTerms",
    "Period",
    "PortalReach",
    "PriorityMatrix",
    "Provision",
    "PublishingRules",
    "QualityTarget",
    "ReadingConfirmation",
    "ReopenWindow",
    "ReportedTarget",
    "RequestCourse",
    "Retention",
    "ReturnVisits",
    "SatisfactionSurvey",
    "ServiceLevel",
    "SurveyForm",
    "SurveyQuestion",
    "UnknownSenders",
    "UpdateCadence",
    "VisitAfter",
    "VisitChannel",
    "chain_topic",
    "kind_named",
]
