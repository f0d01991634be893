"""What customers answer behind the links that they get by mail, without an account: as a browser sends it."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

from tenancy.config import settings
from zhidu.demo.company import ADMINISTRATOR, Company
from zhidu.demo.samples import Entry
from zhidu.embedded import mail_sink
from zhidu.failures import Failure

SURVEY = """query($request: ID!) { surveys(first: 1, filter: {requestId: {eq: $request}}) { nodes {
  id answeredAt contact { email } } } }"""
FOLLOWED = "query($id: ID!) { survey(id: $id) { answeredAt followUpRequest { id } } }"
QUOTATION = "query($id: ID!) { quotation(id: $id) { answeredAt contact { email } } }"


async def answer_survey(company: Company, entry: Entry) -> None:
    """Give the score and a word with it that the sample says."""
    request, step = company.ids[entry["about"]], f"{entry['about']}/survey"
    (survey,) = (await company.read(ADMINISTRATOR, SURVEY, request=request))["surveys"]["nodes"]
    company.ids[step] = survey["id"]
    if survey["answeredAt"] is None:
        link = await newest(survey["contact"]["email"], "survey", survey["id"])
        # Where mail leaves for elsewhere, nobody here can open it, and it stays unanswered.
        if link is not None:
            await _send(company, step, link, {"score": str(entry["score"]), "comment": entry["comment"]})


async def answer_quotation(company: Company, entry: Entry) -> None:
    """Accept it, or tell so on the telephone where the mail with the link has left for elsewhere."""
    id, name = company.ids[entry["about"]], entry["name"]
    found = (await company.read(ADMINISTRATOR, QUOTATION, id=id))["quotation"]
    if found["answeredAt"] is not None:
        return
    link, step = await newest(found["contact"]["email"], "quotation", id), f"{entry['about']}/answer"
    if link is not None:
        await _send(company, step, link, {"answer": "accept", "name": name, "comment": entry["comment"]})
        return
    told = {"accepted": True, "answeredBy": name, "comment": entry["comment"]}
    await company.change(step, entry["by"], "recordQuotationAnswer", quotationId=id, **told)


async def _send(company: Company, step: str, link: str, fields: Mapping[str, str]) -> None:
    status = await company.client.send_form(link, fields)
    if status != 200:
        raise Failure(f"{company.sample.name}: “{step}” was answered with status {status}.")


async def follow_up(company: Company, entry: Entry) -> None:
    """Know the request again that a low score has opened by the handbook."""
    survey = company.ids[f"{entry['about']}/survey"]
    found = (await company.read(ADMINISTRATOR, FOLLOWED, id=survey))["survey"]
    request = found["followUpRequest"]
    if found["answeredAt"] is not None and request is None:
        raise Failure(f"{company.sample.name}: nothing has followed the survey of “{entry['about']}”.")
    if request is not None:
        company.ids[entry["key"]] = request["id"]


async def newest(to: str, purpose: str, id: str) -> str | None:
    """The address of the page about a record in the newest letter to somebody; None where no letters are kept here."""
    return await asyncio.to_thread(_find, settings().data / "mail", to, purpose, id)


def _find(letters: Path, to: str, purpose: str, id: str) -> str | None:
    found = None
    for letter in mail_sink.stored(letters):
        if to not in letter.to:
            continue
        body = mail_sink.read(letter.path).get_body(("plain",))
        links = re.findall(rf"/{purpose}/\w+{id.replace('-', '')}_[\w-]+", body.get_content() if body else "")
        found = links[-1] if links else found
    return found
