"""A small company for the tests of approvals: a boss, a department with a head, an HR post, an engineer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from domain.approvals.commands import open_approval
from domain.approvals.models import Approval, ApprovalTask
from domain.approvals.rules.states import TaskState
from domain.consequences import settle
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import commands as organisation
from domain.policies import queries as policies
from domain.policies.rules.kinds import ApprovalChain
from tenancy.actor import Actor, ActorKind
from tenancy.database import writing
from tenancy.members import Member, MemberRole, Role
from tenancy.work import Work
from tests.domain.policies.handbooks import OFFICE_HOURS, in_force


@dataclass(frozen=True)
class Company:
    """Who is there; `engineer` asks, `head` heads their department, `boss` is everybody's superior."""

    admin: Actor
    boss: Actor
    head: Actor
    hr: Actor
    engineer: Actor
    colleague: Actor
    department_id: UUID


async def founded(admin: Actor) -> Company:
    """The company, engaged and in its departments."""
    async with writing(admin, settle=settle) as work:
        root = await organisation.create_department(work, name="Company")
        support = await organisation.create_department(work, name="Support", parent_id=root.id)
        posts = {name: (await organisation.create_post(work, name=name)).id for name in ("Director", "HR", "Engineer")}
        boss = await _engage(work, admin, root.id, posts["Director"], None)
        head = await _engage(work, admin, support.id, posts["Engineer"], boss)
        hr = await _engage(work, admin, root.id, posts["HR"], boss)
        engineer = await _engage(work, admin, support.id, posts["Engineer"], head)
        colleague = await _engage(work, admin, support.id, posts["Engineer"], head)
        await organisation.appoint_head(work, department_id=support.id, staff_id=head.id)
    return Company(admin, boss, head, hr, engineer, colleague, support.id)


async def _engage(work: Work, admin: Actor, department_id: UUID, post_id: UUID, superior: Actor | None) -> Actor:
    member = work.add(Member(name="Somebody", email=f"{uuid4().hex}@example.com", language="en"))
    role = work.add(Role(name=f"approver {uuid4().hex}", permissions=[Permission.APPROVALS_DECIDE]))
    work.add(MemberRole(member_id=member.id, role_id=role.id))
    await organisation.engage(
        work,
        member_id=member.id,
        department_id=department_id,
        post_id=post_id,
        superior_id=superior.id if superior else None,
        hired_on=date(2025, 1, 6),
    )
    return Actor(
        tenant_id=admin.tenant_id,
        kind=ActorKind.MEMBER,
        id=member.id,
        permissions=frozenset({Permission.APPROVALS_DECIDE}),
    )


def entry(by: str, **more: Any) -> dict[str, Any]:
    """One approver of a step."""
    return {"by": by, **more}


HEAD, BOSS, HR = entry("department_head"), entry("superior", level=2), entry("post", value="HR")


def step(*approvers: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """One step of a chain."""
    return {"name": {"en": "Step"}, "approvers": list(approvers), **more}


async def lay_down(admin: Actor, *steps: Mapping[str, Any], **more: Any) -> UUID:
    """Put a handbook in force whose clause 5.1 is the chain for resignations."""
    chain = {"subject_kind": "resignations", "steps": list(steps), **more}
    return await in_force(admin, ("1.1", "business_calendar", OFFICE_HOURS), ("5.1", "approval_chain", chain))


async def ask(actor: Actor, subject_id: UUID | None = None, **facts: Any) -> Approval:
    """The actor asks, by the chain in force."""
    async with writing(actor, settle=settle) as work:
        assert actor.id is not None
        return await open_approval(
            work,
            subject=Subject(SubjectKind.RESIGNATION, subject_id or uuid4()),
            chain=await policies.rule(work, ApprovalChain, topic="resignations"),
            requester_id=actor.id,
            facts=facts,
        )


async def course(admin: Actor, approval_id: UUID) -> tuple[Approval, list[ApprovalTask]]:
    """An approval as it stands now, with its seats."""
    async with writing(admin, settle=settle) as work:
        seats = await work.all(
            select(ApprovalTask).where(ApprovalTask.approval_id == approval_id).order_by(ApprovalTask.id)
        )
        return await work.get(Approval, approval_id), seats


async def waiting(admin: Actor, approval_id: UUID) -> dict[UUID | None, UUID]:
    """The seats that wait, by who sits there."""
    _, seats = await course(admin, approval_id)
    return {seat.assignee_id: seat.id for seat in seats if seat.state is TaskState.WAITING}
