"""Everything that can be asked, module by module."""

import strawberry

from api.reading.mapping import Node, any_node, by_id, page, root
from api.schema.access.types import (
    MEMBER_ORDERS,
    NAME_ORDERS,
    Member,
    MemberFilter,
    OAuthClient,
    Role,
)
from api.schema.approvals.simulation import SimulatedApproval, simulate_approval
from api.schema.approvals.subjects import ApprovalSubject, approval_subjects
from api.schema.approvals.types import (
    APPROVAL_ORDERS,
    DELEGATION_ORDERS,
    Approval,
    ApprovalDelegation,
    ApprovalDelegationFilter,
    ApprovalFilter,
    ApprovalInbox,
)
from api.schema.backups.types import ARCHIVE_ORDERS, Archive, ArchiveFilter
from api.schema.banking.queries import BankingQuery
from api.schema.billing.parties import ElectronicQuery
from api.schema.billing.queries import BillingQuery
from api.schema.catalogue.types import (
    SERVICE_LINE_ORDERS,
    SERVICE_OFFERING_ORDERS,
    ServiceLine,
    ServiceLineFilter,
    ServiceOffering,
    ServiceOfferingFilter,
)
from api.schema.contracts.queries import ContractQuery
from api.schema.customers.types import CUSTOMER_ORDERS, Customer, CustomerFilter
from api.schema.feedback.complaints import COMPLAINT_ORDERS, Complaint, ComplaintFilter
from api.schema.feedback.types import SURVEY_ORDERS, Survey, SurveyFilter
from api.schema.feedback.visits import RETURN_VISIT_ORDERS, ReturnVisit, ReturnVisitFilter
from api.schema.files.types import File
from api.schema.imports.queries import ImportsQuery
from api.schema.ledger.queries import LedgerQuery
from api.schema.mail.types import (
    INBOUND_MAIL_ORDERS,
    MAIL_ADDRESS_ORDERS,
    InboundMail,
    InboundMailFilter,
    MailAddress,
)
from api.schema.notifications.preferences import NotificationPreferences, my_notification_preferences
from api.schema.notifications.types import (
    NOTIFICATION_ORDERS,
    WEBHOOK_ENDPOINT_ORDERS,
    Notification,
    NotificationFilter,
    WebhookEndpoint,
)
from api.schema.operations.queries import OperationsQuery
from api.schema.organisation import types as shape
from api.schema.organisation.types import STAFF_ORDERS, Department, Post, Staff, StaffFilter
from api.schema.people.types import RESIGNATION_ORDERS, Resignation, ResignationFilter
from api.schema.policies.confirmations import OutstandingReading, outstanding_readings
from api.schema.policies.reading import (
    ClauseDifference,
    CoveredClause,
    HandbookFinding,
    HandbookStarter,
    handbook_coverage,
    handbook_difference,
    handbook_document,
    handbook_findings,
    handbook_starters,
)
from api.schema.policies.types import (
    HANDBOOK_VERSION_ORDERS,
    ClauseKind,
    HandbookVersion,
    HandbookVersionFilter,
    clause_kinds,
)
from api.schema.portal.queries import PortalQuery
from api.schema.presales.inquiries import INQUIRY_ORDERS, Inquiry, InquiryFilter
from api.schema.presales.queries import DemandQuery
from api.schema.presales.solutions import SolutionQuery
from api.schema.presales.types import QUOTATION_ORDERS, Quotation, QuotationFilter
from api.schema.quality.standards import StandardsQuery
from api.schema.quality.types import QUALITY_RESULT_ORDERS, QualityResult, QualityResultFilter
from api.schema.requests import faults
from api.schema.requests.types import SERVICE_REQUEST_ORDERS, ServiceRequest, ServiceRequestFilter
from api.schema.search.queries import SearchQuery
from api.schema.starting import StartingQuery
from api.schema.tenancy import types as tenancy
from api.schema.views.queries import ViewsQuery
from domain.kernel.permissions import Permission


