"""The part of the root of changing that is about what comes before a quotation."""

import strawberry

from api.results import mutation
from api.schema.presales import demands, evaluations
from api.schema.presales import inquiry_mutations as inquiries
from api.schema.presales import solution_mutations as solutions
from api.schema.presales.demands import TechnologyDemand
from api.schema.presales.evaluations import InquiryEvaluation
from api.schema.presales.inquiries import RequirementsDocument
from api.schema.presales.library import LibraryMutation
from api.schema.presales.solutions import Solution


@strawberry.type(description="What can be changed about requirements, evaluations, technology demands and solutions.")
class PresalesMutation(LibraryMutation):
    """Evaluations, technology demands and solutions."""

    draft_inquiry_evaluation = mutation(evaluations.draft_inquiry_evaluation, evaluation=InquiryEvaluation)
    change_inquiry_evaluation = mutation(evaluations.change_inquiry_evaluation, evaluation=InquiryEvaluation)
    submit_inquiry_evaluation = mutation(evaluations.submit_inquiry_evaluation, evaluation=InquiryEvaluation)
    raise_technology_demand = mutation(demands.raise_technology_demand, demand=TechnologyDemand)
    evaluate_technology_demand = mutation(demands.evaluate_technology_demand, demand=TechnologyDemand)
    break_down_technology_demand = mutation(demands.break_down_technology_demand, demand=TechnologyDemand)
    submit_technology_demand = mutation(demands.submit_technology_demand, demand=TechnologyDemand)
    refuse_technology_demand = mutation(demands.refuse_technology_demand, demand=TechnologyDemand)
    hand_on_technology_demand = mutation(demands.hand_on_technology_demand, demand=TechnologyDemand)
    send_requirements = mutation(inquiries.send_requirements, requirements=RequirementsDocument)
    draft_solution = mutation(solutions.draft_solution, solution=Solution)
    change_solution = mutation(solutions.change_solution, solution=Solution)
    submit_solution = mutation(solutions.submit_solution, solution=Solution)
    send_solution = mutation(solutions.send_solution, solution=Solution)
    record_solution_answer = mutation(solutions.record_solution_answer, solution=Solution)
    withdraw_solution = mutation(solutions.withdraw_solution, solution=Solution)
    revise_solution = mutation(solutions.revise_solution, solution=Solution)
