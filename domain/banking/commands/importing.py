"""Reading a bank's file: each line once, in however many files it stands."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.banking import queries
from domain.banking.events import BankLineRecognised, BankStatementDiscarded, BankStatementImported
from domain.banking.models import BankAccount, BankLine, BankStatement
from domain.banking.rules import camt, sheets
from domain.banking.rules.lines import MOST_BYTES, Contents, LineState, Numbered, fault, number, unknown
from domain.banking.rules.matching import numbers_in
from domain.banking.rules.sheets import CsvForm
from domain.files import commands as files
from domain.files import queries as files_seen
from domain.files.models import Attachment, File
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies.rules.kinds.money import BooksByItself
from tenancy.blobs import Blob
from tenancy.refusals import Forbidden, NotFound, WrongState, message
from tenancy.work import Work


@command(needs=Permission.BILLING_COLLECT)
async def import_statement(work: Work, *, account_id: UUID, file_id: UUID) -> tuple[BankStatement, bool]:
    """Read a file of an account that the actor has uploaded (AR-2); also answers whether it is a new one.

    The same content again is the statement that is known, and lines that another file had are not taken again. Refuses
    with BAD_BANK_FILE what cannot be read as a whole.
    """
    account = await queries.account(work, account_id, "accountId", lock=True)
    if not account.active:
        raise WrongState(message("This account is not in use any more."), {}, ("accountId",))
    if not await files_seen.is_mine(work, file_id):
        raise NotFound(path=("fileId",))
    file = await work.get(File, file_id, "fileId")
    blob = await work.get(Blob, file.blob_id)
    known = await queries.known_statement(work, account.id, blob.sha256)
    if known is not None:
        return known, False
    if blob.size_bytes > MOST_BYTES:
        raise fault(message("The file has more than {most} megabytes: divide it."), most=MOST_BYTES // 1024**2)
    content = await files_seen.content_of(work, file_id)
    # What takes a while is done beside the loop that serves everybody else.
    contents = await asyncio.to_thread(_read, content, account)
    numbered = number(contents.lines)
    seen = await queries.known_digests(work, account.id, {each.digest for each in numbered})
    new = unknown(numbered, seen)
    statement = work.add(_statement(work, account, contents, len(new), file_id=file_id, sha256=blob.sha256))
    lines = [work.add(_line(account, statement, each)) for each in new]
    await files.attach(work, Subject(SubjectKind.BANK_STATEMENT, statement.id), file_id=file_id)
    told = BankStatementImported(
        statement_id=statement.id, account_id=account.id, lines=len(contents.lines), new_lines=len(new)
    )
    work.record(told, about=statement)
    await _recognise(work, lines)
    return statement, True


@command(needs=Permission.BILLING_COLLECT)
async def discard_statement(work: Work, *, statement_id: UUID) -> UUID:
    """Forget a file that was read wrongly, with the lines that it had first; none of them may have been booked."""
    found = select(BankStatement).where(BankStatement.id == statement_id, queries.visible(work.actor, BankStatement))
    statement = await work.first(found)
    if statement is None:
        raise NotFound(path=("statementId",))
    await queries.account(work, statement.account_id, lock=True)
    mine = select(BankLine).where(BankLine.statement_id == statement.id).order_by(BankLine.id)
    lines = await work.all(mine.with_for_update())
    if any(line.state is LineState.BOOKED for line in lines):
        text = message("Lines of this file are booked: open them again first.")
        raise WrongState(text, {}, ("statementId",))
    attached = (
        Attachment.subject_kind == SubjectKind.BANK_STATEMENT.value,
        Attachment.subject_id == statement.id,
    )
    attachment = await work.first(select(Attachment).where(*attached))
    work.record(BankStatementDiscarded(statement_id=statement.id, account_id=statement.account_id))
    for line in lines:
        work.delete(line)
    await work.flush()
    work.delete(statement)
    if attachment is not None:
        await files.detach(work, attachment)
    return statement.id


async def detach(work: Work, *, attachment: Attachment) -> None:
    """Nothing is taken from a statement."""
    raise Forbidden(message("The file of a statement stays with it."), code="NOT_YOURS")


def _read(content: bytes, account: BankAccount) -> Contents:
    beginning = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    # In UTF-16 the bracket has a neighbour of zero bits.
    if beginning.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<")):
        return camt.read(content, account.number, account.currency)
    if account.csv_form is None:
        text = message("The file is no XML, and the account does not say how its bank writes CSV: set that up first.")
        raise fault(text)
    return sheets.read(content, CsvForm.of(account.csv_form), account.currency)


def _statement(
    work: Work, account: BankAccount, contents: Contents, new_lines: int, *, file_id: UUID, sha256: str
) -> BankStatement:
    days = [line.booked_on for line in contents.lines]
    return BankStatement(
        account_id=account.id,
        sha256=sha256,
        file_id=file_id,
        form=contents.form,
        reference=contents.reference,
        imported_at=work.now,
        imported_by_id=work.actor.id if work.actor.is_member else None,
        currency=account.currency,
        first_on=min(days),
        last_on=max(days),
        lines=len(contents.lines),
        new_lines=new_lines,
        total_minor=contents.total_minor,
        opening_minor=contents.opening_minor,
        closing_minor=contents.closing_minor,
    )


def _line(account: BankAccount, statement: BankStatement, each: Numbered) -> BankLine:
    line = each.line
    return BankLine(
        account_id=account.id,
        statement_id=statement.id,
        position=each.position,
        digest=each.digest,
        occurrence=each.occurrence,
        booked_on=line.booked_on,
        value_on=line.value_on,
        amount_minor=line.minor,
        currency=account.currency,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        purpose=line.purpose,
        bank_reference=line.bank_reference,
    )


async def _recognise(work: Work, lines: Sequence[BankLine]) -> None:
    """Tell of lines that the clause may have booked by themselves; each is booked, or not, in its own transaction."""
    ruling = await queries.booking_rule(work)
    if ruling is None or ruling.value.by_itself is BooksByItself.NEVER:
        return
    named = {line.id: numbers_in(line.purpose) for line in lines if line.amount_minor > 0}
    # In one query: a file may have thousands of lines. Whether it is this one alone is asked when it is booked.
    asked = await queries.open_amounts(work, lines[0].currency if lines else "", set().union(*named.values()))
    for line in lines:
        if any(asked.get(each) == line.amount_minor for each in named.get(line.id, ())):
            work.record(BankLineRecognised(line_id=line.id))
