"""The path an approval would take: by which clause, through which steps, to whom and until when. Nothing is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.approvals.models import ApprovalDelegation
from domain.approvals.queries.seating import Case, department_of, may_decide, seats_of
from domain.approvals.rules import steps
from domain.approvals.rules.seats import Skipped
from domain.approvals.rules.states import EndReason, SeatReason
from domain.customers import queries as customers
from domain.kernel.subjects import FACTS, FactType, SubjectKind, facts_of, is_never_negative, words_of
from domain.kernel.terms import CustomerTier
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.models import HandbookVersion
from domain.policies.rules.chains import Approver, ApproverKind, Step, chain_topic
from domain.policies.rules.conditions import ConditionFailed
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain, BusinessCalendarClause, ExpertPanel, ExpertReview
from domain.policies.rules.reviewing import with_experts
from domain.policies.rules.scopes import Scope
from tenancy.members import Member
from tenancy.refusals import ClauseReference, Invalid, NotFound, Refusal, message
from tenancy.work import Work


@dataclass(frozen=True)
class ForeseenSeat:
    """Who would sit there, why they, and who decides for them meanwhile."""

    named_by: Approver
    member_id: UUID | None
    reason: SeatReason | None
    delegate_id: UUID | None
    delegated_until: datetime | None
    # The chain's, or that of the panel which names them; none for the last resort, which no clause lays down.
    clause: ClauseReference | None


@dataclass(frozen=True)
class ForeseenStep:
    """A step that would be taken, or why it would be passed over; the last resort stands behind the chain's own."""

    index: int
    step: Step
    # None for a step that is taken, and for one of which it can't be judged.
    passed_over: EndReason | None
    seats: Sequence[ForeseenSeat] = ()
    skipped: Sequence[Skipped] = ()
    # When its time would be up at the latest, if every step before took all of its own.
    due_at: datetime | None = None
    # Whether that lies beyond the last day whose holidays are published.
    is_provisional: bool = False
    # Why it can't be judged whether the step is taken: the case would stop here.
    problem: ConditionFailed | None = None
    # By which its time was reckoned.
    calendar: ClauseReference | None = None


@dataclass(frozen=True)
class Foresight:
    """The whole path, and the clause that lays it down: that of the chain, or of the review where there is no other."""

    ruling: Ruling[ApprovalChain] | Ruling[ExpertReview]
    steps: Sequence[ForeseenStep]


async def foresee(
    work: Work,
    *,
    kind: SubjectKind,
    purpose: str,
    facts: Mapping[str, Any],
    requester_id: UUID,
    at: datetime | None = None,
    version_id: UUID | None = None,
) -> Foresight:
    """The path of an approval asked for at an instant, now without one, by the handbook in force then or by a given
    version, which may be a draft.

    People are those of today, delegations those that hold at the instant. Refuses facts that the subject has
    not, and NO_CLAUSE where the handbook has no chain. What is not given is missing: a step that turns on it has a
    problem.
    """
    _check(kind, purpose, facts)
    await _refuse_strangers(work, facts_of(kind, purpose), facts)
    await work.get(Member, requester_id, "requesterId")
    when = at or work.now
    if version_id is not None:
        await policies.seen(work, version_id, "versionId")
        version: HandbookVersion | None = await policies.version(work, version_id, "versionId")
    else:
        version = await policies.version_in_force(work) if at is None else await policies.version_before(work, when)
    scope = await scope_of(work, requester_id, facts)
    topic = chain_topic(kind, purpose)
    version_id = version.id if version is not None else None
    if version is None and at is not None:
        raise Refusal(message("No handbook is in force at this instant."), path=("at",), code="NO_CLAUSE")
    ruling: Ruling[ApprovalChain] | Ruling[ExpertReview] | None
    ruling = await policies.find_rule(work, ApprovalChain, scope=scope, topic=topic, version_id=version_id)
    chain = ruling.value if ruling is not None else None
    review = await _review(work, kind, facts, scope, version_id)
    if review is not None and review.value.panel is not None:
        ruling = ruling or review
        chain = with_experts(chain, review.value.panel, review.value.least_experts)
    if ruling is None or chain is None:
        # It refuses, since there is none.
        ruling = await policies.rule(work, ApprovalChain, scope=scope, topic=topic, version_id=version_id)
        chain = ruling.value
    case = Case(requester_id, facts, version_id)
    try:
        found = await _path(work, chain, ruling.clause, case, when, scope)
    except Refusal as refusal:
        # A step's time may end where no calendar reaches.
        refusal.path = refusal.path or ("at",)
        raise
    if all(step.passed_over for step in found):
        found.append(await _foreseen(work, len(found), steps.LAST_RESORT, case, when, None))
    return Foresight(ruling, found)


async def _review(
    work: Work, kind: SubjectKind, facts: Mapping[str, Any], scope: Scope, version_id: UUID | None
) -> Ruling[ExpertReview] | None:
    """The clause by which experts review a solution behind its chain, where the facts say that they do."""
    if kind is not SubjectKind.SOLUTION or facts.get("expert_review") is not True:
        return None
    return await policies.find_rule(work, ExpertReview, scope=scope, version_id=version_id)


