"""Judging past cases by a draft: what its clauses would have given, beside what was (PO-6)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.approvals.rules import steps
from domain.billing.rules import dunning
from domain.kernel.calendars import BusinessCalendar
from domain.kernel.money import Money
from domain.kernel.subjects import SubjectKind
from domain.kernel.terms import CustomerTier, Impact, Urgency
from domain.people import rules as people
from domain.policies.rules.chains import Approver, ApproverKind, Step
from domain.policies.rules.dunning import LadderStep
from domain.policies.rules.handbooks import Handbook, Ruling
from domain.policies.rules.kinds import (
    ApprovalChain,
    BusinessCalendarClause,
    DunningLadder,
    ExpertPanel,
    ExpertReview,
    K,
    Metric,
    NoticePeriod,
    PriorityMatrix,
    QualityTarget,
    ServiceLevel,
    chain_topic,
)
from domain.policies.rules.reviewing import needs_experts, with_experts
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

    def __init__(self, book: Handbook, parents: Mapping[UUID, UUID | None], zone: str = "UTC") -> None:
        """`parents` leads from each department to the one above it; `zone` is the company's."""
        self.book, self._parents, self.zone = book, parents, zone

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
class PastLadderStep:
    """A step of a ladder that was taken: when it was planned for and when it was taken, how, by which letter, and
    whether because somebody had approved it."""

    number: int
    planned_at: datetime
    taken_at: datetime
    channel: str
    template: str
    approved: bool = False


@dataclass(frozen=True)
class PastPayment:
    """A part that was paid: the day it came in, and when it was recorded."""

    received_on: date
    recorded_at: datetime


@dataclass(frozen=True)
class PastInvoice:
    """What of an invoice is judged: until when it was dunned, by which steps, what came in, and what held it up."""

    id: UUID
    case: Scope
    due_on: date
    ended_at: datetime
    steps: Sequence[PastLadderStep]
    holds: Sequence[dunning.Hold]
    payments: Sequence[PastPayment] = ()


def judge_invoice(past: PastInvoice, trial: Trial) -> Iterator[Differs]:
    """Other letters, or more or fewer of them, or on other days, before it was paid. A step that needs an approval
    counts as taken only if it really was approved, and not before; what nobody approved would have waited, and all
    behind it. Where the draft has a step as it was, it counts as taken when it really was."""
    ladder, calendar = trial.rule(DunningLadder, past.case), trial.rule(BusinessCalendarClause, past.case)
    after: list[dict[str, Any]] = []
    zone = ZoneInfo(trial.zone)
    if ladder is not None and calendar is not None:
        zone = ZoneInfo(calendar.value.zone)
        for item in _taken(past, ladder.value, calendar.value):
            step = item.step
            after.append(_letter(item.at, zone, step.number, step.channel.value, letter_of(step)))
    before = [_letter(step.planned_at, zone, step.number, step.channel, step.template) for step in past.steps]
    if before != after:
        number = ladder.clause.number if ladder is not None else None
        yield Differs(Compared.INVOICE_LETTERS, number, SubjectKind.INVOICE, past.id, None, before=before, after=after)


def letter_of(step: LadderStep) -> str:
    """Which letter a step sends: by the company's name for it, else by its tone."""
    return step.template or step.tone.value


def _letter(at: datetime, zone: ZoneInfo, step: int, channel: str, template: str) -> dict[str, Any]:
    return {"on": at.astimezone(zone).date().isoformat(), "step": step, "channel": channel, "template": template}


def _taken(past: PastInvoice, ladder: DunningLadder, calendar: BusinessCalendar) -> Iterator[dunning.Planned]:
    """The steps that a ladder would have come to, payment by payment, since one may move what the days count from."""
    base, done = dunning.Base(past.due_on), dict[int, datetime]()
    really = {(step.number, step.planned_at): step.taken_at for step in past.steps}
    approved = {step.number: step.taken_at for step in past.steps if step.approved}
    parts = [part for part in past.payments if part.recorded_at < past.ended_at]
    for part in (*sorted(parts, key=lambda part: part.recorded_at), None):
        until = past.ended_at if part is None else part.recorded_at
        planned = dunning.plan(base, ladder, calendar, past.holds)
        while item := dunning.next_planned(planned, done, ladder, calendar, past.holds):
            number, at = item.step.number, item.at
            if item.step.needs_approval:
                if number not in approved:
                    return
                at = max(at, approved[number])
            if at >= until:
                break
            done[number] = really.get((number, item.at), at)
            yield item
        if part is not None:
            rule = ladder.after_part_payment
            base = dunning.base_after_part_payment(past.due_on, part.received_on, rule, base)


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
    """What of an approval is judged: the chain it went by, the panels that this named, and the facts that were laid
    before it."""

    id: UUID
    requester_id: UUID
    kind: SubjectKind
    purpose: str
    case: Scope
    chain: ApprovalChain
    facts: Mapping[str, Any]
    panels: Mapping[str, ExpertPanel] = field(default_factory=dict)


def judge_approval(past: PastApproval, trial: Trial) -> Iterator[Differs]:
    """Other steps: by their names, by whom they name and by how many of these decide. Raises `Invalid` where the draft
    asks for a fact that was never given."""
    ruling = trial.rule(ApprovalChain, past.case, chain_topic(past.kind, past.purpose))
    before = _path(past.chain, past.facts, past.panels)
    chain = ruling.value if ruling is not None else None
    if past.kind is SubjectKind.SOLUTION:
        chain = _reviewed(past, chain, trial)
    after = _path(chain, past.facts, panels_of(trial.book)) if chain is not None else []
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


def _reviewed(past: PastApproval, chain: ApprovalChain | None, trial: Trial) -> ApprovalChain | None:
    """The chain of a solution with the step of the experts, where the draft has them review it."""
    review = trial.rule(ExpertReview, past.case)
    if review is None or review.value.panel is None:
        return chain
    budget = Money(past.facts["amount_minor"], past.facts["currency"])
    if not needs_experts(budget, is_complex=past.facts["is_complex"], clause=review.value):
        return chain
    return with_experts(chain, review.value.panel, review.value.least_experts)


def panels_of(book: Handbook) -> dict[str, ExpertPanel]:
    """The panels of a version by name."""
    return {ruling.value.name: ruling.value for ruling in book.rulings(ExpertPanel)}


def _path(chain: ApprovalChain, facts: Mapping[str, Any], panels: Mapping[str, ExpertPanel]) -> list[dict[str, Any]]:
    """The steps taken; the last resort where there are none. Where seats were vacant, it was written behind the chain
    of a past case, which no draft changes: who sits where today says nothing of then."""
    taken = zip(chain.steps, steps.taken(chain, facts), strict=True)
    own = [step for step, is_taken in taken if is_taken and step != steps.LAST_RESORT]
    return [_step(step, panels) for step in own or (steps.LAST_RESORT,)]


def _step(step: Step, panels: Mapping[str, ExpertPanel]) -> dict[str, Any]:
    people: list[Approver] = []
    for approver in step.approvers:
        panel = panels.get(approver.value or "") if approver.by is ApproverKind.EXPERT_PANEL else None
        people += panel.members if panel is not None else (approver,)
    told: dict[str, Any] = {
        "name": step.name.model_dump(),
        "approvers": [person.model_dump(mode="json", exclude_none=True) for person in people],
        "mode": step.mode.value,
    }
    needed = {"quorum": step.quorum, "quorum_percent": step.quorum_percent, "branch": step.branch}
    return told | {name: value for name, value in needed.items() if value is not None}
