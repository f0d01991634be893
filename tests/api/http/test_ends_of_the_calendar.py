"""The first and the last days that can be written are refused or taken; they never lead to a fault."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from api.reading.requests import Call
from api.reading.running import Reader
from api.schema import SCHEMA
from domain.consequences import settle
from domain.organisation.models import Department, Post
from tenancy.actor import Actor
from tenancy.database import writing
from tests.domain.billing.office import STRICT, Office, open_office
from tests.domain.people.company import HEAD, Company, chain, founded, lay_down
from tests.workers.facts import found_rehearsal

READER = Reader(SCHEMA._schema)
DAYS = ("0001-01-01", "9999-12-31")
INSTANTS = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")


async def ends(actor: Actor, name: str, input: dict[str, Any]) -> Any:
    """What a mutation answers, which must be no fault."""
    kind = SCHEMA._schema.mutation_type.fields[name].args["input"].type  # type: ignore[union-attr]  # there is one
    document = f"mutation($input: {kind}) {{ {name}(input: $input) {{ errors {{ code path message }} }} }}"
    answer = await READER.run(Call(document, variables={"input": input}), actor)
    assert not answer.errors, [error.original_error for error in answer.errors]
    return answer.data


@pytest.fixture
async def company(pool: None) -> Company:
    """Somebody who may resign, where a notice is laid down."""
    made = await founded(await found_rehearsal(datetime(2026, 6, 1, tzinfo=UTC)))
    await lay_down(made.admin, {"days": 30, "waiver_allowed": True}, chain(HEAD))
    return made


@pytest.fixture
async def office(pool: None) -> Office:
    """A company with a dunning ladder."""
    return await open_office(STRICT)


@pytest.mark.parametrize("day", DAYS)
async def test_days_of_people(company: Company, day: str) -> None:
    await ends(company.engineer, "submitResignation", {"letterOn": day})
    await ends(company.engineer, "submitResignation", {"letterOn": "2026-06-01", "wishedOn": day})
    async with writing(company.admin, settle=settle) as work:
        department, post = await work.all(select(Department)), await work.all(select(Post))
    who = {"memberId": str(company.admin.id), "departmentId": str(department[0].id), "postId": str(post[0].id)}
    await ends(company.admin, "engage", {**who, "hiredOn": day, "probationUntil": day})
    await ends(company.admin, "measureQuality", {"period": day})


@pytest.mark.parametrize("day", DAYS)
async def test_days_of_money(office: Office, day: str) -> None:
    admin, customer = office.admin, str(office.customer_id)
    lines = [{"description": "x", "unitPrice": "1"}]
    document = "mutation($i: DraftInvoiceInput!) { draftInvoice(input: $i) { invoice { id } } }"
    call = Call(document, variables={"i": {"customerId": customer, "currency": "CNY", "lines": lines}})
    made = await READER.run(call, admin)
    invoice = str(UUID(str(made.data).split('"id":"')[1][:36]))
    await ends(admin, "issueInvoice", {"invoiceId": invoice, "dueOn": day})
    await ends(admin, "issueInvoice", {"invoiceId": invoice, "paymentDays": 2**31 - 1})
    await ends(admin, "issueInvoice", {"invoiceId": invoice, "paymentDays": 30})
    amount = {"amount": "0.10", "currency": "CNY"}
    await ends(
        admin, "recordPayment", {"invoiceId": invoice, "amount": amount, "receivedOn": day, "reference": "bank-1"}
    )
    for kind in ("DISPUTE", "PROMISE_TO_PAY", "EXEMPTION"):
        for days in ({"fromOn": day}, {"untilOn": day}, {"fromOn": day, "untilOn": day}):
            await ends(admin, "placeHold", {"kind": kind, "reason": "x", "invoiceId": invoice, **days})


@pytest.mark.parametrize("at", INSTANTS)
async def test_instants(company: Company, at: str) -> None:
    admin = company.admin
    await ends(admin, "createAccessToken", {"name": "x", "expiresAt": at})
    document = "mutation($i: DraftVersionInput!) { draftVersion(input: $i) { version { id } errors { message } } }"
    call = Call(document, variables={"i": {"title": {"en": "Handbook"}, "documentNumber": "H-1"}})
    made = await READER.run(call, admin)
    assert made.data is not None, made.errors
    version = str(UUID(str(made.data).split('"id":"')[1][:36]))
    for name in ("rebaseVersion", "submitVersion", "publishVersion"):
        await ends(admin, name, {"versionId": version, "effectiveAt": at})
    await ends(admin, "advanceClock", {"to": at})
