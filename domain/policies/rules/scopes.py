"""Whom a clause concerns, and which of several clauses that concern a case is the most specific."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel.terms import CustomerTier, Priority

ServiceLine = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]*$", max_length=60)]
# A word that offerings share which are promised the same, whatever line they belong to.
SlaClass = ServiceLine


class Dimension(StrEnum):
    """What may limit a clause; the word is the field of `Scope`."""

    POST = "post_id"
    DEPARTMENT = "department_id"
    CUSTOMER_TIER = "customer_tier"
    SERVICE_LINE = "service_line"
    SLA_CLASS = "sla_class"
    PRIORITY = "priority"


class Scope(BaseModel):
    """What a clause is limited to, or where a case stands; a field that is left out limits nothing and is not known.

    A clause for a department or a service line holds for those below it too, and the nearest one's clause is the most
    specific.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    department_id: UUID | None = None
    post_id: UUID | None = None
    customer_tier: CustomerTier | None = None
    service_line: ServiceLine | None = None
    sla_class: SlaClass | None = None
    priority: Priority | None = None

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What is given."""
        return tuple(dimension for dimension in Dimension if getattr(self, dimension.value) is not None)

    @property
    def lines(self) -> tuple[str, ...]:
        """The service line and those above it that are known, the nearest first."""
        return () if self.service_line is None else (self.service_line,)


class Case(Scope):
    """Where a case stands, with the service lines above its own, the nearest first: whoever asks knows the tree."""

    lines_above: tuple[ServiceLine, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The service line and those above it, the nearest first."""
        return (*super().lines, *self.lines_above)


def misfit(clause: Scope, case: Scope, departments: Sequence[UUID]) -> Dimension | None:
    """The first dimension in which a clause is not about a case, or None when the clause applies.

    `departments` is the case's own department and those above it, nearest first. What is not known of a case fits no
    limit: a clause for key customers does not apply to a case without a customer.
    """
    for dimension in clause.dimensions:
        limit = getattr(clause, dimension.value)
        line = _line(case, dimension, departments)
        fits = limit == getattr(case, dimension.value) if line is None else limit in line
        if not fits:
            return dimension
    return None


def specificity(clause: Scope, order: Sequence[Dimension], case: Scope, departments: Sequence[UUID]) -> tuple[int, ...]:
    """How specific a clause that applies to a case is: larger is more specific.

    The dimension that comes first in a kind's `order` outweighs all that follow it; so a clause that is limited in one
    dimension more always outweighs the one without. A nearer department outweighs one above it, as does a service line.
    """
    return tuple(_weight(clause, dimension, _line(case, dimension, departments)) for dimension in order)


def _line(case: Scope, dimension: Dimension, departments: Sequence[UUID]) -> Sequence[Any] | None:
    """Where a case stands in a tree, the nearest first; None for a dimension that is none."""
    match dimension:
        case Dimension.DEPARTMENT:
            return departments
        case Dimension.SERVICE_LINE:
            return case.lines
    return None


def _weight(clause: Scope, dimension: Dimension, line: Sequence[Any] | None) -> int:
    limit = getattr(clause, dimension.value)
    if limit is None:
        return 0
    return 1 if line is None else len(line) - line.index(limit)
