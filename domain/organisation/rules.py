"""What may be said of departments and staff: names, trees without circles, lines of superiors."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.kernel.texts import one_line
from tenancy.refusals import Invalid, message

NAME_LENGTH = 120
# A line of superiors longer than this is a circle or a mistake.
LONGEST_LINE = 30
WORD_LENGTH = 60
MOST_SKILLS = 50
LONGEST_ABSENCE = timedelta(days=366)
LONGEST_SHIFT = timedelta(days=31)


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


def clean_skills(skills: Sequence[str]) -> list[str]:
    """Up to 50 skills of up to 60 characters, each once, in order. Raises `Invalid`."""
    if len(skills) > MOST_SKILLS:
        text = message("At most {most} can be given.")
        raise Invalid(text, {"most": MOST_SKILLS}, path=("skills",))
    cleaned = [one_line(skill, WORD_LENGTH, "skills", str(place)) for place, skill in enumerate(skills)]
    return sorted(set(cleaned))


def clean_region(region: str) -> str:
    """The name of a region, up to 60 characters, which may be empty. Raises `Invalid`."""
    return one_line(region, WORD_LENGTH, "region", may_be_empty=True)


def check_days(starts_on: date, ends_on: date) -> None:
    """Refuse an absence that ends before it begins, or that is longer than a year."""
    if ends_on < starts_on:
        raise Invalid(message("This ends before it begins."), path=("endsOn",))
    if ends_on - starts_on > LONGEST_ABSENCE:
        raise Invalid(message("This is longer than {days} days."), {"days": LONGEST_ABSENCE.days}, path=("endsOn",))


def check_shift(starts_at: datetime, ends_at: datetime) -> None:
    """Refuse a shift that doesn't last, or that is longer than a month."""
    if ends_at <= starts_at:
        raise Invalid(message("This ends before it begins."), path=("endsAt",))
    if ends_at - starts_at > LONGEST_SHIFT:
        raise Invalid(message("This is longer than {days} days."), {"days": LONGEST_SHIFT.days}, path=("endsAt",))
