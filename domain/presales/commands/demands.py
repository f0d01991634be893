"""Technology demands: raising, evaluating, breaking down, review by the chain, handing on or refusing them (PS-6).

Locks are taken in one order: what waits for approval, then the demand.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.approvals import commands as approvals
from domain.approvals import queries as approvals_seen
from domain.approvals.events import ApprovalGranted, ApprovalRefused, ApprovalReturned, ApprovalWithdrawn
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.kernel.texts import one_line
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain
from domain.policies.rules.scopes import Case
from domain.presales.events import (
    DemandAccepted,
    DemandBrokenDown,
    DemandEvaluated,
    DemandHandedOn,
    DemandRaised,
    DemandRefused,
    DemandReturned,
    DemandSubmitted,
)
from domain.presales.models import TechnologyDemand, TechnologyDemandPart
from domain.presales.queries import demands as queries
from domain.presales.queries import inquiries
from domain.presales.rules import demands as rules
from domain.presales.rules.demands import DEMANDS, DemandMove, DemandObstacle, DemandState, Task
from tenancy.numbers import next_number
from tenancy.work import Work

NUMBERS = "technology_demands"
Outcome = ApprovalGranted | ApprovalRefused | ApprovalReturned | ApprovalWithdrawn


@command(needs=Permission.PRESALES_QUOTE)
async def raise_demand(work: Work, *, title: str, content: str, inquiry_id: UUID | None = None) -> TechnologyDemand:
    """Write down what technology is asked for and not there yet, for an inquiry or of one's own accord."""
    if inquiry_id is not None:
        await inquiries.get(work, inquiry_id, "inquiryId")
    author = await organisation.find_staff(work, work.actor.id) if work.actor.is_member else None
    demand = TechnologyDemand(
        number="",
        inquiry_id=inquiry_id,
        department_id=author.department_id if author is not None else None,
        title=one_line(title, rules.MAX_TITLE, "title"),
        content=rules.cleaned(content, "content"),
        raised_at=work.now,
        raised_by_id=work.actor.id if work.actor.is_member else None,
    )
    demand.number = f"TEC-{await next_number(work, NUMBERS):06}"
    work.add(demand)
    work.record(DemandRaised(demand_id=demand.id), about=demand)
    return demand


@command(needs=Permission.PRESALES_QUOTE)
async def evaluate_demand(work: Work, *, demand_id: UUID, assessment: str, effort_days: int) -> TechnologyDemand:
    """Say what it would take and what it is good for; said again, it replaces what was said."""
    demand = await queries.get(work, demand_id, "demandId", lock=True)
    demand.state = DEMANDS.next(demand.state, DemandMove.EVALUATE)
    rules.check_effort(effort_days, "effortDays")
    demand.assessment, demand.effort_days = rules.cleaned(assessment, "assessment"), effort_days
    work.record(DemandEvaluated(demand_id=demand.id), about=demand)
    return demand


@command(needs=Permission.PRESALES_QUOTE)
async def break_down_demand(work: Work, *, demand_id: UUID, parts: Sequence[Task]) -> TechnologyDemand:
    """Say of which parts it consists; this replaces those that it had."""
    demand = await queries.get(work, demand_id, "demandId", lock=True)
    demand.state = DEMANDS.next(demand.state, DemandMove.BREAK_DOWN)
    found = rules.tasks(parts)
    for row in await queries.parts_of(work, demand):
        work.delete(row)
    await work.flush()
    for position, each in enumerate(found, start=1):
        work.add(
            TechnologyDemandPart(demand_id=demand.id, position=position, title=each.title, effort_days=each.effort_days)
        )
    work.record(DemandBrokenDown(demand_id=demand.id, parts=len(found)), about=demand)
    return demand


@command(needs=Permission.PRESALES_QUOTE)
async def submit_demand(work: Work, *, demand_id: UUID) -> TechnologyDemand:
    """Have it reviewed by the chain for technology demands; where the handbook has none, it is accepted at once."""
    demand = await queries.get(work, demand_id, "demandId", lock=True)
    demand.state = DEMANDS.next(demand.state, DemandMove.SUBMIT)
    work.record(DemandSubmitted(demand_id=demand.id), about=demand)
    scope = Case(department_id=demand.department_id)
    chain = await policies.find_rule(work, ApprovalChain, scope=scope, topic=chain_topic(SubjectKind.DEMAND))
    if chain is None:
        _accept(work, demand)
    else:
        await _ask(work, demand, chain)
    return demand


