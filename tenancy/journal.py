"""What happened: facts with their actor, reason and change, append-only by grant."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from tenancy.actor import ActorKind
from tenancy.models import TenantModel


@dataclass(frozen=True, kw_only=True)
class Event:
    """One fact of a module, named for ever: `class RequestSubmitted(Event, name="requests.submitted")`.

    Its fields are ids, words, numbers and instants, never personal data or text: the journal keeps them for ever.
    """

    name: ClassVar[str] = ""
    known: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls, *, name: str) -> None:
        if name in Event.known:
            raise TypeError(f"two events are named {name}")
        cls.name = name
        Event.known[name] = cls

    def payload(self) -> dict[str, Any]:
        """The fields as the journal stores them."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @staticmethod
    def load(name: str, payload: dict[str, Any]) -> "Event":
        """The fact again, from its name and stored fields."""
        return TypeAdapter(Event.known[name]).validate_python(payload)


class JournalEntry(TenantModel, kw_only=True, eq=False):
    """One fact: who did what to which record, when, why, and what changed. Never updated, never deleted."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        Index("ix_journal_entries_subject", "tenant_id", "subject_kind", "subject_id", "id"),
        Index("ix_journal_entries_name", "tenant_id", "name", "id"),
    )

    at: Mapped[datetime]
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    subject_kind: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    # Column name to [before, after]; a new record has no before.
    changes: Mapped[dict[str, Any]]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    request_id: Mapped[UUID | None]

    def event(self) -> Event:
        """The fact as the house speaks of it."""
        return Event.load(self.name, self.payload)
