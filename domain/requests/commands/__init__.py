"""Requests: taking them in, moving them on, talking about them, and keeping their time."""

from domain.requests.commands.assessment import rate_again, triage
from domain.requests.commands.attaching import attach, attach_received, attach_to_message, detach
from domain.requests.commands.canned import change_answer, make_answer
from domain.requests.commands.confirmation import (
    close,
    confirm,
    confirm_by_itself,
    keep_survey_score,
    reopen,
    review_next_resolved,
    review_resolved,
)
from domain.requests.commands.conversation import comment, keep_word
from domain.requests.commands.cooperating import add_part, assign_part, finish_part, part_due, withdraw_part
from domain.requests.commands.faults import (
    change_problem,
    file_under_problem,
    finish_action,
    open_problem,
    plan_action,
    remind_of_action,
    report_fault,
    solve_problem,
)
from domain.requests.commands.handing import hand_back, hand_over
from domain.requests.commands.helping import ask_for_help, end_asking, end_help, follow_approval, follow_refusal
from domain.requests.commands.holding import end_hold, put_on_hold, resume
from domain.requests.commands.intake import submit
from domain.requests.commands.moves import assign, cancel, resolve, start
from domain.requests.commands.portal import ask_in_portal, reply_in_portal, visitor
from domain.requests.commands.postponing import agree_to_postpone, ask_to_postpone, decline_postponement
from domain.requests.commands.relating import choose_parent, link, merge, unlink
from domain.requests.commands.solutions import agree, decline, diagnose, propose
from domain.requests.commands.splitting import split
from domain.requests.commands.tiers import raise_tier, return_tier
from domain.requests.commands.timing import follow_word, keep_time, review_by_new_handbook, review_next
from domain.requests.commands.visit_keeping import hand_on_visits_of_leaver, move_visits, visit_due
from domain.requests.commands.visit_planning import cancel_visit, cancel_visits, plan_visit, reschedule_visit
from domain.requests.commands.visiting import (
    attach_to_visit,
    check_in,
    detach_from_visit,
    finish_visit,
    miss_visit,
    report_visit,
    set_out,
    sign_visit,
)

__all__ = [
    "add_part",
    "agree",
    "agree_to_postpone",
    "ask_for_help",
    "ask_in_portal",
    "ask_to_postpone",
    "assign",
    "assign_part",
    "attach",
    "attach_received",
    "attach_to_message",
    "attach_to_visit",
    "cancel",
    "cancel_visit",
    "cancel_visits",
    "change_answer",
    "change_problem",
    "check_in",
    "choose_parent",
    "close",
    "comment",
    "confirm",
    "confirm_by_itself",
    "decline",
    "decline_postponement",
    "detach",
    "detach_from_visit",
    "diagnose",
    "end_asking",
    "end_help",
    "end_hold",
    "file_under_problem",
    "finish_action",
    "finish_part",
    "finish_visit",
    "follow_approval",
    "follow_refusal",
    "follow_word",
    "hand_back",
    "hand_on_visits_of_leaver",
    "hand_over",
    "keep_survey_score",
    "keep_time",
    "keep_word",
    "link",
    "make_answer",
    "merge",
    "miss_visit",
    "move_visits",
    "open_problem",
    "part_due",
    "plan_action",
    "plan_visit",
    "propose",
    "put_on_hold",
    "raise_tier",
    "rate_again",
    "remind_of_action",
    "reopen",
    "reply_in_portal",
    "report_fault",
    "report_visit",
    "reschedule_visit",
    "resolve",
    "resume",
    "return_tier",
    "review_by_new_handbook",
    "review_next",
    "review_next_resolved",
    "review_resolved",
    "set_out",
    "sign_visit",
    "solve_problem",
    "split",
    "start",
    "submit",
    "triage",
    "unlink",
    "visit_due",
    "visitor",
    "withdraw_part",
]
