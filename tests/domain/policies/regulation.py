"""What regulations leave for each company to fill in, row by row of the requirements, and where that is done."""

from domain.catalogue.models import RequestForm, ServiceLine, ServiceOffering

# The chapters of the requirements in their order.
CHAPTERS = (
    *("PO", "AP", "TN", "SC", "RQ", "CP", "PS", "CT", "AR", "PJ"),
    *("QM", "PE", "AS", "KD", "RK", "CF", "CM", "PA", "IP", "NT", "BK"),
)

# The blanks: the row, its words, and the kind of clause that fills them in.
BLANKS: tuple[tuple[str, str, str], ...] = (
    ("PO-3", "approval chain for policies", "approval_chain"),
    ("AP-1", "approval chains", "approval_chain"),
    ("AP-4", "deadline per step", "approval_chain"),
    ("TN-1", "retention period", "retention"),
    ("TN-3", "role definitions", "role_definition"),
    ("TN-4", "password rules", "password_rules"),
    ("TN-7", "quotas and rate limits", "usage_limits"),
    ("TN-9", "importance tier", "importance_tiers"),
    ("RQ-2", "priority from a matrix", "priority_matrix"),
    ("RQ-3", "assignment rules", "assignment_rules"),
    ("RQ-4", "extra-staff approval chain", "approval_chain"),
    ("RQ-5", "reopen window", "reopen_window"),
    ("RQ-6", "service level agreement, fractions, ladder", "service_level"),
    ("RQ-12", "schedule", "inspection_schedule"),
    ("CP-1", "deadline, prescribed time", "complaint_handling"),
    ("CP-2", "schedule", "return_visits"),
    ("CP-3", "questions, scale, when sent", "satisfaction_survey"),
    ("PS-1", "time", "inquiry_contact"),
    ("PS-3", "expert review when major or complex", "expert_review"),
    ("PS-4", "limits that need approval", "discount_limit"),
    ("CT-1", "amount", "approval_chain"),
    ("AR-3", "dunning ladder", "dunning_ladder"),
    ("PJ-2", "plan review and approval", "plan_review"),
    ("PJ-5", "inspection points", "inspection_points"),
    ("PJ-6", "required list", "acceptance_documents"),
    ("QM-1", "quality targets", "quality_target"),
    ("QM-1", "quality targets", "reported_target"),
    ("QM-2", "indicators and weights", "monitoring_indicators"),
    ("PE-1", "stages per post", "recruiting_stages"),
    ("PE-3", "indicators and weights", "appraisal_scheme"),
    ("PE-5", "rules", "rewards_and_penalties"),
    ("PE-7", "notice of X days", "notice_period"),
    ("PE-7", "exit audit for key posts", "exit_audit"),
    ("AS-2", "permissions of use", "use_permission"),
    ("AS-2", "maintenance schedule", "maintenance_schedule"),
    ("KD-2", "retention", "retention"),
    ("KD-3", "date", "document_loan"),
    ("RK-1", "tenant's matrix", "risk_matrix"),
    ("RK-3", "thresholds", "risk_thresholds"),
    ("CM-1", "day and hour", "weekly_report"),
    ("NT-1", "templates", "message_template"),
    ("BK-1", "tenant's schedule and retention", "backup_schedule"),
)

# Blanks that a company fills in with records of its own, which it keeps as it goes along, not with clauses.
RECORDS: tuple[tuple[str, str, type], ...] = (
    ("SC-1", "tenant's own tree", ServiceLine),
    ("SC-3", "service standards", ServiceOffering),
    ("RQ-1", "form fields", RequestForm),
)
