"""What is written to a customer's people about their request when the company has no words of its own for that."""

from collections.abc import Mapping
from typing import Any

from domain.policies.rules.kinds import Occasion
from domain.policies.rules.sentences import Sentence
from tenancy.refusals import message

# Written without a clause where the company takes mail; the others only where a clause asks for them.
USUAL = frozenset(Occasion) - {Occasion.ASSIGNED, Occasion.REOPENED}
NEWS: Mapping[Occasion, str] = {
    Occasion.SUBMITTED: message("your request {number} has come in: {title}"),
    Occasion.ASSIGNED: message("somebody has taken on your request {number}: {title}"),
    Occasion.SOLUTION_PROPOSED: message("this is what we propose for your request {number}, {title}:\n\n{solution}"),
    Occasion.HELD: message("we need something of you to go on with your request {number}, {title}:\n\n{reason}"),
    Occasion.RESOLVED: message("your request {number}, {title}, is resolved:\n\n{resolution}"),
    Occasion.REOPENED: message("your request {number} is open again: {title}"),
    Occasion.CLOSED: message("your request {number} is closed: {title}"),
    Occasion.CANCELLED: message("your request {number}, {title}, is cancelled:\n\n{reason}"),
}
# Said instead where the instant is known.
NEWS_WITH: Mapping[Occasion, tuple[str, str]] = {
    Occasion.SUBMITTED: ("due_at", message("your request {number} has come in and is due at {due_at}: {title}")),
    Occasion.HELD: (
        "expected_at",
        message(
            "we need something of you to go on with your request {number}, {title}:\n\n{reason}\n\nWe count on it by"
            " {expected_at}."
        ),
    ),
    Occasion.RESOLVED: (
        "closes_at",
        message(
            "your request {number}, {title}, is resolved:\n\n{resolution}\n\nWithout a word from you it closes at"
            " {closes_at}."
        ),
    ),
}
_ADD = message("To add something, answer this letter.")
HOW: Mapping[Occasion, str] = {
    Occasion.SOLUTION_PROPOSED: message(
        "To agree, answer this letter with nothing but “OK”; or tell us what is wrong with it."
    ),
    Occasion.HELD: message("Please answer this letter."),
    Occasion.RESOLVED: message(
        "If all is well, answer this letter with nothing but “OK”; any other answer opens the request again."
    ),
}
WITH_ANSWER = message("Dear {contact},\n\n{news}\n\n{how}\n\nKind regards,\n{company}")
WITHOUT_ANSWER = message("Dear {contact},\n\n{news}\n\nKind regards,\n{company}")
IN_OWN_WORDS = message("{said}\n\n-- \n{company}, request {number}: {title}")


def news(occasion: Occasion, values: Mapping[str, Any]) -> Sentence:
    """What has happened, in Zhidu's words."""
    known, text = NEWS_WITH.get(occasion, ("", ""))
    return Sentence(text if text and values.get(known) is not None else NEWS[occasion], values)


def how_to_answer(occasion: Occasion, *, decides: bool) -> Sentence:
    """What an answer does; where answers decide nothing, that they are read."""
    return Sentence(HOW.get(occasion, _ADD) if decides or occasion is Occasion.HELD else _ADD)
