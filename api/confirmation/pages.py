"""The page of a document to be confirmed: what it says, and a form that takes one answer; plain HTML, no script."""

from collections.abc import Iterator, Mapping
from html import escape

from api.linked.pages import button, languages, page, paragraph, problem_of, text_field
from domain.presales.rules.shown import Shown
from domain.presales.rules.solutions import MAX_COMMENT, MAX_NAME
from tenancy.language import Language, translate
from tenancy.refusals import Refusal, message

CONFIRM, OBJECT = "confirm", "object"


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
    yield f"<p>{escape(shown.running_head)}</p>\n<table>\n"
    for label, value in shown.facts:
        yield f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>\n'
    yield "</table>\n"
    for heading, text in shown.sections:
        yield f"<h2>{escape(heading)}</h2>\n"
        yield "".join(f"<p>{escape(line)}</p>\n" for line in text.split("\n") if line)
    yield from _form(language, given, problem)
    yield from languages(language)


def _form(language: Language, given: Mapping[str, str], problem: Refusal | None) -> Iterator[str]:
    wrong = problem.path[0] if problem is not None and problem.path else ""
    yield f"<h2>{escape(translate(message('Your answer'), language))}</h2>\n{problem_of(problem, language)}"
    # Without an address of its own the form goes to where the page came from, its language included.
    yield '<form method="post">\n<fieldset>\n'
    words = {
        CONFIRM: message("We confirm that this is what we need."),
        OBJECT: message("We would like to have something changed."),
    }
    for value, text in words.items():
        checked = " checked" if given.get("answer") == value else ""
        yield (
            f'<label class="choice"><input type="radio" name="answer" value="{value}" required{checked}>'
            f"{escape(translate(text, language))}</label>\n"
        )
    yield "</fieldset>\n"
    said = ' aria-describedby="problem" aria-invalid="true"' if wrong == "name" else ""
    yield (
        f'<p><label for="name">{escape(translate(message("Your name"), language))}</label>\n'
        f'<input id="name" name="name" maxlength="{MAX_NAME}" autocomplete="name" required{said}'
        f' value="{escape(given.get("name", ""))}"></p>\n'
    )
    label = translate(message("What should be different, or what else you would like to say"), language)
    yield text_field(label, "comment", given, wrong, required=False, most=MAX_COMMENT)
    yield button(language, message("Send the answer"))
