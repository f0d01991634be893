"""The mails of notifications, as the ledger of effects keeps them."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from domain.notifications import queries, rules
from domain.notifications.models import Notification
from tenancy.effects import EffectKind
from tenancy.language import Language, language_of
from tenancy.members import Member
from tenancy.work import Work


def written(work: Work, text: str, packed: Mapping[str, Any], language: str) -> str:
    """A marked text with its packed values, as a reader of the language sees it."""
    return rules.written(text, packed, language, ZoneInfo(work.opening.zone))


def letter(to: str, subject: str, text: str, language: str) -> dict[str, Any]:
    """The payload of a planned mail."""
    return {"to": to, "subject": subject, "text": text + "\n", "language": (language_of(language) or Language.EN).tag}


async def write_to_member(work: Work, member: Member, notification: Notification) -> None:
    """Plan the mail of one notification, in its reader's language."""
    body = queries.text_of(notification, member.language, work.opening.zone)
    mail = letter(f"{member.name} <{member.email}>", rules.subject_line(body), body, member.language)
    key, subject_id = f"notify:{notification.key}:{member.id}", notification.subject_id or notification.id
    await work.plan_effect(EffectKind.MAIL, key, mail, about=subject_id)
