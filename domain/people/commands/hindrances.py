"""What stands against somebody's letter of resignation before anything is known of it but whose it is."""

from uuid import UUID

from domain.kernel.permissions import Permission
from domain.organisation import queries as organisation
from domain.people import queries
from domain.people.commands.grounds import grounds_for
from tenancy.refusals import Conflict, Invalid, Refusal, message, missing_permission
from tenancy.work import Work


async def against_letter(work: Work, staff_id: UUID, *path: str) -> list[Refusal]:
    """Why nobody can hand in a letter of this person now, the first reason that counts first; `path` is that of the
    input which named them, empty for one's own."""
    staff = await organisation.find_staff(work, staff_id)
    if staff is None:
        if path:
            await organisation.staff(work, staff_id, *path)
        text = message("You are not on the staff of this company, so there is nothing to resign from.")
        return [Invalid(text, code="NOT_STAFF")]
    if staff.left_on is not None:
        return [Invalid(message("This person has left the company already."), path=path, code="LEFT")]
    found: list[Refusal] = []
    if await queries.under_way(work, staff_id) is not None:
        text = message("A resignation of this person is under way already.")
        found.append(Conflict(text, path=path, code="UNDER_WAY"))
    try:
        await grounds_for(work, staff_id)
    except Refusal as refusal:
        found.append(refusal)
    return found


async def against_own_letter(work: Work) -> list[Refusal]:
    """Why whoever acts cannot hand in their own letter of resignation now; nothing when they can."""
    if not work.actor.is_member or work.actor.id is None:
        return [Invalid(message("Say whose letter this is."), path=("staffId",))]
    permitted = work.actor.may(Permission.PEOPLE_RESIGN)
    found: list[Refusal] = [] if permitted else [missing_permission(Permission.PEOPLE_RESIGN)]
    return [*found, *await against_letter(work, work.actor.id)]
