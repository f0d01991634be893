"""The channels on which a tenant's changes are called out, for whoever listens just then; the tenant comes first."""

from dataclasses import dataclass
from uuid import UUID

import orjson


def changes(tenant_id: UUID) -> str:
    """The broker's channel of one tenant's changes."""
    return f"zhidu:{tenant_id}:changes"


@dataclass(frozen=True)
class Change:
    """A fact was delivered. It says which, never what: a listener reads the record with its own permissions."""

    tenant_id: UUID
    entry_id: UUID
    name: str
    subject_kind: str | None
    subject_id: UUID | None
    # The case that the record is a part of, as a seat is of its approval: who follows the case hears of it, too.
    case_id: UUID | None = None

    def dump(self) -> bytes:
        """The message on the channel."""
        return orjson.dumps(
            {
                "tenant": str(self.tenant_id),
                "entry": str(self.entry_id),
                "name": self.name,
                "subject_kind": self.subject_kind,
                "subject_id": str(self.subject_id) if self.subject_id else None,
                "case_id": str(self.case_id) if self.case_id else None,
            }
        )

    @staticmethod
    def load(message: bytes, *, tenant_id: UUID) -> "Change":
        """The change again; ValueError when it is not this tenant's, as on a mistaken channel."""
        found = orjson.loads(message)
        if found["tenant"] != str(tenant_id):
            raise ValueError("a change of another tenant came over this channel")
        return Change(
            tenant_id=tenant_id,
            entry_id=UUID(found["entry"]),
            name=found["name"],
            subject_kind=found["subject_kind"],
            subject_id=UUID(found["subject_id"]) if found["subject_id"] else None,
            # A worker of an earlier release doesn't say it.
            case_id=UUID(found["case_id"]) if found.get("case_id") else None,
        )
