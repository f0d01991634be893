"""Dry runs of drafts as clients see them."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import Text, cast
from strawberry.scalars import JSON

from api.reading.asking import asked
from api.reading.filters import TextFilter, WordFilter, filtered
from api.reading.mapping import Node, Order, column, computed, one, page, rendered, shows
from api.schema.access.types import Member
from domain.rulebook import models, queries
from domain.rulebook.rules import trials
from domain.rulebook.rules.hindsight import Compared
from domain.rulebook.rules.trials import State
from tenancy.actor import Actor
from tenancy.language import translate

strawberry.enum(State, name="DryRunState", description="How far a dry run has come.")
strawberry.enum(Compared, name="DryRunComparison", description="What of a past case is compared.")


@shows(models.DryRunFinding, visible=queries.visible_findings)
class DryRunFinding:
    """Something about a past case that would have been otherwise by the draft. It is shown to who may read all records
    of that kind."""

    id: UUID = column("The finding's id.")
    compared: Compared = column("What of the case differs.")
    number: str | None = column("The draft's clause; none where the draft is silent.")
    subject_kind: str = column("The kind of the record.")
    subject_id: UUID = column("The record.")
    member: Member | None = one("Whom it would have concerned, if it is one of the members.", "member_id")
    before: JSON = column(
        "What was, as value: a word or a day; of letters a list of on, step, channel and template; of approvals a list "
        "of steps with name, approvers and mode."
    )
    after: JSON = column("What would have been, as value, in the same form.")


def _summary(values: Mapping[str, Any], actor: Actor) -> str:
    return translate(trials.summary(**values), actor.language, values)


@strawberry.enum(description="How findings of a dry run are ordered.")
class DryRunFindingOrder(Enum):
    """Orders of findings."""

    JUDGED = "judged"


DRY_RUN_FINDING_ORDERS = {DryRunFindingOrder.JUDGED: Order(lambda row: row.id)}


@strawberry.input(description="Which findings to give.")
class DryRunFindingFilter:
    """Conditions on findings."""

    compared: WordFilter[Compared] | None = filtered("By what is compared.")
    number: TextFilter | None = filtered("By the draft's clause.")


_OUTDATED = asked("rulebook_outdated_runs", queries.outdated_runs)


@shows(models.DryRun, visible=queries.visible_runs)
class DryRun(Node):
    """A draft of the handbook, tried on the cases of a time that is past."""

    state: State = column("How far it has come.")
    months: int = column("Over how many months.")
    since: datetime = column("From when cases are judged.")
    until: datetime = column("Until when.")
    total: int | None = column(
        "How many cases there are to judge; unknown before they were counted. The run is through when judged and "
        "unjudged come to it."
    )
    summary: str = rendered(
        "What it comes to, as a sentence in your language; also where there was nothing to judge.",
        _summary,
        state=lambda run: run.state,
        total=lambda run: run.total,
        judged=lambda run: run.judged,
        unjudged=lambda run: run.unjudged,
        differing=lambda run: run.differing,
        months=lambda run: run.months,
    )
    judged: int = column("How many cases were judged so far.")
    unjudged: int = column("How many could not be, since they lack a fact the draft asks for.")
    differing: int = column("How much would have been otherwise; of these at most 5,000 are kept as findings.")
    by_clause: JSON = column(
        "By the draft's clause, how often what would have been otherwise; - is where it is silent."
    )
    finished_at: datetime | None = column("When it was finished.")
    started_by: Member | None = one("Who asked for it.", "started_by_id")
    outdated: bool = computed(
        "Whether its version, still under way, has changed since it was tried: then it counts no more, and nobody "
        "signs it; start another one.",
        lambda run: _OUTDATED().op("?")(cast(run.id, Text)),
    )
    signed_by: Member | None = one("Who signed the result.", "signed_by_id")
    signed_at: datetime | None = column("When it was signed.")
    findings = page(
        "What would have been otherwise.",
        DryRunFinding,
        on="dry_run_id",
        orders=DRY_RUN_FINDING_ORDERS,
        filter=DryRunFindingFilter,
    )
