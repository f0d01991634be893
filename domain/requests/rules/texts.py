"""What people write into a request, within its bounds."""

from domain.kernel.texts import one_line, several_lines
from domain.requests.rules.states import Audience
from tenancy.refusals import Invalid, message

MAX_TITLE = 200
MAX_DESCRIPTION = 20_000
MAX_REASON = 500
MAX_CATEGORY = 100
MOST_MENTIONS = 20


def clean_title(title: str) -> str:
    """A title on one line, 1 to 200 characters. Raises `Invalid`."""
    return one_line(title, MAX_TITLE, "title")


def clean_description(description: str) -> str:
    """A description of up to 20,000 characters, which may be empty. Raises `Invalid`."""
    return several_lines(description, MAX_DESCRIPTION, "description", may_be_empty=True)


def clean_reason(reason: str) -> str:
    """Why something was put on hold, reopened or cancelled: 1 to 500 characters on one line. Raises `Invalid`."""
    return one_line(reason, MAX_REASON, "reason")


def clean_message(text: str) -> str:
    """A message of 1 to 20,000 characters. Raises `Invalid`."""
    return several_lines(text, MAX_DESCRIPTION, "text")


def check_mentions(count: int, audience: Audience) -> None:
    """Refuse to call people by name where the other side reads it, or too many of them. Raises `Invalid`."""
    if count and audience is not Audience.INTERNAL:
        raise Invalid(message("People are mentioned in internal notes."), path=("mentionIds",))
    if count > MOST_MENTIONS:
        raise Invalid(message("At most {most} people are mentioned."), {"most": MOST_MENTIONS}, ("mentionIds",))


def clean_resolution(text: str) -> str:
    """What was done, in 1 to 20,000 characters. Raises `Invalid`."""
    return several_lines(text, MAX_DESCRIPTION, "resolution")


def clean_solution(text: str) -> str:
    """What is proposed, in 1 to 20,000 characters. Raises `Invalid`."""
    return several_lines(text, MAX_DESCRIPTION, "solution")


def clean_summary(text: str) -> str:
    """What whoever takes a request on has to know, in 1 to 20,000 characters. Raises `Invalid`."""
    return several_lines(text, MAX_DESCRIPTION, "summary")


def clean_category(text: str) -> str:
    """What kind of matter it is: 1 to 100 characters on one line. Raises `Invalid`."""
    return one_line(text, MAX_CATEGORY, "category")


def clean_source_reference(text: str) -> str:
    """What a request is called where it comes from: 1 to 200 characters on one line. Raises `Invalid`."""
    return one_line(text, MAX_TITLE, "sourceReference")


def clean_task(text: str) -> str:
    """What a co-operating department has to do, in 1 to 20,000 characters. Raises `Invalid`."""
    return several_lines(text, MAX_DESCRIPTION, "task")


def clean_result(text: str) -> str:
    """What came of it, in 1 to 20,000 characters. Raises `Invalid`."""
    return several_lines(text, MAX_DESCRIPTION, "result")


def clean_finding(text: str, *path: str) -> str:
    """What is known of a fault, in 1 to 20,000 characters. Raises `Invalid` with the path of the input."""
    return several_lines(text, MAX_DESCRIPTION, *path)
