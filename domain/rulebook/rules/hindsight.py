"""Judging past cases by a draft: what its clauses would have given, beside what was (PO-6)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.approvals.rules import steps
from domain.billing.rules import dunning
from domain.kernel.subjects import SubjectKind
from domain.kernel.terms import CustomerTier, Impact, Urgency
from domain.people import rules as people
from domain.policies.rules.handbooks import Handbook, Ruling
from domain.policies.rules.kinds import (
    ApprovalChain,
    BusinessCalendarClause,
    DunningLadder,
    K,
    Metric,
    NoticePeriod,
    PriorityMatrix,
    QualityTarget,
    ServiceLevel,
    chain_topic,
)
from domain.policies.rules.scopes import Case, Scope
from domain.quality.rules import Figure, Verdict
from domain.requests import rules as requests


class Compared(StrEnum):
    """What of a case is compared; the first word names the records it is about."""

    REQUEST_PRIORITY = "request_priority"
    REQUEST_RESPONSE = "request_response"
    REQUEST_RESOLUTION = "request_resolution"
    RESIGNATION_LAST_DAY = "resignation_last_day"
    INVOICE_LETTERS = "invoice_letters"
    QUALITY_VERDICT = "quality_verdict"
    APPROVAL_STEPS = "approval_steps"


@dataclass(frozen=True)
class Differs:
    """One thing about one case that would have been otherwise."""

    compared: Compared
    # The draft's clause; None where the draft is silent.
    number: str | None
    subject_kind: SubjectKind
    subject_id: UUID
    # Whom it would have concerned, if it is one of the members.
    member_id: UUID | None
    before: Any
    after: Any


class Trial:
    """A draft, compiled once, as it rules on cases that are past."""

    def __init__(self, book: Handbook, parents: Mapping[UUID, UUID | None]) -> None:
        """`parents` leads from each department to the one above it."""
        self.book, self._parents = book, parents

    def rule(self, kind: type[K], case: Scope, topic: str = "") -> Ruling[K] | None:
        """The draft's clause for a case."""
        return self.book.ruling(kind, case, self._line(case.department_id), topic)

    def _line(self, department_id: UUID | None) -> tuple[UUID, ...]:
        line: list[UUID] = []
        while department_id is not None and department_id not in line:
            line.append(department_id)
            department_id = self._parents.get(department_id)
        return tuple(line)


@dataclass(frozen=True)
class PastRequest:
    """What of a request is judged. `breached` are the clocks that were too late."""

    id: UUID
    case: Case
    tier: CustomerTier
    impact: Impact
    urgency: Urgency
    assignee_id: UUID | None
    changes: Sequence[requests.Change]
    breached: frozenset[requests.ClockKind]


def judge_request(past: PastRequest, trial: Trial, until: datetime) -> Iterator[Differs]:
    """Another priority; a response or resolution that would have been late, or in time."""

    def differs(compared: Compared, ruling: Ruling[Any] | None, before: Any, after: Any) -> Differs:
        number = ruling.clause.number if ruling is not None else None
        return Differs(compared, number, SubjectKind.REQUEST, past.id, past.assignee_id, before, after)

    case = past.case
    matrix = trial.rule(PriorityMatrix, case)
    if matrix is not None:
        priority = matrix.value.rate(past.tier, past.impact, past.urgency)
        if priority is not case.priority:
            yield differs(Compared.REQUEST_PRIORITY, matrix, case.priority, priority)
            case = case.model_copy(update={"priority": priority})
    level, calendar = trial.rule(ServiceLevel, case), trial.rule(BusinessCalendarClause, case)
    if calendar is None or case.priority is None:
        return
    targets = level.value.targets_for(case.priority) if level is not None else None
    for kind, compared in (
        (requests.ClockKind.RESPONSE, Compared.REQUEST_RESPONSE),
        (requests.ClockKind.RESOLUTION, Compared.REQUEST_RESOLUTION),
    ):
        target = getattr(targets, kind.value) if targets is not None else None
        segments = requests.segments_of(kind, past.changes)
        late = requests.breached_at(segments, target, calendar.value, until) is not None
        if late is not (kind in past.breached):
            said = {True: "late", False: "in_time"}
            yield differs(compared, level, said[not late], said[late])


