"""What an alarm is, and what several of one fingerprint that come together make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from domain.kernel.texts import one_line
from tenancy.refusals import Invalid, message

MOST_AT_ONCE = 500
SOURCE_LENGTH = 100
FINGERPRINT_LENGTH = 200
TITLE_LENGTH = 200
MOST_DETAILS = 50
DETAIL_LENGTH = 500


class AlarmState(StrEnum):
    """Whether what an alarm tells of is still so."""

    FIRING = "firing"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Signal:
    """What a monitoring system says: something is wrong with a customer's system, or is right again."""

    fingerprint: str
    title: str
    severity: str
    customer_id: UUID
    recovered: bool = False
    details: Mapping[str, str] = field(default_factory=dict)
    count: int = 1


def clean_monitor(monitor: str) -> str:
    """The name of a monitoring system, up to 100 characters. Raises `Invalid`."""
    return one_line(monitor, SOURCE_LENGTH, "monitor")


def together(signals: Sequence[Signal]) -> list[Signal]:
    """One signal for each fingerprint, in their order: what the last says, with how many there were. Raises `Invalid`
    for more than 500, and for texts beyond their bounds."""
    if len(signals) > MOST_AT_ONCE:
        text = message("At most {most} alarms are raised in one go.")
        raise Invalid(text, {"most": MOST_AT_ONCE}, path=("alarms",))
    found: dict[str, Signal] = {}
    for place, signal in enumerate(signals):
        path = ("alarms", str(place))
        cleaned = Signal(
            fingerprint=one_line(signal.fingerprint, FINGERPRINT_LENGTH, *path, "fingerprint"),
            title=one_line(signal.title, TITLE_LENGTH, *path, "title"),
            severity=signal.severity,
            customer_id=signal.customer_id,
            recovered=signal.recovered,
            details=_clean_details(signal.details, *path, "details"),
        )
        before = found.get(cleaned.fingerprint)
        count = (0 if before is None else before.count) + (0 if cleaned.recovered else 1)
        found[cleaned.fingerprint] = Signal(
            cleaned.fingerprint,
            cleaned.title,
            cleaned.severity,
            cleaned.customer_id,
            cleaned.recovered,
            cleaned.details,
            count,
        )
    return [found[fingerprint] for fingerprint in sorted(found)]


def _clean_details(details: Mapping[str, str], *path: str) -> dict[str, str]:
    if len(details) > MOST_DETAILS:
        text = message("At most {most} can be given.")
        raise Invalid(text, {"most": MOST_DETAILS}, path=path)
    return {
        one_line(name, SOURCE_LENGTH, *path, "name"): one_line(value, DETAIL_LENGTH, *path, "value", may_be_empty=True)
        for name, value in details.items()
    }
