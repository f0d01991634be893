"""The page of a quotation: what is offered, and a form that takes one answer; plain HTML without a script."""

from collections.abc import Iterator, Mapping
from html import escape

from api.linked.pages import answer_form, facts_table, languages, page, paragraph
from domain.presales.rules.papers import Paper
from domain.presales.rules.quotations import MAX_COMMENT, MAX_NAME
from tenancy.language import Language, translate
from tenancy.refusals import Refusal, message

ACCEPT, DECLINE = "accept", "decline"
CHOICES = {ACCEPT: message("We accept this quotation."), DECLINE: message("We decline this quotation.")}
COMMENT = message("Anything you would like to say")
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
    yield f"<p>{escape(paper.running_head)}</p>\n"
    yield from facts_table(paper.facts)
    yield "<table>\n<thead><tr>"
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
    yield from answer_form(language, CHOICES, COMMENT, given, problem, most_name=MAX_NAME, most_comment=MAX_COMMENT)
    yield from languages(language)


def _cell(tag: str, index: int, text: str) -> str:
    kind = ' class="number"' if index in _FIGURES else ""
    return f"<{tag}{kind}>{escape(text)}</{tag}>"
