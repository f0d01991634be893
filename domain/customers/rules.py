"""What may be said of customers and contacts: names, addresses, telephone numbers; what the portal opens to them;
on which day there is room for a letter."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from domain.kernel.permissions import PortalGrant
from domain.kernel.texts import one_line
from domain.policies.rules.kinds import CustomerPortal, PortalReach
from tenancy.addresses import clean_address
from tenancy.refusals import Invalid, message


class ContactLetters(StrEnum):
    """Letters that a customer's person may do without: nothing is asked of them there, and no contract demands them."""

    SURVEYS = "surveys"
    PROGRESS = "progress"


NAME_LENGTH = 200
REGION_LENGTH = 60
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{2,28}[0-9]")


def clean_name(name: str, *path: str) -> str:
    """The name without outer or doubled blanks; refuses an empty or overlong one."""
    return one_line(name, NAME_LENGTH, *path)


def clean_email(email: str, *path: str) -> str:
    """The address in small letters, in which it is compared; refuses what has not the form of one."""
    cleaned = clean_address(email)
    if cleaned is None:
        raise Invalid(message("“{email}” is not an e-mail address."), {"email": email[:60]}, path=path)
    return cleaned


def clean_phone(phone: str, *path: str) -> str:
    """The number as it was written, without outer blanks; refuses what cannot be dialled."""
    cleaned = phone.strip()
    if not _PHONE.fullmatch(cleaned):
        raise Invalid(message("“{phone}” is not a telephone number."), {"phone": phone[:40]}, path=path)
    return cleaned


def clean_region(region: str) -> str:
    """The name of a region, up to 60 characters, which may be empty. Raises `Invalid`."""
    return one_line(region, REGION_LENGTH, "region", may_be_empty=True)


def portal_grants(clause: CustomerPortal) -> list[str]:
    """What a clause lets a customer's person see in the portal, as an access keeps it."""
    granted = {
        PortalGrant.USE: True,
        PortalGrant.COMPANY: clause.reach is PortalReach.COMPANY,
        PortalGrant.QUOTATIONS: clause.quotations,
        PortalGrant.INVOICES: clause.invoices,
        PortalGrant.SURVEYS: clause.surveys,
    }
    return [grant.value for grant, given in granted.items() if given]


def day_with_room(taken: Sequence[date], today: date, most_per_day: int | None, most_per_week: int | None) -> date:
    """The first day from `today` on that has room for one more letter; none overtakes one that waits already.

    `taken` are the days of the letters before it: those of the last six days, of today, and those that wait.
    """
    day = max([today, *taken])
    while not _has_room(taken, day, most_per_day, most_per_week):
        day += timedelta(days=1)
    return day


def _has_room(taken: Sequence[date], day: date, most_per_day: int | None, most_per_week: int | None) -> bool:
    week_begins = day - timedelta(days=6)
    on_it, around_it = sum(each == day for each in taken), sum(week_begins <= each <= day for each in taken)
    return (most_per_day is None or on_it < most_per_day) and (most_per_week is None or around_it < most_per_week)
