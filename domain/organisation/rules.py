"""What may be said of departments and staff: names, trees without circles, lines of superiors."""

from collections.abc import Mapping
from uuid import UUID

from domain.kernel.texts import one_line
from tenancy.refusals import Invalid, message

NAME_LENGTH = 120
# A line of superiors longer than this is a circle or a mistake.
LONGEST_LINE = 30


def clean_name(name: str) -> str:
    """The name without outer blanks; refuses an empty or overlong one."""
    return one_line(name, NAME_LENGTH, "name")


def refuse_circle(id: UUID, above: UUID | None, parents: Mapping[UUID, UUID | None], *path: str) -> None:
    """Refuse `above` as the parent (or superior) of `id` when the line upwards leads back to `id`."""
    seen = 0
    while above is not None:
        seen += 1
        if above == id or seen > LONGEST_LINE:
            raise Invalid(message("This would make a circle: somebody would stand above themselves."), path=path)
        above = parents.get(above)
