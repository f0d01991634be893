"""What can be done with a request, and what keeps one from the rest: the same rules as the commands', inside a
statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    true,
)

from api.reading.mapping import column, listed, one, part, rendered
from api.schema.moves import blockers, codes, in_another_state, no_instant, possible, states_of, unless_suspended
from api.schema.policies.types import Clause
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds.handling import Demand, Step
from domain.requests import queries, rules
from domain.requests.rules import DUTIES, LIFECYCLE, Move, Obstacle, State
from tenancy.actor import Actor
from tenancy.language import translate
from tenancy.models import current_instant

strawberry.enum(Move, name="RequestMoveName", description="What can be done with a request.")
codes(Obstacle, name="RequestBlockerCode", description="Why a move is not possible for you now.")


def _keeps_from(step: Step) -> str:
    """A step as it stands in a list of them that is one text."""
    return f",{step.value},"


def _lacks(move: Any) -> ColumnElement[bool]:
    return or_(
        *(
            and_(func.strpos(move.needs, _keeps_from(step)) > 0, func.strpos(move.missing, _keeps_from(step)) > 0)
            for step in Step
        )
    )


def _stands(move: Any, obstacle: Obstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move, as `rules.obstacles` has it."""
    reopens = move.move == Move.REOPEN.value
    match obstacle:
        case Obstacle.FORBIDDEN:
            return not_(move.permitted)
        case Obstacle.NOT_YOURS:
            named = or_(and_(move.of_requester, move.asked), and_(move.of_assignee, move.has))
            return and_(move.permitted, not_(move.assigns), not_(named))
        case Obstacle.OWN_WORK:
            return and_(move.not_of_assignee, move.has)
        case Obstacle.WRONG_STATE:
            return in_another_state(move)
        case Obstacle.STEP_MISSING:
            return and_(not_(in_another_state(move)), _lacks(move))
        case Obstacle.NOT_HANDED_OVER:
            return and_(move.move == Move.HAND_BACK.value, not_(cast(move.handed_over, Boolean)))
        case Obstacle.CHILDREN_OPEN:
            return _unfinished(move, obstacle, move.open_children)
        case Obstacle.PARTS_OPEN:
            return _unfinished(move, obstacle, move.open_parts)
        case Obstacle.REPORT_MISSING:
            return _unfinished(move, obstacle, move.no_report)
        case Obstacle.TIME_MISSING:
            return _unfinished(move, obstacle, move.no_time)
        case Obstacle.VISITS_OPEN:
            return _unfinished(move, obstacle, move.open_visits)
        case Obstacle.HIGHEST_TIER:
            return and_(move.move == Move.RAISE.value, cast(move.tier, Integer) >= rules.HIGHEST_TIER)
        case Obstacle.LOWEST_TIER:
            return and_(move.move == Move.RETURN.value, cast(move.tier, Integer) <= 1)
        case Obstacle.WINDOW_OVER:
            return and_(reopens, cast(move.too_late, Boolean))
        case Obstacle.WINDOW_USED_UP:
            return and_(reopens, cast(move.too_often, Boolean))


def _unfinished(move: Any, obstacle: Obstacle, there: Any) -> ColumnElement[bool]:
    """Whether something unfinished keeps one from a listed move in a state that allows it."""
    kept = or_(*(move.move == each.value for each in rules.UNFINISHED[obstacle]))
    return and_(kept, not_(in_another_state(move)), cast(there, Boolean))


