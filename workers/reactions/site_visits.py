"""What follows the facts of visits on site: whoever goes learns of it, and whoever has the request."""

from collections.abc import Collection
from uuid import UUID

from domain.requests import queries
from domain.requests.events.visits import (
    SiteVisitCancelled,
    SiteVisitMissed,
    SiteVisitPlanned,
    SiteVisitRescheduled,
    SiteVisitSigned,
)
from domain.requests.models import SiteVisit
from tenancy.refusals import message
from tenancy.work import Work
from workers.reactions.requests import tell


async def tell_who_goes(work: Work, event: SiteVisitPlanned) -> None:
    """Whoever is sent to a customer learns of it."""
    text = message("You are sent to the customer for request {number}, {title}, on {starts_at}: {site} ({visit})")
    await _tell(work, event.visit_id, [event.engineer_id], text, key="planned")


async def tell_of_another_time(work: Work, event: SiteVisitRescheduled) -> None:
    """Whoever goes now learns when; who was to go and does not any more, that."""
    text = message("You go to the customer for request {number}, {title}, on {starts_at}: {site} ({visit})")
    await _tell(work, event.visit_id, [event.engineer_id], text, key=f"moved:{event.notice_id}")
    if event.before_id != event.engineer_id:
        text = message("Somebody else goes to the customer for request {number}, {title} ({visit}).")
        await _tell(work, event.visit_id, [event.before_id], text, key=f"relieved:{event.notice_id}")


async def tell_that_nobody_goes(work: Work, event: SiteVisitCancelled) -> None:
    """Whoever was to go learns that they need not."""
    visit = await queries.site_visit(work, event.visit_id)
    text = message("The visit {visit} for request {number}, {title}, is cancelled: {reason}")
    await _tell(work, event.visit_id, [visit.engineer_id], text, key="cancelled")


async def tell_that_nobody_was_met(work: Work, event: SiteVisitMissed) -> None:
    """Whoever has the request learns that the visit has led to nothing."""
    request = await queries.get(work, event.request_id)
    text = message("On the visit {visit} for request {number}, {title}, nobody was met: {reason}")
    await _tell(work, event.visit_id, await queries.responsible(work, request), text, key="missed")


async def tell_of_a_signature(work: Work, event: SiteVisitSigned) -> None:
    """Whoever has the request learns that the customer has signed."""
    request = await queries.get(work, event.request_id)
    text = message("{signer} has signed the report of the visit {visit} for request {number}, {title}.")
    key = f"signed:{event.digest}"
    await _tell(work, event.visit_id, await queries.responsible(work, request), text, key=key, mail=False)


async def _tell(work: Work, visit_id: UUID, told: Collection[UUID], text: str, *, key: str, mail: bool = True) -> None:
    visit: SiteVisit = await queries.site_visit(work, visit_id)
    await tell(
        work,
        visit.request_id,
        told,
        text,
        key=f"site_visit:{visit.id}:{key}",
        mail=mail,
        visit=visit.number,
        starts_at=visit.starts_at,
        site=visit.site,
        reason=visit.reason,
        signer=visit.signer_name,
    )
