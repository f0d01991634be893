"""The address of a survey: reading it changes nothing, so that whoever checks links in mails answers for nobody."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import refusing
from api.linked import visiting
from api.survey import pages
from domain.consequences import settle
from domain.feedback import commands
from domain.feedback.queries import surveys
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.links import Purpose, read_token
from tenancy.refusals import Invalid, Refusal


@refusing
async def ask(request: Request) -> Response:
    """The page that asks, or the one that says that there is nothing to answer."""
    visiting.charge(request, Purpose.SURVEY)
    question = await visiting.opened(request, Purpose.SURVEY, surveys.open_question)
    if question is None:
        return visiting.nothing(request, pages.closed)
    language = visiting.language_for(request, question.language)
    return visiting.answer(pages.form(question, language, {}, None), language)


@refusing
async def answer(request: Request) -> Response:
    """Keep an answer, once; what doesn't fit is asked again with what was written."""
    visiting.charge(request, Purpose.SURVEY)
    found = read_token(Purpose.SURVEY, request.path_params["token"])
    question = await visiting.opened(request, Purpose.SURVEY, surveys.open_question)
    if found is None or question is None:
        return visiting.nothing(request, pages.closed)
    (tenant_id, link), language = found, visiting.language_for(request, question.language)
    given: Mapping[str, str] = {}
    try:
        given = await visiting.fields(request)
        async with writing(Actor.system(tenant_id), settle=settle, reason="survey") as work:
            await commands.answer_survey(work, survey_id=link.id, given=given)
    except Invalid as problem:
        return visiting.answer(pages.form(question, language, given, problem), language, status=422)
    except Refusal:
        # Somebody was faster, the request was reopened, or the company is suspended.
        return visiting.nothing(request, pages.closed, language)
    return visiting.answer(pages.thanks(language), language)


ROUTES = [
    Route("/survey/{token}", ask, methods=["GET"]),
    Route("/survey/{token}", answer, methods=["POST"]),
]
