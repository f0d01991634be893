"""Saved views as clients see them."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from strawberry.scalars import JSON

from api.reading.filters import WordFilter, combining, filtered
from api.reading.mapping import Node, Order, column, computed, one, rendered, shows
from api.schema.access.types import Member
from api.schema.organisation.types import Department
from api.schema.views import lists
from domain.views import models, queries
from domain.views.rules import ViewAudience, ViewedList
from tenancy.actor import Actor
from tenancy.language import translate
from tenancy.refusals import Invalid

strawberry.enum(ViewedList, description="The list that a view is of: the field of Query that has its name.")
strawberry.enum(
    ViewAudience,
    description="Whom a view is for: OWN for its owner alone, DEPARTMENT for the staff of one department, COMPANY for "
    "every member.",
)


def _problem(view: Mapping[str, Any], actor: Actor) -> str | None:
    try:
        lists.check(ViewedList(view["viewed_list"]), view["conditions"], view["ordering"], view["columns"])
    except Invalid as refusal:
        return translate(refusal.text, actor.language, refusal.values)
    return None


@shows(models.SavedView, visible=queries.visible)
class SavedView(Node):
    """A list with a filter, an order and columns under a name. Ask for its rows with viewRows, or give its filter and
    order to the list yourself."""

    name: str = column("What it is called.")
    viewed_list: ViewedList = column("The list.")
    filter: JSON | None = column("The list's own filter, as it was given; null where all rows are meant.", "conditions")
    order: str | None = column("The word of the list's order, such as NEWEST; null for the usual one.", "ordering")
    columns: list[str] = column(
        "What is shown of each row: names of fields, over single records such as customer.name; empty for the client's "
        "usual choice."
    )
    audience: ViewAudience = column("Whom it is for.")
    department: Department | None = one(
        "The department whose view it is; null where it is no department's.", "department_id"
    )
    owner: Member | None = one("Who has saved it.", "owner_id")
    mine: bool = computed("Whether you have saved it.", queries.mine)
    changed_at: datetime = column("When it was saved, or changed for the last time.")
    problem: str | None = rendered(
        "Why it does not fit its list any more, in your language; null while it does.",
        _problem,
        viewed_list=lambda row: row.viewed_list,
        conditions=lambda row: row.conditions,
        ordering=lambda row: row.ordering,
        columns=lambda row: row.columns,
    )


@strawberry.enum(description="How saved views are ordered.")
class SavedViewOrder(Enum):
    """Orders of saved views."""

    NAME = "name"
    NEWEST = "newest"


SAVED_VIEW_ORDERS = {
    SavedViewOrder.NAME: Order(lambda row: row.name),
    SavedViewOrder.NEWEST: Order(lambda row: row.id, descending=True),
}


@strawberry.input(description="Which saved views to give.")
class SavedViewFilter:
    """Conditions on saved views."""

    viewed_list: WordFilter[ViewedList] | None = filtered("By list.")
    audience: WordFilter[ViewAudience] | None = filtered("By whom they are for.")
    mine: bool | None = filtered("Whether you have saved them.", queries.mine)
    and_: "list[SavedViewFilter] | None" = combining("All of these hold.", "and")
    or_: "list[SavedViewFilter] | None" = combining("One of these holds.", "or")
    not_: "SavedViewFilter | None" = combining("This does not hold.", "not")
