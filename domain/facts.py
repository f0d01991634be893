"""Every fact that the house records, brought together, so that each is known wherever the journal is read again."""

import importlib
from pathlib import Path

import domain
import tenancy.archives
import tenancy.identity.events
import tenancy.outbox
import tenancy.rehearsal
import tenancy.timetable  # noqa: F401  # imported, like the others, for the facts they name
from tenancy.journal import Event

for _room in sorted(Path(domain.__path__[0]).glob("*/events*")):
    importlib.import_module(f"domain.{_room.parent.name}.events")


def is_known(name: str) -> bool:
    """Whether this version of the product has a fact of this public name."""
    return name in Event.known


def names() -> list[str]:
    """The public names of all facts."""
    return sorted(Event.known)
