"""The company, its journal and its agenda as clients see them."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, Uuid, false, literal_column, true
from strawberry.scalars import JSON

from api.reading.filters import IdFilter, InstantFilter, TextFilter, WordFilter, filtered
from api.reading.mapping import Node, Order, column, computed, known, one, part, shows
from api.schema.access.types import Member
from api.schema.organisation.types import Staff
from api.schema.terms import Language
from domain.kernel.permissions import Permission
from tenancy import agenda, effects, journal, rehearsal, tenants
from tenancy.actor import Actor, ActorKind
from tenancy.models import CURRENT_TENANT, current_instant, current_member
from tenancy.tenants import TenantStatus
from tenancy.work import Work

strawberry.enum(TenantStatus, description="Whether a company works, or only reads and exports.")
strawberry.enum(
    ActorKind,
    description="A person, a partner's client, a customer's person in the portal, or Zhidu itself acting by a clause.",
)
strawberry.enum(agenda.Task, description="What a worker does with an item.")
strawberry.enum(agenda.Standing, description="Whether an item waits for its hour or for a person.")
strawberry.enum(effects.EffectKind, description="By which gateway something leaves.")
strawberry.enum(effects.EffectState, description="How far something that leaves has come.")


def _own(_: Actor, table: Any) -> ColumnElement[bool]:
    return table.id == literal_column(f"(select {CURRENT_TENANT})", Uuid())  # type: ignore[no-any-return]  # a column's ==


@shows(tenants.Tenant, visible=_own)
class Tenant(Node):
    """The company that you act in."""

    slug: str = column("Its short name.")
    name: str = column("Its name.")
    zone: str = column("The IANA zone of its days and deadlines.")
    language: Language = column("Its language.")
    status: TenantStatus = column("Whether it works, or only reads and exports.")
    rehearsal: bool = column("Whether it lives by a clock of its own, and its mail goes to the local sink only.")
    now: datetime = computed("The company's present instant.", lambda _: current_instant())


@part
class Viewer:
    """You: as whom you act, where, and what you may do."""

    kind: ActorKind = known(
        "A person, a partner's client, or a customer's person in the portal.", lambda actor: actor.kind
    )
    member: Member | None = one("You as a member; none for a client.", lambda _, there: there.id == current_member())
    staff: Staff | None = one("You as one of the staff.", lambda _, there: there.id == current_member())
    tenant: Tenant | None = one("The company.", lambda _, __: true())
    permissions: list[str] = known("What you may do.", lambda actor: sorted(actor.permissions))
    language: Language = known("In which language you are answered.", lambda actor: Language(actor.language))


def _journal_visible(actor: Actor, _: Any) -> ColumnElement[bool]:
    return true() if actor.may(Permission.JOURNAL_READ) else false()


def _agenda_visible(actor: Actor, _: Any) -> ColumnElement[bool]:
    return true() if actor.may(Permission.AGENDA_READ) else false()


@shows(journal.JournalEntry, visible=_journal_visible)
class JournalEntry(Node):
    """One fact: who did what to which record, when, why, and what changed."""

    at: datetime = column("When it happened.")
    name: str = column("What happened, such as requests.submitted.")
    payload: JSON = column("The fact's own values.")
    subject_kind: str | None = column("The kind of the record it is about.")
    subject_id: UUID | None = column("The record it is about.")
    changes: JSON = column("What changed: a column's name to its value before and after.")
    actor_kind: ActorKind = column("Who did it: a person, a client, a customer's person, or Zhidu itself.")
    actor_id: UUID | None = column("The member, the client or the contact.")
    member: Member | None = one("The member who did it.", lambda here, there: there.id == here.actor_id)
    reason: str | None = column("Why, as the caller said.")
    request_id: UUID | None = column("The request by which it came.")


@strawberry.enum(description="How the journal is ordered.")
class JournalOrder(Enum):
    """Orders of the journal."""

    NEWEST = "newest"
    OLDEST = "oldest"


JOURNAL_ORDERS = {
    JournalOrder.NEWEST: Order(lambda row: row.id, descending=True),
    JournalOrder.OLDEST: Order(lambda row: row.id),
}


@strawberry.input(description="Which entries to give.")
class JournalFilter:
    """Conditions on the journal."""

    name: TextFilter | None = filtered("By what happened.")
    subject_id: IdFilter | None = filtered("By the record.")
    actor_id: IdFilter | None = filtered("By who did it.")
    at: InstantFilter | None = filtered("By when it happened.")
    request_id: IdFilter | None = filtered("By the request.")


@shows(agenda.AgendaItem, visible=_agenda_visible)
class AgendaItem(Node):
    """One thing that is still to be done: a deadline, a reaction, a mail that has not left."""

    task: agenda.Task = column("What is to be done.")
    standing: agenda.Standing = column("Whether it waits for its hour or for a person.")
    due_at: datetime = column("When.")
    subject_id: UUID = column("What it is about.")
    name: str | None = column("The fact that a deadline records.")
    attempts: int = column("How often it was tried.")
    error: str | None = column("What went wrong the last time.")


@strawberry.enum(description="How the agenda is ordered.")
class AgendaOrder(Enum):
    """Orders of the agenda."""

    DUE = "due"


AGENDA_ORDERS = {AgendaOrder.DUE: Order(lambda row: row.due_at)}


@strawberry.input(description="Which items to give.")
class AgendaFilter:
    """Conditions on the agenda."""

    task: WordFilter[agenda.Task] | None = filtered("By what is to be done.")
    standing: WordFilter[agenda.Standing] | None = filtered("By whether they wait for a person.")
    subject_id: IdFilter | None = filtered("By what they are about.")


@shows(effects.Effect, visible=_agenda_visible)
class Effect(Node):
    """One mail or webhook in the ledger: its key is used once for ever."""

    key: str = column("Its key: the step that it is, such as an invoice's second letter.")
    kind: effects.EffectKind = column("By which gateway it leaves.")
    state: effects.EffectState = column("How far it has come.")
    payload: JSON = column("What is sent.")
    subject_id: UUID = column("The record it is about.")
    planned_at: datetime = column("When it was planned, by the company's clock.")
    sent_at: datetime | None = column("When it left.")
    attempts: int = column("How often it was tried; after a crash it may have left more than once under one id.")
    error: str | None = column("What went wrong the last time.")


@strawberry.enum(description="How the ledger is ordered.")
class EffectOrder(Enum):
    """Orders of the ledger."""

    NEWEST = "newest"
    OLDEST = "oldest"


EFFECT_ORDERS = {
    EffectOrder.NEWEST: Order(lambda row: row.planned_at, descending=True),
    EffectOrder.OLDEST: Order(lambda row: row.planned_at),
}


@strawberry.input(description="Which effects to give.")
class EffectFilter:
    """Conditions on the ledger."""

    kind: WordFilter[effects.EffectKind] | None = filtered("By gateway.")
    state: WordFilter[effects.EffectState] | None = filtered("By how far they have come.")
    subject_id: IdFilter | None = filtered("By the record they are about.")


@part
class Clock:
    """The company's clock. Ordinary companies live on real time; a rehearsal's stands still until it is advanced."""

    now: datetime = strawberry.field(description="The company's present instant.")
    rehearsal: bool = strawberry.field(description="Whether the clock is the company's own.")
    target_at: datetime | None = strawberry.field(description="Where a rehearsal's clock is going.")
    settled: bool = strawberry.field(description="Whether it has arrived, and all that it set off is done and sent.")


async def clock(info: strawberry.Info) -> Clock:
    """Where the company's clock stands."""
    work: Work = info.context.work
    async with info.context.lock:
        found = await rehearsal.read_clock(work)
        settled = await rehearsal.settled(work)
    return Clock(
        now=found.at if found is not None else work.now,
        rehearsal=found is not None,
        target_at=found.target_at if found is not None else None,
        settled=settled,
    )


async def fact_names() -> list[str]:
    """What facts are called, all modules' together."""
    return sorted(journal.Event.known)
