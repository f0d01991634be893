"""What people may write into names, addresses, scopes and ends of tokens, cleaned or refused."""

import re
from collections.abc import Sequence
from datetime import datetime

from tenancy.addresses import clean_address
from tenancy.language import Language, language_of
from tenancy.refusals import Invalid, message
from tenancy.work import Work

NAME_LENGTH = 120
MOST_SCOPES = 200

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def clean_name(name: str, *path: str) -> str:
    """The name without outer blanks; refuses an empty or overlong one, and control characters."""
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= NAME_LENGTH or _CONTROL.search(cleaned):
        raise Invalid(message("A name has 1 to {most} characters."), {"most": NAME_LENGTH}, path=path or ("name",))
    return cleaned


def clean_email(email: str, *path: str) -> str:
    """The address in small letters; refuses what is none."""
    cleaned = clean_address(email)
    if cleaned is None:
        raise Invalid(message("This is not an e-mail address."), path=path or ("email",))
    return cleaned


def clean_language(language: str, *path: str) -> Language:
    """The language that a tag such as `zh-TW` stands for; refuses those that Zhidu doesn't speak."""
    found = language_of(language)
    if found is None:
        raise Invalid(
            message("Zhidu speaks {languages}, and not “{language}”."),
            {"languages": ", ".join(each.tag for each in Language), "language": language[:40]},
            path=path or ("language",),
        )
    return found


def clean_scopes(scopes: Sequence[str], *path: str) -> list[str]:
    """The permissions once each and in order; refuses none at all. Which there are is known above."""
    cleaned = sorted(set(scopes))
    if not 1 <= len(cleaned) <= MOST_SCOPES:
        raise Invalid(message("Name at least one permission."), path=path or ("scopes",))
    return cleaned


def clean_end(work: Work, expires_at: datetime | None, *path: str) -> datetime | None:
    """When a token ends, in real time; refuses the past and an instant without a zone."""
    if expires_at is None:
        return None
    if expires_at.tzinfo is None or expires_at <= work.opening.real_now:
        raise Invalid(
            message("A token ends in the future; give the instant with its zone."), path=path or ("expiresAt",)
        )
    return expires_at
