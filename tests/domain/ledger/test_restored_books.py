"""A company that is restored from its archive has its books as they were, checked as they come in."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tenancy import archives
from tenancy.actor import Actor
from tenancy.config import settings
from tests.domain.billing.office import GENTLE, Office, open_office
from tests.domain.ledger.books import balances, booked, check, give_up, receive

pytestmark = pytest.mark.usefixtures("pool")


@pytest.fixture(autouse=True)
def _configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("ZHIDU_SECRET_KEY", "5a" * 32)
        patch.setenv("ZHIDU_DATA", str(tmp_path))
        settings.cache_clear()
        yield
    settings.cache_clear()


async def test_restored_books_are_those_of_the_archive(tmp_path: Path) -> None:
    office = await open_office(GENTLE)
    first, second = await office.bill("100"), await office.bill("200")
    await receive(office, 150, (first, 100))
    await give_up(office, second, cancel=True)
    identity, path = archives.new_identity(), tmp_path / "company.age"
    await archives.take(office.admin.tenant_id, path, identity=identity)
    restored = await archives.restore(path, f"r{uuid4().hex[:20]}", identity=identity)
    other = Office(Actor.system(restored.tenant_id), office.customer_id)
    assert await balances(other) == await balances(office)
    assert await booked(other) == await booked(office)
    await check(other)
