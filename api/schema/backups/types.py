"""Archives as clients see them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import select
from strawberry.scalars import JSON

from api.reading.filters import InstantFilter, WordFilter, filtered
from api.reading.mapping import Node, Order, column, computed, one, rendered, shows
from api.schema.policies.decisions import decisions
from api.schema.policies.types import Clause
from domain.backups import models, queries
from domain.backups.rules import DrillState, Occasion, State
from domain.kernel.subjects import SubjectKind
from domain.notifications.rules import written
from tenancy.actor import Actor

strawberry.enum(State, name="ArchiveState", description="How far an archive has come.")
strawberry.enum(Occasion, name="ArchiveOccasion", description="Why an archive is made.")
strawberry.enum(DrillState, description="How a rehearsal of an archive's restore went.")


def _sentence(values: Mapping[str, Any], actor: Actor) -> str | None:
    return written(values["text"], values["blanks"], actor.language, UTC) if values["text"] else None


@shows(models.Archive, visible=queries.visible)
class Archive(Node):
    """One archive of the company: everything in it at one instant, encrypted with the company's own key."""

    number: int = column("Its number, counted in the company.")
    state: State = column("How far it has come.")
    occasion: Occasion = column("Why it is made.")
    started_at: datetime = column("When it was begun, by the company's clock.")
    finished_at: datetime | None = column("When it was kept or given up.")
    deleted_at: datetime | None = column("When it had served its time.")
    problem: str | None = rendered(
        "Why it failed, or what the last attempt met, in your language.",
        _sentence,
        text=lambda row: row.problem,
        blanks=lambda row: row.problem_values,
    )
    object_name: str | None = column("The name under which the store of archives has it.")
    size_bytes: float | None = column("Its size, in whole bytes.")
    sha256: str | None = column("Its checksum as it is stored, in hexadecimal.")
    schema_revision: str | None = column("The version of the tables that it was made from.")
    row_count: int | None = column("How many rows are in it.")
    row_counts: JSON = column("How many rows of each table are in it.")
    clause: Clause | None = one("The clause of the handbook that says when archives are made.", "clause_id")
    readable: bool = computed(
        "Whether it can be read: false once its key was destroyed.",
        lambda row: select(models.ArchiveKey.destroyed_at.is_(None)).where(models.ArchiveKey.id == row.key_id),
    )
    drill: DrillState | None = column("How the last rehearsal of its restore went; null when there was none.")
    drilled_at: datetime | None = column("When that rehearsal ended.")
    drill_rows: int | None = column("How many rows were restored and found as they should be.")
    drill_held: int | None = column("How many deadlines, facts and letters a restore would hold back for a person.")
    drill_problem: str | None = rendered(
        "Why the rehearsal failed, in your language.",
        _sentence,
        text=lambda row: row.drill_problem,
        blanks=lambda row: row.drill_problem_values,
    )
    decisions = decisions(SubjectKind.ARCHIVE)


@strawberry.enum(description="How archives are ordered.")
class ArchiveOrder(Enum):
    """Orders of archives."""

    NEWEST = "newest"
    OLDEST = "oldest"


ARCHIVE_ORDERS = {
    ArchiveOrder.NEWEST: Order(lambda row: row.number, descending=True),
    ArchiveOrder.OLDEST: Order(lambda row: row.number),
}


@strawberry.input(description="Which archives to give.")
class ArchiveFilter:
    """Conditions on archives."""

    state: WordFilter[State] | None = filtered("By how far they have come.")
    occasion: WordFilter[Occasion] | None = filtered("By why they were made.")
    drill: WordFilter[DrillState] | None = filtered("By how the last rehearsal went.")
    started_at: InstantFilter | None = filtered("By when they were begun.")
