"""Who does something for a request beside its own department: parts of others, helpers, the higher tiers of support."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import JSON

from api.reading.mapping import Node, column, one, shows
from api.schema.approvals.types import Approval
from api.schema.organisation.types import Department, Staff
from domain.requests import models, queries
from domain.requests.rules import HelpState, PartState

if TYPE_CHECKING:
    from api.schema.requests.types import ServiceRequest

strawberry.enum(HelpState, name="RequestHelpState", description="Whether somebody helps with a request.")
strawberry.enum(PartState, name="RequestPartState", description="How far a co-operating department's part is.")


@shows(models.RequestPart, visible=queries.visible_cooperation)
class RequestPart(Node):
    """What a department that co-operates with the leading one does for a request."""

    request: Annotated["ServiceRequest", strawberry.lazy("api.schema.requests.types")] | None = one(
        "The request.", "request_id"
    )
    department: Department | None = one("The department that does it.", "department_id")
    assignee: Staff | None = one("Who does it; nobody until somebody is named.", "assignee_id")
    task: str = column("What is to be done.")
    state: PartState = column("How far it is.")
    at: datetime = column("When it was asked for.")
    due_at: datetime | None = column("Until when it is to be done; null without a limit.")
    late_at: datetime | None = column("When it became late, if it did.")
    result: str = column("What came of it, or why it is not needed any more; empty while it is open.")
    ended_at: datetime | None = column("When it was done or withdrawn.")


@shows(models.RequestHelper, visible=queries.visible_cooperation)
class RequestHelper(Node):
    """Somebody beside the two who are responsible helps with a request, or was asked for."""

    staff: Staff | None = one("Who.", "staff_id")
    reason: str = column("Why.")
    state: HelpState = column("Whether they help.")
    approval: Approval | None = one("What decides on it; null where the handbook has no chain for it.", "approval_id")
    at: datetime = column("When they were asked for.")
    ended_at: datetime | None = column("When it was refused, or they had helped.")


@shows(models.TierRaise, visible=queries.visible_cooperation)
class TierRaise(Node):
    """Somebody has raised a request to the next tier of support, with what they know of it."""

    tier: int = column("The tier that has got it.")
    from_staff: Staff | None = one("Who has raised it, and gets it back.", "from_staff_id")
    to_staff: Staff | None = one("Who has got it.", "to_staff_id")
    from_department: Department | None = one("The department that had it.", "from_department_id")
    to_department: Department | None = one("The department or regional group that has got it.", "to_department_id")
    description: str = column("What they know of it, and what was tried.")
    facts: JSON = column(
        "The request as it was then: title, description, channel, impact, urgency, priority, complexity, category, "
        "answers and solution."
    )
    at: datetime = column("When it was raised.")
    answer: str = column("What the higher tier has found out; empty until it is returned.")
    returned_at: datetime | None = column("When it was returned; null before that.")
