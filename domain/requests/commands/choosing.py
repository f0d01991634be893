"""Letting the assignment rules of the handbook choose who gets a request (RQ-3), and keeping why."""

from uuid import UUID

from domain.kernel.subjects import Subject, SubjectKind
from domain.organisation import queries as organisation
from domain.policies import commands as policies
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import AssignmentRules
from domain.policies.rules.kinds.handling import Step
from domain.policies.rules.kinds.intake import AssignedAt
from domain.requests import queries, rules
from domain.requests.commands import moving
from domain.requests.commands.timing import View
from domain.requests.events import NobodyFound, RequestAssigned
from domain.requests.models import AssignmentTurn, ServiceRequest
from domain.requests.rules import LIFECYCLE, Choice, Move
from tenancy.numbers import next_number
from tenancy.refusals import Refusal, message
from tenancy.work import Work

TURNS = "assignment_turns"


async def by_itself(work: Work, view: View, moment: AssignedAt) -> None:
    """Assign a request that nobody has, if the handbook wants that at this moment and its course allows it by now."""
    request = view.request
    if request.assignee_id is not None or not LIFECYCLE.allows(request.state, Move.ASSIGN):
        return
    ruling = await queries.ruled(work, AssignmentRules, request)
    if ruling is None or ruling.value.moment is AssignedAt.ASKED:
        return
    if ruling.value.moment is AssignedAt.TRIAGE and moment is AssignedAt.SUBMISSION:
        return
    # What is to be assessed first is assigned then.
    if not rules.lacking(Move.ASSIGN, [Step(step) for step in request.missing_steps]):
        await _assign(work, view, ruling, by_itself=True)


async def when_asked(work: Work, view: View) -> None:
    """Assign a request to whom the rules choose; refuses with NO_RULES where the handbook has none for it."""
    ruling = await queries.ruled(work, AssignmentRules, view.request)
    if ruling is None:
        text = message("The handbook has no assignment rules for this request; say who gets it.")
        raise Refusal(text, code="NO_RULES", path=("assigneeId",))
    await _assign(work, view, ruling, by_itself=False)


async def _assign(work: Work, view: View, ruling: Ruling[AssignmentRules], *, by_itself: bool) -> None:
    """Choose and assign, or tell whoever leads the department that nobody could be found."""
    request = view.request
    choice, department_id, turn = await _choose(work, request, ruling)
    if choice.first is None:
        told = NobodyFound(request_id=request.id, notice_id=work.new_id(), department_id=department_id)
        work.record(told, about=request)
        return
    await _give(work, view, choice, ruling.value, by_itself=by_itself)
    await _keep_turn(work, choice, turn)


async def for_its_tier(work: Work, request: ServiceRequest) -> UUID:
    """Who gets a request at the tier of support that it is raised to, other than who has it: whom the rules choose, or
    else the head of the department or regional group. Refuses with NO_RULES, or NOBODY_FOUND with the clause."""
    ruling = await queries.ruled(work, AssignmentRules, request)
    if ruling is None:
        text = message("The handbook has no assignment rules for this request; say who gets it.")
        raise Refusal(text, code="NO_RULES", path=("assigneeId",))
    choice, department_id, turn = await _choose(work, request, ruling, but=request.assignee_id)
    if choice.first is not None:
        await _keep_turn(work, choice, turn)
        return choice.first
    leader = await organisation.head_of(work, department_id) if department_id is not None else None
    if leader is None or leader == request.assignee_id or not await queries.can_take(work, leader):
        text = message("Nobody was found who could get it at the next tier; say who does.")
        raise Refusal(text, code="NOBODY_FOUND", path=("assigneeId",), clause=ruling.clause)
    return leader


async def _choose(
    work: Work, request: ServiceRequest, ruling: Ruling[AssignmentRules], *, but: UUID | None = None
) -> tuple[Choice, UUID | None, int]:
    """Whom the rules choose, the department that they choose in, and the number of the turn; cited. `but` is
    left out.

    The number of the turn comes first: others who choose wait for it, so that each sees what the one before has chosen.
    """
    turn = await next_number(work, TURNS)
    clause = ruling.value
    department_id, posts = await queries.place_for(work, request, clause)
    found = await queries.candidates(work, request, department_id, posts, clause) if department_id is not None else []
    found = [candidate for candidate in found if candidate.staff_id != but]
    wanted = rules.Wanted(
        order=clause.order,
        skills=frozenset(clause.skills),
        region=await queries.region_of(work, request),
        most_open_requests=clause.most_open_requests,
    )
    choice = rules.choose(found, wanted)
    policies.cite(
        work,
        ruling,
        about=Subject(SubjectKind.REQUEST, request.id),
        decision="requests.assignment",
        inputs={
            "department_id": department_id,
            "order": clause.order,
            "skills": clause.skills,
            "region": wanted.region,
            "support_tier": request.support_tier,
            "posts": posts,
            "most_open_requests": clause.most_open_requests,
            **rules.compared(found, choice),
        },
        result={
            "assignee_id": choice.first,
            "second_assignee_id": choice.second if clause.second_responsible else None,
            "turn": turn,
        },
    )
    return choice, department_id, turn


async def _give(work: Work, view: View, choice: Choice, clause: AssignmentRules, *, by_itself: bool) -> None:
    request = view.request
    assert choice.first is not None
    request.assignee_id, request.handed_over_from_id = choice.first, None
    # Of the department above, where the request's own has no such post.
    request.department_id = (await organisation.staff(work, choice.first)).department_id
    if clause.second_responsible and choice.second is not None:
        request.second_assignee_id = choice.second
    elif request.second_assignee_id == choice.first:
        request.second_assignee_id = None
    change = await moving.end(work, view, Move.ASSIGN, request.hold_reason, by_itself=by_itself)
    assigned = RequestAssigned(request_id=request.id, change_id=change, assignee_id=choice.first)
    work.record(assigned, about=request)


async def _keep_turn(work: Work, choice: Choice, turn: int) -> None:
    assert choice.first is not None
    last = await queries.turn_of(work, choice.first)
    if last is None:
        work.add(AssignmentTurn(staff_id=choice.first, turn=turn))
    else:
        last.turn = turn
