"""The tree of service lines: their codes and names, and where one may stand."""

import re
from collections.abc import Mapping
from uuid import UUID

from domain.policies.rules import checks
from tenancy.refusals import Invalid, message

DEEPEST = 6
MOST_LINES = 500
NAME_LENGTH = 120
# As clauses name a line in their scope.
_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,59}")


def clean_code(code: str, *path: str) -> str:
    """A name for programs and clauses, which is given once and for ever. Raises `Invalid`."""
    cleaned = code.strip()
    if not _CODE.fullmatch(cleaned):
        text = message("A code has up to 60 small letters a to z, figures and . _ -, and begins with a letter.")
        raise Invalid(text, path=path)
    return cleaned


def clean_name(given: Mapping[str, str], *path: str) -> dict[str, str]:
    """A name in all three languages; one that is not given is taken from the nearest that is. Raises `Invalid`."""
    return checks.clean_texts(given, NAME_LENGTH, *path)


def check_place(id: UUID | None, parent_id: UUID | None, parents: Mapping[UUID, UUID | None], *path: str) -> None:
    """Refuse a place below `parent_id` that would make a circle or a tree of more than `DEEPEST` levels.

    `id` is None for a new line; `parents` leads from every line to the one above it.
    """
    above = _line(parent_id, parents)
    if id is not None and id in above:
        raise Invalid(message("A service line can't stand below itself."), path=path)
    if len(above) + _height(id, parents) > DEEPEST:
        raise Invalid(message("The tree of service lines has at most {most} levels."), {"most": DEEPEST}, path=path)


def _line(id: UUID | None, parents: Mapping[UUID, UUID | None]) -> list[UUID]:
    """A line and those above it, the nearest first."""
    found: list[UUID] = []
    while id is not None and id not in found:
        found.append(id)
        id = parents.get(id)
    return found


def _height(id: UUID | None, parents: Mapping[UUID, UUID | None]) -> int:
    """How many levels a line has with those below it; one for a new line."""
    lines = (_line(each, parents) for each in parents)
    return max((line.index(id) + 1 for line in lines if id is not None and id in line), default=1)
