"""Companies that send people to customers, for the tests of visits on site."""

import struct
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.consequences import settle
from domain.policies.rules.kinds import RequestCourse
from domain.requests import commands
from domain.requests.models import ServiceRequest, SiteVisit
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.refusals import Refusal
from tests.domain.requests.company import Company, at, founded, software_clauses
from tests.handbooks import publish
from tests.uploads import upload

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 300, 80) + b"\x08\x02\x00\x00\x00"


async def company_with(**course: Any) -> Company:
    company = await founded()
    more = [("2.9", RequestCourse.model_validate(course))] if course else []
    await publish(company.admin, *software_clauses(), *more)
    return company


async def act(actor: Actor, command: Any, **given: Any) -> Any:
    async with writing(actor, settle=settle) as work:
        return await command(work, **given)


async def plan(company: Company, request: ServiceRequest, begins: str = "Tue 2 14:00", **given: Any) -> SiteVisit:
    """The agent has their colleague sent for two hours unless told otherwise."""
    usual: dict[str, Any] = {
        "engineer_id": company.colleague.id,
        "starts_at": at(begins),
        "ends_at": at(begins) + timedelta(hours=2),
        "site": "Nanjing Road 1",
    }
    found: SiteVisit = await act(company.agent, commands.plan_visit, request_id=request.id, **{**usual, **given})
    return found


async def refused(actor: Actor, command: Any, **given: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await act(actor, command, **given)
    return caught.value


async def drawing(actor: Actor, content: bytes = PNG) -> UUID:
    return await upload(actor, content, name="signature.png", media_type="image/png")