@dataclass(frozen=True)
class PastLetter:
    """What of a resignation is judged."""

    id: UUID
    staff_id: UUID
    case: Scope
    letter_on: date
    on_probation: bool
    earliest_last_day_on: date


def judge_letter(past: PastLetter, trial: Trial) -> Iterator[Differs]:
    """A notice that would have ended on another day."""
    notice, calendar = trial.rule(NoticePeriod, past.case), trial.rule(BusinessCalendarClause, past.case)
    if notice is None or calendar is None:
        return
    day = people.earliest_last_day(past.letter_on, notice.value, past.on_probation, calendar.value)
    if day != past.earliest_last_day_on:
        number = notice.clause.number
        before, after = past.earliest_last_day_on.isoformat(), day.isoformat()
        yield Differs(
            Compared.RESIGNATION_LAST_DAY,
            number,
            SubjectKind.RESIGNATION,
            past.id,
            past.staff_id,
            before=before,
            after=after,
        )


@dataclass(frozen=True)
class PastInvoice:
    """What of an invoice is judged: until when it was dunned, and by which steps, each as its channel."""

    id: UUID
    case: Scope
    due_on: date
    ended_at: datetime
    channels: tuple[str, ...]
    holds: Sequence[dunning.Hold]


def judge_invoice(past: PastInvoice, trial: Trial) -> Iterator[Differs]:
    """Other letters, or more or fewer of them, before it was paid. Steps that need an approval count as taken."""
    ladder, calendar = trial.rule(DunningLadder, past.case), trial.rule(BusinessCalendarClause, past.case)
    planned: Sequence[dunning.Planned] = ()
    if ladder is not None and calendar is not None:
        planned = dunning.plan(dunning.Base(past.due_on), ladder.value, calendar.value, past.holds)
    channels = tuple(item.step.channel.value for item in planned if item.at < past.ended_at)
    if channels != past.channels:
        number = ladder.clause.number if ladder is not None else None
        before, after = list(past.channels), list(channels)
        yield Differs(Compared.INVOICE_LETTERS, number, SubjectKind.INVOICE, past.id, None, before=before, after=after)


@dataclass(frozen=True)
class PastResult:
    """What of a measured target is judged."""

    id: UUID
    case: Scope
    metric: Metric
    figure: Figure
    verdict: Verdict


def judge_result(past: PastResult, trial: Trial) -> Iterator[Differs]:
    """A target that would have been met, or missed."""
    target = trial.rule(QualityTarget, past.case, past.metric.value)
    verdict = past.figure.verdict(target.value) if target is not None else Verdict.NO_DATA
    if verdict is not past.verdict:
        number = target.clause.number if target is not None else None
        before, after = past.verdict.value, verdict.value
        yield Differs(
            Compared.QUALITY_VERDICT, number, SubjectKind.QUALITY_RESULT, past.id, None, before=before, after=after
        )


@dataclass(frozen=True)
class PastApproval:
    """What of an approval is judged: the chain it went by, and the facts that were laid before it."""

    id: UUID
    requester_id: UUID
    kind: SubjectKind
    purpose: str
    case: Scope
    chain: ApprovalChain
    facts: Mapping[str, Any]


def judge_approval(past: PastApproval, trial: Trial) -> Iterator[Differs]:
    """Other steps, by their names. Raises `Invalid` where the draft asks for a fact that was never given."""
    ruling = trial.rule(ApprovalChain, past.case, chain_topic(past.kind, past.purpose))
    before = _names(past.chain, past.facts)
    after = _names(ruling.value, past.facts) if ruling is not None else []
    if before != after:
        number = ruling.clause.number if ruling is not None else None
        yield Differs(
            Compared.APPROVAL_STEPS,
            number,
            SubjectKind.APPROVAL,
            past.id,
            past.requester_id,
            before=before,
            after=after,
        )


def _names(chain: ApprovalChain, facts: Mapping[str, Any]) -> list[dict[str, str]]:
    taken = zip(chain.steps, steps.taken(chain, facts), strict=True)
    return [step.name.model_dump() for step, is_taken in taken if is_taken]
