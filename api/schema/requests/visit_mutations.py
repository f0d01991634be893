"""Planning visits on site and making them."""

from datetime import datetime
from uuid import UUID

import strawberry

from api.schema.inputs import given, optional
from api.schema.money import MoneyInput
from domain.kernel import decimals
from domain.requests import commands
from domain.requests.models import SiteVisit
from domain.requests.rules.visits import UsedPart
from tenancy.work import Work


@strawberry.input(description="Somebody who is to go to a customer.")
class PlanSiteVisitInput:
    """Somebody who is to go to a customer."""

    request_id: UUID = given("The request, which somebody has and which is not over; you have it, or you assign them.")
    engineer_id: UUID = given("Who of the staff goes; they need `requests.work`, and see the request from now on.")
    starts_at: datetime = given("When it begins: not past, and within a year.")
    ends_at: datetime = given("When it ends, at most 14 days later.")
    site: str = given("Where, in a line of at most 500 characters.")
    purpose: str = optional("What is to be done; the customer reads it. At most 2,000 characters.", default="")
    contact_id: UUID | None = optional("Who of the request's customer is met.")
    outside_hours: bool = optional("Whether it is meant to lie outside the working hours.", default=False)
    tell_customer: bool = optional(
        "Whether the customer hears of it: a public message in their language in the request's history.", default=True
    )


async def plan_site_visit(work: Work, input: PlanSiteVisitInput) -> SiteVisit:
    """Send somebody to the customer. It begins and ends within the hours of the clause `business_calendar`, else
    OUTSIDE_HOURS; the clause `request_course` may ask for steps before (`before_visits`), else STEP_MISSING. Who is
    sent elsewhere then (ENGINEER_BUSY) or absent (ABSENT) doesn't go. Needs `requests.work`."""
    return await commands.plan_visit(
        work,
        request_id=input.request_id,
        engineer_id=input.engineer_id,
        starts_at=input.starts_at,
        ends_at=input.ends_at,
        site=input.site,
        purpose=input.purpose,
        contact_id=input.contact_id,
        outside_hours=input.outside_hours,
        tell_customer=input.tell_customer,
    )


@strawberry.input(description="Another time for a visit.")
class RescheduleSiteVisitInput:
    """Another time for a visit."""

    site_visit_id: UUID = given("A visit that is planned.")
    starts_at: datetime = given("When it begins.")
    ends_at: datetime = given("When it ends.")
    reason: str = given("Why, in a line of at most 500 characters.")
    engineer_id: UUID | None = optional("Who goes; unless named, who was to.")
    outside_hours: bool = optional("Whether it is meant to lie outside the working hours.", default=False)
    tell_customer: bool = optional("Whether the customer hears of it, as at the planning.", default=True)


async def reschedule_site_visit(work: Work, input: RescheduleSiteVisitInput) -> SiteVisit:
    """Plan a visit for another time or with somebody else: as who goes, who has the request, or who assigns requests.
    Refuses as planSiteVisit does. With somebody else you may not see it any more: `visit` is null without errors."""
    return await commands.reschedule_visit(
        work,
        site_visit_id=input.site_visit_id,
        starts_at=input.starts_at,
        ends_at=input.ends_at,
        reason=input.reason,
        engineer_id=input.engineer_id,
        outside_hours=input.outside_hours,
        tell_customer=input.tell_customer,
    )


@strawberry.input(description="A visit to which somebody has set out.")
class SetOutToSiteVisitInput:
    """A visit to which somebody has set out."""

    site_visit_id: UUID = given("A visit that is planned.")


async def set_out_to_site_visit(work: Work, input: SetOutToSiteVisitInput) -> SiteVisit:
    """Say that you are on the way: as who goes, or who assigns requests."""
    return await commands.set_out(work, site_visit_id=input.site_visit_id)


@strawberry.input(description="A visit at which somebody has arrived.")
class CheckInAtSiteVisitInput:
    """A visit at which somebody has arrived."""

    site_visit_id: UUID = given("A visit that is planned, or on the way to which they are.")
    latitude: str | None = optional("Where you are: degrees north as decimal text, from -90 to 90.")
    longitude: str | None = optional("Degrees east, from -180 to 180; both or neither.")


async def check_in_at_site_visit(work: Work, input: CheckInAtSiteVisitInput) -> SiteVisit:
    """Say that you are there, now. A request that is merely assigned, or agreed, is begun by that – with the diagnosis
    where the clause `request_course` asks for one before the work – which is its first response."""
    return await commands.check_in(
        work, site_visit_id=input.site_visit_id, latitude=input.latitude, longitude=input.longitude
    )


