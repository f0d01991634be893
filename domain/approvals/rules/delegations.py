"""Who may decide for whom: never oneself, never in a circle, and one person for one at a time."""

from collections.abc import Iterable
from uuid import UUID

from tenancy.refusals import Conflict, message


def check(others: Iterable[tuple[UUID, UUID]], from_id: UUID, to_id: UUID) -> None:
    """Refuse with `Conflict` a delegation beside those, from one to the other, whose time overlaps its own.

    What is delegated is not delegated further; a circle is refused all the same, because in it nobody is there.
    """
    leads: dict[UUID, UUID] = dict(others)
    if from_id in leads:
        raise Conflict(message("You have delegated for a part of this time already."), path=("startsAt",))
    current, passed = to_id, {from_id}
    while current not in passed:
        passed.add(current)
        if current not in leads:
            return
        current = leads[current]
    if current == from_id:
        text = message("This person delegates to you, at least through others, for a part of this time.")
        raise Conflict(text, path=("toId",), code="CIRCLE")
