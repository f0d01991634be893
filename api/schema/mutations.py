"""Everything that can be changed, module by module."""

from datetime import datetime
from uuid import UUID

import strawberry

from api.results import mutation
from api.schema.access import mutations as access
from api.schema.access.types import AccessToken, Member, OAuthClient, Role, Session
from api.schema.approvals import mutations as approvals
from api.schema.approvals.types import Approval, ApprovalDelegation
from api.schema.backups import mutations as backups
from api.schema.backups.types import Archive
from api.schema.banking.changes import BankingMutation
from api.schema.billing import mutations as billing
from api.schema.billing.letters import DunningMutation
from api.schema.billing.parties import ElectronicMutation
from api.schema.billing.types import Allocation, CreditNote, DunningStep, Hold, Invoice, Payment, Refund
from api.schema.billing.usage import UsageMutation
from api.schema.catalogue import mutations as catalogue
from api.schema.catalogue.types import ServiceLine, ServiceOffering
from api.schema.contracts import amendment_mutations as amendments
from api.schema.contracts import instalments
from api.schema.contracts import mutations as contracts
from api.schema.contracts.amendments import ContractAmendment
from api.schema.contracts.instalments import ContractInstalment
from api.schema.contracts.types import Contract, ContractCheck, ContractCopy, ContractObligation
from api.schema.customers import mutations as customers
from api.schema.customers.types import Contact, Customer
from api.schema.feedback import complaint_mutations as complaints
from api.schema.feedback import mutations as feedback
from api.schema.feedback import visit_mutations as visits
from api.schema.feedback.complaints import Complaint
from api.schema.feedback.types import Survey
from api.schema.feedback.visits import ReturnVisit
from api.schema.files import mutations as files
from api.schema.files.types import Attachment
from api.schema.imports import mutations as imports
from api.schema.imports.types import FileImport
from api.schema.ledger.changes import LedgerMutation
from api.schema.mail import mutations as mail
from api.schema.mail.types import InboundMail, MailAddress
from api.schema.notifications.root import NotificationsMutation
from api.schema.operations.writing import OperationsMutation
from api.schema.organisation import mutations as organisation
from api.schema.organisation.types import Absence, Department, DutyShift, Post, Staff
from api.schema.people import mutations as people
from api.schema.people.types import Resignation
from api.schema.policies import mutations as policies
from api.schema.policies.trials import DryRun
from api.schema.policies.types import Clause, HandbookVersion
from api.schema.portal import mutations as portal
from api.schema.portal.types import PortalContact, PortalMessage, PortalRequest
from api.schema.presales import inquiry_mutations as inquiries
from api.schema.presales import mutations as presales
from api.schema.presales.changing import PresalesMutation
from api.schema.presales.inquiries import Inquiry, InquiryNeed, RequirementsDocument
from api.schema.presales.types import Quotation
from api.schema.quality import mutations as quality
from api.schema.requests import bulk
from api.schema.requests import fault_mutations as faults
from api.schema.requests import mutations as requests
from api.schema.requests import part_mutations as parts
from api.schema.requests import relation_mutations as relations
from api.schema.requests.cooperation import RequestHelper, RequestPart
from api.schema.requests.faults import FaultReport, PostmortemAction, Problem
from api.schema.requests.types import RequestLink, RequestMessage, ServiceRequest
from api.schema.tenancy import mutations as tenancy
from api.schema.tenancy.types import AgendaItem, Effect
from api.schema.views import exports
from api.schema.views import mutations as views
from api.schema.views.exports import Export
from api.schema.views.types import SavedView


