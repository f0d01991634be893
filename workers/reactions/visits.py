"""What follows the facts of return visits, and which facts they follow."""

from uuid import UUID

from domain.customers import queries as customers
from domain.feedback import commands
from domain.feedback.events import ComplaintMoved, VisitAssigned, VisitReminded
from domain.feedback.queries import visits as queries
from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.requests.events import RequestClosed
from tenancy.refusals import message
from tenancy.work import Work


async def plan_after_request(work: Work, event: RequestClosed) -> None:
    """The visits that follow a closed request are planned, if the handbook wants some."""
    await commands.plan_visits_after_request(work, event)


async def plan_after_complaint(work: Work, event: ComplaintMoved) -> None:
    """The visits that follow a settled complaint are planned, if the handbook wants some."""
    await commands.plan_visits_after_complaint(work, event)


async def tell_who_makes_it(work: Work, event: VisitAssigned) -> None:
    """Whoever is to make a visit learns of it; of one that nobody is to make any more, whoever manages feedback."""
    text = message("You are to visit or call {customer} again on {planned_on}.")
    told = [event.assignee_id] if event.assignee_id is not None else []
    if not told:
        text = message("Nobody is to visit or call {customer} on {planned_on} any more: whoever was to has left.")
        told += await members_who_may(work, Permission.FEEDBACK_MANAGE)
    await _tell(work, event, told, text, key=f"assigned:{event.notice_id}")


async def remind_of_a_visit(work: Work, event: VisitReminded) -> None:
    """Whoever makes a visit is reminded on its day; when it is overdue, whoever manages feedback learns it too."""
    visit = await queries.get(work, event.visit_id)
    told = [visit.assignee_id] if visit.assignee_id is not None else []
    text = message("Today {customer} is to be visited or called again.")
    if event.overdue:
        text = message("The visit or call to {customer} that was planned for {planned_on} is overdue.")
    if event.overdue or not told:
        told += await members_who_may(work, Permission.FEEDBACK_MANAGE)
    await _tell(work, event, told, text, key=f"{visit.planned_on}:{'overdue' if event.overdue else 'today'}")


async def _tell(work: Work, event: VisitAssigned | VisitReminded, member_ids: list[UUID], text: str, key: str) -> None:
    visit = await queries.get(work, event.visit_id)
    customer = await customers.get(work, visit.customer_id)
    await notifications.notify(
        work,
        member_ids=sorted(set(member_ids)),
        text=text,
        values={"customer": customer.name, "planned_on": visit.planned_on},
        about=Subject(SubjectKind.VISIT, visit.id),
        mail=True,
        key=f"visit:{visit.id}:{key}",
    )
