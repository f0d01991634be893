"""Secrets: what is sealed at rest, what is handed out once, and how passwords are kept."""

import asyncio
import base64
import hashlib
import hmac
import re
import secrets as random
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from uuid import UUID

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tenancy.config import settings
from tenancy.refusals import Invalid, message

MINIMUM_PASSWORD_CHARACTERS = 10
MAXIMUM_PASSWORD_CHARACTERS = 256

_VERSION = b"\x01"
_NONCE_BYTES = 12
_PURPOSE = re.compile(r"[a-z][a-z0-9-]{0,62}")

# 19 MiB, two passes, one lane: the cost that a sign-in may have on a small machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
# Few threads, so that a flood of sign-ins costs waiting and not memory.
_argon_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# Stands in for the password of a person who does not exist; nobody knows what it was made from.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$9onRiY9Wm0rmJIYJwRCF9A$Ln57sCe6W8QAm3W6jMNbhaoeC/x51Q9P5GYNJj32LZ4"


class Unsealable(Exception):
    """A sealed value was changed, belongs to another tenant or purpose, or was sealed with another installation key."""


@lru_cache(maxsize=4)
def _installation_key(hexadecimal: str) -> bytes:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", hexadecimal):
        raise RuntimeError(
            "ZHIDU_SECRET_KEY must be 32 bytes as 64 hexadecimal digits (openssl rand -hex 32 makes one)"
        )
    return bytes.fromhex(hexadecimal)


@lru_cache(maxsize=32)
def _derived(hexadecimal: str, purpose: str) -> bytes:
    if not _PURPOSE.fullmatch(purpose):
        raise ValueError(f"not a purpose: {purpose!r}")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"zhidu/" + purpose.encode()).derive(
        _installation_key(hexadecimal)
    )


def subkey(purpose: str) -> bytes:
    """32 bytes derived from the installation key for one purpose, such as signing cookies; the same at every start."""
    return _derived(settings().secret_key.get_secret_value(), purpose)


def seal(plain: bytes, *, tenant_id: UUID | None, purpose: str) -> bytes:
    """Encrypt a small secret for one tenant (None: the installation itself) and one purpose; it grows by 29 bytes.

    AES-256-GCM under the installation key; tenant and purpose are authenticated, so the value is worthless elsewhere.
    """
    nonce = random.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(subkey("seal")).encrypt(nonce, plain, _belonging(tenant_id, purpose))


def unseal(sealed: bytes, *, tenant_id: UUID | None, purpose: str) -> bytes:
    """The secret inside a sealed value; raises `Unsealable` for anything but an untouched value of this tenant."""
    head = len(_VERSION) + _NONCE_BYTES
    if sealed[: len(_VERSION)] != _VERSION or len(sealed) <= head:
        raise Unsealable(f"not a sealed value ({purpose})")
    nonce = sealed[len(_VERSION) : head]
    try:
        return AESGCM(subkey("seal")).decrypt(nonce, sealed[head:], _belonging(tenant_id, purpose))
    except InvalidTag:
        raise Unsealable(f"a sealed value does not open here ({purpose})") from None


def _belonging(tenant_id: UUID | None, purpose: str) -> bytes:
    if not _PURPOSE.fullmatch(purpose):
        raise ValueError(f"not a purpose: {purpose!r}")
    owner = "installation" if tenant_id is None else f"tenant:{tenant_id}"
    return f"zhidu/1/{owner}/{purpose}".encode()


def new_token(prefix: str = "") -> str:
    """A random token of 256 bits, safe in URLs and headers; the prefix tells people and scanners what it is."""
    return prefix + random.token_urlsafe(32)


def new_key(size: int = 32) -> bytes:
    """Random bytes for a new key, such as a webhook's signing secret."""
    return random.token_bytes(size)


def webhook_secret_text(secret: bytes) -> str:
    """A webhook's signing secret in the form that receivers paste into the Standard Webhooks libraries."""
    return "whsec_" + base64.b64encode(secret).decode()


def fingerprint(token: str) -> bytes:
    """SHA-256 of a random token: what is stored instead of it. Never for passwords, which are not random."""
    return hashlib.sha256(token.encode()).digest()


def same(one: bytes | str, other: bytes | str) -> bool:
    """Whether two secrets are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(_as_bytes(one), _as_bytes(other))


def _as_bytes(secret: bytes | str) -> bytes:
    return secret.encode() if isinstance(secret, str) else secret


async def hash_password(password: str) -> str:
    """The Argon2id hash to keep of a new password; `Invalid` when it is too short or too long."""
    text = _normalized(password)
    if len(text) < MINIMUM_PASSWORD_CHARACTERS:
        raise Invalid(
            message("A password has at least {minimum} characters."),
            {"minimum": MINIMUM_PASSWORD_CHARACTERS},
            path=("password",),
        )
    if len(text) > MAXIMUM_PASSWORD_CHARACTERS:
        raise Invalid(
            message("A password has at most {maximum} characters."),
            {"maximum": MAXIMUM_PASSWORD_CHARACTERS},
            path=("password",),
        )
    return await asyncio.get_running_loop().run_in_executor(_argon_threads, _hasher.hash, text)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; None (nobody of that name) takes as long and is False."""
    text = _normalized(password)
    right = await asyncio.get_running_loop().run_in_executor(_argon_threads, _verify, stored or _NOBODY, text)
    return right and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with another cost than today's, to be renewed at the next sign-in."""
    return _hasher.check_needs_rehash(stored)


def _verify(stored: str, text: str) -> bool:
    try:
        return _hasher.verify(stored, text)
    except (VerificationError, InvalidHashError):
        return False


def _normalized(password: str) -> str:
    # Keyboards and input methods write the same letters in different widths and compositions. What is far too long
    # is cut, and is still too long, so that a guess of a megabyte costs what any guess costs.
    return unicodedata.normalize("NFKC", password[: 8 * MAXIMUM_PASSWORD_CHARACTERS])[: MAXIMUM_PASSWORD_CHARACTERS + 1]
