"""Handbooks for tests: a published version from a few clauses, in a line."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from domain.consequences import settle
from domain.policies import commands
from domain.policies.models import HandbookVersion
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.work import Work

TITLE = {"en": "Handbook"}

OFFICE_HOURS: dict[str, Any] = {
    "zone": "Asia/Shanghai",
    "weekly_hours": {
        day: [["09:00", "12:00"], ["13:00", "18:00"]]
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
    },
}


_titles = count(1)


def another_title() -> dict[str, str]:
    """A title of its own: a version that says the very same as its base isn't taken."""
    return {"en": f"Handbook {next(_titles)}"}


async def write(work: Work, version_id: UUID, number: str, kind: str, value: Mapping[str, Any], **more: Any) -> None:
    """One clause, with as little said as possible."""
    await commands.put_clause(
        work, version_id=version_id, number=number, kind=kind, value=value, title={"en": kind}, **more
    )


async def draft(
    work: Work, *clauses: tuple[str, str, Mapping[str, Any]] | tuple[str, str, Mapping[str, Any], Any]
) -> HandbookVersion:
    """A draft with clauses `(number, kind, value)` or `(number, kind, value, scope)`."""
    version = await commands.draft_version(work, title=another_title(), document_number="HB-01")
    for number, kind, value, *scope in clauses:
        await write(work, version.id, number, kind, value, scope=scope[0] if scope else None)
    return version


async def publish(work: Work, *clauses: Any, effective_at: datetime | None = None) -> HandbookVersion:
    """A version in force with these clauses; the company must have a single administrator."""
    version = await draft(work, *clauses)
    await commands.submit_version(work, version_id=version.id)
    return await commands.publish_version(work, version_id=version.id, effective_at=effective_at)


async def in_force(actor: Actor, *clauses: Any) -> UUID:
    """The id of a version that is published in a transaction of its own."""
    async with writing(actor, settle=settle) as work:
        version = await publish(work, *clauses)
    return version.id
