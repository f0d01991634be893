"""Where mail to a company comes in: an address below the installation's mail domain, and the tokens of its threads."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from tenancy.config import settings
from tenancy.secrets import same, subkey

# A token takes 39 of the 64 characters that stand before the @.
LONGEST_LOCAL_PART = 24
_LOCAL_PART = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,22}[a-z0-9])?")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_TOKEN = re.compile(r"[a-z2-7]{39}")
_SIGNATURE_BYTES = 8
# The ids by which we know our own letters again.
_OUR_MESSAGE_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")


@dataclass(frozen=True)
class Recipient:
    """What an address of this installation says: whose it is, which of theirs, and of which thread."""

    slug: str
    local_part: str
    token: str


def is_local_part(text: str) -> bool:
    """Whether a company may have an address that begins like this."""
    return _LOCAL_PART.fullmatch(text) is not None and ".." not in text


def address(slug: str, local_part: str, token: str = "") -> str:
    """The whole address, with the token of a thread behind a plus sign."""
    return f"{local_part}{'+' if token else ''}{token}@{slug}.{settings().mail_domain}"


def read_address(text: str) -> Recipient | None:
    """What an address says; None for one that is not below the installation's mail domain."""
    before, _, behind = text.strip().lower().rpartition("@")
    slug, _, domain = behind.partition(".")
    local_part, _, token = before.partition("+")
    if domain != settings().mail_domain or not _SLUG.fullmatch(slug) or not is_local_part(local_part):
        return None
    return Recipient(slug, local_part, token)


def thread_token(tenant_id: UUID, record_id: UUID) -> str:
    """What stands behind the plus sign in a reply about a record: its id, and a signature that nobody else can make."""
    raw = record_id.bytes + _signature(tenant_id, record_id)
    return base64.b32encode(raw).decode().rstrip("=").lower()


def read_thread_token(tenant_id: UUID, text: str) -> UUID | None:
    """The record that a token stands for; None when this installation has not signed it for this company."""
    if not _TOKEN.fullmatch(text):
        return None
    raw = base64.b32decode(text.upper() + "=")
    record_id = UUID(bytes=raw[:16])
    return record_id if same(raw[16:], _signature(tenant_id, record_id)) else None


def _signature(tenant_id: UUID, record_id: UUID) -> bytes:
    digest = hmac.digest(subkey("mail-thread"), tenant_id.bytes + record_id.bytes, hashlib.sha256)
    return digest[:_SIGNATURE_BYTES]


def message_id(effect_id: UUID) -> str:
    """The Message-ID under which a planned letter leaves, however often it is tried."""
    return f"<{effect_id}@{sender_host()}>"


def effect_of(message_id: str) -> UUID | None:
    """The letter that a Message-ID of ours names."""
    found = _OUR_MESSAGE_ID.match(message_id)
    return UUID(found[1]) if found is not None else None


def sender_address() -> str:
    """The address from which the installation's letters come, in small letters."""
    return parseaddr(settings().mail_from)[1].lower()


def sender_host() -> str:
    """The domain of that address."""
    return sender_address().rpartition("@")[2] or "localhost"


@dataclass(frozen=True)
class Thread:
    """How a letter hangs together with those before it: to which address it is answered, and what it answers itself.

    The token in the address is made as the letter leaves, so that whoever reads the ledger cannot write into a thread.
    """

    slug: str
    local_part: str
    record_id: UUID
    in_reply_to: str = ""
    references: tuple[str, ...] = ()

    def stored(self) -> dict[str, Any]:
        """The thread as a planned letter keeps it."""
        return {
            "slug": self.slug,
            "local_part": self.local_part,
            "record_id": str(self.record_id),
            "in_reply_to": self.in_reply_to,
            "references": list(self.references),
        }

    @classmethod
    def load(cls, stored: dict[str, Any]) -> "Thread":
        """The thread of a planned letter."""
        return cls(
            stored["slug"],
            stored["local_part"],
            UUID(stored["record_id"]),
            stored["in_reply_to"],
            tuple(stored["references"]),
        )

    def reply_to(self, tenant_id: UUID) -> str:
        """The address to which the letter is answered."""
        return address(self.slug, self.local_part, thread_token(tenant_id, self.record_id))

    @property
    def loop_mark(self) -> str:
        """What tells us that a letter which comes in is one of our own to the same address."""
        return address(self.slug, self.local_part)
