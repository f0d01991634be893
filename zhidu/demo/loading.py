"""Loading the sample companies where they are absent, and having their story told."""

import asyncio
import sys

from tenancy.config import settings
from zhidu.demo import diary, founding
from zhidu.demo.acts.portal import ROLE as PORTAL
from zhidu.demo.client import Client
from zhidu.demo.company import ADMINISTRATOR, Company
from zhidu.demo.notebook import Notebook
from zhidu.demo.samples import sample
from zhidu.demo.story import telling
from zhidu.demo.story.words import Words
from zhidu.failures import Failure

MEMBERS = "{ members(first: 100, filter: {active: true}) { nodes { id } } }"


async def load(notes: Notebook, names: tuple[str, ...], words: Words, *, told: bool) -> list[str]:
    """Load what is absent of these samples; the lines of the story when it is to be told."""
    operator_token = settings().operator_token.get_secret_value()
    if not operator_token:
        raise Failure("ZHIDU_OPERATOR_TOKEN is not set: the sample companies are created with the operator's token.")
    client = Client(settings().public_url)
    try:
        samples = [sample(name) for name in names]
        companies = [Company(client, notes, each) for each in samples]
        if not all(company.page.finished for company in companies):
            say(words("loading"))
        # One that fails does not leave the other in the middle of its weeks.
        outcomes = await asyncio.gather(
            *(_live(company, operator_token) for company in companies), return_exceptions=True
        )
        for problem in filter(None, outcomes):
            raise problem
        lines = await telling.tell(client, notes, samples, words, settings().data)
        notes.save()
        return lines if told else []
    finally:
        await client.close()


async def _live(company: Company, operator_token: str) -> None:
    if company.page.finished:
        return
    try:
        await founding.found(company, operator_token)
        await diary.live(company, say)
        await _note_who_left(company)
        company.page.answers.clear()
        company.page.finished = True
    finally:
        company.notebook.save()


async def _note_who_left(company: Company) -> None:
    found = await company.read(ADMINISTRATOR, MEMBERS)
    active = {member["id"] for member in found["members"]["nodes"]}
    for user in company.page.users.values():
        # People of customers are no members; the portal stays open to them.
        user.active = user.role == PORTAL or user.member_id in active


def say(line: str) -> None:
    """One line for the person at the terminal, beside the output."""
    print(line, file=sys.stderr, flush=True)
