"""The texts of mails within the bounds of what they become, and the names of addresses."""

import re

from tenancy import postbox
from tenancy.refusals import Invalid, message

MAX_SUBJECT = 200
_REPLY = re.compile(r"(?:\s*(?:re|aw|sv|fw|fwd|wg|回复|回覆|答复|答覆|转发|轉寄|轉發)\s*[:：])+\s*", re.IGNORECASE)


def clean_local_part(text: str, *path: str) -> str:
    """What stands before the @ of an address, in small letters; refuses what has not that form."""
    cleaned = text.strip().lower()
    if not postbox.is_local_part(cleaned):
        said = message("An address begins with 1 to {most} letters, digits, dots, hyphens or underscores.")
        raise Invalid(said, {"most": postbox.LONGEST_LOCAL_PART}, path=path)
    return cleaned


def title_of(subject: str, empty: str) -> str:
    """The title of a request that a mail asks for; `empty` where it has no subject."""
    return within(" ".join(subject.split()), MAX_SUBJECT) or empty


def subject_of_reply(subject: str) -> str:
    """The subject under which a mail is answered, as mail programs write it."""
    return f"Re: {_REPLY.sub('', subject, count=1).strip()}" if _REPLY.match(subject) else f"Re: {subject}"


def within(text: str, most: int) -> str:
    """A text of so many characters at most; one that is cut says so by an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
