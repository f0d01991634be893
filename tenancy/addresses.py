"""What an e-mail address is: one rule for everybody who writes one down, and for the gateway that sends to it."""

import re

MOST_CHARACTERS = 254
# The part before the @ in the letters that every mail server takes; the part behind it may be of any script, as long as
# it has a form in ASCII. Nothing that could break a header. Whether anybody reads it, only a letter can tell.
_FORM = re.compile(r"[A-Za-z0-9_.!#$%&'*+/=?^`{|}~-]{1,64}@[^\s@<>()\[\],;:\\\"\x00-\x20\x7f-\xa0]{1,255}")


def clean_address(text: str) -> str | None:
    """The address in small letters, in which addresses are compared; None for what is none, or not of the internet."""
    cleaned = text.strip().lower()
    domain = cleaned.rpartition("@")[2]
    last = domain.rpartition(".")[2]
    if "." not in domain or len(last) < 2 or not is_address(cleaned):
        return None
    return cleaned


def is_address(text: str) -> bool:
    """Whether a text is an address as mail can be sent to it, such as `no-reply@localhost`."""
    return len(text) <= MOST_CHARACTERS and _FORM.fullmatch(text) is not None and _in_ascii(text) is not None


def in_ascii(text: str) -> str:
    """An address as it goes into a letter, its domain in the form of the name service; ValueError for none."""
    found = _in_ascii(text) if _FORM.fullmatch(text) else None
    if found is None:
        raise ValueError(f"not an address: {text[:100]!r}")
    return found


def _in_ascii(text: str) -> str | None:
    local, _, domain = text.rpartition("@")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None
