"""From the intake to the confirmation: who makes which move, who sees what, and what is refused without a trace."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.terms import CustomerTier, Language
from domain.organisation import commands as organisation
from domain.policies import commands as policies
from domain.policies.rules.kinds import AutoConfirm
from domain.requests import commands, queries
from domain.requests.events import ConfirmationDue
from domain.requests.models import Message, ServiceRequest
from domain.requests.rules import Audience, State
from tenancy.actor import Actor, ActorKind
from tenancy.database import reading, writing
from tenancy.journal import JournalEntry
from tenancy.refusals import Forbidden, Invalid, NotFound, WrongState
from tests.conftest import found_company
from tests.domain.policies.handbooks import draft, write
from tests.domain.requests.company import (
    ASSIGNS,
    Company,
    assigned,
    at,
    decisions,
    do,
    escalations,
    go_to,
    program,
    sleep_until,
    software_clauses,
    stored,
    submit,
    told,
    under_way,
)


async def resolved(company: Company) -> ServiceRequest:
    """A request that the agent has resolved."""
    return await do(commands.resolve, company.agent, await under_way(company), resolution="Restarted the proxy")


async def facts(company: Company) -> int:
    """How many facts the journal holds."""
    async with reading(company.admin) as work:
        return len(await work.all(select(JournalEntry)))


async def visible_to(actor: Actor) -> list[str]:
    """The numbers of the requests that somebody sees."""
    async with reading(actor) as work:
        seen = select(ServiceRequest).where(queries.visible(actor, ServiceRequest)).order_by(ServiceRequest.id)
        return [request.number for request in await work.all(seen)]


async def test_a_request_goes_from_its_intake_to_the_confirmation(software: Company) -> None:
    request = await resolved(software)
    closed = await do(commands.confirm, software.clerk, request, score=5)
    assert (closed.state, closed.satisfaction_score, closed.satisfied) == (State.CLOSED, 5, True)
    assert (closed.resolution, closed.closed_at) == ("Restarted the proxy", at("Mon 1 09:00"))
    async with reading(software.admin) as work:
        history = await queries.history_of(work, request.id)
    assert [(change.position, change.move, change.state, change.member_id) for change in history] == [
        (1, None, State.NEW, software.clerk.id),
        (2, "assign", State.ASSIGNED, software.dispatcher.id),
        (3, "start", State.IN_PROGRESS, software.agent.id),
        (4, "resolve", State.RESOLVED, software.agent.id),
        (5, "confirm", State.CONFIRMED, software.clerk.id),
        (6, "close", State.CLOSED, software.clerk.id),
    ]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"title": " "}, ("title",)),
        ({"title": "x" * 201}, ("title",)),
        ({"description": "bell \x07"}, ("description",)),
        ({"customer_id": uuid4()}, ("customerId",)),
        ({"contact_id": uuid4()}, ("contactId",)),
        ({"department_id": uuid4()}, ("departmentId",)),
    ],
)
async def test_a_bad_intake_names_the_input_and_leaves_nothing(
    software: Company, given: dict[str, Any], path: tuple[str, ...]
) -> None:
    before = await facts(software)
    with pytest.raises((Invalid, NotFound)) as refused:
        await submit(software, **given)
    assert refused.value.path == path
    assert await facts(software) == before
    # The number that the refused one might have had is given to the next.
    assert (await submit(software)).number == "REQ-000001"


async def test_an_inactive_customer_and_somebody_elses_contact_are_refused(software: Company) -> None:
    with pytest.raises(Invalid, match="another customer"):
        await submit(software, customer_id=software.standard_id, contact_id=software.contact_id)
    async with writing(software.admin, settle=settle) as work:
        await customers.change_customer(
            work,
            customer_id=software.standard_id,
            name="Small",
            tier=CustomerTier.STANDARD,
            language=Language.EN,
            billing_email="small@example.com",
            owner_id=None,
            active=False,
        )
    with pytest.raises(Invalid, match="inactive"):
        await submit(software, customer_id=software.standard_id)


async def test_a_request_keeps_the_importance_its_customer_had(software: Company) -> None:
    request = await submit(software, contact_id=software.contact_id)
    async with writing(software.admin, settle=settle) as work:
        await customers.change_customer(
            work,
            customer_id=software.strategic_id,
            name="Big",
            tier=CustomerTier.STANDARD,
            language=Language.EN,
            billing_email="big@example.com",
            owner_id=None,
        )
    assert (await stored(software, request)).customer_tier is CustomerTier.STRATEGIC


@pytest.mark.parametrize("move", ["start", "resolve", "put_on_hold"])
async def test_only_the_assignee_or_whoever_assigns_works_on_a_request(software: Company, move: str) -> None:
    given = {"start": {}, "resolve": {"resolution": "Done"}, "put_on_hold": {"reason": "Customer"}}[move]
    request = await (under_way if move == "put_on_hold" else assigned)(software)
    # The head of the department sees it and works on requests, but not on this one.
    with pytest.raises(Forbidden) as refused:
        await do(getattr(commands, move), software.head, request, **given)
    assert refused.value.code == "NOT_YOURS"
    with pytest.raises(Forbidden, match=r"requests\.work"):
        await do(getattr(commands, move), software.clerk, request, **given)
    # A colleague does not even see it.
    with pytest.raises(NotFound):
        await do(getattr(commands, move), software.colleague, request, **given)
    await do(getattr(commands, move), software.dispatcher, request, **given)


async def test_what_a_state_does_not_allow_is_refused_by_naming_what_it_does(software: Company) -> None:
    request = await assigned(software)
    with pytest.raises(WrongState, match="allows only: Triage, Assign, Hand over, Hand back, Diagnose, Start work"):
        await do(commands.put_on_hold, software.agent, request, reason="Customer")
    with pytest.raises(WrongState):
        await do(commands.confirm, software.clerk, request)


async def test_nobody_confirms_their_own_work(software: Company) -> None:
    request = await submit(software, actor=software.dispatcher)
    await do(commands.assign, software.dispatcher, request, assignee_id=software.dispatcher.id)
    await do(commands.resolve, software.dispatcher, request, resolution="Done on the telephone")
    with pytest.raises(Forbidden) as refused:
        await do(commands.confirm, software.dispatcher, request, score=5)
    assert refused.value.code == "OWN_WORK"


async def test_who_has_left_or_has_it_already_is_assigned_nothing(software: Company) -> None:
    request = await assigned(software)
    with pytest.raises(Invalid, match="has it already"):
        await do(commands.assign, software.dispatcher, request, assignee_id=software.agent.id)
    async with writing(software.admin, settle=settle) as work:
        assert software.colleague.id is not None
        await organisation.release(work, staff_id=software.colleague.id, left_on=at("Mon 1 09:00").date())
    with pytest.raises(Invalid, match="has left"):
        await do(commands.assign, software.dispatcher, request, assignee_id=software.colleague.id)
    with pytest.raises(NotFound) as refused:
        await do(commands.assign, software.dispatcher, request, assignee_id=uuid4())
    assert refused.value.path == ("assigneeId",)
    with pytest.raises(NotFound) as refused:
        await do(commands.assign, software.dispatcher, request, assignee_id=software.head.id, department_id=uuid4())
    assert refused.value.path == ("departmentId",)


async def test_handed_to_another_department_it_keeps_what_was_promised(software: Company) -> None:
    request = await assigned(software)
    moved = await do(commands.assign, software.dispatcher, request, assignee_id=software.clerk.id)
    assert (moved.department_id, moved.intake_department_id) == (software.sales_id, software.support_id)
    assert moved.due_at == request.due_at


async def test_silence_closes_a_request_after_the_clause_s_working_days(software: Company, service: Company) -> None:
    here, there = (
        await resolved(software),
        await do(commands.resolve, service.agent, await under_way(service), resolution="Done"),
    )
    # Three working days from Monday morning, the feast on Thursday not among them.
    assert (here.closes_at, there.closes_at) == (at("Fri 5 09:00"), None)
    [planned] = await decisions(software, here, "requests.auto_confirm")
    assert planned.inputs["after_working_days"] == 3
    for company in (software, service):
        await go_to(company, at("Tue 30 09:00"))
    closed, waiting = await stored(software, here), await stored(service, there)
    assert (closed.state, closed.closed_at, closed.satisfaction_score) == (State.CLOSED, at("Fri 5 09:00"), None)
    assert waiting.state is State.RESOLVED


async def adopt(company: Company, days: int, *, open_too: bool) -> None:
    """A new version in which silence closes a request after so many working days, of open ones too or not."""
    async with writing(company.admin, settle=settle) as work:
        version = await draft(work)
        for number, value in software_clauses():
            given = AutoConfirm(after_working_days=days) if number == "2.3" else value
            here = open_too and number == "2.3"
            await write(work, version.id, number, given.kind, given.stored(), applies_to_open_cases=here)
        await policies.submit_version(work, version_id=version.id)
        await policies.publish_version(work, version_id=version.id)
    async with reading(company.admin) as work:
        now = work.now
    await go_to(company, now)


async def test_a_resolved_request_follows_a_new_clause_on_silence_only_where_that_holds_for_open_cases(
    software: Company,
) -> None:
    request = await resolved(software)
    assert request.closes_at == at("Fri 5 09:00")
    await adopt(software, 1, open_too=False)
    assert (await stored(software, request)).closes_at == at("Fri 5 09:00")
    await go_to(software, at("Mon 1 12:00"))
    await adopt(software, 5, open_too=True)
    moved = await stored(software, request)
    # Five working days from its resolution.
    assert moved.closes_at is not None
    assert moved.closes_at > at("Fri 5 09:00")
    planned = await decisions(software, request, "requests.auto_confirm")
    assert [each.inputs["after_working_days"] for each in planned] == [3, 5]
    async with reading(software.admin) as work:
        notes = select(JournalEntry).where(JournalEntry.name == "requests.confirmation_followed_new_clause")
        assert [note.subject_id for note in await work.all(notes)] == [request.id]
    # By a shorter one the day has come already.
    await go_to(software, at("Wed 3 09:00"))
    await adopt(software, 1, open_too=True)
    assert (await stored(software, request)).state is State.CLOSED


async def test_who_has_spoken_is_not_taken_to_be_silent(software: Company) -> None:
    request = await resolved(software)
    await go_to(software, at("Tue 2 09:00"))
    await do(commands.reopen, software.clerk, request, reason="It came back")
    async with writing(Actor.system(software.admin.tenant_id), settle=settle) as work:
        work.record(ConfirmationDue(request_id=request.id))
    again = await stored(software, request)
    assert (again.state, again.closes_at, again.reopened_times) == (State.ASSIGNED, None, 1)
    await do(commands.resolve, software.agent, request, resolution="Replaced the proxy")
    await go_to(software, at("Fri 5 09:00"))
    assert (await stored(software, request)).state is State.RESOLVED
    await go_to(software, at("Sat 6 09:00"))
    assert (await stored(software, request)).state is State.CLOSED


async def test_a_score_is_read_on_each_company_s_own_scale(software: Company, service: Company) -> None:
    here = await do(commands.confirm, software.clerk, await resolved(software), score=3)
    there = await do(commands.confirm, service.clerk, await resolved(service), score=9)
    assert (here.satisfied, there.satisfied) == (False, True)
    [cited] = await decisions(service, there, "requests.satisfaction")
    assert cited.inputs == {"score": 9, "lowest": 1, "highest": 10, "satisfied_from": 8}
    with pytest.raises(Invalid, match="between 1 and 5") as refused:
        await do(commands.confirm, software.clerk, await resolved(software), score=9)
    assert refused.value.clause is not None
    assert (refused.value.clause.number, refused.value.path) == ("2.4", ("score",))


async def test_reopening_takes_the_score_back_with_the_closing(software: Company) -> None:
    request = await do(commands.confirm, software.clerk, await resolved(software), score=1)
    again = await do(commands.reopen, software.clerk, request, reason="I gave up too early")
    assert (again.closed_at, again.satisfaction_score, again.satisfied) == (None, None, None)


async def test_only_reasons_hold_reopen_and_cancel(software: Company) -> None:
    request = await under_way(software)
    for move, actor in ((commands.put_on_hold, software.agent), (commands.cancel, software.clerk)):
        with pytest.raises(Invalid, match="must not be empty"):
            await do(move, actor, request, reason=" ")
    assert (await stored(software, request)).state is State.IN_PROGRESS


async def test_everybody_sees_what_concerns_them_and_nothing_else(software: Company) -> None:
    await assigned(software)
    await submit(software, actor=software.dispatcher, department_id=software.sales_id)
    assert await visible_to(software.dispatcher) == ["REQ-000001", "REQ-000002"]
    assert await visible_to(software.clerk) == ["REQ-000001"]
    assert await visible_to(software.agent) == ["REQ-000001"]
    # The head by their department, the boss only once it has been escalated to them.
    assert await visible_to(software.head) == ["REQ-000001"]
    assert await visible_to(software.boss) == []
    assert await visible_to(software.colleague) == []
    await go_to(software, at("Mon 1 15:00"))
    assert await visible_to(software.boss) == ["REQ-000001"]
    nobody = Actor(tenant_id=software.admin.tenant_id, kind=ActorKind.MEMBER, id=software.clerk.id)
    assert await visible_to(nobody) == []
    third = await found_company()
    assert await visible_to(third) == []


async def test_what_can_be_escalated_to_nobody_is_kept_as_such(software: Company) -> None:
    # Nobody has it, nobody heads sales or the company, and nobody looks after the customer.
    request = await submit(software, department_id=software.sales_id)
    await go_to(software, at("Mon 1 09:20"))
    [level] = await escalations(software, request)
    assert level.escalated_to_id is None


async def test_another_company_can_do_nothing_with_a_request(software: Company, service: Company) -> None:
    request = await assigned(software)
    for move, given in (
        (commands.start, {}),
        (commands.assign, {"assignee_id": service.agent.id}),
        (commands.cancel, {"reason": "Not ours"}),
        (commands.comment, {"text": "Hello"}),
    ):
        with pytest.raises(NotFound):
            await do(move, service.admin, request, **given)


async def test_internal_notes_are_not_shown_to_the_other_side(software: Company) -> None:
    request = await assigned(software)
    await do(commands.comment, software.clerk, request, text="Any news?")
    await do(commands.comment, software.agent, request, text="We look into it.")
    await do(commands.comment, software.agent, request, text="Their proxy again…", audience=Audience.INTERNAL)
    with pytest.raises(Forbidden):
        await do(commands.comment, software.clerk, request, text="Psst", audience=Audience.INTERNAL)

    async def read_by(actor: Actor) -> int:
        async with reading(actor) as work:
            return len(await work.all(select(Message).where(queries.visible_messages(actor, Message))))

    readers = (software.clerk, software.agent, software.head, software.dispatcher, software.colleague)
    assert [await read_by(actor) for actor in readers] == [2, 3, 3, 3, 0]


async def test_a_partner_s_client_submits_and_dispatches_but_is_nobody_s_requester(software: Company) -> None:
    client = await program(software, *ASSIGNS)
    request = await submit(software, actor=client)
    assert request.requester_id is None
    await do(commands.assign, client, request, assignee_id=software.agent.id)
    await do(commands.resolve, client, request, resolution="Done")
    assert (await do(commands.confirm, client, request, score=4)).state is State.CLOSED


async def test_two_confirmations_at_once_take_effect_once(software: Company) -> None:
    request = await resolved(software)
    given = [do(commands.confirm, actor, request, score=5) for actor in (software.clerk, software.dispatcher)]
    results = await asyncio.gather(*given, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["ServiceRequest", "WrongState"]
    assert len(await told(software, "requests.confirmed")) == 1


async def test_a_move_and_a_timer_at_once_agree_on_one_course(software: Company) -> None:
    request = await under_way(software)
    await sleep_until(software, at("Mon 1 16:00"))

    async def resolve() -> datetime | None:
        done = await do(commands.resolve, software.agent, request, resolution="Restarted")
        return done.resolved_at

    await asyncio.gather(go_to(software, at("Mon 1 16:00")), resolve())
    assert [level.level for level in await escalations(software, request)] == [1, 2]
    assert len(await told(software, "requests.clock_breached")) == 1


async def test_numbers_are_given_once_each_to_those_who_come_together(software: Company) -> None:
    requests = await asyncio.gather(*(submit(software) for _ in range(4)))
    assert sorted(request.number for request in requests) == [f"REQ-{number:06}" for number in range(1, 5)]
