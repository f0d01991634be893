"""What a finding about a version is: how grave, about which clause, and the sentence that says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.policies.rules.handbooks import StoredClause
from tenancy.refusals import Refusal


class Severity(StrEnum):
    """How grave a finding is: an error keeps a version from being published."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True)
class Finding:
    """Something about a version, or one of its clauses, as a sentence that is translated when it is read."""

    severity: Severity
    code: str
    number: str | None
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, refusal: Refusal) -> "Finding":
        """What keeps a version from being published, as a finding."""
        number = refusal.path[1] if len(refusal.path) > 1 else None
        return cls(Severity.ERROR, refusal.code, number, refusal.text, refusal.values)

    @classmethod
    def of_whole(cls, refusal: Refusal) -> "Finding":
        """What keeps a version from being published whatever a single clause says."""
        return cls(Severity.ERROR, refusal.code, None, refusal.text, refusal.values)


def warning(code: str, clause: StoredClause, text: str, **values: Any) -> Finding:
    """A warning about a clause, whose number is a value of the sentence."""
    return Finding(Severity.WARNING, code, clause.number, text, {"number": clause.number, **values})


def hint(code: str, clause: StoredClause, text: str, **values: Any) -> Finding:
    """A hint about a clause, whose number is a value of the sentence."""
    return Finding(Severity.HINT, code, clause.number, text, {"number": clause.number, **values})
