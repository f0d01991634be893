"""Letters of these tests leave into a list."""

import pytest

from tests.domain.billing.office import HANDED_OVER
from workers import effects


@pytest.fixture(autouse=True)
def post(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mail that is handed over arrives, and is noted."""

    async def take(outgoing: effects.Outgoing) -> None:
        HANDED_OVER.append(outgoing.id)

    monkeypatch.setattr(effects, "_hand_over", take)
