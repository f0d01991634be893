"""What an offering says: its price basis, its class of service, its standards and their indicators."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, RootModel

from domain.catalogue.rules.tree import NAME_LENGTH, clean_code
from domain.policies.rules import checks
from domain.policies.rules.values import Part, Wording

MOST_OFFERINGS = 2000
MOST_STANDARDS = 30
TEXT_LENGTH = 2000


class PriceBasis(StrEnum):
    """By what an offering is charged."""

    FIXED = "fixed"
    HOURLY = "hourly"
    PER_VISIT = "per_visit"
    SUBSCRIPTION = "subscription"
    QUOTED = "quoted"


class Standard(Part):
    """A service standard (SC-3): what it is about, and what is to be reached, as people measure it."""

    name: Wording
    target: Wording


class _Standards(RootModel[Annotated[tuple[Standard, ...], Field(max_length=MOST_STANDARDS)]]):
    pass


def clean_text(given: Mapping[str, str] | None, *path: str) -> dict[str, str]:
    """A text in all three languages, or nothing in any. Raises `Invalid`."""
    return checks.clean_texts(given, TEXT_LENGTH, *path) if given else dict(checks.NOTHING_SAID)


def clean_sla_class(given: str | None, *path: str) -> str | None:
    """The word by which clauses name the class of service. Raises `Invalid`."""
    return clean_code(given, *path) if given is not None else None


def parse_standards(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Standards as an offering keeps them. Raises `Invalid`, whose path leads into `standards`."""
    standards = checks.parse(_Standards, list(given), "standards").root
    return [
        {
            "name": checks.clean_wording(each.name.model_dump(), NAME_LENGTH, "standards", str(index), "name"),
            "target": checks.clean_wording(each.target.model_dump(), TEXT_LENGTH, "standards", str(index), "target"),
        }
        for index, each in enumerate(standards)
    ]