@strawberry.type(description="Everything that can be asked.")
class Query(
    BankingQuery,
    BillingQuery,
    ContractQuery,
    DemandQuery,
    ImportsQuery,
    LedgerQuery,
    SearchQuery,
    OperationsQuery,
    ViewsQuery,
    PortalQuery,
    ElectronicQuery,
    SolutionQuery,
    StandardsQuery,
    StartingQuery,
):
    """The root of reading."""

    node = any_node("The record with this id, whatever it is; null when there is none or you may not see it.", Node)
    viewer: tenancy.Viewer = root("You: as whom you act, where, and what you may do.")

    member = by_id("One member.", Member, needs=Permission.MEMBERS_READ)
    members = page(
        "The people of the company.",
        Member,
        orders=MEMBER_ORDERS,
        filter=MemberFilter,
        needs=Permission.MEMBERS_READ,
    )
    roles = page("The company's roles.", Role, orders=NAME_ORDERS, needs=Permission.MEMBERS_READ)
    clients = page("Partners' clients.", OAuthClient, orders=NAME_ORDERS, needs=Permission.ACCESS_MANAGE)

    journal = page(
        "What happened: every change, with who made it and why.",
        tenancy.JournalEntry,
        orders=tenancy.JOURNAL_ORDERS,
        filter=tenancy.JournalFilter,
        needs=Permission.JOURNAL_READ,
    )
    fact_names: list[str] = strawberry.field(
        resolver=tenancy.fact_names,
        description="Every name that a fact of the journal can have, such as requests.assigned: for filters of "
        "`journal`, `names` of the subscription `changed` and `events` of webhooks.",
    )
    agenda = page(
        "What is still to be done, and what waits for a person.",
        tenancy.AgendaItem,
        orders=tenancy.AGENDA_ORDERS,
        filter=tenancy.AgendaFilter,
        needs=Permission.AGENDA_READ,
    )
    effects = page(
        "What left the house, or will: mails and webhooks.",
        tenancy.Effect,
        orders=tenancy.EFFECT_ORDERS,
        filter=tenancy.EffectFilter,
        needs=Permission.AGENDA_READ,
    )
    clock: tenancy.Clock = strawberry.field(resolver=tenancy.clock, description="Where the company's clock stands.")

    staff_member = by_id("One of the staff.", Staff, needs=Permission.ORGANISATION_READ)
    department = by_id("One department.", Department, needs=Permission.ORGANISATION_READ)
    departments = page(
        "The departments; each names the one above it, and together they are the tree.",
        Department,
        orders=NAME_ORDERS,
        needs=Permission.ORGANISATION_READ,
    )
    posts = page("The posts that staff hold.", Post, orders=NAME_ORDERS, needs=Permission.ORGANISATION_READ)
    absences = page(
        "Who is away, and when.",
        shape.Absence,
        orders=shape.ABSENCE_ORDERS,
        filter=shape.AbsenceFilter,
        needs=Permission.ORGANISATION_READ,
    )
    duty_shifts = page(
        "The roster: who is on duty, and when.",
        shape.DutyShift,
        orders=shape.DUTY_SHIFT_ORDERS,
        filter=shape.DutyShiftFilter,
        needs=Permission.ORGANISATION_READ,
    )
    staff = page("The staff.", Staff, orders=STAFF_ORDERS, filter=StaffFilter, needs=Permission.ORGANISATION_READ)

    handbook_version = by_id("One version of the handbook.", HandbookVersion, needs=Permission.POLICIES_READ)
    handbook_versions = page(
        "The versions of the handbook.",
        HandbookVersion,
        orders=HANDBOOK_VERSION_ORDERS,
        filter=HandbookVersionFilter,
        needs=Permission.POLICIES_READ,
    )
    outstanding_readings: list[OutstandingReading] = strawberry.field(
        resolver=outstanding_readings,
        description="Who has not confirmed yet that they have read a version, of those whom its clauses ask to.",
    )
    handbook_starters: list[HandbookStarter] = strawberry.field(
        resolver=handbook_starters, description="The handbooks to begin with."
    )
    handbook_document: str = strawberry.field(
        resolver=handbook_document,
        description="A version as a document in YAML, which importVersion reads; in and out again it stays the same.",
    )
    handbook_difference: list[ClauseDifference] = strawberry.field(
        resolver=handbook_difference,
        description="What one version of the handbook adds to another, removes from it and changes, clause by clause.",
    )
    handbook_findings: list[HandbookFinding] = strawberry.field(
        resolver=handbook_findings,
        description="What keeps a version from being published, and what is odd about it.",
    )
    handbook_coverage: list[CoveredClause] = strawberry.field(
        resolver=handbook_coverage,
        description="Clause by clause: whether Zhidu, people or nobody acts on it, and how often it was used.",
    )
    clause_kinds: list[ClauseKind] = strawberry.field(
        resolver=clause_kinds, description="Every kind of clause a handbook can have, and the form of its value."
    )

    approval_subjects: list[ApprovalSubject] = strawberry.field(
        resolver=approval_subjects,
        description="What approvals are asked for: kinds of records, purposes, and the facts with their types.",
    )
    approval = by_id("One approval.", Approval)
    approvals = page(
        "What is asked for: yours, what waits for you, and what you may see.",
        Approval,
        orders=APPROVAL_ORDERS,
        filter=ApprovalFilter,
    )
    approval_inbox: ApprovalInbox = root(
        "Your approvals: waiting for you, asked by you, copied to you, decided by you."
    )
    simulate_approval: SimulatedApproval = strawberry.field(
        resolver=simulate_approval,
        description="The path that an approval would take: which steps, who decides and why they. Nothing is changed.",
    )
    approval_delegations = page(
        "Who decides for whom while they are away: yours, those to you, or all.",
        ApprovalDelegation,
        orders=DELEGATION_ORDERS,
        filter=ApprovalDelegationFilter,
    )

    file = by_id("One file: yours, or one that is attached to what you see.", File)

    archive = by_id("One archive of the company.", Archive, needs=Permission.BACKUPS_READ)
    archives = page(
        "The company's archives.",
        Archive,
        orders=ARCHIVE_ORDERS,
        filter=ArchiveFilter,
        needs=Permission.BACKUPS_READ,
    )

    my_notification_preferences: NotificationPreferences | None = strawberry.field(
        resolver=my_notification_preferences,
        description="What reaches you by mail, and when; null for programs.",
    )
    notifications = page("What you are told.", Notification, orders=NOTIFICATION_ORDERS, filter=NotificationFilter)
    webhook_endpoints = page(
        "Where webhooks go.",
        WebhookEndpoint,
        orders=WEBHOOK_ENDPOINT_ORDERS,
        needs=Permission.WEBHOOKS_MANAGE,
    )

    inbound_mail = by_id("One mail that came in.", InboundMail, needs=Permission.MAIL_READ)
    inbound_mails = page(
        "The mails that came in: what has become of each, and what waits for somebody.",
        InboundMail,
        orders=INBOUND_MAIL_ORDERS,
        filter=InboundMailFilter,
        needs=Permission.MAIL_READ,
    )
    mail_addresses = page(
        "The addresses at which the company takes mail.",
        MailAddress,
        orders=MAIL_ADDRESS_ORDERS,
        needs=Permission.MAIL_READ,
    )

    customer = by_id("One customer.", Customer, needs=Permission.CUSTOMERS_READ)
    customers = page(
        "The companies served.",
        Customer,
        orders=CUSTOMER_ORDERS,
        filter=CustomerFilter,
        needs=Permission.CUSTOMERS_READ,
    )

    service_line = by_id("One service line.", ServiceLine)
    service_lines = page(
        "The service lines: all, or what is offered to whoever may only submit requests.",
        ServiceLine,
        orders=SERVICE_LINE_ORDERS,
        filter=ServiceLineFilter,
    )
    service_offering = by_id("One offering.", ServiceOffering)
    service_offerings = page(
        "The offerings: all, or what is offered to whoever may only submit requests.",
        ServiceOffering,
        orders=SERVICE_OFFERING_ORDERS,
        filter=ServiceOfferingFilter,
    )

    request = by_id("One request.", ServiceRequest)
    requests = page(
        "Requests: your own, those you have, those of your department or escalated to you, or all.",
        ServiceRequest,
        orders=SERVICE_REQUEST_ORDERS,
        filter=ServiceRequestFilter,
    )

    problem = by_id("One fault that comes again and again.", faults.Problem)
    problems = page(
        "Faults that come again and again, for those who work on requests.",
        faults.Problem,
        orders=faults.PROBLEM_ORDERS,
        filter=faults.ProblemFilter,
    )
    postmortem_actions = page(
        "What is to be done so that faults don't come again: yours, and of the requests that you see.",
        faults.PostmortemAction,
        orders=faults.POSTMORTEM_ACTION_ORDERS,
        filter=faults.PostmortemActionFilter,
    )

    complaint = by_id("One complaint.", Complaint)
    complaints = page(
        "Complaints: those that you recorded or deal with, of your department or of customers whom you look after, or "
        "all; never, unless you may read all, those about you.",
        Complaint,
        orders=COMPLAINT_ORDERS,
        filter=ComplaintFilter,
    )
    return_visit = by_id("One return visit.", ReturnVisit)
    return_visits = page(
        "Return visits: those that you make, those to customers whom you look after, or all.",
        ReturnVisit,
        orders=RETURN_VISIT_ORDERS,
        filter=ReturnVisitFilter,
    )
    survey = by_id("One survey.", Survey)
    surveys = page(
        "What customers are asked about closed requests: of the requests that you see and the customers that you look "
        "after, or all.",
        Survey,
        orders=SURVEY_ORDERS,
        filter=SurveyFilter,
    )

    resignation = by_id("One resignation.", Resignation)
    resignations = page(
        "Resignations: your own, those of who stands below you, those you are asked to approve, or all.",
        Resignation,
        orders=RESIGNATION_ORDERS,
        filter=ResignationFilter,
    )

    inquiry = by_id("One inquiry.", Inquiry)
    inquiries = page(
        "What customers asked about: what you deal with, whose customers you look after, and all of it with"
        " `presales.read`.",
        Inquiry,
        orders=INQUIRY_ORDERS,
        filter=InquiryFilter,
    )
    quotation = by_id("One version of a quotation.", Quotation)
    quotations = page(
        "What customers are and were offered, every version: what you have written, whose customers you look after,"
        " what you decide on, and all of it with `presales.read`.",
        Quotation,
        orders=QUOTATION_ORDERS,
        filter=QuotationFilter,
    )

    quality_result = by_id("One result of measuring quality.", QualityResult, needs=Permission.QUALITY_READ)
    quality_results = page(
        "What measuring quality found; `holds: true` leaves out what a later revision has replaced.",
        QualityResult,
        orders=QUALITY_RESULT_ORDERS,
        filter=QualityResultFilter,
        needs=Permission.QUALITY_READ,
    )
