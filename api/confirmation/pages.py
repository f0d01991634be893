"""The page of a document to be confirmed: what it says, and a form that takes one answer; plain HTML, no script."""

from collections.abc import Iterator, Mapping
from html import escape

from api.linked.pages import answer_form, facts_table, languages, page, paragraph
from domain.presales.rules.shown import Shown
from domain.presales.rules.solutions import MAX_COMMENT, MAX_NAME
from tenancy.language import Language, translate
from tenancy.refusals import Refusal, message

CONFIRM, OBJECT = "confirm", "object"
CHOICES = {
    CONFIRM: message("We confirm that this is what we need."),
    OBJECT: message("We would like to have something changed."),
}
COMMENT = message("What should be different, or what else you would like to say")


def document(shown: Shown, language: Language, given: Mapping[str, str], problem: Refusal | None) -> str:
    """The page that shows what is to be confirmed and asks for the answer."""
    return page(language, shown.title, _document(shown, language, given, problem))


def thanks(language: Language, *, confirmed: bool) -> str:
    """The page after an answer."""
    title = translate(message("Thank you"), language)
    text = message("We have your answer and will get in touch with you about what should be different.")
    if confirmed:
        text = message("You have confirmed it. We will get in touch with you about the next steps.")
    return page(language, title, [paragraph(language, text)])


def closed(language: Language) -> str:
    """The page of every link that opens nothing: wrong, answered or taken back; none is told from another."""
    title = translate(message("This link opens no document"), language)
    text = message("It may have been answered already, or there is a newer version. Please ask us.")
    return page(language, title, [paragraph(language, text)])


def _document(shown: Shown, language: Language, given: Mapping[str, str], problem: Refusal | None) -> Iterator[str]:
    yield f"<p>{escape(shown.running_head)}</p>\n"
    yield from facts_table(shown.facts)
    for heading, text in shown.sections:
        yield f"<h2>{escape(heading)}</h2>\n"
        yield "".join(f"<p>{escape(line)}</p>\n" for line in text.split("\n") if line)
    yield from answer_form(language, CHOICES, COMMENT, given, problem, most_name=MAX_NAME, most_comment=MAX_COMMENT)
    yield from languages(language)
