"""What happens about faults."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class FaultReported(Event, name="requests.fault_reported"):
    """The report on the fault behind a request was written, or written anew."""

    request_id: UUID
    report_id: UUID


@dataclass(frozen=True, kw_only=True)
class ActionPlanned(Event, name="requests.action_planned"):
    """Somebody is to do something so that a fault does not come again."""

    request_id: UUID
    action_id: UUID
    responsible_id: UUID


@dataclass(frozen=True, kw_only=True)
class ActionDone(Event, name="requests.action_done"):
    request_id: UUID
    action_id: UUID


@dataclass(frozen=True, kw_only=True)
class ActionDue(Event, name="requests.action_due"):
    """The timer of such an action: its day has come, or has passed."""

    action_id: UUID


@dataclass(frozen=True, kw_only=True)
class ActionReminded(Event, name="requests.action_reminded"):
    """The n-th reminder of it; with the second it is overdue."""

    request_id: UUID
    action_id: UUID
    reminder: int


@dataclass(frozen=True, kw_only=True)
class ProblemOpened(Event, name="requests.problem_opened"):
    problem_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProblemChanged(Event, name="requests.problem_changed"):
    problem_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProblemSolved(Event, name="requests.problem_solved"):
    """Its cause is removed."""

    problem_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestFiledUnderProblem(Event, name="requests.filed_under_problem"):
    """A request is a case of a recurring fault from now on, or of none."""

    request_id: UUID
    problem_id: UUID | None
