"""Deciding what others ask for."""

from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from domain.approvals import commands
from domain.approvals.models import Approval
from tenancy.work import Work


@strawberry.input(description="A decision in a seat of yours.")
class DecideInput:
    """A decision in a seat of yours."""

    task_id: UUID = given("The seat.")
    comment: str = optional("Why; needed to reject or return.", default="")


async def approve(work: Work, input: DecideInput) -> Approval:
    """Approve from a seat of yours. Sent twice, it counts once."""
    return await commands.approve(work, task_id=input.task_id, comment=input.comment)


async def reject(work: Work, input: DecideInput) -> Approval:
    """Reject from a seat of yours; say why."""
    return await commands.reject(work, task_id=input.task_id, comment=input.comment)


async def return_to_requester(work: Work, input: DecideInput) -> Approval:
    """Send it back to the requester to be changed; say what."""
    return await commands.return_to_requester(work, task_id=input.task_id, comment=input.comment)


@strawberry.input(description="Who decides in a seat from now on.")
class PassOnInput:
    """Who decides in a seat from now on."""

    task_id: UUID = given("The seat.")
    to_id: UUID = given("The member who decides there from now on.")
    comment: str = optional("Why.", default="")


async def transfer(work: Work, input: PassOnInput) -> Approval:
    """Pass a seat of yours on to somebody else."""
    return await commands.transfer(work, task_id=input.task_id, to_id=input.to_id, comment=input.comment)


async def reassign(work: Work, input: PassOnInput) -> Approval:
    """Give a stuck or vacant seat to somebody, as an administrator of approvals."""
    return await commands.reassign(work, task_id=input.task_id, to_id=input.to_id, comment=input.comment)


@strawberry.input(description="Something that you asked for.")
class WithdrawInput:
    """Something that you asked for."""

    approval_id: UUID = given("The approval.")


async def withdraw_approval(work: Work, input: WithdrawInput) -> Approval:
    """Take back what you asked for."""
    return await commands.withdraw(work, approval_id=input.approval_id)
