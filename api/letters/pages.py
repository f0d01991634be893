"""The page on which a customer's person says which letters they do without; plain HTML with a form, no script."""

from collections.abc import Collection, Iterator
from html import escape

from api.linked.pages import button, languages, page, paragraph
from domain.customers.rules import ContactLetters
from tenancy.language import Language, translate
from tenancy.refusals import message

NAMES = {
    ContactLetters.SURVEYS: message("Surveys: how satisfied you were"),
    ContactLetters.PROGRESS: message("News about your requests that asks nothing of you"),
}
ALWAYS = message(
    "Whatever asks something of you, and what a contract demands, reaches you in any case: answers, solutions and"
    " results of requests, quotations, invoices, reminders of payments and notes of missed deadlines."
)


def choices(company: str, unwanted: Collection[ContactLetters], language: Language) -> str:
    """The page that asks which letters somebody wants."""
    title = translate(message("Letters of {company}"), language, {"company": company})
    return page(language, title, _form(unwanted, language))


def kept(language: Language) -> str:
    """The page after a choice."""
    title = translate(message("Your choice is kept"), language)
    return page(language, title, [paragraph(language, ALWAYS)])


def closed(language: Language) -> str:
    """The page of every link that opens nothing."""
    title = translate(message("This link opens nothing"), language)
    text = message("It may be wrong or outdated. Please ask us.")
    return page(language, title, [paragraph(language, text)])


def _form(unwanted: Collection[ContactLetters], language: Language) -> Iterator[str]:
    yield paragraph(language, message("Which of these letters would you like to get?"))
    yield '<form method="post">\n<fieldset>\n'
    for letters, name in NAMES.items():
        checked = "" if letters in unwanted else " checked"
        yield (
            f'<label><input type="checkbox" name="wanted_{letters.value}" value="yes"{checked}> '
            f"{escape(translate(name, language))}</label>\n"
        )
    yield "</fieldset>\n"
    yield paragraph(language, ALWAYS)
    yield button(language, message("Keep this choice"))
    yield from languages(language)
