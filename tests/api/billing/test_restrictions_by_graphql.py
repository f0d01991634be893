"""What restricts a customer's service, as staff and the customer's own people see it, and what the portal then says."""

import pytest

from domain.billing.commands import place_hold
from domain.consequences import settle
from domain.customers import commands as customers
from domain.customers.queries import visitor
from domain.kernel.terms import Priority
from domain.policies.rules.dunning import HoldKind
from domain.policies.rules.kinds import DunningLadder
from tenancy.actor import Actor
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.conftest import found_company
from tests.domain.billing.office import CALENDAR, Office, march, open_office, step
from tests.domain.customers.portal import opened
from tests.domain.requests.company import matrix
from tests.handbooks import publish

pytestmark = pytest.mark.usefixtures("pool")

CUSTOMERS = "{ customers { nodes { serviceRestriction serviceRestrictionClause { number } } } }"
PORTAL = "{ portal { contact { serviceRestriction } } }"
SUBMIT = """mutation($input: PortalSubmitInput!) { portalSubmit(input: $input) {
  request { id } errors { code path message clause { number } } } }"""


async def person_of(office: Office) -> Actor:
    """Somebody of the customer in the portal."""
    async with writing(office.admin, settle=settle) as work:
        contact = await customers.add_contact(
            work, customer_id=office.customer_id, name="Lin", email="lin@bright.example"
        )
        access = await customers.invite(work, contact_id=contact.id)
    async with writing(Actor.system(office.admin.tenant_id), settle=settle) as work:
        token = (await customers.open_portal(work, access_id=access.id)).token
    return (await visitor(token)).actor


async def test_staff_and_the_customer_see_what_is_restricted_and_by_which_clause(ask: Ask) -> None:
    office, third = await open_office(None), await found_company()
    ladder = DunningLadder.model_validate({"steps": [step(1, 3, "calendar", restricts="no_requests")]})
    clauses = (("5.1", CALENDAR), ("7.1", ladder), ("4.1", matrix(lambda *_: Priority.P2)), ("2.7", opened()))
    await publish(office.admin, *clauses)
    lin, wish = await person_of(office), {"title": "A printer", "description": "Any"}
    free = {"serviceRestriction": None, "serviceRestrictionClause": None}
    assert (await ask(office.admin, CUSTOMERS))["customers"]["nodes"] == [free]
    billed = await office.bill()
    await office.live_until(march(10))
    restricted = {"serviceRestriction": "NO_REQUESTS", "serviceRestrictionClause": {"number": "7.1"}}
    assert (await ask(office.admin, CUSTOMERS))["customers"]["nodes"] == [restricted]
    assert (await ask(lin, PORTAL))["portal"]["contact"] == {"serviceRestriction": "NO_REQUESTS"}
    [error] = (await ask(lin, SUBMIT, input=wish))["portalSubmit"]["errors"]
    assert (error["code"], error["path"]) == ("SERVICE_RESTRICTED", [])
    assert (await ask(third, CUSTOMERS))["customers"]["nodes"] == []
    async with writing(office.admin, settle=settle) as work:
        await place_hold(work, kind=HoldKind.DISPUTE, invoice_id=billed, reason="They say so.")
    assert (await ask(office.admin, CUSTOMERS))["customers"]["nodes"] == [free]
    assert (await ask(lin, SUBMIT, input=wish))["portalSubmit"]["errors"] == []
