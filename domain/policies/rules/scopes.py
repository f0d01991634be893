"""Whom a clause concerns, and which of several clauses that concern a case is the most specific."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel.terms import CustomerTier, Priority

ServiceLine = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]*$", max_length=60)]


class Dimension(StrEnum):
    """What may limit a clause; the word is the field of `Scope`."""

    POST = "post_id"
    DEPARTMENT = "department_id"
    CUSTOMER_TIER = "customer_tier"
    SERVICE_LINE = "service_line"
    PRIORITY = "priority"


class Scope(BaseModel):
    """What a clause is limited to, or where a case stands; a field that is left out limits nothing and is not known.

    A clause for a department holds for the departments below it too, and the nearest one's clause is the most specific.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    department_id: UUID | None = None
    post_id: UUID | None = None
    customer_tier: CustomerTier | None = None
    service_line: ServiceLine | None = None
    priority: Priority | None = None

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What is given."""
        return tuple(dimension for dimension in Dimension if getattr(self, dimension.value) is not None)


def misfit(clause: Scope, case: Scope, departments: Sequence[UUID]) -> Dimension | None:
    """The first dimension in which a clause is not about a case, or None when the clause applies.

    `departments` is the case's own department and those above it, nearest first. What is not known of a case fits no
    limit: a clause for key customers does not apply to a case without a customer.
    """
    for dimension in clause.dimensions:
        limit = getattr(clause, dimension.value)
        fits = limit in departments if dimension is Dimension.DEPARTMENT else limit == getattr(case, dimension.value)
        if not fits:
            return dimension
    return None


def specificity(clause: Scope, order: Sequence[Dimension], departments: Sequence[UUID]) -> tuple[int, ...]:
    """How specific a clause that applies is: larger is more specific.

    The dimension that comes first in a kind's `order` outweighs all that follow it; so a clause that is limited in one
    dimension more always outweighs the one without. A nearer department outweighs one above it.
    """
    return tuple(_weight(clause, dimension, departments) for dimension in order)


def _weight(clause: Scope, dimension: Dimension, departments: Sequence[UUID]) -> int:
    limit = getattr(clause, dimension.value)
    if limit is None:
        return 0
    return len(departments) - departments.index(limit) if dimension is Dimension.DEPARTMENT else 1
