"""Writing on faults, and on what is done so that they don't come again."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from domain.requests import commands
from domain.requests.models import FaultReport, PostmortemAction, Problem, ServiceRequest
from tenancy.work import Work


@strawberry.input(description="What is known of the fault behind a request. Each text has at most 20,000 characters.")
class ReportFaultInput:
    """What is known of the fault behind a request."""

    request_id: UUID = given("The request; you have it, or you assign requests.")
    began_at: datetime = given("When the fault began.")
    symptoms: str = given("What was seen of it.")
    cause: str = given("What it came of.")
    remedy: str = given("What has helped.")
    prevention: str = given("What keeps it from coming again.")
    ended_at: datetime | None = optional("When it was over, once that is known.")


async def report_fault(work: Work, input: ReportFaultInput) -> FaultReport:
    """Write the report on the fault behind a request, or write it anew; until the request is closed. By the handbook's
    clause on its course a request may need one before it is closed."""
    return await commands.report_fault(
        work,
        request_id=input.request_id,
        began_at=input.began_at,
        ended_at=input.ended_at,
        symptoms=input.symptoms,
        cause=input.cause,
        remedy=input.remedy,
        prevention=input.prevention,
    )


@strawberry.input(description="What is to be done so that a fault does not come again.")
class PlanActionInput:
    """What is to be done so that a fault does not come again."""

    request_id: UUID = given("The request with the report on the fault; you have it, or you assign requests.")
    task: str = given("What is to be done, in at most 20,000 characters.")
    responsible_id: UUID = given("Who of the staff is responsible.")
    due_on: date = given("Until which day, from today to a year ahead.")


async def plan_action(work: Work, input: PlanActionInput) -> PostmortemAction:
    """Say what somebody is to do until a day after a fault; they are told, and reminded."""
    return await commands.plan_action(
        work,
        request_id=input.request_id,
        task=input.task,
        responsible_id=input.responsible_id,
        due_on=input.due_on,
    )


@strawberry.input(description="An action that is done.")
class FinishActionInput:
    """An action that is done."""

    action_id: UUID = given("The action; you are responsible for it, or you assign requests.")
    result: str = given("What came of it, in at most 20,000 characters.")


async def finish_action(work: Work, input: FinishActionInput) -> PostmortemAction:
    """Say that an action is done, and what came of it."""
    return await commands.finish_action(work, action_id=input.action_id, result=input.result)


@strawberry.input(description="A fault that comes again and again.")
class OpenProblemInput:
    """A fault that comes again and again."""

    title: str = given("What it is about, in a line of at most 200 characters.")
    cause: str = optional("What is known of the cause.", default="")
    workaround: str = optional("How one gets along meanwhile.", default="")


async def open_problem(work: Work, input: OpenProblemInput) -> Problem:
    """Take up a fault that comes again and again; file its requests under it."""
    return await commands.open_problem(work, title=input.title, cause=input.cause, workaround=input.workaround)


@strawberry.input(description="What is known of a recurring fault by now.")
class ChangeProblemInput:
    """What is known of a recurring fault by now."""

    problem_id: UUID = given("The problem, which is not solved yet.")
    cause: str | None = optional("What is known of the cause; as it was without it.")
    workaround: str | None = optional("How one gets along meanwhile; as it was without it.")


async def change_problem(work: Work, input: ChangeProblemInput) -> Problem:
    """Write down what is known of a recurring fault by now."""
    return await commands.change_problem(
        work, problem_id=input.problem_id, cause=input.cause, workaround=input.workaround
    )


@strawberry.input(description="A recurring fault whose cause is removed.")
class SolveProblemInput:
    """A recurring fault whose cause is removed."""

    problem_id: UUID = given("The problem.")
    cause: str = given("What it came of.")
    remedy: str = given("What has removed it.")


async def solve_problem(work: Work, input: SolveProblemInput) -> Problem:
    """Say what was the cause of a recurring fault and what has removed it. A later request that is filed under it opens
    it again."""
    return await commands.solve_problem(work, problem_id=input.problem_id, cause=input.cause, remedy=input.remedy)


@strawberry.input(description="Of which recurring fault a request is a case.")
class FileUnderProblemInput:
    """Of which recurring fault a request is a case."""

    request_id: UUID = given("The request; you have it, or you assign requests.")
    problem_id: UUID | None = optional("The problem; none for none.")


async def file_under_problem(work: Work, input: FileUnderProblemInput) -> ServiceRequest:
    """Say of which recurring fault a request is a case, or that it is of none."""
    return await commands.file_under_problem(work, request_id=input.request_id, problem_id=input.problem_id)
