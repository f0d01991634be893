"""A field that asks other rows asks them about its own row, however deep in the statement it stands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.domain.billing.office import Office
from tests.domain.policies.handbooks import OFFICE_HOURS, in_force
from tests.workers.facts import found_rehearsal

pytestmark = pytest.mark.usefixtures("pool")


async def test_each_version_of_a_page_has_a_control_status_of_its_own(ask: Any) -> None:
    beginning = datetime(2026, 3, 2, tzinfo=UTC)
    actor = await found_rehearsal(beginning)
    for day in range(2):
        await Office(actor, actor.tenant_id).set_clock(beginning + timedelta(days=day))
        await in_force(actor, ("5.1", "business_calendar", OFFICE_HOURS))
    found = await ask(actor, "{ handbookVersions { nodes { number control } edges { node { control } } } }")
    assert found["handbookVersions"]["nodes"] == [
        {"number": 2, "control": "IN_FORCE"},
        {"number": 1, "control": "SUPERSEDED"},
    ]
