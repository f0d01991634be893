"""Who sits in a step: the people a chain names, less the requester, and whoever stands in where it finds nobody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from domain.approvals.rules.states import EndReason, SeatReason
from domain.policies.rules.chains import Approver, Mode, Step, WhenRequester, WhenVacant


@dataclass(frozen=True)
class Found:
    """Whom one entry of a step leads to: active members, in a settled order, and those among them who are barred,
    because they lack the permission to decide."""

    approver: Approver
    members: tuple[UUID, ...]
    barred: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class StandIns:
    """Who stands in: the requester's nearest superior, and the administrators; all of them may decide, and for none is
    it their own matter."""

    superior_id: UUID | None
    administrators: tuple[UUID, ...]


@dataclass(frozen=True)
class Vacancy:
    """What is kept of an entry that leads to nobody who could decide, by what the step's rules make of it."""

    skipped: EndReason
    superior: SeatReason
    administrator: SeatReason
    stopped: SeatReason


_VACANT = Vacancy(
    EndReason.VACANT_SKIPPED,
    SeatReason.VACANT_SUPERIOR,
    SeatReason.VACANT_ADMINISTRATOR,
    SeatReason.VACANT_STOPPED,
)
_NO_PERMISSION = Vacancy(
    EndReason.NO_PERMISSION_SKIPPED,
    SeatReason.NO_PERMISSION_SUPERIOR,
    SeatReason.NO_PERMISSION_ADMINISTRATOR,
    SeatReason.NO_PERMISSION_STOPPED,
)


@dataclass(frozen=True)
class Seat:
    """A place in a step. Without a member it waits until an administrator names somebody."""

    approver: Approver
    member_id: UUID | None
    reason: SeatReason | None = None


@dataclass(frozen=True)
class Skipped:
    """An entry the step passes over, and why."""

    approver: Approver
    reason: EndReason


@dataclass
class Seating:
    """A step as it is filled; where each group has a voice, somebody may sit in several of them."""

    per_group: bool = False
    seats: list[Seat] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def members(self) -> set[UUID]:
        """Who sits in the step."""
        return {seat.member_id for seat in self.seats if seat.member_id is not None}

    def seat(self, approver: Approver, member_id: UUID | None, reason: SeatReason | None) -> None:
        """Give somebody a seat; who has one already decides once for both."""
        there = {seat.member_id for seat in self.seats if not self.per_group or seat.approver == approver}
        if member_id is None or member_id not in there:
            self.seats.append(Seat(approver, member_id, reason))


def seating(step: Step, found: Sequence[Found], concerned: Collection[UUID], stand_ins: StandIns) -> Seating:
    """Fill a step. Whose own matter it is, the requester and others, never get a seat; where an entry leads to nobody
    else, the step's rules say who stands in, and the reason is kept. A step without any seat is passed over."""
    filled = Seating(per_group=step.mode is Mode.PER_GROUP)
    for entry in found:
        others = [member for member in entry.members if member not in concerned]
        deciders = [member for member in others if member not in entry.barred]
        for member in deciders:
            filled.seat(entry.approver, member, None)
        own = len(others) < len(entry.members)
        if len(deciders) < len(others) and (deciders or own):
            filled.skipped.append(Skipped(entry.approver, EndReason.NO_PERMISSION_LEFT_OUT))
        if own and deciders:
            filled.skipped.append(Skipped(entry.approver, EndReason.REQUESTER_LEFT_OUT))
        elif own:
            _for_requester(filled, step, entry.approver, stand_ins)
        elif not deciders:
            _for_nobody(filled, step, entry.approver, stand_ins, _NO_PERMISSION if others else _VACANT)
    if step.mode is Mode.QUORUM:
        _up_to_quorum(filled, step, stand_ins)
    return filled


def _for_requester(filled: Seating, step: Step, approver: Approver, stand_ins: StandIns) -> None:
    if step.when_requester is WhenRequester.SKIP:
        filled.skipped.append(Skipped(approver, EndReason.REQUESTER_SKIPPED))
    elif step.when_requester is WhenRequester.SUPERIOR and stand_ins.superior_id is not None:
        filled.seat(approver, stand_ins.superior_id, SeatReason.REQUESTER_SUPERIOR)
    else:
        _administrators(filled, step, approver, stand_ins, SeatReason.REQUESTER_ADMINISTRATOR, _VACANT)


def _for_nobody(filled: Seating, step: Step, approver: Approver, stand_ins: StandIns, vacancy: Vacancy) -> None:
    if step.when_vacant is WhenVacant.SKIP:
        filled.skipped.append(Skipped(approver, vacancy.skipped))
    elif step.when_vacant is WhenVacant.STOP:
        filled.seat(approver, None, vacancy.stopped)
    elif step.when_vacant is WhenVacant.SUPERIOR and stand_ins.superior_id is not None:
        filled.seat(approver, stand_ins.superior_id, vacancy.superior)
    else:
        _administrators(filled, step, approver, stand_ins, vacancy.administrator, vacancy)


def _administrators(
    filled: Seating, step: Step, approver: Approver, stand_ins: StandIns, reason: SeatReason, vacancy: Vacancy
) -> None:
    if not stand_ins.administrators:
        filled.seat(approver, None, vacancy.stopped)
    elif step.mode is Mode.ANY:
        for member in stand_ins.administrators:
            filled.seat(approver, member, reason)
    else:
        # Where votes are counted, one stand-in has one vote, however many administrators there are.
        free = [member for member in stand_ins.administrators if member not in filled.members]
        filled.seat(approver, (free or list(stand_ins.administrators))[0], reason)


def _up_to_quorum(filled: Seating, step: Step, stand_ins: StandIns) -> None:
    missing = (step.quorum or 0) - len(filled.seats)
    if missing <= 0 or step.when_vacant is WhenVacant.SKIP:
        return
    candidates = [] if step.when_vacant is WhenVacant.STOP else list(stand_ins.administrators)
    if step.when_vacant is WhenVacant.SUPERIOR and stand_ins.superior_id is not None:
        candidates.insert(0, stand_ins.superior_id)
    free = [member for member in dict.fromkeys(candidates) if member not in filled.members]
    for number in range(missing):
        filled.seat(step.approvers[-1], free[number] if number < len(free) else None, SeatReason.QUORUM_SHORT)
