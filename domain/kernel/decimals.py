"""Numbers as decimal text: an optional minus, digits, a point and more digits; nothing else that Python would read."""

import re
from decimal import Decimal

from tenancy.refusals import Invalid, message

# Wide enough for every amount, quantity and rate; what is out of its own bounds is refused by whoever knows them.
MOST_DIGITS = 20
_FORM = re.compile(rf"-?[0-9]{{1,{MOST_DIGITS}}}(\.[0-9]{{1,{MOST_DIGITS}}})?")
_LONG_FORM = re.compile(r"-?[0-9]+(\.[0-9]+)?")
SHOWN_CHARACTERS = 40


def read(text: str, *path: str) -> Decimal:
    """The number that a text writes. Raises `Invalid`, also for `1e3`, `1_000`, full-width digits and blanks."""
    if not _FORM.fullmatch(text):
        given = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
        if _LONG_FORM.fullmatch(text):
            words = message("“{given}” has too many digits: at most {most} before the point and {most} after it.")
            raise Invalid(words, {"given": given, "most": MOST_DIGITS}, path)
        raise Invalid(message("“{given}” is not a number."), {"given": given}, path)
    return Decimal(text)
