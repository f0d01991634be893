"""What can be done with a survey by hand, and what keeps one from it: the commands' rules in a statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Uuid,
    and_,
    case,
    cast,
    false,
    func,
    not_,
    null,
    select,
    true,
)
from sqlalchemy.orm import aliased

from api.reading.mapping import column, computed, listed, one, part
from api.schema.moves import blockers, codes, in_another_state, possible, sentence, states_of
from api.schema.policies.types import Clause
from domain.customers import queries as customers
from domain.customers.models import Contact
from domain.customers.rules import ContactLetters
from domain.feedback.queries import surveys as queries
from domain.feedback.rules import surveys as rules
from domain.feedback.rules.surveys import BY_HAND, SURVEYS, SurveyObstacle, SurveyState
from domain.feedback.rules.surveys import SurveyMove as Move
from domain.kernel.permissions import Permission
from domain.requests import queries as requests
from tenancy.actor import Actor
from tenancy.models import current_instant
from tenancy.refusals import Refusal

strawberry.enum(Move, name="SurveyMoveName", description="What happens to a survey.")
codes(SurveyObstacle, name="SurveyBlockerCode", description="Why something is not possible for you now.")


def _earliest_at(survey: Any) -> Any:
    """When its contact may be asked again, as `rules.rests_until` has it."""
    last = queries.last_asked_at(survey).scalar_subquery()
    return case(
        (survey.rest_days > 0, last + func.make_interval(0, 0, 0, cast(survey.rest_days, Integer))), else_=null()
    )


def _unwanted(survey: Any) -> Any:
    """Whether its contact does without surveys."""
    asked = aliased(Contact)
    return select(not_(customers.wants(ContactLetters.SURVEYS)(asked))).where(asked.id == survey.contact_id)


def _stands(move: Any, obstacle: SurveyObstacle) -> Any:
    """Whether an obstacle stands in the way of a listed move, as `rules.obstacles` has it."""
    sends = move.move == Move.SEND.value
    match obstacle:
        case SurveyObstacle.FORBIDDEN:
            return not_(move.manages)
        case SurveyObstacle.WRONG_STATE:
            return in_another_state(move)
        case SurveyObstacle.OPEN_AGAIN:
            return and_(sends, not_(cast(move.closed, Boolean)))
        case SurveyObstacle.ASKED_LATELY:
            lately = cast(move.earliest_at, DateTime(timezone=True)) > current_instant()
            return and_(sends, func.coalesce(lately, false()))
        case SurveyObstacle.UNWANTED:
            return and_(sends, cast(move.unwanted, Boolean))


def _refusal(code: str, move: str, state: str) -> Refusal:
    return rules.refusal(SurveyObstacle(code), Move(move), SurveyState(state))


def _of_the_clause(blocker: Any) -> ColumnElement[bool]:
    return blocker.code == SurveyObstacle.ASKED_LATELY.value  # type: ignore[no-any-return]  # a row's names are not typed


@part
class SurveyBlocker:
    """Something that keeps you from a move."""

    code: SurveyObstacle = column("A word for programs.")
    message: str = sentence(_refusal)
    clause: Clause | None = one(
        "The clause that keeps you from it, where one does.",
        lambda blocker, clause: and_(_of_the_clause(blocker), clause.id == cast(blocker.clause_id, Uuid)),
    )
    earliest_at: datetime | None = computed(
        "When it will be possible, where time alone keeps you from it.",
        lambda blocker: case(
            (_of_the_clause(blocker), cast(blocker.earliest_at, DateTime(timezone=True))), else_=null()
        ),
    )


@part
class SurveyMove:
    """Something that is done with surveys by hand, and whether you can do it with this one now."""

    move: Move = column("What is done.")
    allowed: bool = possible(SurveyObstacle, _stands)
    blockers: list[SurveyBlocker] = blockers(
        SurveyObstacle,
        _stands,
        {
            "move": lambda move: move.move,
            "state": lambda move: move.state,
            # Said with their types: strawberry's own execution carries them as plain values.
            "earliest_at": lambda move: cast(move.earliest_at, DateTime(timezone=True)),
            "clause_id": lambda move: cast(move.clause_id, Uuid),
        },
    )


def _moves(actor: Actor) -> Sequence[Mapping[str, Any]]:
    manages = actor.may(Permission.FEEDBACK_MANAGE)
    return [{"move": move, "states": states_of(SURVEYS, move), "manages": manages} for move in BY_HAND]


def survey_moves() -> Any:
    """The field of a survey that tells every move by hand, whether it is possible, and why not."""
    return listed(
        "Everything that is done by hand, whether you can do it now, and what keeps you from it.",
        _moves,
        lambda *_: true(),
        most=len(BY_HAND),
        carrying={
            "state": lambda survey: survey.state,
            "closed": lambda survey: select(requests.is_closed(survey.request_id)),
            "earliest_at": _earliest_at,
            "clause_id": lambda survey: survey.clause_id,
            "unwanted": _unwanted,
        },
    )
