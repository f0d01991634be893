"""Handbooks to begin with, written by us for four kinds of company; every one of their clauses may be changed."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from domain.policies.rules import exchange
from domain.policies.rules.content import ClauseContent
from tenancy.refusals import NotFound, message

FOLDER = Path(__file__).parents[1] / "starters"


@dataclass(frozen=True)
class Starter:
    """One of them: its name for programs, and what it says."""

    name: str
    written: exchange.Written
    clauses: tuple[ClauseContent, ...]


@cache
def starters() -> dict[str, Starter]:
    """All of them by name."""
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        written, clauses = exchange.read(path.read_text(encoding="utf-8"))
        found[path.stem] = Starter(path.stem, written, tuple(clauses))
    return found


def starter(name: str) -> Starter:
    """The one of a name; refuses with `NotFound`."""
    found = starters().get(name)
    if found is None:
        text = message("There is no handbook of this name to begin with. There are: {names}.")
        raise NotFound(text, {"names": ", ".join(starters())}, path=("starter",))
    return found
