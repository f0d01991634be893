"""The saved views, and the rows of one."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from api.reading.mapping import by_id, page, part
from api.reading.relay import Connection
from api.results import UserError, problem
from api.schema.approvals.types import Approval
from api.schema.billing.types import Invoice, Payment
from api.schema.contracts.types import Contract
from api.schema.customers.types import Customer
from api.schema.feedback.complaints import Complaint
from api.schema.presales.inquiries import Inquiry
from api.schema.presales.types import Quotation
from api.schema.requests.types import ServiceRequest
from api.schema.views import lists
from api.schema.views.exports import EXPORT_ORDERS, Export, ExportFilter
from api.schema.views.types import SAVED_VIEW_ORDERS, SavedView, SavedViewFilter
from domain.views import queries
from domain.views.rules import ViewedList
from tenancy.refusals import Refusal

ROWS = "The rows, of a view of this list; else null."


@part
class ViewRows:
    """The rows of a saved view: one of the lists, or why there are none."""

    problem: UserError | None = strawberry.field(
        description="Why the view can't be shown: what of it does not fit its list any more. Null when it can."
    )
    requests: Connection[ServiceRequest] | None = strawberry.field(description=ROWS)
    customers: Connection[Customer] | None = strawberry.field(description=ROWS)
    invoices: Connection[Invoice] | None = strawberry.field(description=ROWS)
    payments: Connection[Payment] | None = strawberry.field(description=ROWS)
    quotations: Connection[Quotation] | None = strawberry.field(description=ROWS)
    contracts: Connection[Contract] | None = strawberry.field(description=ROWS)
    inquiries: Connection[Inquiry] | None = strawberry.field(description=ROWS)
    complaints: Connection[Complaint] | None = strawberry.field(description=ROWS)
    approvals: Connection[Approval] | None = strawberry.field(description=ROWS)


async def view_rows(
    info: strawberry.Info,
    view_id: Annotated[UUID, strawberry.argument(description="The view.")],
    first: Annotated[int, strawberry.argument(description="How many rows, 1 to 100.")] = 50,
    after: Annotated[str | None, strawberry.argument(description="Continue behind this cursor.")] = None,
) -> ViewRows:
    """The rows of a saved view that you see, as they are now and as you see them."""
    context: Any = info.context
    async with context.lock:
        view = await queries.seen(context.work, view_id)
    nothing: dict[str, Any] = {each.value: None for each in ViewedList}
    wanted = lists.needed(view.viewed_list)
    if wanted is not None:
        context.actor.require(wanted)
    try:
        lists.check(view.viewed_list, view.conditions, view.ordering, view.columns)
    except Refusal as refusal:
        return ViewRows(problem=problem(refusal, context.actor.language), **nothing)  # type: ignore[arg-type]  # read as such
    given = {"first": first, "after": after, "filter": view.conditions, "order": view.ordering}
    await context.graft(info, view.viewed_list.value, {key: value for key, value in given.items() if value is not None})
    return ViewRows(problem=None, **nothing)


@strawberry.type(description="The saved views.")
class ViewsQuery:
    """The part of the root that is about saved views."""

    saved_view = by_id("One saved view.", SavedView)
    saved_views = page(
        "Saved views: your own, those of your department, and those of the company.",
        SavedView,
        orders=SAVED_VIEW_ORDERS,
        filter=SavedViewFilter,
    )
    export = by_id("One of your exports.", Export)
    exports = page(
        "Your exports: rows of saved views as files, which are written for you.",
        Export,
        orders=EXPORT_ORDERS,
        filter=ExportFilter,
    )
    view_rows: ViewRows = strawberry.field(
        resolver=view_rows, description="The rows of a saved view that you see, as they are now."
    )
