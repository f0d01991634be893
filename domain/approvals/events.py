"""What happens in approvals. The subject's module reacts to the outcomes in the same transaction."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class ApprovalOpened(Event, name="approvals.opened"):
    approval_id: UUID
    subject_kind: str
    subject_id: UUID
    purpose: str


@dataclass(frozen=True, kw_only=True)
class ApprovalStepReached(Event, name="approvals.step_reached"):
    """Whoever sits in the step is to be told."""

    approval_id: UUID
    step: int


@dataclass(frozen=True, kw_only=True)
class ApprovalSeatVacant(Event, name="approvals.seat_vacant"):
    """A step waits for an administrator to name somebody."""

    approval_id: UUID
    step: int


@dataclass(frozen=True, kw_only=True)
class ApprovalConditionFailed(Event, name="approvals.condition_failed"):
    """It can't be judged whether a step is taken; the case stops there until an administrator sees to it."""

    approval_id: UUID
    step: int
    condition: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApprovalRescued(Event, name="approvals.rescued"):
    """An administrator let a case go on that had stopped; `reason` says how: a step was taken or passed over, or the
    chain replaced by that of the handbook in force."""

    approval_id: UUID
    reason: str
    comment: str
    step: int | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovalDecided(Event, name="approvals.decided"):
    """One seat's decision, which may or may not decide its step."""

    approval_id: UUID
    task_id: UUID
    decision: str
    # Why it was decided by itself: `EndReason.DEADLINE`; nothing where somebody decided.
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovalTransferred(Event, name="approvals.transferred"):
    """A seat is another person's now; the reason says whether by hand, by escalation or because somebody left."""

    approval_id: UUID
    task_id: UUID
    reason: str
    comment: str | None = None
    # Who was away, where somebody who decides for them has passed it on.
    instead_of_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ApproverAdded(Event, name="approvals.approver_added"):
    """Whoever sits there asked somebody to decide too: before them, or after them."""

    approval_id: UUID
    task_id: UUID
    reason: str
    comment: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovalStepReturned(Event, name="approvals.step_returned"):
    """The approval went back to an earlier step, where it is decided anew."""

    approval_id: UUID
    task_id: UUID
    step: int
    to_step: int


@dataclass(frozen=True, kw_only=True)
class ApprovalUrged(Event, name="approvals.urged"):
    """Its requester asks for haste."""

    approval_id: UUID
    step: int


@dataclass(frozen=True, kw_only=True)
class ApprovalCommented(Event, name="approvals.commented"):
    """Somebody whom it concerns said something without deciding."""

    approval_id: UUID
    comment: str


@dataclass(frozen=True, kw_only=True)
class ApprovalFileAttached(Event, name="approvals.file_attached"):
    """A file was put at it; the comment is what was said of the file."""

    approval_id: UUID
    attachment_id: UUID
    file_id: UUID
    comment: str


@dataclass(frozen=True, kw_only=True)
class ApprovalFileRemoved(Event, name="approvals.file_removed"):
    """A file was taken away again by who had attached it."""

    approval_id: UUID
    attachment_id: UUID
    file_id: UUID


@dataclass(frozen=True, kw_only=True)
class ApprovalsDelegated(Event, name="approvals.delegated"):
    """Somebody will be away, and somebody else decides for them until then."""

    delegation_id: UUID
    delegator_id: UUID
    delegate_id: UUID


@dataclass(frozen=True, kw_only=True)
class ApprovalDelegationEnded(Event, name="approvals.delegation_ended"):
    """A delegation was ended before its time; the reason says why, unless that lies with who delegated."""

    delegation_id: UUID
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovalReminded(Event, name="approvals.reminded"):
    """A step's time is up and whoever sits in it is to be reminded."""

    approval_id: UUID
    step: int


@dataclass(frozen=True, kw_only=True)
class ApprovalStepDue(Event, name="approvals.step_due"):
    """The timer of a step; `turn` counts how often its time was up before, `round` how often the step was come to."""

    approval_id: UUID
    step: int
    turn: int
    round: int = 0


@dataclass(frozen=True, kw_only=True)
class ApprovalGranted(Event, name="approvals.granted"):
    approval_id: UUID
    subject_kind: str
    subject_id: UUID
    purpose: str
    # What was approved; a subject that has changed since must not take it as its own approval.
    digest: str


@dataclass(frozen=True, kw_only=True)
class ApprovalVoided(Event, name="approvals.voided"):
    """What was granted holds no more, because its subject has changed since; it stays granted, as it was decided."""

    approval_id: UUID
    subject_kind: str
    subject_id: UUID
    purpose: str
    # `EndReason.SUBJECT_CHANGED`.
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApprovalRefused(Event, name="approvals.refused"):
    approval_id: UUID
    subject_kind: str
    subject_id: UUID
    purpose: str


@dataclass(frozen=True, kw_only=True)
class ApprovalReturned(Event, name="approvals.returned"):
    approval_id: UUID
    subject_kind: str
    subject_id: UUID
    purpose: str


@dataclass(frozen=True, kw_only=True)
class ApprovalWithdrawn(Event, name="approvals.withdrawn"):
    """Taken back by hand, or void because its subject changed: then `reason` is `EndReason.SUBJECT_CHANGED`."""

    approval_id: UUID
    subject_kind: str
    subject_id: UUID
    purpose: str
    reason: str | None = None
