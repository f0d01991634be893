"""The page of an invitation: a button that opens the portal, once; then the key to it."""

from collections.abc import Iterator
from html import escape

from api.linked.pages import button, languages, page, paragraph
from tenancy.language import Language, translate
from tenancy.refusals import message


def invitation(language: Language, *, company: str, contact: str) -> str:
    """The page that offers to open the portal. Looking at it changes nothing, for programs follow links in mails."""
    title = translate(message("The portal of {company}"), language, {"company": company})
    return page(language, title, _invitation(language, contact))


def _invitation(language: Language, contact: str) -> Iterator[str]:
    text = message("{contact}, you are invited to look after your requests yourself. The link opens the portal once.")
    yield paragraph(language, text, {"contact": contact})
    yield '<form method="post">\n'
    yield button(language, message("Open the portal"))
    yield from languages(language)


def opened(language: Language, token: str, ends_at: str) -> str:
    """The page after that: this browser is let in, and the key for programs is shown this once."""
    title = translate(message("You are in"), language)
    return page(language, title, _opened(language, token, ends_at))


def _opened(language: Language, token: str, ends_at: str) -> Iterator[str]:
    yield paragraph(language, message("This browser may come in until {ends_at}."), {"ends_at": ends_at})
    text = message("Programs of yours send this key with every request. It is shown this once; keep it secret.")
    yield paragraph(language, text)
    yield f"<p><code>{escape(token)}</code></p>\n"


def closed(language: Language) -> str:
    """The page of every link that opens nothing: wrong, opened, expired or taken back; none is told from another."""
    title = translate(message("This link opens nothing"), language)
    text = message("It may have been opened already, or its time may be over. Please ask us for a new invitation.")
    return page(language, title, [paragraph(language, text)])
