"""What somebody who leaves had to deal with: their complaints and return visits go to whoever stands above, or wait."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.feedback.commands import complaint_time as timing
from domain.feedback.events import ComplaintAssigned, VisitAssigned
from domain.feedback.models import Complaint, ReturnVisit
from domain.feedback.queries import complaints, visits
from domain.feedback.rules.complaints import COMPLAINTS, ComplaintMove
from domain.feedback.rules.visits import VisitState
from domain.organisation import queries as organisation
from domain.organisation.events import StaffLeft
from tenancy.identity.events import MemberDeactivated
from tenancy.members import Member
from tenancy.models import one_of
from tenancy.outbox import lock_timers
from tenancy.work import Work


async def hand_on_of_leaver(work: Work, event: StaffLeft | MemberDeactivated) -> None:
    """Somebody has left or is shut out: what they had to deal with goes to the nearest above who is still there and
    whom it does not concern; where nobody is, it waits for whoever manages feedback."""
    left_id = event.staff_id if isinstance(event, StaffLeft) else event.member_id
    # In one order, so that two who leave at once don't wait for each other.
    for complaint_id in await complaints.ids_handled_by(work, left_id):
        await _hand_on_complaint(work, complaint_id, left_id)
    for visit_id in await visits.ids_planned_for(work, left_id):
        await _hand_on_visit(work, visit_id, left_id)


async def _hand_on_complaint(work: Work, complaint_id: UUID, left_id: UUID) -> None:
    timers = await lock_timers(work, complaint_id)
    complaint = await work.get(Complaint, complaint_id, lock=True)
    if complaint.handler_id != left_id or not COMPLAINTS.allows(complaint.state, ComplaintMove.ASSIGN):
        return
    view = await timing.view_of(work, complaint, timers)
    complaint.handler_id = await _first_there(work, await complaints.line_above(work, complaint))
    change = view.enter(work, ComplaintMove.ASSIGN)
    assigned = ComplaintAssigned(
        complaint_id=complaint.id, change_id=change.id, handler_id=complaint.handler_id, left_id=left_id
    )
    work.record(assigned, about=complaint)


async def _hand_on_visit(work: Work, visit_id: UUID, left_id: UUID) -> None:
    await lock_timers(work, visit_id)
    visit = await work.get(ReturnVisit, visit_id, lock=True)
    if visit.assignee_id != left_id or visit.state is not VisitState.PLANNED:
        return
    complaint = await work.find(Complaint, visit.complaint_id) if visit.complaint_id is not None else None
    line = [*await organisation.line_above(work, left_id), *await organisation.heads_at_the_top(work)]
    not_them = (left_id, complaint.about_staff_id if complaint is not None else None)
    visit.assignee_id = await _first_there(work, [person for person in line if person not in not_them])
    assigned = VisitAssigned(visit_id=visit.id, assignee_id=visit.assignee_id, notice_id=work.new_id(), left_id=left_id)
    work.record(assigned, about=visit)


async def _first_there(work: Work, people: Sequence[UUID]) -> UUID | None:
    """The first of these who may still sign in."""
    rows = await work.rows(select(Member.id).where(one_of(Member.id, people), Member.active)) if people else []
    there = {row["id"] for row in rows}
    return next((person for person in people if person in there), None)
