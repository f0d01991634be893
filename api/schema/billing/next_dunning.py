"""The next step of a ladder as clients see it: when it is taken, and what keeps it from being taken now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, and_, case, not_, or_

from api.reading.mapping import Node, column, computed, listed, localized, one, part, shows
from api.schema.policies.types import Clause
from domain.billing import models, queries
from domain.billing.queries import BLOCKER_TEXTS, Blocker
from domain.policies.rules.dunning import Channel
from tenancy.actor import Actor
from tenancy.language import Language, translate
from tenancy.models import current_language

strawberry.enum(Channel, name="DunningChannel", description="How a step reaches the customer, or who takes over.")
strawberry.enum(Blocker, name="DunningBlockerCode", description="What keeps the next step from being taken.")


@shows(models.PlannedStep, visible=queries.visible_parts)
class PlannedDunningStep(Node):
    """A step of the ladder that is still to come."""

    number: int = column("Its number on the ladder.")
    name: str = localized("What the handbook calls it, in your language.", "name")
    channel: Channel = column("How it will reach the customer, or who will take over.")
    needs_approval: bool = column("Whether somebody has to approve it first.")
    at: datetime | None = column("When it is to be taken; none while a hold without end stands before it.")


@part
class DunningBlocker:
    """Something that keeps the next step of a ladder from being taken now."""

    code: Blocker = column("A word for programs.")
    message: str = computed(
        "A sentence for people, in your language.",
        lambda row: case(
            *((current_language() == language, getattr(row, language)) for language in Language if language != "en"),
            else_=row.en,
        ),
    )


def _blockers(_: Actor) -> Sequence[Mapping[str, Any]]:
    # In every language, for a plan serves readers of all of them.
    return [
        {"code": code} | {language.value: translate(text, language) for language in Language}
        for code, text in BLOCKER_TEXTS.items()
    ]


def _blocks(here: Any, blocker: Any) -> ColumnElement[bool]:
    return or_(*(and_(blocker.code == code, queries.blocks(code, here)) for code in Blocker))


@part
class NextDunning:
    """Whether the next step of the ladder may be taken now, and if not, why and when."""

    allowed: bool = computed(
        "Whether nothing keeps it from being taken.",
        lambda row: not_(or_(*(queries.blocks(code, row) for code in Blocker))),
    )
    step: PlannedDunningStep | None = one(
        "The next step; none when nothing is left to be taken.", lambda here, there: queries.is_next(there, here)
    )
    at: datetime | None = computed("When it is to be taken; none while nobody knows.", queries.next_at)
    blockers: list[DunningBlocker] = listed("What keeps it from being taken now.", _blockers, _blocks)
    clause: Clause | None = one("The ladder that says so.", "ladder_clause_id")
