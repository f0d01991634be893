"""Pure rules of quality targets: months, who is measured by which target, shares and their verdicts (QM-1)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel.terms import CustomerTier
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import Metric, QualityTarget
from tenancy.refusals import Invalid, message

FIRST_YEAR, LAST_YEAR = 2000, 2199
# Shares are kept to the ten-thousandth of a per cent, rounded down: a target that is missed never looks reached.
KEPT = Decimal("0.0001")


class Verdict(StrEnum):
    """Whether a target was reached; fewer records than its minimum sample are not judged."""

    MET = "met"
    MISSED = "missed"
    NO_DATA = "no_data"


class Counted(StrEnum):
    """How a record counts: in the whole alone, or also among those that were good enough."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in a company's zone; `starts_on` is its first day."""

    starts_on: date

    @classmethod
    def holding(cls, day: date, *path: str) -> "Month":
        """The month a day lies in. Raises `Invalid` for years that nobody measures."""
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Invalid(message("{day} lies in no year that can be measured."), {"day": day}, path)
        return cls(day.replace(day=1))

    @classmethod
    def at(cls, instant: datetime, zone: str) -> "Month":
        """The month it is in a zone."""
        return cls.holding(instant.astimezone(ZoneInfo(zone)).date())

    @property
    def following(self) -> "Month":
        """The month after it."""
        year, month = divmod(self.starts_on.year * 12 + self.starts_on.month, 12)
        return Month(date(year, month + 1, 1))

    @property
    def preceding(self) -> "Month":
        """The month before it."""
        year, month = divmod(self.starts_on.year * 12 + self.starts_on.month - 2, 12)
        return Month(date(year, month + 1, 1))

    def starts_at(self, zone: str) -> datetime:
        """Its first instant in a zone, in UTC."""
        day = self.starts_on
        return datetime(day.year, day.month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    def ends_at(self, zone: str) -> datetime:
        """The first instant that no longer belongs to it, in UTC."""
        return self.following.starts_at(zone)


def edges_of(since_on: date, until_on: date, zone: str) -> tuple[datetime, datetime]:
    """The first instant of a day in a zone, and the first behind another day, in UTC."""
    days = (since_on, until_on + timedelta(days=1))
    first, behind = (datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days)
    return first, behind


def months_to_close(last_closed: Month | None, current: Month, most: int = 12) -> list[Month]:
    """The months that are over and not closed, oldest first: since the last one closed, or else the last alone.

    Of a long standstill only the latest `most` are made up for.
    """
    months = [current.preceding]
    while last_closed is not None and len(months) < most and months[0].preceding > last_closed:
        months.insert(0, months[0].preceding)
    return months if last_closed is None or months[0] > last_closed else []


@dataclass(frozen=True, slots=True)
class Record:
    """A record that counts for a metric, where it belongs, and whether it was good enough."""

    request_id: UUID
    good: bool
    department_id: UUID | None = None
    # Its service line and those above that, the nearest first.
    service_lines: Sequence[str] = ()
    customer_tier: CustomerTier | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A target and whom it measures: a department with those below it, or the whole company."""

    target: Ruling[QualityTarget]
    department_id: UUID | None

    @property
    def key(self) -> tuple[Metric, UUID | None, str | None, CustomerTier | None]:
        """What is measured; a month has one current result for each."""
        scope = self.target.scope
        return self.target.value.metric, self.department_id, scope.service_line, scope.customer_tier

    def counts(self, record: Record, line: Sequence[UUID]) -> bool:
        """Whether a record falls under it; `line` is the record's department and those above it."""
        scope = self.target.scope
        return (
            (self.department_id is None or self.department_id in line)
            and scope.service_line in (None, *record.service_lines)
            and scope.customer_tier in (None, record.customer_tier)
        )


def measures(targets: Iterable[Ruling[QualityTarget]], parents: Mapping[UUID, UUID | None]) -> Iterator[Measure]:
    """Everybody who is measured, by which target: the company, and each department by the nearest clause above it.

    A clause for a department measures it as a whole; with `per_department` the company's clause and a department's
    measure everybody below too. A department above all others is the company, and is not measured a second time unless
    a clause of its own wants it. `parents` leads from every department to the one above it.
    """
    top = only_root(parents)
    groups: dict[tuple[Metric, str | None, CustomerTier | None], dict[UUID | None, Ruling[QualityTarget]]] = {}
    for target in targets:
        key = (target.value.metric, target.scope.service_line, target.scope.customer_tier)
        # Of two clauses about the same, which only drafts can have, the first by number holds.
        groups.setdefault(key, {}).setdefault(target.scope.department_id, target)
    for clauses in groups.values():
        if None in clauses:
            yield Measure(clauses[None], None)
        for department_id in parents:
            found = _nearest(clauses, department_id, line_above(department_id, parents))
            if found is not None and (department_id != top or department_id in clauses):
                yield Measure(found, department_id)


def _nearest(
    clauses: Mapping[UUID | None, Ruling[QualityTarget]], department_id: UUID, line: Sequence[UUID]
) -> Ruling[QualityTarget] | None:
    for above in (*line, None):
        clause = clauses.get(above)
        if clause is not None and (above == department_id or clause.value.per_department):
            return clause
    return None


def only_root(parents: Mapping[UUID, UUID | None]) -> UUID | None:
    """The department that stands above all others; None where there is none, or several stand side by side."""
    roots = [id for id, above in parents.items() if above is None]
    return roots[0] if len(roots) == 1 else None


def line_above(department_id: UUID | None, parents: Mapping[UUID, UUID | None]) -> tuple[UUID, ...]:
    """A department and those above it, nearest first; nothing for a record that belongs to none."""
    line: dict[UUID, None] = {}
    while department_id is not None and department_id not in line:
        line[department_id] = None
        department_id = parents.get(department_id)
    return tuple(line)


@dataclass(frozen=True, slots=True)
class Figure:
    """How many records counted, and how many of them were good enough."""

    numerator: int
    denominator: int

    @property
    def actual_percent(self) -> Decimal | None:
        """The share, rounded down; None where nothing counted."""
        if not self.denominator:
            return None
        return (Decimal(100 * self.numerator) / self.denominator).quantize(KEPT, ROUND_FLOOR)

    def verdict(self, target: QualityTarget) -> Verdict:
        """Whether the target was reached, by the exact share."""
        if self.denominator < target.minimum_sample:
            return Verdict.NO_DATA
        reached = 100 * self.numerator >= target.at_least_percent * self.denominator
        return Verdict.MET if reached else Verdict.MISSED


def figure(counted: Iterable[Record]) -> Figure:
    """The figure of the records that count."""
    good = [record.good for record in counted]
    return Figure(sum(good), len(good))
