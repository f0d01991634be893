"""DATA/demo.json: what the demo has learnt and done, so that whoever starts it again goes on where it stopped."""

import contextlib
import fcntl
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from zhidu.failures import Failure
from zhidu.installation import write_private


@dataclass
class User:
    """Somebody who can be signed in as."""

    member_id: str
    name: str
    email: str
    role: str
    token: str
    # Whoever has left the company in the meantime can't sign in any more.
    active: bool = True


@dataclass
class Page:
    """What is known of one company; tokens and secrets are shown by the API once, so they are kept here."""

    slug: str
    id: str = ""
    # By the short names of the sample.
    users: dict[str, User] = field(default_factory=dict)
    client_id: str = ""
    client_secret: str = ""
    # The ids of what was made, by the names of the steps that made it.
    ids: dict[str, str] = field(default_factory=dict)
    # The answers to named steps, so that none is asked for again; needed until everything is loaded.
    answers: dict[str, Any] = field(default_factory=dict)
    finished: bool = False
    # What was told of it last: section, line, text, and the clauses that the text cites.
    story: list[dict[str, Any]] = field(default_factory=list)


class Notebook:
    """The pages of all sample companies, in a file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pages: dict[str, Page] = {}
        try:
            for slug, page in json.loads(path.read_text()).items():
                users = {key: User(**user) for key, user in page.pop("users").items()}
                self._pages[slug] = Page(**page, users=users)
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise Failure(f"{path} cannot be read ({error}): put it back from a copy.") from None

    @property
    def pages(self) -> list[Page]:
        """All pages, in the order in which they were begun."""
        return list(self._pages.values())

    def page(self, slug: str) -> Page:
        """The page of one company, blank at first."""
        return self._pages.setdefault(slug, Page(slug))

    def save(self) -> None:
        """Write everything down, whole or not at all."""
        write_private(self._path, {slug: asdict(page) for slug, page in self._pages.items()})


@contextlib.contextmanager
def opened(data: Path, waiting: str) -> Iterator[Notebook]:
    """The notebook of a data directory, held by one demo at a time: a second one says so, waits and finds all done."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(waiting, file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield Notebook(data / "demo.json")
