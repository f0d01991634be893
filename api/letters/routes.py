"""Leaving letters by their link: looking changes nothing, a mail program's one click leaves one kind (RFC 8058)."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import content_type, read_body, refusing
from api.letters import pages
from api.linked import visiting
from domain.consequences import settle
from domain.customers import commands
from domain.customers import queries as customers
from domain.customers.rules import ContactLetters
from domain.organisation import queries as organisation
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.language import Language
from tenancy.links import Purpose, read_token
from tenancy.refusals import Invalid, Refusal
from tenancy.work import Work

ONE_CLICK = ("List-Unsubscribe", "One-Click")
MOST_BYTES = 10_000


@dataclass(frozen=True)
class _Reader:
    """Who reads the letters of which company, and what they do without."""

    company: str
    language: Language
    unwanted: Collection[ContactLetters]


async def _open(work: Work, contact_id: UUID) -> _Reader | None:
    contact = await customers.contact(work, contact_id)
    unwanted = [ContactLetters(each) for each in contact.unwanted_letters]
    return _Reader((await organisation.company(work)).name, Language(contact.language), unwanted)


@refusing
async def show(request: Request) -> Response:
    """The page that asks, or the one that says that there is nothing."""
    visiting.charge(request, Purpose.LETTERS)
    reader = await visiting.opened(request, Purpose.LETTERS, _open)
    if reader is None:
        return visiting.nothing(request, pages.closed)
    language = visiting.language_for(request, reader.language)
    return visiting.answer(pages.choices(reader.company, reader.unwanted, language), language)


@refusing
async def choose(request: Request) -> Response:
    """Keep what the form says; or leave, by one click, the kind of letters that the address names."""
    visiting.charge(request, Purpose.LETTERS)
    found = read_token(Purpose.LETTERS, request.path_params["token"])
    reader = await visiting.opened(request, Purpose.LETTERS, _open)
    if found is None or reader is None:
        return visiting.nothing(request, pages.closed)
    (tenant_id, link), language = found, visiting.language_for(request, reader.language)
    try:
        unwanted = await _unwanted(request, reader)
        async with writing(Actor.system(tenant_id), settle=settle, reason="letters") as work:
            await commands.choose_letters(work, contact_id=link.id, unwanted=unwanted)
    except Invalid:
        shown = pages.choices(reader.company, reader.unwanted, language)
        return visiting.answer(shown, language, status=422)
    except Refusal:
        # The company is suspended or gone.
        return visiting.nothing(request, pages.closed, language)
    return visiting.answer(pages.kept(language), language)


async def _unwanted(request: Request, reader: _Reader) -> Collection[ContactLetters]:
    named = request.query_params.get("letters", "")
    left = [letters for letters in ContactLetters if letters.value == named]
    if content_type(request) == "multipart/form-data":
        # So mail programs send their one click mostly; it has that one field.
        body = await read_body(request, most=MOST_BYTES)
        if not all(word.encode() in body for word in ONE_CLICK):
            raise Invalid(pages.ALWAYS)
        return {*reader.unwanted, *(left or ContactLetters)}
    given = await visiting.fields(request)
    if given.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        return {*reader.unwanted, *(left or ContactLetters)}
    return {letters for letters in ContactLetters if not given.get(f"wanted_{letters.value}")}


ROUTES = [
    Route("/letters/{token}", show, methods=["GET"]),
    Route("/letters/{token}", choose, methods=["POST"]),
]
