"""What people write, made storable: on one line or on several, within so many characters."""

import re
import unicodedata

from tenancy.refusals import Invalid, message

# Control characters and halves of characters are what a database or a mail refuses later and less politely.
NOT_STORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def one_line(text: str, most: int, *path: str, may_be_empty: bool = False) -> str:
    """The text on one line, without outer or doubled blanks. Raises `Invalid` with the path of the input."""
    return _storable(" ".join(text.split()), most, path, may_be_empty)


def several_lines(text: str, most: int, *path: str, may_be_empty: bool = False) -> str:
    """The text with its lines, ended in one way, and without outer blanks. Raises `Invalid` with the path."""
    return _storable("\n".join(text.splitlines()).strip(), most, path, may_be_empty)


def _storable(text: str, most: int, path: tuple[str, ...], may_be_empty: bool) -> str:
    if NOT_STORABLE.search(text):
        raise Invalid(message("The text contains characters that cannot be stored."), {}, path)
    text = unicodedata.normalize("NFC", text)
    if len(text) > most:
        too_long = message("The text has {length} characters; at most {most} are possible.")
        raise Invalid(too_long, {"length": len(text), "most": most}, path)
    if not text and not may_be_empty:
        raise Invalid(message("This must not be empty."), {}, path)
    return text
