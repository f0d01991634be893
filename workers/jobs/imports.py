"""Trying the rows of a file that was sent, and carrying them out: as whoever sent it, each row in its own transaction.

What was tried is undone by the door. What is carried out is written down in the transaction that does it, so a pass
that is begun again goes on behind it.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog

from domain.consequences import settle
from domain.files import queries as files
from domain.imports import commands, queries, rules
from domain.imports.models import ImportRow
from domain.imports.rules import ATTEMPTS, ImportKind, ImportState, Outcome
from tenancy import blobs
from tenancy.actor import Actor, ActorKind
from tenancy.agenda import AgendaItem
from tenancy.claims import Claim
from tenancy.database import only_trying, reading, writing
from tenancy.language import translate
from tenancy.opening import opened
from tenancy.refusals import Refusal, message
from tenancy.tables.reading import Encoding, Table, read
from tenancy.tables.writing import CsvSheet
from workers.attempts import Outdated, describe, hold, is_passing, working

log = structlog.get_logger(__name__)

# How many tried rows are written down at once.
BATCH = 100
PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class _Pass:
    """What a pass works with."""

    import_id: UUID
    kind: ImportKind
    actor: Actor
    source_id: UUID
    encoding: Encoding
    running: bool
    done: frozenset[int]


@dataclass(frozen=True)
class _Row:
    """A row by its number, and by field what it says; `first` is the row that has said the same before, and `before`
    says what has become of its customer by then."""

    number: int
    given: Mapping[str, str]
    first: int | None
    before: Mapping[str, str] | None = None


async def go_through(claim: Claim, item: AgendaItem) -> None:
    """Try every row of an import, or carry them out."""
    here = await _begin(claim, item)
    if here is None:
        return
    try:
        async with _place(here.actor.tenant_id, here.source_id) as path:
            table = await asyncio.to_thread(read, path, here.encoding)
        async with working(claim) as work:
            await hold(work, claim)
            made = await commands.note_mapped(work, here.import_id, table.headings, len(table.rows))
            mapping, mapped = made.mapping or {}, made.problem_code is None
        if here.running:
            await _carry_out(claim, here, table, mapping)
        else:
            await _try(claim, here, table, mapping if mapped else None)
    except Outdated:
        raise
    except Exception as problem:
        await _note(claim, item, problem)


async def _begin(claim: Claim, item: AgendaItem) -> _Pass | None:
    async with working(claim) as work:
        held = await hold(work, claim)
        begun = await commands.note_begun(work, item.subject_id)
        if begun is not None and item.attempts > ATTEMPTS:
            text = message("The worker ended each time before it was done.")
            await commands.note_failed(work, item.subject_id, Refusal(text))
            begun = None
        if begun is None:
            work.delete(held)
            return None
        made, member, permissions = begun
        assert made.source_id is not None
        return _Pass(
            import_id=made.id,
            kind=made.kind,
            actor=Actor(claim.tenant_id, ActorKind.MEMBER, member.id, permissions, member.language),
            source_id=made.source_id,
            encoding=made.encoding,
            running=made.state is ImportState.RUNNING,
            done=frozenset(await queries.numbers_done(work, made.id)),
        )


def _rows(kind: ImportKind, table: Table, mapping: Mapping[str, Mapping[str, str]]) -> Iterator[_Row]:
    """The rows as fields. A request without a reference has one by what it says, so that it comes in once."""
    first: dict[str, int] = {}
    occurred: dict[str, int] = {}
    leading: dict[str, Mapping[str, str]] = {}
    for number, cells in table.rows:
        given = rules.given(mapping, table.headings, cells)
        if kind is ImportKind.REQUESTS and "source_reference" not in given:
            like = rules.derived_reference(given, 0)
            occurred[like] = occurred.get(like, 0) + 1
            given["source_reference"] = rules.derived_reference(given, occurred[like])
        identity = rules.identity(kind, given)
        known = first.get(identity) if identity else None
        if identity and known is None:
            first[identity] = number
        if kind is ImportKind.REQUESTS:
            yield _Row(number, given, known)
        else:
            before = leading.setdefault(given.get("name", ""), given)
            yield _Row(number, given, known, before if before is not given else None)


async def _try(claim: Claim, here: _Pass, table: Table, mapping: Mapping[str, Mapping[str, str]] | None) -> None:
    waiting: list[ImportRow] = []
    for row in _rows(here.kind, table, mapping) if mapping is not None else ():
        waiting.append(await _tried(here, row, mapping or {}))
        if len(waiting) >= BATCH:
            await _write_down(claim, waiting)
            waiting = []
    await _write_down(claim, waiting)
    async with working(claim) as work:
        held = await hold(work, claim)
        await commands.note_checked(work, here.import_id)
        work.delete(held)


async def _write_down(claim: Claim, rows: Sequence[ImportRow]) -> None:
    async with working(claim) as work:
        await hold(work, claim)
        commands.note_rows(work, rows)


async def _tried(here: _Pass, row: _Row, mapping: Mapping[str, Mapping[str, str]]) -> ImportRow:
    try:
        with only_trying():
            async with writing(here.actor, settle=settle) as work:
                if row.first is not None:
                    raise rules.repeated(row.first)
                if row.before is not None:
                    with suppress(Refusal):
                        async with work.attempting():
                            await commands.apply(work, here.kind, row.before)
                outcome, _ = await commands.apply(work, here.kind, row.given)
    except Refusal as refusal:
        if is_passing(refusal):
            raise
        return _refused(here, row, refusal, mapping)
    return ImportRow(import_id=here.import_id, number=row.number, done=False, outcome=outcome)


def _refused(here: _Pass, row: _Row, refusal: Refusal, mapping: Mapping[str, Mapping[str, str]]) -> ImportRow:
    field = refusal.path[0] if refusal.path else ""
    return ImportRow(
        import_id=here.import_id,
        number=row.number,
        done=here.running,
        outcome=Outcome.REFUSED,
        code=refusal.code,
        heading=mapping.get(field, {}).get("column", field) or None,
        problem=refusal.text,
        problem_values={
            name: value if isinstance(value, int) else str(value) for name, value in refusal.values.items()
        },
    )


async def _carry_out(claim: Claim, here: _Pass, table: Table, mapping: Mapping[str, Mapping[str, str]]) -> None:
    for row in _rows(here.kind, table, mapping):
        if row.number not in here.done:
            await _done(claim, here, row, mapping)
    report = await _report(here, table)
    kept = False
    try:
        async with working(claim) as work:
            held = await hold(work, claim)
            kept = await commands.note_finished(work, here.import_id, report)
            work.delete(held)
    finally:
        if not kept:
            await blobs.discard(claim.tenant_id, report)


async def _done(claim: Claim, here: _Pass, row: _Row, mapping: Mapping[str, Mapping[str, str]]) -> None:
    try:
        async with writing(here.actor, settle=settle) as work:
            # Whoever has taken over this pass does the row, and not both.
            await hold(work, claim)
            if row.first is not None:
                raise rules.repeated(row.first)
            outcome, record_id = await commands.apply(work, here.kind, row.given)
            done = ImportRow(import_id=here.import_id, number=row.number, done=True, outcome=outcome)
            done.record_id = record_id
            commands.note_done(work, done)
    except Refusal as refusal:
        if is_passing(refusal):
            raise
        await _write_down(claim, [_refused(here, row, refusal, mapping)])


async def _report(here: _Pass, table: Table) -> blobs.Received:
    """The file as it was sent, with what became of each row beside it."""
    language = here.actor.language
    heads = [message("Outcome"), message("Code"), message("Column"), message("Reason")]
    with tempfile.TemporaryFile() as out:
        sheet = CsvSheet(out)
        sheet.write(["#", *table.headings, *(translate(head, language) for head in heads)])
        cells = dict(table.rows)
        after = 0
        while True:
            async with reading(Actor.system(here.actor.tenant_id)) as work:
                page = await queries.rows_of(work, here.import_id, after, 1_000)
            if not page:
                break
            for row in page:
                said = translate(row.problem, language, row.problem_values) if row.problem else ""
                told = [row.outcome, row.code or "", row.heading or "", said]
                sheet.write([row.number, *cells.get(row.number, ()), *told])
            after = page[-1].number
        sheet.close()
        out.seek(0)

        async def pieces() -> AsyncIterator[bytes]:
            while piece := await asyncio.to_thread(out.read, PIECE_BYTES):
                yield piece

        return await blobs.receive(here.actor.tenant_id, pieces(), lambda _: None)


async def _note(claim: Claim, item: AgendaItem, problem: Exception) -> None:
    """Say in the import what went wrong; what will pass, and what nobody foresaw, the yard tries again."""
    if is_passing(problem) or (not isinstance(problem, Refusal) and item.attempts < ATTEMPTS):
        raise problem
    log.warning("imports.failed", tenant=str(claim.tenant_id), item=str(item.subject_id), error=describe(problem))
    text = message("Something unexpected happened ({what}); the log has the details.")
    why = problem if isinstance(problem, Refusal) else Refusal(text, {"what": type(problem).__name__})
    async with working(claim) as work:
        held = await hold(work, claim)
        await commands.note_failed(work, item.subject_id, why)
        work.delete(held)


@asynccontextmanager
async def _place(tenant_id: UUID, file_id: UUID) -> AsyncIterator[Path]:
    """The bytes of a file in a file of this machine, which is gone afterwards."""
    async with reading(Actor.system(tenant_id)) as work:
        _, blob = await files.with_content(work, file_id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sent"
        out = await opened(path, "xb")
        try:
            async for piece in blobs.content(tenant_id, blob):
                await asyncio.to_thread(out.write, piece)
        finally:
            out.close()
        yield path
