"""Canned answers: what their blanks may be, and how they are written out for a requester (RQ-10)."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from enum import StrEnum

from domain.policies.rules import checks
from tenancy.language import translate
from tenancy.refusals import Invalid, message

MAX_TITLE, MAX_TEXT, MOST_ANSWERS = 200, 10_000, 500
NOTHING = "—"
_BLANK = re.compile(r"\{([^{}]*)\}")


class Blank(StrEnum):
    """What a canned answer may leave blank: the word is what stands between the braces."""

    REQUEST_NUMBER = "request_number"
    REQUEST_TITLE = "request_title"
    REQUEST_STATE = "request_state"
    SUBMITTED_AT = "submitted_at"
    DUE_AT = "due_at"
    RESOLUTION = "resolution"
    CONTACT_NAME = "contact_name"
    CUSTOMER_NAME = "customer_name"
    ASSIGNEE_NAME = "assignee_name"
    DEPARTMENT_NAME = "department_name"
    COMPANY_NAME = "company_name"
    OWN_NAME = "own_name"


def clean_title(given: Mapping[str, str]) -> dict[str, str]:
    """What an answer is called, in three languages. Raises `Invalid`."""
    return checks.clean_texts(given, MAX_TITLE, "title")


def clean_text(given: Mapping[str, str]) -> dict[str, str]:
    """What it says, in three languages, with blanks that are known. Raises `Invalid` with the language at fault."""
    texts = checks.clean_texts(given, MAX_TEXT, "text")
    # What was not sent is taken from what was, and so is right where that is.
    for language in given:
        path, said = ("text", checks.AS_SENT.get(language, language)), texts[language]
        for blank in _BLANK.findall(said):
            if blank not in set(Blank):
                text = message("“{blank}” is no blank of a canned answer; these are: {known}.")
                raise Invalid(text, {"blank": blank[:100], "known": ", ".join(Blank)}, path)
        if re.search(r"[{}]", _BLANK.sub("", said)):
            raise Invalid(message("Braces enclose blanks and nothing else."), path=path)
    return texts


def blanks_of(text: str) -> list[Blank]:
    """The blanks of a text, each once, as they come."""
    return list(dict.fromkeys(Blank(word) for word in _BLANK.findall(text)))


def write(text: str, values: Mapping[Blank, str | datetime | None], language: str, zone: tzinfo) -> str:
    """The text with its blanks filled as the language writes them; what is not known is a dash. What fills a blank is
    no text with blanks itself."""

    def value(found: re.Match[str]) -> str:
        known = values.get(Blank(found[1]))
        return translate("{value}", language, {"value": known}, zone=zone) if known else NOTHING

    return _BLANK.sub(value, text)
