"""The addresses of documents that a customer confirms by a link: reading answers nothing, and one answer is taken."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import refusing
from api.confirmation import pages
from api.linked import visiting
from domain.consequences import settle
from domain.presales import commands
from domain.presales.queries import requirements, solutions
from domain.presales.rules.shown import Shown
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.language import Language
from tenancy.links import Purpose, read_token
from tenancy.refusals import Invalid, Refusal, message
from tenancy.work import Work


@dataclass(frozen=True)
class Opened:
    """What a link opens: in which language it is shown unless another is asked for, and how it reads in one."""

    language: Language
    written: Callable[[Language], Shown]


@dataclass(frozen=True)
class Document:
    """A kind of document that is confirmed: the purpose of its links, what they open, and keeping an answer."""

    purpose: Purpose
    open: Callable[[Work, UUID], Awaitable[Opened | None]]
    answer: Callable[[Work, UUID, Mapping[str, Any]], Awaitable[object]]


async def _open_solution(work: Work, id: UUID) -> Opened | None:
    found = await solutions.opened(work, id)
    return Opened(found.language, found.written) if found is not None else None


async def _answer_solution(work: Work, id: UUID, said: Mapping[str, Any]) -> object:
    return await commands.answer_solution_by_link(work, solution_id=id, **said)


async def _open_requirements(work: Work, id: UUID) -> Opened | None:
    found = await requirements.opened(work, id)
    return Opened(found.language, found.written) if found is not None else None


async def _answer_requirements(work: Work, id: UUID, said: Mapping[str, Any]) -> object:
    return await commands.answer_requirements_by_link(work, requirements_id=id, **said)


DOCUMENTS = (
    Document(Purpose.SOLUTION, _open_solution, _answer_solution),
    Document(Purpose.REQUIREMENTS, _open_requirements, _answer_requirements),
)


def _routes(document: Document) -> list[Route]:
    @refusing
    async def show(request: Request) -> Response:
        visiting.charge(request, document.purpose)
        found = await visiting.opened(request, document.purpose, document.open)
        if found is None:
            return visiting.nothing(request, pages.closed)
        language = visiting.language_for(request, found.language)
        return visiting.answer(pages.document(found.written(language), language, {}, None), language)

    @refusing
    async def answer(request: Request) -> Response:
        visiting.charge(request, document.purpose)
        return await _keep(document, request)

    address = f"/{document.purpose.value}/{{token}}"
    return [Route(address, show, methods=["GET"]), Route(address, answer, methods=["POST"])]


async def _keep(document: Document, request: Request) -> Response:
    """Keep an answer, once; what doesn't fit is asked again with what was written."""
    token = read_token(document.purpose, request.path_params["token"])
    found = await visiting.opened(request, document.purpose, document.open)
    if token is None or found is None:
        return visiting.nothing(request, pages.closed)
    (tenant_id, link), language = token, visiting.language_for(request, found.language)
    given: Mapping[str, str] = {}
    try:
        given = await visiting.fields(request)
        confirmed = _confirmed(given)
        said = {"confirmed": confirmed, "name": given.get("name", ""), "comment": given.get("comment", "")}
        async with writing(Actor.system(tenant_id), settle=settle, reason=document.purpose.value) as work:
            await document.answer(work, link.id, said)
    except Invalid as problem:
        shown = pages.document(found.written(language), language, given, problem)
        return visiting.answer(shown, language, status=422)
    except Refusal:
        # Somebody was faster, it was taken back or revised, or the company is suspended.
        return visiting.nothing(request, pages.closed, language)
    return visiting.answer(pages.thanks(language, confirmed=confirmed), language)


def _confirmed(given: Mapping[str, str]) -> bool:
    if given.get("answer") not in (pages.CONFIRM, pages.OBJECT):
        raise Invalid(message("Please choose one of the two answers."), path=("answer",))
    return given["answer"] == pages.CONFIRM


ROUTES = [route for document in DOCUMENTS for route in _routes(document)]
