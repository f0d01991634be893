"""One right value of every clause kind."""

from typing import Any

from tests.domain.policies.handbooks import OFFICE_HOURS

MATRIX = {
    tier: {impact: dict.fromkeys(("low", "medium", "high"), "p2") for impact in ("low", "medium", "high")}
    for tier in ("strategic", "key", "standard")
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "provision": {},
    "business_calendar": OFFICE_HOURS,
    "priority_matrix": {"matrix": MATRIX},
    "service_level": {
        "targets": {
            "p1": {"response": {"working_minutes": 30}, "resolution": {"working_minutes": 240}},
            "p4": {"resolution": {"working_days": 5, "end_of_day": True}},
        },
        "warning_fractions": ["0.5", "0.8"],
        "escalation": [
            {"offset_working_minutes": -60, "superior_level": 1},
            {"offset_working_minutes": 0, "superior_level": 2},
        ],
    },
    "auto_confirm": {"after_working_days": 3},
    "notice_period": {"days": 30, "probation_days": 15, "day_kind": "calendar", "waiver_allowed": True},
    "approval_chain": {
        "subject_kind": "resignations",
        "steps": [
            {
                "name": {"en": "Head", "zh_Hans": "部门负责人"},
                "approvers": [{"by": "department_head"}],
                "deadline": {"working_days": 2},
                "on_deadline": "escalate",
            },
            {
                "name": {"en": "Leadership"},
                "mode": "quorum",
                "quorum": 2,
                "approvers": [{"by": "post", "value": "Director"}, {"by": "superior", "level": 2}],
                "only_if": [{"fact": "key_post", "operator": "equals", "value": True}],
                "when_vacant": "stop",
            },
        ],
        "informed": [{"by": "role", "value": "hr"}],
    },
    "expert_panel": {
        "name": "Security",
        "members": [{"by": "post", "value": "Architect"}, {"by": "role", "value": "ciso"}],
    },
    "dunning_ladder": {
        "steps": [
            {
                "number": 1,
                "name": {"en": "Reminder", "zh_Hans": "友情提醒"},
                "delay": {"days": 3, "kind": "working"},
                "channel": "email",
                "template": "dunning.friendly",
            },
            {
                "number": 2,
                "name": {"en": "Final notice"},
                "delay": {"days": 14, "kind": "working"},
                "channel": "post",
                "template": "dunning.final",
                "tone": "final",
                "fee": {"minor": 5000, "currency": "CNY"},
                "late_interest_rate": "4.35",
                "needs_approval": True,
                "restricts": "lowest_priority",
            },
        ],
        "send_time": "09:30",
    },
    "satisfaction_survey": {"question": {"en": "Were you satisfied?"}, "satisfied_from": 4},
    "quality_target": {"metric": "resolved_in_time", "at_least_percent": "95.5", "minimum_sample": 5},
    "backup_schedule": {"daily_at": "02:30", "keep_days": 30, "drill_every": 7},
    "retention": {"record": "journal", "keep_days": 3650},
    "publishing_rules": {"dry_run_months": 3, "dry_run_signed": True, "least_days_before_effect": 7},
    "reading_confirmation": {"within_days": 14},
    "file_rules": {"most_megabytes": 20, "company_megabytes": 5000, "media_types": ["application/pdf", "image/*"]},
    "message_template": {
        "event": "requests.resolved",
        "subject": {"en": "Resolved", "zh_Hans": "已解决"},
        "body": {"en": "We have resolved it."},
    },
    "role_definition": {"role": "Auditor", "permissions": ["journal.read"], "review_every_months": 6},
    "password_rules": {"least_length": 12, "second_factor": "administrators"},
    "usage_limits": {"audience": "partners", "points_per_minute": 6000},
    "confidentiality_agreement": {"audience": "staff", "needed_from": "confidential"},
    "importance_tiers": {
        "tiers": [
            {
                "tier": "key",
                "meaning": {"en": "A yearly contract.", "zh_Hans": "签有年度合同。"},
                "least_yearly_revenue": {"minor": 10000000, "currency": "CNY"},
            }
        ]
    },
    "assignment_rules": {"order": ["skill", "load"], "most_open_requests": 8, "second_responsible": True},
    "update_cadence": {"every": {"p1": {"working_minutes": 60}}},
    "request_course": {"routine": ["start"], "complex": ["triage", "diagnosis", "solution"]},
    "hold_reasons": {
        "reasons": [
            {
                "code": "customer",
                "name": {"en": "Waiting for the customer", "zh_Hans": "等待客户"},
                "pauses": ["resolution", "internal"],
                "most_working_days": 10,
            }
        ],
        "others_allowed": False,
        "while_proposed": ["resolution"],
    },
    "reopen_window": {"working_days": 5},
    "inbound_mail": {"unknown_senders": "refuse", "most_per_hour": 5, "refusal": {"en": "Please call us."}},
    "customer_portal": {"reach": "company", "quotations": True, "invoices": True, "access_days": 30},
    "contact_budget": {"counted": "customer", "most_per_day": 2, "most_per_week": 5},
    "mail_acknowledgement": {"text": {"en": "We have your mail."}},
    "inspection_schedule": {
        "code": "server_room",
        "name": {"en": "The inspection of server rooms", "zh_Hans": "机房巡检"},
        "when": {"every": "monthly", "day": 5},
        "checklist": [{"en": "backups", "zh_Hans": "备份"}, {"en": "disk space", "zh_Hans": "磁盘空间"}],
    },
    "scheduled_work": {
        "on_closed_day": "before",
        "remind_working_days": 2,
        "escalate_after_working_days": [1, 3],
        "missed_after_working_days": 5,
    },
    "time_recording": {"most_minutes_a_day": 600, "back_days": 7, "note_needed": True},
    "alarm_handling": {
        "opens": {"critical": {"impact": "high", "urgency": "high"}},
        "most_requests": 5,
        "on_recovery": "resolve",
        "department": "Support",
    },
    "inquiry_contact": {"within": {"working_minutes": 120}},
    "expert_review": {"from_amount": {"minor": 50000000, "currency": "CNY"}, "least_experts": 3, "panel": "Experts"},
    "discount_limit": {"free_percent": "5", "most_percent": "20"},
    "complaint_handling": {
        "acknowledge": {"working_minutes": 60},
        "proposal": {"working_days": 2},
        "result": {"working_days": 5},
    },
    "return_visits": {"after": "acceptance", "after_days": [7, 30, 90], "channel": "on_site"},
    "contract_checklist": {"items": [{"en": "liability", "zh_Hans": "违约责任"}], "copies_to": ["Finance"]},
    "inquiry_evaluation": {"highest": 5, "complex_from": 4, "go_needed": True},
    "bank_booking": {"by_itself": "number_and_amount", "on_closed_days": "book_today"},
    "contract_renewal": {"renews_by_months": 12, "most_renewals": 3},
    "payment_terms": {
        "due_days": 30,
        "instalments": [
            {"name": {"en": "On signing", "zh_Hans": "签约"}, "share_percent": "30"},
            {"name": {"en": "On acceptance", "zh_Hans": "验收"}, "share_percent": "70"},
        ],
    },
    "plan_review": {"parts": ["schedule", "quality"], "least_reviewers": 2},
    "inspection_points": {
        "points": [
            {"name": {"en": "Code review", "zh_Hans": "代码评审"}, "by": "mutual"},
            {"name": {"en": "Labels", "zh_Hans": "标签"}, "by": "self", "blocks_milestone": False},
        ]
    },
    "acceptance_documents": {"documents": [{"en": "test report", "zh_Hans": "测试报告"}]},
    "reported_target": {"measure": "complaint_rate", "at_most_percent": "1"},
    "monitoring_indicators": {
        "indicators": [
            {"name": {"en": "Attitude", "zh_Hans": "态度"}, "weight_percent": "40"},
            {"name": {"en": "Results", "zh_Hans": "结果"}, "weight_percent": "60"},
        ],
        "sample_percent": "5",
    },
    "rectification": {"within": {"working_days": 5}, "recheck_within": {"working_days": 2}},
    "recruiting_stages": {"stages": ["screening", "interview", "skill_test", "offer"]},
    "training_hours": {"hours_per_year": 40, "pass_mark_percent": "80"},
    "appraisal_scheme": {
        "indicators": [{"name": {"en": "Tasks", "zh_Hans": "任务"}, "weight_percent": "100"}],
        "raters": {"superior": "70", "peer": "30"},
    },
    "rewards_and_penalties": {
        "steps": [
            {
                "consequence": "award",
                "conduct": {"en": "star of service", "zh_Hans": "服务之星"},
                "bonus": {"minor": 100000, "currency": "CNY"},
            },
            {"consequence": "written_warning", "conduct": {"en": "breach of confidence", "zh_Hans": "泄密"}},
        ]
    },
    "exit_audit": {"items": [{"en": "accounts", "zh_Hans": "账号"}], "before_last_day_days": 5},
    "use_permission": {"asset_class": "servers", "name": {"en": "Test servers"}, "posts": ["Engineer"]},
    "maintenance_schedule": {
        "asset_class": "ups",
        "name": {"en": "Emergency power", "zh_Hans": "不间断电源"},
        "when": {"every": "weekly", "weekday": "friday"},
        "tasks": [{"en": "battery test", "zh_Hans": "电池测试"}],
    },
    "scrapping_rule": {"asset_class": "laptops", "name": {"en": "Laptops", "zh_Hans": "笔记本电脑"}, "after_years": 5},
    "document_review": {"level": "internal", "every_months": 12},
    "document_loan": {"level": "secret", "most_working_days": 5},
    "expiry_reminders": {"record": "contract", "days_before": [90, 30, 7]},
    "risk_matrix": {"levels": [["low", "medium"], ["medium", "critical"]], "review": {"critical": "weekly"}},
    "risk_thresholds": {"warn_from": "high", "overdue_measure_days": 7},
    "weekly_report": {"weekday": "friday", "at": "17:00", "sections": [{"en": "progress", "zh_Hans": "进展"}]},
    "meeting_cadence": {
        "code": "quality",
        "name": {"en": "The quality meeting", "zh_Hans": "质量例会"},
        "when": {"every": "quarterly", "day": 31, "at": "14:00"},
        "participants": {"en": "all heads of departments", "zh_Hans": "各部门负责人"},
    },
}