@strawberry.input(description="Something that was built in or left there.")
class SiteVisitPartInput:
    """Something that was built in or left there."""

    name: str = given("What it is, in a line of at most 200 characters.")
    quantity: str = optional("How much of it, as decimal text: above 0, at most three decimals.", default="1")
    part_number: str = optional("Its number, as the maker or the warehouse has it.", default="")
    serial_number: str = optional("Which one it is.", default="")
    price: MoneyInput | None = optional("What one costs, before tax; all prices of a visit are in one currency.")


@strawberry.input(description="What was found and done on a visit.")
class ReportSiteVisitInput:
    """What was found and done on a visit."""

    site_visit_id: UUID = given("A visit at which you are.")
    done: str = given("What was done, in at most 20,000 characters; the customer reads it.")
    found: str = optional("What was found, likewise.", default="")
    parts: list[SiteVisitPartInput] | None = optional(
        "What was used, at most 100 of them, in place of what was listed before; null leaves that."
    )


async def report_site_visit(work: Work, input: ReportSiteVisitInput) -> SiteVisit:
    """Write down what was found and done, again as often as needed; when that changes what was signed, the signature is
    void. As who goes, or who assigns requests."""
    parts = None
    if input.parts is not None:
        parts = [
            UsedPart(
                name=each.name,
                quantity=decimals.read(each.quantity, "parts", str(place), "quantity"),
                part_number=each.part_number,
                serial_number=each.serial_number,
                price=each.price.value("parts", str(place), "price") if each.price is not None else None,
            )
            for place, each in enumerate(input.parts)
        ]
    return await commands.report_visit(
        work, site_visit_id=input.site_visit_id, found=input.found, done=input.done, parts=parts
    )


@strawberry.input(description="The customer's signature under a report.")
class SignSiteVisitInput:
    """The customer's signature under a report."""

    site_visit_id: UUID = given("A visit at which you are, and that is reported.")
    signer_name: str = given("Who has signed, in a line of at most 200 characters.")
    file_id: UUID = given("What they have drawn: a PNG of yours from `POST /files`, of at most 200,000 bytes.")


async def sign_site_visit(work: Work, input: SignSiteVisitInput) -> SiteVisit:
    """Keep the customer's signature under the report as it stands, with the fingerprint of what was signed; a second
    one takes the place of the first. As who goes, or who assigns requests."""
    return await commands.sign_visit(
        work, site_visit_id=input.site_visit_id, signer_name=input.signer_name, file_id=input.file_id
    )


@strawberry.input(description="A visit that is done.")
class FinishSiteVisitInput:
    """A visit that is done."""

    site_visit_id: UUID = given("A visit at which you are, and that is reported.")
    on_site_minutes: int = optional("Working time on site; it is recorded for who went, for today.", default=0)
    travel_minutes: int = optional("Working time on the way, likewise.", default=0)
    billable: bool = optional("Whether the customer is charged for that time.", default=False)
    internal_note: str | None = optional(
        "What only those who work on requests are to know; an internal message of the request."
    )


async def finish_site_visit(work: Work, input: FinishSiteVisitInput) -> SiteVisit:
    """Say that the visit is done; from then on its report stays as it is. SIGNATURE_MISSING names the clause
    `request_course` that asks for one (`visit_signature`). The time is recorded as by recordTime, and refused likewise.
    As who goes, or who assigns requests."""
    return await commands.finish_visit(
        work,
        site_visit_id=input.site_visit_id,
        on_site_minutes=input.on_site_minutes,
        travel_minutes=input.travel_minutes,
        billable=input.billable,
        internal_note=input.internal_note,
    )


@strawberry.input(description="A visit on which nobody was met.")
class MissSiteVisitInput:
    """A visit on which nobody was met."""

    site_visit_id: UUID = given("A visit that is not over.")
    reason: str = given("Why nothing could be done, in a line of at most 500 characters.")


async def miss_site_visit(work: Work, input: MissSiteVisitInput) -> SiteVisit:
    """Say that whoever was to be met was not there, or that nothing could be done. Plan another visit for another
    time. As who goes, who has the request, or who assigns requests."""
    return await commands.miss_visit(work, site_visit_id=input.site_visit_id, reason=input.reason)


@strawberry.input(description="A visit that nobody makes.")
class CancelSiteVisitInput:
    """A visit that nobody makes."""

    site_visit_id: UUID = given("A visit that is planned, or on the way to which they are.")
    reason: str = given("Why, in a line of at most 500 characters; the customer reads it.")
    tell_customer: bool = optional("Whether the customer hears of it, as at the planning.", default=True)


async def cancel_site_visit(work: Work, input: CancelSiteVisitInput) -> SiteVisit:
    """Say that nobody goes. Cancelling a request cancels its visits, too. As who goes, who has the request, or who
    assigns requests."""
    return await commands.cancel_visit(
        work, site_visit_id=input.site_visit_id, reason=input.reason, tell_customer=input.tell_customer
    )
