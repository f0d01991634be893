"""What follows the facts of visits on site: whoever goes learns of it, and whoever has the request."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from domain.kernel.permissions import Permission
from domain.notifications.queries import members_who_may
from domain.organisation import queries as organisation
from domain.requests import queries
from domain.requests.events.visits import (
    SiteVisitCancelled,
    SiteVisitLate,
    SiteVisitMissed,
    SiteVisitMoved,
    SiteVisitPlanned,
    SiteVisitRescheduled,
    SiteVisitSigned,
    SiteVisitUnmanned,
)
from domain.requests.models import SiteVisit
from domain.requests.rules.visits import WAITING
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


async def tell_that_nobody_is_there(work: Work, event: SiteVisitLate) -> None:
    """Whoever goes is reminded of a visit that was to have begun; after them whoever stands above learns of it, unless
    somebody has checked in meanwhile or it is for another time."""
    visit = await queries.site_visit(work, event.visit_id)
    if visit.state not in WAITING or visit.starts_at != event.starts_at:
        return
    told, name = await _above(work, event.told_id), (await organisation.member(work, visit.engineer_id)).name
    text = message(
        "Nobody has checked in for the visit {visit}, which {name} was to begin on {starts_at}: {number}, {title}"
    )
    if event.level == 0:
        text = message("You were to be at the customer's on {starts_at}: {site} ({visit}). Check in, or plan it anew.")
    key = f"late:{event.starts_at.isoformat()}:{event.level}"
    await _tell(work, event.visit_id, told, text, key=key, name=name)


async def tell_of_another_request(work: Work, event: SiteVisitMoved) -> None:
    """Whoever goes, and whoever has the request that it is for now, learn of that."""
    target, before = await queries.get(work, event.request_id), await queries.get(work, event.before_id)
    text = message(
        "The visit {visit} on {starts_at} goes on for request {number}, {title}, into which {merged} was merged."
    )
    told = [event.engineer_id, *await queries.responsible(work, target)]
    await _tell(work, event.visit_id, told, text, key=f"for:{target.id}", merged=before.number)


async def tell_that_somebody_is_wanted(work: Work, event: SiteVisitUnmanned) -> None:
    """Whoever stands above learns that a visit has nobody who makes it."""
    visit = await queries.site_visit(work, event.visit_id)
    name = (await organisation.member(work, visit.engineer_id)).name
    text = message(
        "{name}, who was to make the visit {visit} on {starts_at} for request {number}, has left: plan it anew."
    )
    key = f"unmanned:{visit.engineer_id}"
    await _tell(work, event.visit_id, await _above(work, event.told_id), text, key=key, name=name)


async def _above(work: Work, told_id: UUID | None) -> Collection[UUID]:
    """Who is told of what nobody is found for: without anybody, whoever assigns requests."""
    return [told_id] if told_id is not None else await members_who_may(work, Permission.REQUESTS_ASSIGN)


async def tell_of_a_signature(work: Work, event: SiteVisitSigned) -> None:
    """Whoever has the request learns that the customer has signed."""
    request = await queries.get(work, event.request_id)
    text = message("{signer} has signed the report of the visit {visit} for request {number}, {title}.")
    key = f"signed:{event.digest}"
    await _tell(work, event.visit_id, await queries.responsible(work, request), text, key=key, mail=False)


async def _tell(
    work: Work,
    visit_id: UUID,
    told: Collection[UUID],
    text: str,
    *,
    key: str,
    mail: bool = True,
    **values: Any,
) -> None:
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
        **values,
    )
