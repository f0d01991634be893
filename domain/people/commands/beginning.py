"""How a move by hand begins: with a resignation that the actor sees, and nothing in the way of the move."""

from uuid import UUID

from domain.kernel.permissions import Permission
from domain.people import queries, rules
from domain.people.models import Resignation
from domain.people.rules import Move
from tenancy.work import Work


async def begin(work: Work, resignation_id: UUID, move: Move, *, lock: bool = True) -> Resignation:
    """The resignation, if the actor may make this move now; refuses for the first obstacle that counts."""
    resignation = await queries.get(work, resignation_id, "resignationId", lock=lock)
    is_writer = work.actor.is_member and work.actor.id == resignation.staff_id
    manages = work.actor.may(Permission.PEOPLE_MANAGE)
    found = rules.obstacles(move, resignation.state, is_writer=is_writer, manages=manages)
    if found:
        raise rules.refusal(found[0], move, resignation.state)
    return resignation
