"""Help from beside the two who are responsible: at once, or by the chain for extra staff."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.approvals import commands as approvals
from domain.approvals.models import Approval, ApprovalTask
from domain.consequences import settle
from domain.policies.rules.kinds import ApprovalChain
from domain.requests import commands, queries
from domain.requests.models import RequestHelper, ServiceRequest
from domain.requests.rules import HelpState, State
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal
from tests.conftest import found_company
from tests.domain.requests.company import Company, do, founded, software_clauses, under_way
from tests.handbooks import publish


async def guarded() -> Company:
    """A company whose administrator decides on extra staff."""
    company = await founded()
    step = {"name": {"en": "Manager"}, "approvers": [{"by": "member", "value": str(company.admin.id)}]}
    chain = ApprovalChain.model_validate({"subject_kind": "request_helpers", "steps": [step]})
    await publish(company.admin, *software_clauses(), ("7.1", chain))
    return company


async def asked(company: Company, request: ServiceRequest, **given: Any) -> RequestHelper:
    found: Any = await do(
        commands.ask_for_help,
        company.agent,
        request,
        **{"staff_id": company.colleague.id, "reason": "Knows the proxy", **given},
    )
    assert isinstance(found, RequestHelper)
    return found


async def decided(company: Company, decide: Any, helper: RequestHelper) -> HelpState:
    async with writing(company.admin, settle=settle) as work:
        [task] = await work.all(select(ApprovalTask).where(ApprovalTask.approval_id == helper.approval_id))
        await decide(work, task_id=task.id, comment="Because")
    async with reading(company.admin) as work:
        return (await queries.help(work, helper.id)).state


async def sees(actor: Actor, request: ServiceRequest) -> bool:
    async with reading(actor) as work:
        try:
            await queries.get(work, request.id)
        except NotFound:
            return False
    return True


async def test_without_a_chain_whoever_is_asked_helps_at_once(software: Company) -> None:
    request = await under_way(software)
    assert not await sees(software.colleague, request)
    helping = await asked(software, request)
    assert (helping.state, helping.approval_id) == (HelpState.HELPING, None)
    assert await sees(software.colleague, request)
    assert not await sees(await found_company(), request)
    resolved = await do(commands.resolve, software.colleague, request, resolution="Restarted it")
    assert (resolved.state, resolved.assignee_id) == (State.RESOLVED, software.agent.id)


async def test_with_a_chain_somebody_has_to_agree_first(pool: None) -> None:
    company = await guarded()
    request = await under_way(company)
    helping = await asked(company, request)
    assert helping.state is HelpState.ASKED
    with pytest.raises(NotFound):
        await do(commands.resolve, company.colleague, request, resolution="Restarted it")
    assert await decided(company, approvals.approve, helping) is HelpState.HELPING
    held = await do(commands.put_on_hold, company.colleague, request, reason="Waiting for the log")
    assert held.state is State.ON_HOLD
    async with writing(company.colleague, settle=settle) as work:
        ended = await commands.end_help(work, help_id=helping.id)
    assert ended.state is HelpState.ENDED
    assert not await sees(company.colleague, request)


async def test_who_is_refused_does_not_help_and_may_be_asked_for_anew(pool: None) -> None:
    company = await guarded()
    request = await under_way(company)
    first = await asked(company, request)
    assert await decided(company, approvals.reject, first) is HelpState.REFUSED
    assert not await sees(company.colleague, request)
    late = await asked(company, request)
    await do(commands.cancel, company.dispatcher, request, reason="Not needed")
    async with reading(company.admin) as work:
        assert (await queries.help(work, late.id)).state is HelpState.ENDED
        assert late.approval_id is not None
        assert (await work.get(Approval, late.approval_id)).state == "withdrawn"
    with pytest.raises(Refusal):
        await decided(company, approvals.approve, late)


async def test_who_was_asked_for_is_not_decided_on_any_more_once_the_request_is_done(pool: None) -> None:
    company = await guarded()
    request = await under_way(company)
    waiting = await asked(company, request)
    await do(commands.resolve, company.agent, request, resolution="Restarted it")
    async with reading(company.admin) as work:
        assert (await queries.help(work, waiting.id)).state is HelpState.ENDED
    # Reopened, somebody asks anew.
    await do(commands.reopen, company.clerk, request, reason="Again")
    assert (await asked(company, request)).state is HelpState.ASKED


async def test_help_is_asked_for_once_and_by_who_has_the_request(software: Company, service: Company) -> None:
    request = await under_way(software)
    for given, refusal in (
        ({"staff_id": software.agent.id}, Invalid),
        ({"staff_id": service.agent.id}, NotFound),
        ({"reason": " "}, Invalid),
    ):
        with pytest.raises(refusal):
            await asked(software, request, **given)
    for actor, other in ((software.clerk, Forbidden), (software.head, Forbidden), (service.dispatcher, NotFound)):
        with pytest.raises(other):
            await do(commands.ask_for_help, actor, request, staff_id=software.colleague.id, reason="Please")
    helping = await asked(software, request)
    with pytest.raises(Conflict):
        await asked(software, request)
    async with writing(software.agent, settle=settle) as work:
        await commands.end_help(work, help_id=helping.id)
    with pytest.raises(Refusal):
        async with writing(software.agent, settle=settle) as work:
            await commands.end_help(work, help_id=helping.id)
