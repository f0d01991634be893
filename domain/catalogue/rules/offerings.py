"""What an offering says: its price basis, its class of service, its standards and their indicators."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, RootModel, model_validator

from domain.catalogue.rules.tree import NAME_LENGTH, clean_code
from domain.policies.rules import checks
from domain.policies.rules.clause_kind import Percent
from domain.policies.rules.kinds import Metric
from domain.policies.rules.values import Part, Wording, unfit
from tenancy.refusals import message

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


class Aspect(StrEnum):
    """What a service standard is about."""

    ATTITUDE = "attitude"
    TIMELINESS = "timeliness"
    QUALITY = "quality"
    CONFIDENTIALITY = "confidentiality"
    RECORDS = "records"


class Standard(Part):
    """A service standard (SC-3): what it is about, and what is to be reached, as people measure it; or by a metric of
    quality, of which so many per cent have to be reached."""

    name: Wording
    target: Wording
    aspect: Aspect | None = None
    metric: Metric | None = None
    at_least_percent: Percent | None = None

    @model_validator(mode="after")
    def _measured_by_both(self) -> Self:
        if (self.metric is None) != (self.at_least_percent is None):
            raise unfit(message("A standard that is measured says by which metric, and which share has to be reached."))
        return self

    def measured(self) -> dict[str, str]:
        """What is said beside its texts, as an offering keeps it."""
        said = self.model_dump(mode="json", include={"aspect", "metric", "at_least_percent"}, exclude_none=True)
        return {name: str(value) for name, value in said.items()}


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
            **each.measured(),
        }
        for index, each in enumerate(standards)
    ]
