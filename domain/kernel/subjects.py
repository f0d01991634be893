"""A pointer to any record: what approvals decide on, decisions are about and journal entries tell of."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class SubjectKind(StrEnum):
    """The records that others may point at; the word is the record's table."""

    REQUEST = "service_requests"
    CLOCK = "clocks"
    RESIGNATION = "resignations"
    INVOICE = "invoices"
    DUNNING = "dunning_steps"
    APPROVAL = "approvals"
    HANDBOOK_VERSION = "handbook_versions"
    QUALITY_RESULT = "quality_results"
    ARCHIVE = "archives"


@dataclass(frozen=True)
class Subject:
    """One record of one kind."""

    kind: SubjectKind
    id: UUID
