"""Writing solutions, having them reviewed, sending them, and recording what the customer says."""

from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from domain.kernel.amounts import read_currency, read_money
from domain.presales import commands, models
from domain.presales.rules.solutions import Proposal
from tenancy.work import Work


@strawberry.input(description="What a solution says.")
class SolutionProposalInput:
    """What a solution says."""

    title: str = given("What it is about; at most 200 characters.")
    functions: str = given("What it will do.")
    budget: str = given("What it costs, as decimal text in the currency; 0 or more.")
    currency: str = given("The currency of the budget, by its code of ISO 4217, such as CNY.")
    architecture: str = optional("How it is built.", default="")
    plan: str = optional("How it is carried out, and by when.", default="")
    expected_effect: str = optional("What the customer gains by it.", default="")

    def proposal(self) -> Proposal:
        """The proposal as the command takes it."""
        return Proposal(
            title=self.title,
            functions=self.functions,
            architecture=self.architecture,
            plan=self.plan,
            expected_effect=self.expected_effect,
            budget=read_money(self.budget, read_currency(self.currency), ("budget",)),
        )


@strawberry.input(description="A new solution.")
class DraftSolutionInput:
    """A new solution."""

    inquiry_id: UUID = given("An inquiry that was contacted or qualified, without a solution.")
    proposal: SolutionProposalInput = given("What it says.")


async def draft_solution(work: Work, input: DraftSolutionInput) -> models.Solution:
    """Write the first version of how what an inquiry asks for is to be done. Needs `presales.quote`, as all that is
    done with solutions. Then submitSolution, then sendSolution."""
    return await commands.draft_solution(work, inquiry_id=input.inquiry_id, proposal=input.proposal.proposal())


@strawberry.input(description="What a draft of a solution says from now on.")
class ChangeSolutionInput:
    """What a draft of a solution says from now on."""

    solution_id: UUID = given("The draft.")
    proposal: SolutionProposalInput = given("What it says; this replaces all that it said.")


async def change_solution(work: Work, input: ChangeSolutionInput) -> models.Solution:
    """Write a draft of a solution anew."""
    return await commands.change_solution(work, solution_id=input.solution_id, proposal=input.proposal.proposal())


@strawberry.input(description="A solution to be reviewed.")
class SubmitSolutionInput:
    """A solution to be reviewed."""

    solution_id: UUID = given("The draft.")


async def submit_solution(work: Work, input: SubmitSolutionInput) -> models.Solution:
    """Have a draft reviewed by the approval chain for `solutions`, in which a step with the mode `per_group` lets sales
    and research agree side by side. Where it is major or complex by the clause `expert_review`, experts of its panel
    review it at the end; a budget in another currency than the clause's counts as major. Where neither is asked for it
    is APPROVED at once; returned or refused, it is RETURNED with the findings, and reviseSolution makes a new version.
    Refuses, naming the clause, with NO_PANEL and TOO_FEW_EXPERTS."""
    return await commands.submit_solution(work, solution_id=input.solution_id)


@strawberry.input(description="A solution to be sent.")
class SendSolutionInput:
    """A solution to be sent."""

    solution_id: UUID = given("An approved solution.")
    contact_id: UUID | None = optional("The customer's person who gets the link; the inquiry's unless told.")


async def send_solution(work: Work, input: SendSolutionInput) -> models.Solution:
    """Send an approved solution to the customer by mail, with a link that shows it without an account and takes one
    answer: confirmed, or what should be different."""
    return await commands.send_solution(work, solution_id=input.solution_id, contact_id=input.contact_id)


@strawberry.input(description="What a customer says to a solution.")
class RecordSolutionAnswerInput:
    """What a customer says to a solution."""

    solution_id: UUID = given("A solution that was sent and not answered.")
    confirmed: bool = given("Whether it is confirmed; otherwise the customer wants changes.")
    answered_by: str = given("Who answered for the customer.")
    comment: str = optional("What was said with it; needed where changes are wanted.", default="")


async def record_solution_answer(work: Work, input: RecordSolutionAnswerInput) -> models.Solution:
    """Record an answer that did not come by the link, such as in a meeting; the link takes none any more."""
    return await commands.record_solution_answer(
        work,
        solution_id=input.solution_id,
        confirmed=input.confirmed,
        answered_by=input.answered_by,
        comment=input.comment,
    )


@strawberry.input(description="A solution to take back.")
class WithdrawSolutionInput:
    """A solution to take back."""

    solution_id: UUID = given("A solution that the customer has not answered.")


async def withdraw_solution(work: Work, input: WithdrawSolutionInput) -> models.Solution:
    """Take a solution back: what waits for approval is void, and its link opens nothing."""
    return await commands.withdraw_solution(work, solution_id=input.solution_id)


@strawberry.input(description="A solution to be written anew.")
class ReviseSolutionInput:
    """A solution to be written anew."""

    solution_id: UUID = given("A solution that is neither a draft nor in review.")
    reason: str = given("Why there is a new version.")


async def revise_solution(work: Work, input: ReviseSolutionInput) -> models.Solution:
    """Begin the next version as a draft that says the same; the former one is SUPERSEDED at once, and its link opens
    nothing any more. Gives the new version."""
    return await commands.revise_solution(work, solution_id=input.solution_id, reason=input.reason)