@command(needs=Permission.PRESALES_QUOTE)
async def refuse_demand(work: Work, *, demand_id: UUID, reason: str) -> TechnologyDemand:
    """Say that it will not be done, and why; what waits for approval is void."""
    await queries.get(work, demand_id, "demandId")
    subject = Subject(SubjectKind.DEMAND, demand_id)
    await approvals.lock_with_subject(work, subject=subject)
    demand = await queries.get(work, demand_id, "demandId", lock=True)
    demand.state = DEMANDS.next(demand.state, DemandMove.REFUSE)
    demand.reason, demand.closed_at = rules.cleaned(reason, "reason"), work.now
    await approvals.end_with_subject(work, subject=subject)
    work.record(DemandRefused(demand_id=demand.id), about=demand)
    return demand


@command(needs=Permission.PRESALES_QUOTE)
async def hand_on_demand(work: Work, *, demand_id: UUID, project: str) -> TechnologyDemand:
    """Say which project it became. Refuses with NO_PARTS what was not broken down."""
    demand = await queries.get(work, demand_id, "demandId", lock=True)
    state = DEMANDS.next(demand.state, DemandMove.HAND_ON)
    if not await queries.parts_of(work, demand):
        raise rules.refusal(DemandObstacle.NO_PARTS, DemandMove.HAND_ON, demand.state)
    demand.state, demand.closed_at = state, work.now
    demand.project = one_line(project, rules.MAX_TITLE, "project")
    work.record(DemandHandedOn(demand_id=demand.id), about=demand)
    return demand


async def follow_demand_approval(work: Work, event: ApprovalGranted) -> None:
    """What was approved is accepted, if it says what was approved."""
    demand = await _awaited(work, event)
    if demand is None:
        return
    approval = await approvals_seen.get(work, event.approval_id)
    if approval.facts.get("content") != _digest(demand):
        _give_back(work, demand)
        return
    _accept(work, demand)


async def follow_demand_refusal(work: Work, event: ApprovalRefused) -> None:
    """What the chain refuses is refused; why, its approval says."""
    demand = await _awaited(work, event)
    if demand is not None:
        demand.state, demand.closed_at = DEMANDS.next(demand.state, DemandMove.REFUSE), work.now
        work.record(DemandRefused(demand_id=demand.id), about=demand)


async def follow_demand_return(work: Work, event: ApprovalReturned | ApprovalWithdrawn) -> None:
    """What is returned or taken back is evaluated anew."""
    demand = await _awaited(work, event)
    if demand is not None:
        _give_back(work, demand)


async def _ask(work: Work, demand: TechnologyDemand, chain: Ruling[ApprovalChain]) -> None:
    requester_id = approvals_seen.requester(work, chain, "demandId")
    approval = await approvals.open_approval(
        work,
        subject=Subject(SubjectKind.DEMAND, demand.id),
        chain=chain,
        requester_id=requester_id,
        own_of=[demand.raised_by_id] if demand.raised_by_id else [],
        facts={
            "demand_number": demand.number,
            "department_id": demand.department_id,
            "effort_days": demand.effort_days,
            "reason": demand.assessment,
            "content": _digest(demand),
        },
    )
    demand.approval_id = approval.id


def _digest(demand: TechnologyDemand) -> str:
    return rules.content_digest(demand.title, demand.content, demand.assessment, demand.effort_days)


def _accept(work: Work, demand: TechnologyDemand) -> None:
    demand.state = DEMANDS.next(demand.state, DemandMove.ACCEPT)
    work.record(DemandAccepted(demand_id=demand.id), about=demand)


def _give_back(work: Work, demand: TechnologyDemand) -> None:
    demand.state = DEMANDS.next(demand.state, DemandMove.RETURN)
    work.record(DemandReturned(demand_id=demand.id), about=demand)


async def _awaited(work: Work, event: Outcome) -> TechnologyDemand | None:
    """The demand that an outcome is about, locked; None for other subjects, and for one that is not in review."""
    if event.subject_kind != SubjectKind.DEMAND.value:
        return None
    demand = await work.get(TechnologyDemand, event.subject_id, lock=True)
    if demand.state is not DemandState.IN_REVIEW or demand.approval_id != event.approval_id:
        return None
    return demand
