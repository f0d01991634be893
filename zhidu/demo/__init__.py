"""`zhidu demo`: two companies live the same six weeks by different handbooks, driven through the public API alone."""

import asyncio
import json
import re

from tenancy.config import settings, terminal_locale
from zhidu.demo import notebook
from zhidu.demo.notebook import Notebook
from zhidu.demo.story.words import Words, language_of

TOLD = re.compile(r"(handbook|request|problem|complaint|resignation|inquiry|quotation|contract|invoice|payment)/[^/]+")
COMPANIES = ("software", "service", "empty")


def run(*, as_json: bool) -> int:
    """Load the sample companies where they are absent, then tell their story, or print whom one may sign in as."""
    words = Words(language_of(terminal_locale()))
    with notebook.opened(settings().data, words("another_demo")) as notes:
        loaded = [page.finished for page in notes.pages] == [True] * len(COMPANIES)
        lines: list[str] = []
        if not (loaded and as_json):
            # Imported here: whoever wants a token that is known has no use for what loads and tells.
            from zhidu.demo import loading

            lines = asyncio.run(loading.load(notes, COMPANIES, words, told=not as_json))
        print("\n".join(lines) if not as_json else json.dumps(_credentials(notes), ensure_ascii=False, indent=2))
    return 0


def _credentials(notes: Notebook) -> list[dict[str, object]]:
    return [
        {
            "slug": page.slug,
            "id": page.id,
            "graphql": f"{settings().public_url}/graphql",
            "users": [
                {"name": user.name, "email": user.email, "role": user.role, "token": user.token}
                for user in page.users.values()
                if user.active
            ],
            "client": {"id": page.client_id, "secret": page.client_secret},
            # What the story tells of, by the names that the sample gives it.
            "records": {name: id for name, id in page.ids.items() if TOLD.fullmatch(name)},
            "story": page.story,
        }
        for page in notes.pages
    ]
