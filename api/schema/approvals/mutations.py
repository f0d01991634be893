"""Deciding what others ask for."""

from datetime import datetime
from types import SimpleNamespace
from uuid import UUID

import strawberry

from api.reading.mapping import part
from api.results import UserError
from api.schema import bulk
from api.schema.inputs import given, optional
from domain.approvals import commands
from domain.approvals.models import Approval, ApprovalDelegation
from tenancy.actor import Actor
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


@strawberry.input(description="What is sent back to an earlier step.")
class ReturnToStepInput:
    """What is sent back to an earlier step."""

    task_id: UUID = given("A seat of yours.")
    step: int = given("The earlier step's place in the chain, from 0; of branches, the first step of all of them.")
    comment: str = given("Why.")


async def return_to_step(work: Work, input: ReturnToStepInput) -> Approval:
    """Send it back to an earlier step, where it is decided anew; the time of each step begins anew."""
    return await commands.return_to_step(work, task_id=input.task_id, step=input.step, comment=input.comment)


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
    """Pass a seat of yours on to somebody else; where the step allows it, also that of somebody away whom you stand in
    for."""
    return await commands.transfer(work, task_id=input.task_id, to_id=input.to_id, comment=input.comment)


async def reassign(work: Work, input: PassOnInput) -> Approval:
    """Give a seat to somebody, as an administrator of approvals: a vacant one, or anybody's from which nothing was
    decided yet, stuck or not; who had it loses it, and the timeline says so. Not in a request or matter of your own."""
    return await commands.reassign(work, task_id=input.task_id, to_id=input.to_id, comment=input.comment)


@strawberry.input(description="A step of which can't be judged whether it is taken, and your decision.")
class GoOnWithApprovalInput:
    """A step of which can't be judged whether it is taken, and your decision."""

    task_id: UUID = given("The vacant seat whose seatReason is CONDITION_FAILED.")
    take: bool = given("Whether the step is taken; otherwise it is passed over.")
    comment: str = given("Why; it stands in the timeline.")


async def go_on_with_approval(work: Work, input: GoOnWithApprovalInput) -> Approval:
    """Say, as an administrator of approvals, whether a step is taken whose condition can't be judged. SEAT_ENDED
    says that the case stands at another seat since."""
    return await commands.go_on(work, task_id=input.task_id, take=input.take, comment=input.comment)


@strawberry.input(description="A case that has stopped.")
class ResolveApprovalAgainInput:
    """A case that has stopped."""

    approval_id: UUID = given("The approval, in which a seat is vacant.")
    comment: str = given("Why; it stands in the timeline.")


async def resolve_approval_again(work: Work, input: ResolveApprovalAgainInput) -> Approval:
    """Let a case that has stopped go by the chain of the handbook in force, from its first step, as an administrator of
    approvals. What was decided before stays in its course and counts no more."""
    return await commands.resolve_again(work, approval_id=input.approval_id, comment=input.comment)


@strawberry.input(description="Whom you ask to decide beside you.")
class AddApproverInput:
    """Whom you ask to decide beside you."""

    task_id: UUID = given("A seat of yours.")
    to_id: UUID = given("The member who decides too.")
    before: bool = given("Whether they decide before you, so that you wait for them, or after you have approved.")
    comment: str = optional("Why.", default="")


async def add_approver(work: Work, input: AddApproverInput) -> Approval:
    """Ask somebody to decide beside you. Your seat approves when both of you do."""
    return await commands.add_approver(
        work, task_id=input.task_id, to_id=input.to_id, before=input.before, comment=input.comment
    )


@strawberry.input(description="Several seats of yours that are approved in one go.")
class ApproveAllInput:
    """Several seats of yours that are approved in one go."""

    task_ids: list[UUID] = given("The seats, at most 100.")
    comment: str = optional("What you say to each of them.", default="")


@part
class ApprovalOutcome:
    """What became of one of several."""

    task_id: UUID = strawberry.field(description="The seat.")
    approved: bool = strawberry.field(description="Whether it is approved now.")
    errors: list[UserError] = strawberry.field(description="Why it is not; empty when it is.")


async def approve_all(actor: Actor, input: ApproveAllInput) -> list[SimpleNamespace]:
    """Approve several seats of yours in one go, where their steps allow it. Each has its own outcome, in the order
    of the seats: one that is refused keeps none of the others back."""

    async def approve_one(work: Work, task_id: UUID) -> None:
        await commands.approve(work, task_id=task_id, comment=input.comment, in_bulk=True)

    done = await bulk.each(actor, input.task_ids, approve_one, "taskIds")
    return [SimpleNamespace(task_id=one.id, approved=not one.errors, errors=one.errors) for one in done]


@strawberry.input(description="Who decides for you while you are away.")
class DelegateApprovalsInput:
    """Who decides for you while you are away."""

    to_id: UUID = given("The member who decides for you.")
    starts_at: datetime = given("From when on.")
    ends_at: datetime = given("The instant at which it ends by itself.")
    reason: str = optional("Why; both of you see it.", default="")


async def delegate_approvals(work: Work, input: DelegateApprovalsInput) -> ApprovalDelegation:
    """Let somebody decide in your seats while you are away; what they decide is recorded as decided instead of you."""
    return await commands.delegate(
        work, to_id=input.to_id, starts_at=input.starts_at, ends_at=input.ends_at, reason=input.reason
    )


@strawberry.input(description="A delegation that ends now.")
class EndDelegationInput:
    """A delegation that ends now."""

    delegation_id: UUID = given("The delegation.")


async def end_delegation(work: Work, input: EndDelegationInput) -> ApprovalDelegation:
    """End a delegation of yours, or one to you, before its time."""
    return await commands.end_delegation(work, delegation_id=input.delegation_id)


@strawberry.input(description="Something that you asked for.")
class UrgeInput:
    """Something that you asked for."""

    approval_id: UUID = given("The approval.")


async def urge_approval(work: Work, input: UrgeInput) -> Approval:
    """Ask those who are to decide for haste, as often as the chain allows. NOBODY_TO_URGE says that only vacant seats
    wait."""
    return await commands.urge(work, approval_id=input.approval_id)


@strawberry.input(description="What you say about an approval.")
class CommentApprovalInput:
    """What you say about an approval."""

    approval_id: UUID = given("The approval.")
    comment: str = given("What you say; it stands in the timeline.")


async def comment_approval(work: Work, input: CommentApprovalInput) -> Approval:
    """Say something about an approval without deciding."""
    return await commands.comment(work, approval_id=input.approval_id, comment=input.comment)


@strawberry.input(description="Something that you, or with approvals.administer anybody, asked for.")
class WithdrawInput:
    """Something that you, or with approvals.administer anybody, asked for."""

    approval_id: UUID = given("The approval.")


async def withdraw_approval(work: Work, input: WithdrawInput) -> Approval:
    """Take back what you asked for; with the permission approvals.administer, what anybody did. Nothing more is decided
    about it, and its subject goes back to where its module says: a letter of resignation is taken back with it, a
    contract or a version of the handbook is a draft again, an invoice stays as it is."""
    return await commands.withdraw(work, approval_id=input.approval_id)
