"""How the reading of a mail ends: filed, held back, or noted at the letter on which it reports."""

from uuid import UUID

from domain.files import queries as files
from domain.kernel.subjects import Subject, SubjectKind
from domain.mail import queries
from domain.mail.events import MailFiled, MailQuarantined, MailReported
from domain.mail.models import InboundMail
from domain.mail.rules import LIFECYCLE, Letter, MailReason, Move
from domain.requests import commands as requests
from tenancy.effects import Effect, EffectKind, EffectState
from tenancy.outbox import EffectGivenUp
from tenancy.work import Work


def hold(work: Work, mail: InboundMail, reason: MailReason, detail: str = "") -> None:
    """Keep a mail for somebody to look at."""
    mail.state = LIFECYCLE.next(mail.state, Move.HOLD)
    mail.reason, mail.detail = reason, "; ".join(filter(None, (detail[:500], mail.detail)))
    work.record(MailQuarantined(mail_id=mail.id, reason=reason), about=mail)


def filed(
    work: Work, mail: InboundMail, request_id: UUID, contact_id: UUID | None, *, message_id: UUID | None = None
) -> None:
    """Note what a mail has become."""
    mail.state, mail.reason = LIFECYCLE.next(mail.state, Move.FILE), None
    mail.request_id, mail.request_message_id, mail.contact_id = request_id, message_id, contact_id
    mail.settled_at = work.now
    mail.settled_by_id = work.actor.id if work.actor.is_member else None
    work.record(MailFiled(mail_id=mail.id, request_id=request_id, message_id=message_id), about=mail)


async def pass_files_on(work: Work, mail: InboundMail) -> None:
    """Put the files of a mail, but not the mail itself, at what it has become."""
    assert mail.request_id is not None
    for file_id in await files.of_record(work, Subject(SubjectKind.INBOUND_MAIL, mail.id)):
        if file_id != mail.file_id:
            await requests.attach_received(
                work, request_id=mail.request_id, message_id=mail.request_message_id, file_id=file_id
            )


async def report(work: Work, mail: InboundMail, letter: Letter) -> None:
    """Note at a letter of ours what a mail server says became of it; a report on any other letter is held."""
    assert letter.report is not None
    found = await queries.reported_on(work, letter)
    if found is None or found.kind is not EffectKind.MAIL:
        hold(work, mail, MailReason.UNMATCHED_REPORT)
        return
    effect = await work.get(Effect, found.id, lock=True)
    mail.state = LIFECYCLE.next(mail.state, Move.REPORT)
    mail.effect_id, mail.settled_at = effect.id, work.now
    if letter.report.failed and effect.state is not EffectState.FAILED:
        effect.state, effect.error = EffectState.FAILED, f"it came back: {letter.report.status or 'no status'}"
        given_up = EffectGivenUp(effect_id=effect.id, kind=effect.kind, subject_id=effect.subject_id)
        work.record(given_up, about=effect)
    work.record(MailReported(mail_id=mail.id, effect_id=effect.id, failed=letter.report.failed), about=mail)
