"""The page of a quotation: what is offered, and a form that takes one answer; plain HTML without a script."""

from collections.abc import Iterator, Mapping
from html import escape

from api.linked.pages import button, languages, page, paragraph, problem_of, text_field
from domain.presales.rules.papers import Paper
from domain.presales.rules.quotations import MAX_COMMENT, MAX_NAME
from tenancy.language import Language, translate
from tenancy.refusals import Refusal, message

ACCEPT, DECLINE = "accept", "decline"
# The columns of figures, from the left.
_FIGURES = range(2, 7)


def offer(paper: Paper, language: Language, given: Mapping[str, str], problem: Refusal | None) -> str:
    """The page that shows what is offered and asks for the answer."""
    return page(language, paper.title, _offer(paper, language, given, problem))


def thanks(language: Language, *, accepted: bool) -> str:
    """The page after an answer."""
    title = translate(message("Thank you"), language)
    text = message("The quotation is declined. Thank you for letting us know.")
    if accepted:
        text = message("The quotation is accepted. We will get in touch with you about the next steps.")
    return page(language, title, [paragraph(language, text)])


def closed(language: Language) -> str:
    """The page of every link that opens nothing: wrong, answered, expired or taken back; none is told from another."""
    title = translate(message("This link opens no quotation"), language)
    text = message("It may have been answered already, its time may be over, or there is a newer one. Please ask us.")
    return page(language, title, [paragraph(language, text)])


def _offer(paper: Paper, language: Language, given: Mapping[str, str], problem: Refusal | None) -> Iterator[str]:
    yield f"<p>{escape(paper.running_head)}</p>\n<table>\n"
    for label, value in paper.facts:
        yield f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>\n'
    yield "</table>\n<table>\n<thead><tr>"
    yield "".join(_cell("th", index, head) for index, head in enumerate(paper.columns))
    yield "</tr></thead>\n<tbody>\n"
    for row in paper.rows:
        yield f"<tr>{''.join(_cell('td', index, text) for index, text in enumerate(row))}</tr>\n"
    yield "</tbody>\n</table>\n<table>\n"
    for label, amount in paper.sums:
        yield f'<tr><th scope="row">{escape(label)}</th><td class="number">{escape(amount)}</td></tr>\n'
    yield "</table>\n"
    for heading, paragraphs in paper.sections:
        yield f"<h2>{escape(heading)}</h2>\n"
        yield "".join(f"<p>{escape(text)}</p>\n" for text in paragraphs if text)
    yield from _form(language, given, problem)
    yield from languages(language)


def _cell(tag: str, index: int, text: str) -> str:
    kind = ' class="number"' if index in _FIGURES else ""
    return f"<{tag}{kind}>{escape(text)}</{tag}>"


def _form(language: Language, given: Mapping[str, str], problem: Refusal | None) -> Iterator[str]:
    wrong = problem.path[0] if problem is not None and problem.path else ""
    yield f"<h2>{escape(translate(message('Your answer'), language))}</h2>\n{problem_of(problem, language)}"
    # Without an address of its own the form goes to where the page came from, its language included.
    yield '<form method="post">\n<fieldset>\n'
    words = {ACCEPT: message("We accept this quotation."), DECLINE: message("We decline this quotation.")}
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
    label = translate(message("Anything you would like to say"), language)
    yield text_field(label, "comment", given, wrong, required=False, most=MAX_COMMENT)
    yield button(language, message("Send the answer"))