@strawberry.type(description="Everything that can be changed. Each field is one transaction: all of it, or a reason.")
class Mutation(
    BankingMutation,
    DunningMutation,
    ElectronicMutation,
    LedgerMutation,
    NotificationsMutation,
    OperationsMutation,
    PresalesMutation,
    UsageMutation,
):
    """The root of changing."""

    create_tenant = mutation(
        tenancy.create_tenant,
        platform=True,
        values={
            "tenant_id": (str, "The new company's id."),
            "slug": (str, "Its short name."),
            "member_id": (str, "Its first administrator."),
            "token": (str, "The administrator's personal token, shown this once."),
        },
    )
    issue_administrator_token = mutation(
        tenancy.issue_administrator_token,
        platform=True,
        values={
            "tenant_id": (str, "The company's id."),
            "member_id": (str, "The administrator."),
            "token": (str, "The administrator's new token, shown this once."),
        },
    )
    advance_clock = mutation(
        tenancy.advance_clock, values={"target_at": (datetime, "Where the clock is going; null when it is not.")}
    )
    release_item = mutation(tenancy.release_item, item=AgendaItem)
    send_again = mutation(tenancy.send_again, effect=Effect)

    create_member = mutation(access.create_member, member=Member)
    set_roles = mutation(access.set_roles, member=Member)
    set_language = mutation(access.set_language, member=Member)
    set_member_password = mutation(access.set_member_password, member=Member)
    deactivate_member = mutation(access.deactivate_member, member=Member)
    activate_member = mutation(access.activate_member, member=Member)
    create_role = mutation(access.create_role, role=Role)
    change_role = mutation(access.change_role, role=Role)
    create_access_token = mutation(
        access.create_access_token,
        access_token=AccessToken,
        values={"secret": (str, "The token itself, shown this once.")},
    )
    revoke_access_token = mutation(access.revoke_access_token, access_token=AccessToken)
    revoke_session = mutation(access.revoke_session, session=Session)
    revoke_sessions = mutation(access.revoke_sessions, values={"ended": (int, "How many sessions ended.")})
    create_client = mutation(
        access.create_client,
        client=OAuthClient,
        values={
            "client_id": (str, "The id that the program sends."),
            "secret": (str, "The secret that the program sends, shown this once."),
        },
    )
    rotate_client_secret = mutation(
        access.rotate_client_secret,
        client=OAuthClient,
        values={"secret": (str, "The new secret, shown this once.")},
    )
    disable_client = mutation(access.disable_client, client=OAuthClient)

    create_department = mutation(organisation.create_department, department=Department)
    appoint_head = mutation(organisation.appoint_head, department=Department)
    create_post = mutation(organisation.create_post, post=Post)
    engage = mutation(organisation.engage, staff=Staff)
    move_staff = mutation(organisation.move_staff, staff=Staff)
    describe_staff = mutation(organisation.describe_staff, staff=Staff)
    record_absence = mutation(organisation.record_absence, absence=Absence)
    withdraw_absence = mutation(organisation.withdraw_absence, staff=Staff)
    plan_duty = mutation(organisation.plan_duty, shift=DutyShift)
    withdraw_duty = mutation(organisation.withdraw_duty, staff=Staff)

    draft_version = mutation(policies.draft_version, version=HandbookVersion)
    retitle_version = mutation(policies.retitle_version, version=HandbookVersion)
    start_handbook = mutation(policies.start_handbook, version=HandbookVersion)
    import_version = mutation(policies.import_version, version=HandbookVersion)
    start_dry_run = mutation(policies.start_dry_run, dry_run=DryRun)
    sign_dry_run = mutation(policies.sign_dry_run, dry_run=DryRun)
    confirm_reading = mutation(policies.confirm_reading, version=HandbookVersion)
    put_clause = mutation(policies.put_clause, clause=Clause)
    remove_clause = mutation(policies.remove_clause, version=HandbookVersion)
    discard_version = mutation(policies.discard_version, version=HandbookVersion)
    submit_version = mutation(policies.submit_version, version=HandbookVersion)
    review_version = mutation(policies.review_version, version=HandbookVersion)
    return_version = mutation(policies.return_version, version=HandbookVersion)
    publish_version = mutation(policies.publish_version, version=HandbookVersion)
    rebase_version = mutation(policies.rebase_version, version=HandbookVersion)
    withdraw_version = mutation(policies.withdraw_version, version=HandbookVersion)

    approve = mutation(approvals.approve, approval=Approval)
    reject = mutation(approvals.reject, approval=Approval)
    approve_all = mutation(
        approvals.approve_all,
        platform=True,
        values={"outcomes": (list[approvals.ApprovalOutcome], "What became of each, in the order given.")},
    )
    return_to_requester = mutation(approvals.return_to_requester, approval=Approval)
    return_to_step = mutation(approvals.return_to_step, approval=Approval)
    transfer = mutation(approvals.transfer, approval=Approval)
    reassign = mutation(approvals.reassign, approval=Approval)
    go_on_with_approval = mutation(approvals.go_on_with_approval, approval=Approval)
    resolve_approval_again = mutation(approvals.resolve_approval_again, approval=Approval)
    add_approver = mutation(approvals.add_approver, approval=Approval)
    delegate_approvals = mutation(approvals.delegate_approvals, delegation=ApprovalDelegation)
    end_delegation = mutation(approvals.end_delegation, delegation=ApprovalDelegation)
    urge_approval = mutation(approvals.urge_approval, approval=Approval)
    comment_approval = mutation(approvals.comment_approval, approval=Approval)
    withdraw_approval = mutation(approvals.withdraw_approval, approval=Approval)

    attach_file = mutation(files.attach_file, attachment=Attachment)
    remove_attachment = mutation(files.remove_attachment, values={"file_id": (UUID, "The file that was attached.")})

    run_backup = mutation(backups.run_backup, while_suspended=True, archive=Archive)
    run_drill = mutation(backups.run_drill, archive=Archive)
    destroy_archive_key = mutation(
        backups.destroy_archive_key,
        values={"destroyed": (bool, "Whether there was a key; without one there were no archives to read.")},
    )

    add_mail_address = mutation(mail.add_mail_address, address=MailAddress)
    change_mail_address = mutation(mail.change_mail_address, address=MailAddress)
    rotate_mail_secret = mutation(
        mail.rotate_mail_secret,
        address=MailAddress,
        values={"secret": (str, "The signing secret, shown this once.")},
    )
    release_inbound_mail = mutation(mail.release_inbound_mail, mail=InboundMail)
    discard_inbound_mail = mutation(mail.discard_inbound_mail, mail=InboundMail)

    create_customer = mutation(customers.create_customer, customer=Customer)
    change_customer = mutation(customers.change_customer, customer=Customer)
    add_contact = mutation(customers.add_contact, contact=Contact)
    change_contact = mutation(customers.change_contact, contact=Contact)

    create_service_line = mutation(catalogue.create_service_line, line=ServiceLine)
    change_service_line = mutation(catalogue.change_service_line, line=ServiceLine)
    create_service_offering = mutation(catalogue.create_service_offering, offering=ServiceOffering)
    change_service_offering = mutation(catalogue.change_service_offering, offering=ServiceOffering)
    replace_request_form = mutation(catalogue.replace_request_form, offering=ServiceOffering)

    invite_contact = mutation(customers.invite_contact, contact=Contact)
    revoke_contact_access = mutation(
        customers.revoke_contact_access,
        contact=Contact,
        values={"ended": (int, "How many ways in and invitations have ended.")},
    )
    portal_submit = mutation(portal.portal_submit, contacts=True, request=PortalRequest)
    portal_reply = mutation(portal.portal_reply, contacts=True, message=PortalMessage)
    portal_agree = mutation(portal.portal_agree, contacts=True, request=PortalRequest)
    portal_decline = mutation(portal.portal_decline, contacts=True, request=PortalRequest)
    portal_confirm = mutation(portal.portal_confirm, contacts=True, request=PortalRequest)
    portal_reopen = mutation(portal.portal_reopen, contacts=True, request=PortalRequest)
    portal_cancel = mutation(portal.portal_cancel, contacts=True, request=PortalRequest)
    portal_choose_letters = mutation(portal.portal_choose_letters, contacts=True, contact=PortalContact)
    portal_agree_to_wait = mutation(portal.portal_agree_to_wait, contacts=True, request=PortalRequest)
    portal_decline_to_wait = mutation(portal.portal_decline_to_wait, contacts=True, request=PortalRequest)

    submit_request = mutation(requests.submit_request, request=ServiceRequest)
    triage_request = mutation(requests.triage_request, request=ServiceRequest)
    assign_request = mutation(requests.assign_request, request=ServiceRequest)
    hand_over_request = mutation(requests.hand_over_request, request=ServiceRequest)
    hand_back_request = mutation(requests.hand_back_request, request=ServiceRequest)
    diagnose_request = mutation(requests.diagnose_request, request=ServiceRequest)
    propose_solution = mutation(requests.propose_solution, request=ServiceRequest)
    agree_to_solution = mutation(requests.agree_to_solution, request=ServiceRequest)
    decline_solution = mutation(requests.decline_solution, request=ServiceRequest)
    start_request = mutation(requests.start_request, request=ServiceRequest)
    hold_request = mutation(requests.hold_request, request=ServiceRequest)
    ask_to_postpone = mutation(requests.ask_to_postpone, request=ServiceRequest)
    agree_to_postpone = mutation(requests.agree_to_postpone, request=ServiceRequest)
    decline_postponement = mutation(requests.decline_postponement, request=ServiceRequest)
    resume_request = mutation(requests.resume_request, request=ServiceRequest)
    resolve_request = mutation(requests.resolve_request, request=ServiceRequest)
    confirm_request = mutation(requests.confirm_request, request=ServiceRequest)
    close_request = mutation(requests.close_request, request=ServiceRequest)
    reopen_request = mutation(requests.reopen_request, request=ServiceRequest)
    cancel_request = mutation(requests.cancel_request, request=ServiceRequest)
    raise_request = mutation(parts.raise_request, request=ServiceRequest)
    return_request = mutation(parts.return_request, request=ServiceRequest)
    move_requests = mutation(
        bulk.move_requests,
        platform=True,
        values={"outcomes": (list[bulk.RequestOutcome], "What became of each, in the order given.")},
    )
    merge_request = mutation(relations.merge_request, request=ServiceRequest)
    split_request = mutation(relations.split_request, request=ServiceRequest)
    link_request = mutation(relations.link_request, link=RequestLink)
    unlink_request = mutation(relations.unlink_request, request=ServiceRequest)
    choose_parent = mutation(relations.choose_parent, request=ServiceRequest)
    add_part = mutation(parts.add_part, part=RequestPart)
    assign_part = mutation(parts.assign_part, part=RequestPart)
    finish_part = mutation(parts.finish_part, part=RequestPart)
    withdraw_part = mutation(parts.withdraw_part, part=RequestPart)
    ask_for_help = mutation(parts.ask_for_help, help=RequestHelper)
    end_help = mutation(parts.end_help, help=RequestHelper)
    report_fault = mutation(faults.report_fault, report=FaultReport)
    plan_action = mutation(faults.plan_action, action=PostmortemAction)
    finish_action = mutation(faults.finish_action, action=PostmortemAction)
    open_problem = mutation(faults.open_problem, problem=Problem)
    change_problem = mutation(faults.change_problem, problem=Problem)
    solve_problem = mutation(faults.solve_problem, problem=Problem)
    file_under_problem = mutation(faults.file_under_problem, request=ServiceRequest)
    comment_request = mutation(
        requests.comment_request, message=RequestMessage, foresees=("request_id", ServiceRequest)
    )

    send_survey = mutation(feedback.send_survey, survey=Survey)
    withdraw_survey = mutation(feedback.withdraw_survey, survey=Survey)
    submit_complaint = mutation(complaints.submit_complaint, complaint=Complaint)
    assign_complaint = mutation(complaints.assign_complaint, complaint=Complaint)
    acknowledge_complaint = mutation(complaints.acknowledge_complaint, complaint=Complaint)
    investigate_complaint = mutation(complaints.investigate_complaint, complaint=Complaint)
    propose_remedy = mutation(complaints.propose_remedy, complaint=Complaint)
    agree_to_remedy = mutation(complaints.agree_to_remedy, complaint=Complaint)
    decline_remedy = mutation(complaints.decline_remedy, complaint=Complaint)
    carry_out_remedy = mutation(complaints.carry_out_remedy, complaint=Complaint)
    settle_complaint = mutation(complaints.settle_complaint, complaint=Complaint)
    escalate_complaint = mutation(complaints.escalate_complaint, complaint=Complaint)
    analyse_complaint = mutation(complaints.analyse_complaint, complaint=Complaint)
    withdraw_complaint = mutation(complaints.withdraw_complaint, complaint=Complaint)
    assign_visit = mutation(visits.assign_visit, visit=ReturnVisit)
    postpone_visit = mutation(visits.postpone_visit, visit=ReturnVisit)
    report_visit = mutation(visits.report_visit, visit=ReturnVisit)
    cancel_visit = mutation(visits.cancel_visit, visit=ReturnVisit)

    submit_resignation = mutation(people.submit_resignation, resignation=Resignation)
    resubmit_resignation = mutation(people.resubmit_resignation, resignation=Resignation)
    withdraw_resignation = mutation(people.withdraw_resignation, resignation=Resignation)
    waive_notice = mutation(people.waive_notice, resignation=Resignation)

    register_inquiry = mutation(inquiries.register_inquiry, inquiry=Inquiry)
    assign_inquiry = mutation(inquiries.assign_inquiry, inquiry=Inquiry)
    note_inquiry_contact = mutation(inquiries.note_inquiry_contact, inquiry=Inquiry)
    qualify_inquiry = mutation(inquiries.qualify_inquiry, inquiry=Inquiry)
    refuse_inquiry = mutation(inquiries.refuse_inquiry, inquiry=Inquiry)
    record_inquiry_need = mutation(inquiries.record_inquiry_need, need=InquiryNeed)
    draft_requirements = mutation(inquiries.draft_requirements, requirements=RequirementsDocument)
    change_requirements = mutation(inquiries.change_requirements, requirements=RequirementsDocument)
    confirm_requirements = mutation(inquiries.confirm_requirements, requirements=RequirementsDocument)
    revise_requirements = mutation(inquiries.revise_requirements, requirements=RequirementsDocument)
    draft_quotation = mutation(presales.draft_quotation, quotation=Quotation)
    change_quotation = mutation(presales.change_quotation, quotation=Quotation)
    submit_quotation = mutation(presales.submit_quotation, quotation=Quotation)
    send_quotation = mutation(presales.send_quotation, quotation=Quotation)
    record_quotation_answer = mutation(presales.record_quotation_answer, quotation=Quotation)
    withdraw_quotation = mutation(presales.withdraw_quotation, quotation=Quotation)
    revise_quotation = mutation(presales.revise_quotation, quotation=Quotation)

    draft_contract = mutation(contracts.draft_contract, contract=Contract)
    change_contract = mutation(contracts.change_contract, contract=Contract)
    submit_contract = mutation(contracts.submit_contract, contract=Contract)
    settle_contract_check = mutation(contracts.settle_contract_check, check=ContractCheck)
    sign_contract = mutation(contracts.sign_contract, contract=Contract)
    confirm_contract_copy = mutation(contracts.confirm_contract_copy, copy=ContractCopy)
    complete_contract = mutation(contracts.complete_contract, contract=Contract)
    terminate_contract = mutation(contracts.terminate_contract, contract=Contract)
    withdraw_contract = mutation(contracts.withdraw_contract, contract=Contract)
    draft_contract_amendment = mutation(amendments.draft_contract_amendment, amendment=ContractAmendment)
    change_contract_amendment = mutation(amendments.change_contract_amendment, amendment=ContractAmendment)
    submit_contract_amendment = mutation(amendments.submit_contract_amendment, amendment=ContractAmendment)
    sign_contract_amendment = mutation(amendments.sign_contract_amendment, amendment=ContractAmendment)
    withdraw_contract_amendment = mutation(amendments.withdraw_contract_amendment, amendment=ContractAmendment)
    add_contract_obligation = mutation(contracts.add_contract_obligation, obligation=ContractObligation)
    close_contract_obligation = mutation(contracts.close_contract_obligation, obligation=ContractObligation)

    complete_milestone = mutation(instalments.complete_milestone, instalment=ContractInstalment)
    draft_instalment_invoice = mutation(instalments.draft_instalment_invoice, invoice=Invoice)
    draft_invoice = mutation(billing.draft_invoice, invoice=Invoice)
    issue_invoice = mutation(billing.issue_invoice, invoice=Invoice)
    cancel_invoice = mutation(billing.cancel_invoice, invoice=Invoice, approval=Approval)
    credit_invoice = mutation(billing.credit_invoice, credit_note=CreditNote, invoice=Invoice, approval=Approval)
    write_off_invoice = mutation(billing.write_off_invoice, invoice=Invoice, approval=Approval)
    record_payment = mutation(billing.record_payment, payment=Payment, invoice=Invoice)
    receive_payment = mutation(billing.receive_payment, payment=Payment)
    allocate_payment = mutation(billing.allocate_payment, allocation=Allocation, invoice=Invoice)
    release_allocation = mutation(billing.release_allocation, allocation=Allocation, invoice=Invoice)
    reverse_payment = mutation(billing.reverse_payment, payment=Payment)
    refund_payment = mutation(billing.refund_payment, refund=Refund)
    exchange_credit = mutation(billing.exchange_credit, payment=Payment)
    place_hold = mutation(billing.place_hold, hold=Hold)
    release_hold = mutation(billing.release_hold, hold=Hold)
    approve_dunning_step = mutation(billing.approve_dunning_step, step=DunningStep)

    save_view = mutation(views.save_view, view=SavedView)
    change_view = mutation(views.change_view, view=SavedView)
    start_import = mutation(imports.start_import, file_import=FileImport)
    map_import_columns = mutation(imports.map_import_columns, file_import=FileImport)
    run_import = mutation(imports.run_import, file_import=FileImport)
    start_export = mutation(exports.start_export, export=Export)
    discard_export = mutation(exports.discard_export, export=Export)
    delete_view = mutation(views.delete_view, values={"view_id": (UUID, "The view that is gone.")})

    measure_quality = mutation(
        quality.measure_quality,
        values={
            "measured": (int, "How many results hold for the month."),
            "missed": (int, "How many of them fall short of their target."),
        },
    )
