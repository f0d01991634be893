"""What people write into a request, within its bounds."""

import unicodedata

from tenancy.refusals import Invalid, message

MAX_TITLE = 200
MAX_DESCRIPTION = 20_000
MAX_REASON = 500


def clean_title(title: str, path: tuple[str, ...] = ("title",)) -> str:
    """A title on one line, 1 to 200 characters. Raises `Invalid` with the path of the input."""
    return _needed(_clean(" ".join(title.split()), MAX_TITLE, path), path)


def clean_description(description: str, path: tuple[str, ...] = ("description",)) -> str:
    """A description of up to 20,000 characters, which may be empty. Raises `Invalid` with the path of the input."""
    lines = description.replace("\r\n", "\n").replace("\r", "\n")
    return _clean(lines.strip(), MAX_DESCRIPTION, path)


def clean_reason(reason: str, path: tuple[str, ...] = ("reason",)) -> str:
    """Why something was put on hold, reopened or cancelled: 1 to 500 characters on one line."""
    return _needed(_clean(" ".join(reason.split()), MAX_REASON, path), path)


def clean_message(text: str, path: tuple[str, ...] = ("text",)) -> str:
    """A message of 1 to 20,000 characters. Raises `Invalid` with the path of the input."""
    return _needed(clean_description(text, path), path)


def clean_resolution(text: str, path: tuple[str, ...] = ("resolution",)) -> str:
    """What was done, in 1 to 20,000 characters. Raises `Invalid` with the path of the input."""
    return _needed(clean_description(text, path), path)


def _clean(text: str, most: int, path: tuple[str, ...]) -> str:
    # Control characters and halves of characters are what a database or a mail refuses later and less politely.
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in text):
        raise Invalid(message("The text contains characters that cannot be stored."), {}, path)
    text = unicodedata.normalize("NFC", text)
    if len(text) > most:
        text_too_long = message("The text has {length} characters; at most {most} are possible.")
        raise Invalid(text_too_long, {"length": len(text), "most": most}, path)
    return text


def _needed(text: str, path: tuple[str, ...]) -> str:
    if not text:
        raise Invalid(message("This must not be empty."), {}, path)
    return text
