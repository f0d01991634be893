"""Saving views, changing and deleting them."""

from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from api.schema.inputs import given, optional
from api.schema.views import (
    lists,
    types,  # noqa: F401  # declares the enumerations that are used below
)
from domain.views import commands, models, queries
from domain.views.rules import ViewAudience, ViewedList
from tenancy.work import Work

FILTER = (
    "The list's own filter, as its argument `filter` takes it, as a JSON object with enumerated words as texts, "
    'such as {"state": {"in": ["NEW", "ASSIGNED"]}, "assignedToMe": true}; without it all rows are meant.'
)
ORDER = "The word of the list's order, such as NEWEST; the usual one without it."
COLUMNS = (
    "What is shown of each row: names of fields that hold plain values, over single records such as customer.name."
)


@strawberry.input(description="A list with a filter, an order and columns under a name.")
class SaveViewInput:
    """A list with a filter, an order and columns under a name."""

    viewed_list: ViewedList = given("The list.")
    name: str = given("What it is called, in at most 100 characters; a name of yours once for each list.")
    filter: JSON | None = optional(FILTER)
    order: str | None = optional(ORDER)
    columns: list[str] | None = optional(COLUMNS)
    audience: ViewAudience = optional("Whom it is for; others than you need `views.share`.", default=ViewAudience.OWN)
    department_id: UUID | None = optional("The department, for a view of one.")


async def save_view(work: Work, input: SaveViewInput) -> models.SavedView:
    """Keep a list with a filter, an order and columns under a name. Whoever uses it sees the rows that they may see."""
    columns = input.columns or []
    lists.check(input.viewed_list, input.filter, input.order, columns)
    filter: Any = input.filter
    return await commands.save(
        work,
        viewed_list=input.viewed_list,
        name=input.name,
        filter=filter,
        order=input.order,
        columns=columns,
        audience=input.audience,
        department_id=input.department_id,
    )


@strawberry.input(description="What a saved view is from now on.")
class ChangeViewInput:
    """What a saved view is from now on."""

    view_id: UUID = given("The view: your own, or with `views.share` one that is shared.")
    name: str = given("What it is called, in at most 100 characters.")
    filter: JSON | None = optional(FILTER)
    order: str | None = optional(ORDER)
    columns: list[str] | None = optional(COLUMNS)
    audience: ViewAudience = optional("Whom it is for; others than you need `views.share`.", default=ViewAudience.OWN)
    department_id: UUID | None = optional("The department, for a view of one.")


async def change_view(work: Work, input: ChangeViewInput) -> models.SavedView:
    """Give a view another name, filter, order, columns and audience; what is left out is taken away."""
    columns = input.columns or []
    view = await queries.changeable(work, input.view_id)
    lists.check(view.viewed_list, input.filter, input.order, columns)
    filter: Any = input.filter
    return await commands.change(
        work,
        view_id=input.view_id,
        name=input.name,
        filter=filter,
        order=input.order,
        columns=columns,
        audience=input.audience,
        department_id=input.department_id,
    )


@strawberry.input(description="A saved view that goes.")
class DeleteViewInput:
    """A saved view that goes."""

    view_id: UUID = given("The view: your own, or with `views.share` one that is shared.")


async def delete_view(work: Work, input: DeleteViewInput) -> UUID:
    """Take a saved view away."""
    return await commands.delete(work, view_id=input.view_id)
