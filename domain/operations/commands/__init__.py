"""Operations: raising alarms and what comes of their recovery; planned work and what it brings to light; working
time."""

from domain.operations.commands.alarms import follow_recovery, follow_severity, raise_alarms
from domain.operations.commands.keeping import hand_back_of_leaver, work_due
from domain.operations.commands.plans import (
    Content,
    change_plan,
    create_plan,
    end_plan,
    open_due,
    open_more,
    pause_plan,
    resume_plan,
)
from domain.operations.commands.time import close_month, correct_time, record_time, record_time_of_visit, reopen_month
from domain.operations.commands.works import (
    add_finding,
    assign_work,
    attach_to_work,
    cancel_work,
    close_improvement,
    detach_from_work,
    finish_work,
    postpone_work,
    record_checks,
    start_work,
)

__all__ = [
    "Content",
    "add_finding",
    "assign_work",
    "attach_to_work",
    "cancel_work",
    "change_plan",
    "close_improvement",
    "close_month",
    "correct_time",
    "create_plan",
    "detach_from_work",
    "end_plan",
    "finish_work",
    "follow_recovery",
    "follow_severity",
    "hand_back_of_leaver",
    "open_due",
    "open_more",
    "pause_plan",
    "postpone_work",
    "raise_alarms",
    "record_checks",
    "record_time",
    "record_time_of_visit",
    "reopen_month",
    "resume_plan",
    "start_work",
    "work_due",
]
