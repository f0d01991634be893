"""Changing what comes before a contract: inquiries, and quotations from the draft to the customer's answer."""

from domain.presales.commands.answering import answer_by_link, expire_quotation, record_answer
from domain.presales.commands.approving import follow_approval, follow_refusal, follow_return, follow_withdrawal
from domain.presales.commands.demands import (
    break_down_demand,
    evaluate_demand,
    follow_demand_approval,
    follow_demand_refusal,
    follow_demand_return,
    hand_on_demand,
    raise_demand,
    refuse_demand,
    submit_demand,
)
from domain.presales.commands.evaluations import (
    change_evaluation,
    draft_evaluation,
    follow_evaluation_approval,
    follow_evaluation_refusal,
    follow_evaluation_return,
    submit_evaluation,
)
from domain.presales.commands.inquiries import (
    assign_inquiry,
    breach_inquiry,
    note_contact,
    qualify_inquiry,
    refuse_inquiry,
    register_inquiry,
)
from domain.presales.commands.library import keep_material, retire_material, revise_material, use_material
from domain.presales.commands.quotations import change_quotation, draft_quotation, revise_quotation
from domain.presales.commands.requirements import (
    change_requirements,
    confirm_requirements,
    draft_requirements,
    record_need,
    revise_requirements,
)
from domain.presales.commands.sending import send_quotation, submit_quotation, withdraw_quotation
from domain.presales.commands.solution_reviews import (
    follow_solution_approval,
    follow_solution_return,
    follow_solution_withdrawal,
    submit_solution,
)
from domain.presales.commands.solutions import (
    answer_solution_by_link,
    change_solution,
    draft_solution,
    record_solution_answer,
    revise_solution,
    send_solution,
    withdraw_solution,
)

__all__ = [
    "answer_by_link",
    "answer_solution_by_link",
    "assign_inquiry",
    "breach_inquiry",
    "break_down_demand",
    "change_evaluation",
    "change_quotation",
    "change_requirements",
    "change_solution",
    "confirm_requirements",
    "draft_evaluation",
    "draft_quotation",
    "draft_requirements",
    "draft_solution",
    "evaluate_demand",
    "expire_quotation",
    "follow_approval",
    "follow_demand_approval",
    "follow_demand_refusal",
    "follow_demand_return",
    "follow_evaluation_approval",
    "follow_evaluation_refusal",
    "follow_evaluation_return",
    "follow_refusal",
    "follow_return",
    "follow_solution_approval",
    "follow_solution_return",
    "follow_solution_withdrawal",
    "follow_withdrawal",
    "hand_on_demand",
    "keep_material",
    "note_contact",
    "qualify_inquiry",
    "raise_demand",
    "record_answer",
    "record_need",
    "record_solution_answer",
    "refuse_demand",
    "refuse_inquiry",
    "register_inquiry",
    "retire_material",
    "revise_material",
    "revise_quotation",
    "revise_requirements",
    "revise_solution",
    "send_quotation",
    "send_solution",
    "submit_demand",
    "submit_evaluation",
    "submit_quotation",
    "submit_solution",
    "use_material",
    "withdraw_quotation",
    "withdraw_solution",
]