def _demanded(request: Any, demand: Demand, unfinished: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(literal(demand.value) == any_(request.demands), unfinished)


def _sentence(values: Mapping[str, Any], actor: Actor) -> str:
    """What the command would say."""
    missing = [step for step in Step if _keeps_from(step) in values["missing"]]
    standing = rules.Standing(state=State(values["state"]), missing=missing)
    found = rules.refusal(Obstacle(values["code"]), Move(values["move"]), standing)
    return translate(found.text, actor.language, found.values)


def _clause(blocker: Any) -> ColumnElement[Any]:
    windows = (Obstacle.WINDOW_OVER.value, Obstacle.WINDOW_USED_UP.value)
    return case(
        *(
            (blocker.code == code.value, cast(blocker.course_clause_id, Uuid))
            for code in (Obstacle.STEP_MISSING, *rules.UNFINISHED)
        ),
        (blocker.code == windows[0], cast(blocker.reopen_clause_id, Uuid)),
        (blocker.code == windows[1], cast(blocker.reopen_clause_id, Uuid)),
        else_=null(),
    )


@part
class RequestBlocker:
    """Something that keeps you from a move."""

    code: Obstacle = column("A word for programs.")
    message: str = rendered(
        "A sentence for people, in your language.",
        unless_suspended(_sentence),
        code=lambda blocker: blocker.code,
        move=lambda blocker: blocker.move,
        state=lambda blocker: blocker.state,
        missing=lambda blocker: blocker.missing,
    )
    clause: Clause | None = one(
        "The clause that keeps you from it, where one does.", lambda blocker, clause: clause.id == _clause(blocker)
    )
    earliest_at: datetime | None = no_instant()


@part
class RequestMove:
    """Something that is done with requests, and whether you can do it with this one now."""

    move: Move = column("What is done.")
    allowed: bool = possible(Obstacle, _stands)
    blockers: list[RequestBlocker] = blockers(
        Obstacle,
        _stands,
        {
            "move": lambda move: move.move,
            "state": lambda move: move.state,
            "missing": lambda move: cast(move.missing, Text),
            # Said with their types: strawberry's own execution carries them as plain values.
            "course_clause_id": lambda move: cast(move.course_clause_id, Uuid),
            "reopen_clause_id": lambda move: cast(move.reopen_clause_id, Uuid),
        },
    )


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "move": move,
            "states": states_of(LIFECYCLE, move),
            "permitted": actor.may(duty.permission),
            "assigns": actor.may(Permission.REQUESTS_ASSIGN),
            "of_requester": duty.requester,
            "of_assignee": duty.assignee,
            "not_of_assignee": duty.not_by_assignee,
            "needs": "".join(map(_keeps_from, rules.NEEDED_BEFORE.get(move, ()))),
        }
        for move, duty in DUTIES.items()
    ]


def _closed_and(request: Any, condition: Any) -> ColumnElement[bool]:
    return func.coalesce(and_(request.state == State.CLOSED, condition), false())


def allowed_moves() -> Any:
    """The field of a request that tells every move, whether it is possible, and why not."""
    return listed(
        "Every move, whether you can make it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(Move),
        carrying={
            "state": lambda request: request.state,
            "asked": lambda request: func.coalesce(queries.requested_by_me(request), false()),
            "has": lambda request: or_(
                func.coalesce(queries.assigned_to_me(request), false()), queries.helped_by_me(request.id)
            ),
            "missing": lambda request: func.concat(",", func.array_to_string(request.missing_steps, ",,"), ","),
            "too_late": lambda request: _closed_and(request, request.reopens_until < current_instant()),
            "too_often": lambda request: _closed_and(
                request, request.reopened_after_closing >= request.most_reopenings
            ),
            "handed_over": lambda request: request.handed_over_from_id.is_not(None),
            "tier": lambda request: request.support_tier,
            "open_children": lambda request: _demanded(request, Demand.CHILDREN, queries.has_open_children(request)),
            "open_parts": lambda request: _demanded(request, Demand.PARTS, queries.has_open_parts(request)),
            "no_report": lambda request: _demanded(request, Demand.FAULT_REPORT, queries.has_no_report(request)),
            "no_time": lambda request: _demanded(request, Demand.TIME, request.recorded_minutes == 0),
            "open_visits": lambda request: _demanded(request, Demand.VISITS, queries.has_open_visits(request)),
            "course_clause_id": lambda request: request.course_clause_id,
            "reopen_clause_id": lambda request: request.reopen_clause_id,
        },
    )
