"""The changes that the demo makes: each mutation's input and what is read of its answer."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """A field of `Mutation`, the name of its input type, and the fields of its payload that are wanted."""

    field: str
    input: str
    selection: str
    # Whether the API keeps its answer under a key; what is done to several records is not kept.
    kept: bool = True

    @property
    def document(self) -> str:
        """The operation, with the input as its only variable."""
        return (
            f"mutation Sample($input: {self.input}!) {{ {self.field}(input: $input) {{ {self.selection}"
            " errors { code message path } } }"
        )

    @property
    def record(self) -> str:
        """The name in its payload of what it makes or changes; empty where no record is read."""
        name, _, rest = self.selection.partition(" { id ")
        return name if rest else ""


_ALL = (
    Mutation("createTenant", "CreateTenantInput", "tenantId memberId token"),
    Mutation("issueAdministratorToken", "IssueAdministratorTokenInput", "tenantId memberId token"),
    Mutation("advanceClock", "AdvanceClockInput", "targetAt"),
    Mutation("createRole", "CreateRoleInput", "role { id }"),
    Mutation("setRoles", "SetRolesInput", "member { id }"),
    Mutation("createMember", "CreateMemberInput", "member { id }"),
    Mutation("createAccessToken", "CreateAccessTokenInput", "secret"),
    Mutation("createClient", "CreateClientInput", "clientId secret"),
    Mutation("createDepartment", "CreateDepartmentInput", "department { id }"),
    Mutation("createPost", "CreatePostInput", "post { id }"),
    Mutation("engage", "EngageInput", "staff { id }"),
    Mutation("appointHead", "AppointHeadInput", "department { id }"),
    Mutation("describeStaff", "DescribeStaffInput", "staff { id }"),
    Mutation("planDuty", "PlanDutyInput", "shift { id }"),
    Mutation("createCustomer", "CreateCustomerInput", "customer { id }"),
    Mutation("addContact", "AddContactInput", "contact { id }"),
    Mutation("createServiceLine", "CreateServiceLineInput", "line { id }"),
    Mutation("createServiceOffering", "CreateServiceOfferingInput", "offering { id }"),
    Mutation("addMailAddress", "AddMailAddressInput", "address { id }"),
    Mutation("rotateMailSecret", "RotateMailSecretInput", "secret address { address }"),
    Mutation("startHandbook", "StartHandbookInput", "version { id }"),
    Mutation("draftVersion", "DraftVersionInput", "version { id }"),
    Mutation("putClause", "PutClauseInput", "clause { id }"),
    Mutation("removeClause", "RemoveClauseInput", "version { id }"),
    Mutation("startDryRun", "StartDryRunInput", "dryRun { id }"),
    Mutation("signDryRun", "DryRunInput", "dryRun { id }"),
    Mutation("confirmReading", "VersionInput", "version { id }"),
    Mutation("submitVersion", "SubmitVersionInput", "version { id }"),
    Mutation("reviewVersion", "VersionInput", "version { id }"),
    Mutation("publishVersion", "PublishVersionInput", "version { id }"),
    Mutation("submitRequest", "SubmitRequestInput", "request { id }"),
    Mutation("assignRequest", "AssignRequestInput", "request { id }"),
    Mutation("startRequest", "StartRequestInput", "request { id }"),
    Mutation("holdRequest", "HoldRequestInput", "request { id }"),
    Mutation("resumeRequest", "ResumeRequestInput", "request { id }"),
    Mutation("resolveRequest", "ResolveRequestInput", "request { id }"),
    Mutation("confirmRequest", "ConfirmRequestInput", "request { id }"),
    Mutation("reopenRequest", "ReopenRequestInput", "request { id }"),
    Mutation("cancelRequest", "CancelRequestInput", "request { id }"),
    Mutation("commentRequest", "CommentRequestInput", "message { id }"),
    Mutation("raiseAlarm", "RaiseAlarmInput", "alarm { id request { id } }"),
    Mutation("mergeRequest", "MergeRequestInput", "request { id }"),
    Mutation("splitRequest", "SplitRequestInput", "request { id }"),
    Mutation("chooseParent", "ChooseParentInput", "request { id }"),
    Mutation("addPart", "AddPartInput", "part { id }"),
    Mutation("finishPart", "FinishPartInput", "part { id }"),
    Mutation("askForHelp", "AskForHelpInput", "help { id }"),
    Mutation("raiseRequest", "RaiseRequestInput", "request { id }"),
    Mutation("returnRequest", "ReturnRequestInput", "request { id }"),
    Mutation("reportFault", "ReportFaultInput", "report { id }"),
    Mutation("planAction", "PlanActionInput", "action { id }"),
    Mutation("finishAction", "FinishActionInput", "action { id }"),
    Mutation("openProblem", "OpenProblemInput", "problem { id }"),
    Mutation("fileUnderProblem", "FileUnderProblemInput", "request { id }"),
    Mutation("solveProblem", "SolveProblemInput", "problem { id }"),
    Mutation("recordTime", "RecordTimeInput", "record { id }"),
    Mutation("setNotificationPreferences", "SetNotificationPreferencesInput", "preferences { delivery }"),
    Mutation("submitComplaint", "SubmitComplaintInput", "complaint { id }"),
    Mutation("assignComplaint", "AssignComplaintInput", "complaint { id }"),
    Mutation("acknowledgeComplaint", "AcknowledgeComplaintInput", "complaint { id }"),
    Mutation("investigateComplaint", "InvestigateComplaintInput", "complaint { id }"),
    Mutation("proposeRemedy", "ProposeRemedyInput", "complaint { id }"),
    Mutation("agreeToRemedy", "AgreeToRemedyInput", "complaint { id }"),
    Mutation("carryOutRemedy", "CarryOutRemedyInput", "complaint { id }"),
    Mutation("settleComplaint", "SettleComplaintInput", "complaint { id }"),
    Mutation("analyseComplaint", "AnalyseComplaintInput", "complaint { id }"),
    Mutation("inviteContact", "InviteContactInput", "contact { id }"),
    Mutation("portalSubmit", "PortalSubmitInput", "request { id }"),
    Mutation("portalReply", "PortalReplyInput", "message { id }"),
    Mutation("portalConfirm", "PortalConfirmInput", "request { id }"),
    Mutation("raiseAlarms", "RaiseAlarmsInput", "outcomes { fingerprint requestId }"),
    Mutation("moveRequests", "MoveRequestsInput", "outcomes { requestId done errors { code message } }", kept=False),
    Mutation("createWorkPlan", "CreateWorkPlanInput", "plan { id }"),
    Mutation("startScheduledWork", "StartScheduledWorkInput", "work { id }"),
    Mutation("recordWorkChecks", "RecordWorkChecksInput", "work { id }"),
    Mutation("addWorkFinding", "AddWorkFindingInput", "finding { id request { id } }"),
    Mutation("finishScheduledWork", "FinishScheduledWorkInput", "work { id }"),
    Mutation("planSiteVisit", "PlanSiteVisitInput", "visit { id }"),
    Mutation("checkInAtSiteVisit", "CheckInAtSiteVisitInput", "visit { id }"),
    Mutation("reportSiteVisit", "ReportSiteVisitInput", "visit { id }"),
    Mutation("signSiteVisit", "SignSiteVisitInput", "visit { id }"),
    Mutation("finishSiteVisit", "FinishSiteVisitInput", "visit { id }"),
    Mutation("startImport", "StartImportInput", "fileImport { id }"),
    Mutation("runImport", "RunImportInput", "fileImport { id }"),
    Mutation("saveView", "SaveViewInput", "view { id }"),
    Mutation("startExport", "StartExportInput", "export { id }"),
    Mutation("submitResignation", "SubmitResignationInput", "resignation { id }"),
    Mutation("resubmitResignation", "ResubmitResignationInput", "resignation { id }"),
    Mutation("withdrawResignation", "WithdrawResignationInput", "resignation { id }"),
    Mutation("waiveNotice", "WaiveNoticeInput", "resignation { id }"),
    Mutation("registerInquiry", "RegisterInquiryInput", "inquiry { id }"),
    Mutation("noteInquiryContact", "NoteInquiryContactInput", "inquiry { id }"),
    Mutation("qualifyInquiry", "QualifyInquiryInput", "inquiry { id }"),
    Mutation("draftQuotation", "DraftQuotationInput", "quotation { id }"),
    Mutation("submitQuotation", "SubmitQuotationInput", "quotation { id }"),
    Mutation("sendQuotation", "SendQuotationInput", "quotation { id }"),
    Mutation("recordQuotationAnswer", "RecordQuotationAnswerInput", "quotation { id }"),
    Mutation("draftContract", "DraftContractInput", "contract { id }"),
    Mutation("submitContract", "SubmitContractInput", "contract { id }"),
    Mutation("settleContractCheck", "SettleContractCheckInput", "check { id }"),
    Mutation("signContract", "SignContractInput", "contract { id }"),
    Mutation("confirmContractCopy", "ConfirmContractCopyInput", "copy { id }"),
    Mutation("completeMilestone", "CompleteMilestoneInput", "instalment { id }"),
    Mutation("draftContractAmendment", "DraftContractAmendmentInput", "amendment { id }"),
    Mutation("submitContractAmendment", "SubmitContractAmendmentInput", "amendment { id }"),
    Mutation("signContractAmendment", "SignContractAmendmentInput", "amendment { id }"),
    Mutation("draftInvoice", "DraftInvoiceInput", "invoice { id }"),
    Mutation("issueInvoice", "IssueInvoiceInput", "invoice { id }"),
    Mutation("recordPayment", "RecordPaymentInput", "payment { id }"),
    Mutation("receivePayment", "ReceivePaymentInput", "payment { id }"),
    Mutation("allocatePayment", "AllocatePaymentInput", "allocation { id }"),
    Mutation("refundPayment", "RefundPaymentInput", "refund { id }"),
    Mutation("createBankAccount", "CreateBankAccountInput", "account { id }"),
    Mutation("importBankStatement", "ImportBankStatementInput", "statement { id }"),
    Mutation("bookBankLine", "BookBankLineInput", "line { id }"),
    Mutation("recordUsage", "RecordUsageInput", "recordIds"),
    Mutation("keepMaterial", "KeepMaterialInput", "item { id }"),
    Mutation("useMaterial", "UseMaterialInput", "use { id }"),
    Mutation("closeBooks", "CloseBooksInput", "closing { id }"),
    Mutation("placeHold", "PlaceHoldInput", "hold { id }"),
    Mutation("releaseHold", "ReleaseHoldInput", "hold { id }"),
    Mutation("writeOffInvoice", "WriteOffInvoiceInput", "approval { id }"),
    Mutation("delegateApprovals", "DelegateApprovalsInput", "delegation { id }"),
    Mutation("returnToStep", "ReturnToStepInput", "approval { id }"),
    Mutation("approve", "DecideInput", "approval { id }"),
    Mutation("reject", "DecideInput", "approval { id }"),
    Mutation("returnToRequester", "DecideInput", "approval { id }"),
)
MUTATIONS = {mutation.field: mutation for mutation in _ALL}
