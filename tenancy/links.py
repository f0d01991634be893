"""Links that open one record to whoever holds them, without an account: signed, so that nothing of them is stored."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tenancy.config import settings
from tenancy.secrets import same, subkey

# Where a letter's text has its link; the ledger keeps the letter so, and the link is made as the letter leaves.
PLACE = "{link}"
_TOKEN = re.compile(r"zhl_([0-9a-f]{32})([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


class Purpose(StrEnum):
    """What a link is for; the word is the beginning of its address, and no link is good for another purpose."""

    SURVEY = "survey"
    QUOTATION = "quotation"
    PORTAL = "portal"
    SOLUTION = "solution"
    REQUIREMENTS = "requirements"
    LETTERS = "letters"


@dataclass(frozen=True)
class Link:
    """What a link leads to."""

    purpose: Purpose
    id: UUID

    def stored(self) -> dict[str, str]:
        """The link as a planned letter keeps it."""
        return {"purpose": self.purpose.value, "id": str(self.id)}

    @classmethod
    def load(cls, stored: dict[str, str]) -> "Link":
        """The link of a planned letter."""
        return cls(Purpose(stored["purpose"]), UUID(stored["id"]))


@dataclass(frozen=True)
class Leave:
    """Of a letter that its reader may do without: whose letters and which kind, for the one click of mail programs."""

    contact_id: UUID
    letters: str

    def stored(self) -> dict[str, str]:
        """As a planned letter keeps it."""
        return {"contact_id": str(self.contact_id), "letters": self.letters}

    @classmethod
    def load(cls, stored: dict[str, str]) -> "Leave":
        """That of a planned letter."""
        return cls(UUID(stored["contact_id"]), stored["letters"])

    def address(self, tenant_id: UUID) -> str:
        """Where one says so: the page asks which, one click of a mail program leaves this kind."""
        return f"{address(tenant_id, Link(Purpose.LETTERS, self.contact_id))}?letters={self.letters}"


def address(tenant_id: UUID, link: Link) -> str:
    """The whole address, as it stands in a letter."""
    return f"{settings().public_url.rstrip('/')}/{link.purpose.value}/{token(tenant_id, link)}"


def token(tenant_id: UUID, link: Link) -> str:
    """The part of the address that opens the record: the company, the record, and a signature of both."""
    return f"zhl_{tenant_id.hex}{link.id.hex}_{_signature(tenant_id, link)}"


def read_token(purpose: Purpose, text: str) -> tuple[UUID, Link] | None:
    """The company and the record that a token opens; None when this installation has not signed it for this purpose."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        return None
    tenant_id, link = UUID(found[1]), Link(purpose, UUID(found[2]))
    return (tenant_id, link) if same(found[3], _signature(tenant_id, link)) else None


def _signature(tenant_id: UUID, link: Link) -> str:
    digest = hmac.digest(subkey(f"link-{link.purpose.value}"), tenant_id.bytes + link.id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
