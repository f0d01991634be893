"""What no policy guards: what processes remember, and what is kept by keys of our own."""

from pathlib import Path

import pytest

from tenancy import secrets
from tenancy.caches import TenantCache
from tenancy.channels import Change, changes
from tenancy.identity.actors import actor_for
from tenancy.quotas import Quotas
from tenancy.refusals import Unauthenticated
from tenancy.storage import open_storage
from tests.isolation import keepers
from tests.isolation.conftest import Ground, housed
from tests.isolation.declarations import agree
from tests.isolation.memories import KNOWN, memories


def test_every_memory_of_a_process_is_named(pool: None) -> None:
    agree(memories(), KNOWN)


def test_a_cache_answers_the_company_that_kept_it() -> None:
    assert list(keepers.shared_by_cache(TenantCache(10))) == []


def test_a_quota_is_used_up_by_its_own_company() -> None:
    assert list(keepers.shared_by_quotas(Quotas(100, 1))) == []


def test_a_channel_is_heard_by_its_own_company() -> None:
    assert list(keepers.shared_by_channels(changes, Change.load)) == []


async def test_an_object_is_found_by_its_own_company(tmp_path: Path) -> None:
    assert await keepers.shared_by_storage(open_storage("", tmp_path)) == []


def test_a_seal_opens_for_its_own_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "subkey", lambda _: b"k" * 32)
    assert list(keepers.shared_by_seal(secrets.seal, secrets.unseal)) == []


def test_a_plan_is_made_for_permissions_and_not_for_persons() -> None:
    assert list(keepers.personal_plans()) == []


async def test_a_token_counts_in_its_own_company_alone(pool: None, ground: Ground) -> None:
    own, foreign = ground.globex.token(), ground.acme.token()
    async with housed(ground, 1):
        assert (await actor_for(f"Bearer {foreign}", None, None)).tenant_id == ground.acme.tenant_id
        # The secret of one with the name of the other.
        forged = foreign.replace(ground.acme.tenant_id.hex, ground.globex.tenant_id.hex)
        assert forged != own
        with pytest.raises(Unauthenticated):
            await actor_for(f"Bearer {forged}", None, None)