def _check(kind: SubjectKind, purpose: str, facts: Mapping[str, Any]) -> None:
    declared = facts_of(kind, purpose)
    if not declared:
        purposes = [each for known, each in FACTS if known is kind]
        text = message("Say what for: approvals of this kind are asked for as {purposes}.")
        if not purposes:
            text = message("Nothing asks for approvals of this kind.")
        elif "" in purposes:
            text = message("Approvals of this kind have no such purpose. Leave it out, or choose one of: {purposes}.")
        named = ", ".join(each for each in purposes if each) or "—"
        raise Invalid(text, {"purposes": named}, path=("purpose",) if purposes else ("subjectKind",))
    for name, value in facts.items():
        if name not in declared:
            text = message("The subject has no fact “{name}”. It has: {facts}.")
            raise Invalid(text, {"name": name[:60], "facts": ", ".join(declared) or "—"}, path=("facts", name[:60]))
        if value is not None and not declared[name].admits(value):
            text = message("“{name}” is a {type}.")
            raise Invalid(text, {"name": name, "type": declared[name].value}, path=("facts", name))
        known = words_of(name)
        if value is not None and known is not None and value not in known:
            text = message("“{name}” is one of these: {words}.")
            if name == "currency":
                text = message("“{name}” is a code of ISO 4217, such as CNY.")
            raise Invalid(text, {"name": name, "words": ", ".join(sorted(known))}, path=("facts", name))
        if is_never_negative(name) and isinstance(value, int) and value < 0:
            raise Invalid(message("“{name}” is not less than nothing."), {"name": name}, path=("facts", name))


async def _refuse_strangers(work: Work, declared: Mapping[str, FactType], facts: Mapping[str, Any]) -> None:
    """Refuse with `NotFound` customers, people and departments that the company has not: of them nobody decides."""
    for name, value in facts.items():
        match declared[name] if value is not None else None:
            case FactType.CUSTOMER:
                await customers.get(work, UUID(value), "facts", name)
            case FactType.MEMBER:
                await work.get(Member, UUID(value), "facts", name)
            case FactType.DEPARTMENT:
                await organisation.department(work, UUID(value), "facts", name)


async def scope_of(work: Work, requester_id: UUID, facts: Mapping[str, Any]) -> Scope:
    """All that is known of the case: its department, the requester's post, the customer's tier."""
    try:
        post_id: UUID | None = (await organisation.staff(work, requester_id)).post_id
    except NotFound:
        post_id = None
    tier = facts.get("customer_tier")
    return Scope(
        department_id=await department_of(work, requester_id, facts),
        post_id=post_id,
        customer_tier=CustomerTier(tier) if tier in set(CustomerTier) else None,
    )


async def _path(
    work: Work, chain: ApprovalChain, clause: ClauseReference, case: Case, at: datetime, scope: Scope
) -> list[ForeseenStep]:
    calendar = await policies.find_rule(work, BusinessCalendarClause, scope=scope, version_id=case.version_id)
    found: list[ForeseenStep] = []
    begins = at
    for stage in steps.stages(chain):
        ends = [begins]
        for branch in stage.branches:
            clock = begins
            for index in branch:
                step = chain.steps[index]
                due_at = None
                try:
                    is_taken = chain.takes(step, case.facts)
                except ConditionFailed as failed:
                    found.append(ForeseenStep(index, step, None, problem=failed))
                    continue
                if is_taken:
                    if step.deadline is not None and calendar is not None:
                        due_at = step.deadline.ends_at(clock, calendar.value)
                    seated = await _foreseen(work, index, step, case, at, clause)
                    if seated.seats and due_at is not None and calendar is not None:
                        clock = due_at
                        beyond = calendar.value.is_provisional(calendar.value.local_day(due_at))
                        seated = replace(seated, due_at=due_at, calendar=calendar.clause, is_provisional=beyond)
                    found.append(seated)
                else:
                    found.append(ForeseenStep(index, step, EndReason.CONDITION_NOT_MET))
            ends.append(clock)
        begins = max(ends)
    return sorted(found, key=lambda each: each.index)


async def _foreseen(
    work: Work, index: int, step: Step, case: Case, at: datetime, clause: ClauseReference | None
) -> ForeseenStep:
    filled = await seats_of(work, step, case)
    seats = []
    for seat in filled.seats:
        away = await _delegation(work, seat.member_id, at)
        # Nobody decides on their own request, not even for somebody else, nor for others where they sit themselves.
        kept = case.concerned | filled.members
        able = away is not None and away.delegate_id not in kept and await may_decide(work, away.delegate_id)
        stands_in = away if able else None
        seats.append(
            ForeseenSeat(
                seat.approver,
                seat.member_id,
                seat.reason,
                stands_in.delegate_id if stands_in else None,
                stands_in.ends_at if stands_in else None,
                await _clause_of_panel(work, seat.approver, case) or clause,
            )
        )
    passed_over = None if seats else (filled.skipped[0].reason if filled.skipped else EndReason.VACANT_SKIPPED)
    return ForeseenStep(index, step, passed_over, seats, filled.skipped)


async def _clause_of_panel(work: Work, approver: Approver, case: Case) -> ClauseReference | None:
    if approver.by is not ApproverKind.EXPERT_PANEL:
        return None
    panel = await policies.find_rule(work, ExpertPanel, topic=approver.value or "", version_id=case.version_id)
    return panel.clause if panel is not None else None


async def _delegation(work: Work, member_id: UUID | None, at: datetime) -> ApprovalDelegation | None:
    if member_id is None:
        return None
    holds = (ApprovalDelegation.starts_at <= at, at < ApprovalDelegation.ends_at)
    return await work.first(select(ApprovalDelegation).where(ApprovalDelegation.delegator_id == member_id, *holds))
