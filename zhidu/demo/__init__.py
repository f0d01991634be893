"""`zhidu demo`: two companies live the same six weeks by different handbooks, driven through the public API alone."""

import asyncio
import json
import sys

from tenancy.config import settings, terminal_locale
from zhidu.demo import diary, founding, notebook, story
from zhidu.demo.client import Client
from zhidu.demo.company import ADMINISTRATOR, Company
from zhidu.demo.notebook import Notebook
from zhidu.demo.samples import sample
from zhidu.demo.story.words import Words, language_of
from zhidu.failures import Failure

MEMBERS = "{ members(first: 100, filter: {active: true}) { nodes { memberId } } }"
COMPANIES = ("software", "service", "empty")


def run(*, as_json: bool) -> int:
    """Load the sample companies where they are absent, then tell their story, or print whom one may sign in as."""
    words = Words(language_of(terminal_locale()))
    with notebook.opened(settings().data, lambda: _say(words("another_demo"))) as notes:
        lines = asyncio.run(_load(notes, words, told=not as_json))
        print("\n".join(lines) if not as_json else json.dumps(_credentials(notes), ensure_ascii=False, indent=2))
    return 0


async def _load(notes: Notebook, words: Words, *, told: bool) -> list[str]:
    """Load what is absent; the lines of the story when it is to be told."""
    operator_token = settings().operator_token.get_secret_value()
    if not operator_token:
        raise Failure("ZHIDU_OPERATOR_TOKEN is not set: the sample companies are created with the operator's token.")
    client = Client(settings().public_url)
    try:
        samples = [sample(name) for name in COMPANIES]
        companies = [Company(client, notes, each) for each in samples]
        if not all(company.page.finished for company in companies):
            _say(words("loading"))
        # One that fails does not leave the other in the middle of its month.
        outcomes = await asyncio.gather(
            *(_live(company, operator_token) for company in companies), return_exceptions=True
        )
        for problem in filter(None, outcomes):
            raise problem
        return await story.tell(client, notes, samples, words, settings().data) if told else []
    finally:
        await client.close()


async def _live(company: Company, operator_token: str) -> None:
    if company.page.finished:
        return
    try:
        await founding.found(company, operator_token)
        await diary.live(company, _say)
        await _note_who_left(company)
        company.page.answers.clear()
        company.page.finished = True
    finally:
        company.notebook.save()


async def _note_who_left(company: Company) -> None:
    found = await company.read(ADMINISTRATOR, MEMBERS)
    active = {member["memberId"] for member in found["members"]["nodes"]}
    for user in company.page.users.values():
        user.active = user.member_id in active


def _credentials(notes: Notebook) -> list[dict[str, object]]:
    return [
        {
            "slug": page.slug,
            "id": page.id,
            "users": [
                {"name": user.name, "email": user.email, "role": user.role, "token": user.token}
                for user in page.users.values()
                if user.active
            ],
            "client": {"id": page.client_id, "secret": page.client_secret},
        }
        for page in notes.pages
    ]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
