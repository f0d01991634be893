"""Work: one tenant, one actor, one transaction, one instant; what commands load, change, record and schedule."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.elements import True_

from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.effects import Effect, EffectKind, effect_id
from tenancy.ids import new_id
from tenancy.journal import Event, JournalEntry
from tenancy.models import TenantModel
from tenancy.refusals import NotFound, Refusal
from tenancy.statements import build, by_id, prepare, state_of
from tenancy.storing import Change, ReadBack, Statement, have_one_key, replaces, storing
from tenancy.transactions import Transaction

T = TypeVar("T", bound=TenantModel)

# What most commands would ask for is asked along with the opening of their work, and stands in its memo: by the asking
# module's word, a select of one value, in which `t` is the tenant. It can rely on the tenant being set.
ASKED_ALONG: dict[str, str] = {}
# Who keeps what a clause refused, in a transaction of its own: the module of the clauses writes itself here.
KEEPERS: list[Callable[["Work", "Refused"], Awaitable[None]]] = []


@dataclass(frozen=True)
class Refused:
    """A refusal that a clause caused, and the records that it may be about, the likeliest first: table, id."""

    refusal: Refusal
    held: tuple[tuple[str, UUID], ...]


@dataclass(frozen=True)
class Opening:
    """What a transaction learns of its tenant as it begins."""

    status: str
    rehearsal: bool
    zone: str
    now: datetime
    # The database's clock, by which workers claim; differs from `now` for rehearsal tenants alone.
    real_now: datetime


class Work:
    """One transaction of one tenant. `now` is UTC and stands still; a rehearsal tenant's runs on its own clock."""

    def __init__(
        self,
        transaction: Transaction,
        actor: Actor,
        opening: Opening,
        *,
        request_id: UUID | None = None,
        reason: str | None = None,
        known: Mapping[str, Any] | None = None,
    ) -> None:
        self.actor, self.opening = actor, opening
        self.now = opening.now
        self.request_id, self.reason = request_id, reason
        self.recorded: list[Event] = []
        # What clauses refused: it is kept when this work has ended, whichever way.
        self.refused: list[Refused] = []
        # What this piece of work has found out and need not ask again, by the asking module's own words.
        self.memo: dict[str, Any] = dict(known or {})
        self._transaction = transaction
        self._rows: dict[tuple[type[TenantModel], UUID], TenantModel] = {}
        self._stored: dict[TenantModel, dict[str, Any]] = {}
        # What the journal last said of a row, or what it was when it was loaded: the before of its next entry.
        self._told: dict[TenantModel, dict[str, Any]] = {}
        self._new: list[TenantModel] = []
        self._deleted: list[TenantModel] = []
        self._entries: list[tuple[JournalEntry, TenantModel | None]] = []
        # The records that were locked to be changed, in that order.
        self._held: dict[tuple[str, UUID], None] = {}
        # What the work says itself that it is about.
        self._concern: tuple[str, UUID] | None = None
        self._back: ReadBack | None = None

    # Loading

    async def get(self, model: type[T], id: UUID, *path: str, lock: bool = False) -> T:
        """The row with this id; refuses with `NotFound`, whose path is that of the input which named it.

        `lock` keeps others from changing the row until the end; a command locks what it changes.
        """
        found = await self.find(model, id, lock=lock)
        if found is None:
            raise NotFound(path=path)
        return found

    async def seen(self, model: type[T], id: UUID, shown: ColumnElement[bool], *path: str, lock: bool = False) -> T:
        """`get` of a row that `shown`, its module's predicate, lets the actor see; what it hides is not found."""
        if isinstance(shown, True_):
            # Most of those who work on something see all of it, and a row by its id alone is what costs least.
            return await self.get(model, id, *path, lock=lock)
        statement = select(model).where(model.id == id, shown)
        found = await self.first(statement.with_for_update() if lock else statement)
        if found is None:
            raise NotFound(path=path)
        if lock:
            self._held[model.__tablename__, id] = None
        return found

    async def find(self, model: type[T], id: UUID, *, lock: bool = False) -> T | None:
        """The row with this id, or None."""
        known = self._rows.get((model, id))
        if known is not None and not lock:
            assert isinstance(known, model)
            return known
        rows = await self.sql(by_id(model, lock=lock), id)
        if lock:
            self._held[model.__tablename__, id] = None
        return self._keep(model, rows[0]) if rows else None

    async def first(self, statement: Select[T]) -> T | None:
        """The first row of `select(Model)…`, or None."""
        rows = await self.all(statement)
        return rows[0] if rows else None

    async def all(self, statement: Select[T]) -> list[T]:
        """The rows of `select(Model)…`; a row loaded before is the same object."""
        await self.flush()
        model: type[T] = statement.column_descriptions[0]["entity"]
        return [self._keep(model, record) for record in await self.rows(statement)]

    async def rows(self, statement: ClauseElement) -> list[asyncpg.Record]:
        """The plain rows of any statement, by the names of its columns."""
        await self.flush()
        sql, arguments = prepare(statement)
        found: list[asyncpg.Record] = await self._transaction.fetch(sql, *arguments)
        return found

    async def value(self, statement: ClauseElement) -> Any:
        """The first column of the first row, or None."""
        rows = await self.rows(statement)
        return rows[0][0] if rows else None

    async def sql(self, text: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of SQL that SQLAlchemy has no words for, with numbered arguments."""
        await self.flush()
        found: list[asyncpg.Record] = await self._transaction.fetch(text, *arguments)
        return found

    def foresee(self, model: type[TenantModel], record: asyncpg.Record) -> None:
        """Take a row that came along with the opening for one that was loaded."""
        self._keep(model, record)

    def _keep(self, model: type[T], record: asyncpg.Record) -> T:
        values = dict(record)
        known = self._rows.get((model, values["id"]))
        if known is not None:
            assert isinstance(known, model)
            # A locked reload brings what others committed meanwhile; what this work changed itself was flushed before.
            fresh = build(model, values).__dict__
            known.__dict__.update({name: fresh[name] for name in values})
            stored, told = self._stored[known], self._told.get(known)
            if told is not None:
                # Others' changes are not ours to tell; our own, which were flushed, still are.
                self._told[known] = {
                    name: value if told.get(name, value) == stored.get(name, value) else told[name]
                    for name, value in values.items()
                }
            self._stored[known] = values
            return known
        row = build(model, values)
        self._rows[model, values["id"]] = row
        self._stored[row] = self._told[row] = values
        return row

    # Changing

    def new_id(self) -> UUID:
        """An id for something that is no row yet; ids sort by the time they were given (UUIDv7)."""
        return new_id()

    def add(self, row: T) -> T:
        """Store a new row; it gets its id now and is written with the next flush."""
        if row.id is None:
            row.id = self.new_id()
        self._rows[type(row), row.id] = row
        if replaces(row):
            # Planned twice in one piece of work: the later one is meant.
            self._new = [new for new in self._new if not have_one_key(new, row)]
        self._new.append(row)
        return row

    def delete(self, row: TenantModel) -> None:
        """Delete a row with the next flush; from now on it is not found any more."""
        self._rows.pop((type(row), row.id), None)
        if row in self._new:
            self._new.remove(row)
        else:
            self._deleted.append(row)

    async def flush(self) -> None:
        """Write what is pending as one statement."""
        for statement in self._pending():
            await self._transaction.store(statement)

    def read_back(self, back: ReadBack) -> None:
        """Let the last statement read what it adds, if it can: then the answer stands in `back.found`."""
        self._back = back

    @asynccontextmanager
    async def attempting(self) -> AsyncIterator[None]:
        """Try something that may be refused: of a block that raises a `Refusal`, which goes on, nothing is left.

        Only for whoever has something else to do then; a refused command alone is rolled back by its door.
        """
        await self.flush()
        await self.sql("SAVEPOINT attempt")
        rows, stored, told = dict(self._rows), dict(self._stored), dict(self._told)
        held = {row: dict(row.__dict__) for row in stored}
        recorded, memo = list(self.recorded), dict(self.memo)
        held_before, concern = set(self._held), self._concern
        self._concern = None
        try:
            yield
        except Refusal as refusal:
            self.note_refused(refusal, held_before)
            await self._transaction.fetch("ROLLBACK TO SAVEPOINT attempt")
            self._rows, self._stored, self._told = rows, stored, told
            for row, values in held.items():
                row.__dict__.clear()
                row.__dict__.update(values)
            self._new, self._deleted, self._entries = [], [], []
            self.recorded, self.memo = recorded, memo
            raise
        finally:
            self._concern = concern

    def note_held(self, rows: Iterable[TenantModel]) -> None:
        """Know of rows that were locked to be changed by a statement of their module's own."""
        self._held |= {(row.__tablename__, row.id): None for row in rows}

    def concerns(self, table: str, id: UUID) -> None:
        """Say which record this is about, where it is not the first that is locked: what a clause refuses is kept with
        it. Who asks others says it first, and is right."""
        if self._concern is None:
            self._concern = table, id

    def note_refused(self, refusal: Refusal, held_before: Collection[tuple[str, UUID]] = ()) -> None:
        """Remember what a clause refuses: about what the work said it is about, or else the first record that was held
        for it, and wasn't held before."""
        if refusal.clause is not None and all(each.refusal is not refusal for each in self.refused):
            named = () if self._concern is None else (self._concern,)
            held = sorted(self._held, key=lambda held: held in held_before)
            self.refused.append(Refused(refusal, (*named, *held)))

    async def finish(self) -> None:
        """Write what is pending, and keep everything."""
        back = self._back
        if back is not None and any(row in self._stored for row in back.rows):
            back = None
        await self._transaction.finish(list(self._pending()), back)

    def _pending(self) -> Iterator[Statement]:
        """What is to be written; a row is taken for stored once its statement has been carried out."""
        changes = [Change(row, values) for row, stored in self._stored.items() if (values := _difference(row, stored))]
        if not (self._new or changes or self._deleted or self._entries):
            return
        for entry, subject in self._entries:
            self._describe(entry, subject)
            self._new.append(entry)
        self._entries = []
        new = {row: state_of(row) for row in self._new}
        yield from storing(new, changes, self._deleted)
        for row, state in new.items():
            if replaces(row):
                # The stored row may be an older one with an id of its own.
                self._rows.pop((type(row), row.id))
                continue
            # Defaults are the class's until now; from here on the row says itself what is stored.
            self._stored[row] = state
            row.__dict__.update(state)
        for change in changes:
            self._stored[change.row] = self._stored[change.row] | change.values
        for row in self._deleted:
            self._stored.pop(row, None)
            self._told.pop(row, None)
        self._new, self._deleted = [], []

    # Recording

    def record(self, event: Event, about: TenantModel | None = None) -> None:
        """Write a fact into the journal and the outbox; `about` is its subject, whose change the entry keeps."""
        self.recorded.append(event)
        entry = JournalEntry(
            at=self.now,
            name=event.name,
            payload=event.payload(),
            subject_kind=about.__tablename__ if about is not None else None,
            subject_id=about.id if about is not None else None,
            changes={},
            actor_kind=self.actor.kind,
            actor_id=self.actor.id,
            reason=self.reason,
            request_id=self.request_id,
        )
        entry.id = self.new_id()
        self._entries.append((entry, about))
        self.add(AgendaItem(task=Task.DELIVER, due_at=self.opening.real_now, subject_id=entry.id))

    def _describe(self, entry: JournalEntry, subject: TenantModel | None) -> None:
        if subject is None or subject in self._deleted:
            return
        values = state_of(subject)
        before = self._told.get(subject) or dict.fromkeys(values)
        entry.changes = {
            name: [old, new] for name, new in values.items() if (old := before[name]) is not new and old != new
        }
        self._told[subject] = values

    # Later

    def schedule(
        self, at: datetime, event: Event, *, about: UUID | None, key: str, while_suspended: bool = False
    ) -> None:
        """Let a fact be recorded when the tenant's clock reaches `at`. The same key again moves the timer.

        Timers about one record come in order, and are forgotten together; None is for what goes on without any.
        """
        self.add(
            AgendaItem(
                task=Task.FIRE,
                due_at=at,
                subject_id=about or self.new_id(),
                key=key,
                name=event.name,
                payload=event.payload(),
                while_suspended=while_suspended,
            )
        )

    async def cancel_timers(self, about: UUID) -> None:
        """Forget every timer of a record."""
        pending = select(AgendaItem).where(AgendaItem.subject_id == about, AgendaItem.task == Task.FIRE)
        for item in await self.all(pending):
            self.delete(item)

    def run_later(self, job: str, *, about: UUID, while_suspended: bool = False) -> None:
        """Let a worker do a long job (`workers/jobs`) about a record after the commit; asked for twice, it is one."""
        self.add(
            AgendaItem(
                task=Task.RUN,
                due_at=self.opening.real_now,
                subject_id=about,
                key=f"{job}:{about}",
                name=job,
                while_suspended=while_suspended,
            )
        )

    async def plan_effect(
        self, kind: EffectKind, key: str, payload: dict[str, Any], *, about: UUID, later: bool = False
    ) -> Effect | None:
        """Write an effect into the ledger and let it leave after the commit, or `later`, by `let_leave`. A known key
        does nothing, for which None is answered."""
        # By its key and not by its id: a restored tenant's effects have the ids that they had before.
        if await self.first(select(Effect).where(Effect.key == key)) is not None:
            return None
        id = effect_id(self.actor.tenant_id, key)
        effect = Effect(key=key, kind=kind, subject_id=about, payload=payload, planned_at=self.now)
        effect.id = id
        self.add(effect)
        if not later:
            self.let_leave(effect)
        return effect

    def let_leave(self, effect: Effect) -> None:
        """Let a planned effect leave after the commit; asked for twice, it leaves once."""
        due_at, key = self.opening.real_now, f"send:{effect.key}"
        self.add(AgendaItem(task=Task.SEND, due_at=due_at, subject_id=effect.id, key=key))


def _difference(row: TenantModel, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a row holds that is not stored so; most of it is the very same object, which is seen at once."""
    held = row.__dict__
    return {name: held[name] for name, value in stored.items() if held[name] is not value and held[name] != value}
