"""The address of a survey: reading it changes nothing, so that whoever checks links in mails answers for nobody."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.auth.answers import content_type, read_body, refused, refusing
from api.survey import pages
from domain.consequences import settle
from domain.feedback import commands
from domain.feedback.queries import surveys
from domain.feedback.queries.surveys import Question
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.language import Language, language_of, negotiate
from tenancy.links import Purpose, read_token
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, Refusal, message

# Ten texts of two thousand signs, each sign written as nine bytes.
MOST_BYTES = 200_000
MOST_FIELDS = 20
# What a page or an answer takes of the allowance that each link has of its own.
POINTS = 500
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": pages.SECURITY_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    # The address is the key to the survey.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@refusing
async def ask(request: Request) -> Response:
    """The page that asks, or the one that says that there is nothing to answer."""
    wait = _charge(request)
    if wait:
        return _later(request, wait)
    question = await _question(request)
    if question is None:
        return _nothing(request)
    language = _language(request, question.language)
    return _answer(pages.form(question, language, {}, None), language)


@refusing
async def answer(request: Request) -> Response:
    """Keep an answer, once; what doesn't fit is asked again with what was written."""
    wait = _charge(request)
    if wait:
        return _later(request, wait)
    found = read_token(Purpose.SURVEY, request.path_params["token"])
    question = await _question(request)
    if found is None or question is None:
        return _nothing(request)
    (tenant_id, link), language = found, _language(request, question.language)
    given: Mapping[str, str] = {}
    try:
        given = await _fields(request)
        async with writing(Actor.system(tenant_id), settle=settle, reason="survey") as work:
            await commands.answer_survey(work, survey_id=link.id, given=given)
    except Invalid as problem:
        return _answer(pages.form(question, language, given, problem), language, status=422)
    except Refusal:
        # Somebody was faster, the request was reopened, or the company is suspended.
        return _nothing(request, language)
    return _answer(pages.thanks(language), language)


async def _question(request: Request) -> Question | None:
    """What a link asks. A token that is not signed by us costs nothing but a look at it."""
    found = read_token(Purpose.SURVEY, request.path_params["token"])
    if found is None:
        return None
    tenant_id, link = found
    try:
        async with reading(Actor.system(tenant_id)) as work:
            return await surveys.open_question(work, link.id)
    except Refusal:
        # The company is not here any more.
        return None


def _charge(request: Request) -> int:
    """How many seconds whoever holds this link has to wait, because they asked too much in a short time."""
    found = read_token(Purpose.SURVEY, request.path_params["token"])
    if found is None:
        return 0
    return QUOTAS.charge(Actor(found[0], ActorKind.CLIENT, found[1].id), POINTS).wait_seconds


def _later(request: Request, wait_seconds: int) -> Response:
    text = message("Too much was asked in a short time; wait {seconds} seconds.")
    refusal = Refusal(text, {"seconds": wait_seconds}, code="RATE_LIMITED")
    return refused(request, refusal, status=429, more={"Retry-After": str(wait_seconds)})


async def _fields(request: Request) -> Mapping[str, str]:
    """The fields of the form; refuses another content."""
    if content_type(request) != "application/x-www-form-urlencoded":
        raise Invalid(message("Please send the form of this page."))
    body = await read_body(request, most=MOST_BYTES)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError:
        raise Invalid(message("Please send the form of this page.")) from None


def _language(request: Request, own: Language) -> Language:
    """The language that the address names, or else the contact's own."""
    return language_of(request.query_params.get("language", "")) or own


def _nothing(request: Request, language: Language | None = None) -> Response:
    if language is None:
        language = _language(request, negotiate(request.headers.get("accept-language"), Language.EN))
    return _answer(pages.closed(language), language, status=404)


def _answer(html: str, language: Language, status: int = 200) -> Response:
    return HTMLResponse(html, status_code=status, headers={**HEADERS, "Content-Language": language.tag})


ROUTES = [
    Route("/survey/{token}", ask, methods=["GET"]),
    Route("/survey/{token}", answer, methods=["POST"]),
]
