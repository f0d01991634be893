"""`zhidu demo`: two companies live the same six weeks by different handbooks, driven through the public API alone."""

import asyncio
import json
import sys
from dataclasses import asdict

from tenancy.config import settings
from zhidu.demo import diary, founding, notebook
from zhidu.demo.client import Client
from zhidu.demo.company import Company
from zhidu.demo.notebook import Notebook
from zhidu.demo.samples import sample
from zhidu.failures import Failure

COMPANIES = ("software", "service", "empty")


def run(*, as_json: bool) -> int:
    """Load the sample companies where they are absent, then tell their story, or print whom one may sign in as."""
    with notebook.opened(settings().data) as notes:
        asyncio.run(_load(notes))
        if as_json:
            print(json.dumps(_credentials(notes), ensure_ascii=False, indent=2))
    return 0


async def _load(notes: Notebook) -> None:
    operator_token = settings().operator_token.get_secret_value()
    if not operator_token:
        raise Failure("ZHIDU_OPERATOR_TOKEN is not set: the sample companies are created with the operator's token.")
    client = Client(settings().public_url)
    try:
        companies = [Company(client, notes, sample(name)) for name in COMPANIES]
        # One that fails does not leave the other in the middle of its month.
        outcomes = await asyncio.gather(
            *(_live(company, operator_token) for company in companies), return_exceptions=True
        )
        for problem in filter(None, outcomes):
            raise problem
    finally:
        await client.close()


async def _live(company: Company, operator_token: str) -> None:
    if company.page.finished:
        return
    try:
        await founding.found(company, operator_token)
        await diary.live(company, _say)
        company.page.finished = True
    finally:
        company.notebook.save()


def _credentials(notes: Notebook) -> list[dict[str, object]]:
    return [
        {
            "slug": page.slug,
            "id": page.id,
            "users": [asdict(user) for user in page.users],
            "client": {"id": page.client_id, "secret": page.client_secret},
        }
        for page in notes.pages
    ]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
