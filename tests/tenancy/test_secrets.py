"""What is sealed opens only where it belongs; what is hashed cannot be guessed quickly."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy import secrets
from tenancy.config import settings
from tenancy.refusals import Invalid

A = UUID("019391a0-0000-7000-8000-00000000000a")
B = UUID("019391a0-0000-7000-8000-00000000000b")


@pytest.fixture(autouse=True)
def _installation_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("ZHIDU_SECRET_KEY", "5a" * 32)
        settings.cache_clear()
        yield
    settings.cache_clear()


def test_a_sealed_secret_opens_for_the_same_tenant_and_purpose() -> None:
    sealed = secrets.seal(b"hush", tenant_id=A, purpose="archive-key")
    assert b"hush" not in sealed
    assert secrets.unseal(sealed, tenant_id=A, purpose="archive-key") == b"hush"


@given(st.binary(max_size=200))
def test_any_bytes_come_back_as_they_were(plain: bytes) -> None:
    assert secrets.unseal(secrets.seal(plain, tenant_id=None, purpose="p"), tenant_id=None, purpose="p") == plain


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert secrets.seal(b"x", tenant_id=A, purpose="p") != secrets.seal(b"x", tenant_id=A, purpose="p")


@pytest.mark.parametrize(("tenant_id", "purpose"), [(B, "archive-key"), (None, "archive-key"), (A, "webhook")])
def test_a_sealed_secret_does_not_open_for_another_tenant_or_purpose(tenant_id: UUID | None, purpose: str) -> None:
    sealed = secrets.seal(b"hush", tenant_id=A, purpose="archive-key")
    with pytest.raises(secrets.Unsealable):
        secrets.unseal(sealed, tenant_id=tenant_id, purpose=purpose)


def test_any_changed_byte_is_noticed() -> None:
    sealed = secrets.seal(b"hush", tenant_id=A, purpose="p")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(secrets.Unsealable):
            secrets.unseal(bytes(changed), tenant_id=A, purpose="p")
    for length in range(len(sealed)):
        with pytest.raises(secrets.Unsealable):
            secrets.unseal(sealed[:length], tenant_id=A, purpose="p")


def test_another_installation_key_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = secrets.seal(b"hush", tenant_id=A, purpose="p")
    monkeypatch.setenv("ZHIDU_SECRET_KEY", "a5" * 32)
    settings.cache_clear()
    with pytest.raises(secrets.Unsealable):
        secrets.unseal(sealed, tenant_id=A, purpose="p")


@pytest.mark.parametrize("key", ["", "zz" * 32, "5a" * 31, "5a" * 33])
def test_a_missing_or_malformed_installation_key_is_said_plainly(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("ZHIDU_SECRET_KEY", key)
    settings.cache_clear()
    with pytest.raises(RuntimeError, match="ZHIDU_SECRET_KEY must be 32 bytes"):
        secrets.seal(b"x", tenant_id=A, purpose="p")


def test_subkeys_of_different_purposes_differ() -> None:
    assert secrets.subkey("cookies") == secrets.subkey("cookies")
    assert secrets.subkey("cookies") != secrets.subkey("seal")


def test_tokens_are_random_and_found_again_by_their_fingerprint() -> None:
    token = secrets.new_token("zhp_")
    assert token.startswith("zhp_")
    assert len(token) == 47
    assert token != secrets.new_token("zhp_")
    assert secrets.fingerprint(token) == secrets.fingerprint(token)
    assert secrets.same(token, token.encode())
    assert not secrets.same(token, token[:-1])


async def test_a_password_is_recognised_and_another_is_not() -> None:
    stored = await secrets.hash_password("correct horse 马")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await secrets.verify_password(stored, "correct horse 马")
    assert not await secrets.verify_password(stored, "correct horse 驴")
    assert not secrets.needs_rehash(stored)


async def test_the_width_of_typed_letters_does_not_matter() -> None:
    stored = await secrets.hash_password("ＰＡＳＳword123")
    assert await secrets.verify_password(stored, "PASSword123")


async def test_a_person_who_does_not_exist_costs_the_same_verification() -> None:
    assert not await secrets.verify_password(None, "anything at all")
    # The stand-in must have today's cost, or its speed would tell that nobody is there.
    assert not secrets.needs_rehash(secrets._NOBODY)


async def test_a_hash_that_is_none_admits_nobody() -> None:
    assert not await secrets.verify_password("not a hash", "anything at all")


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
async def test_too_short_and_too_long_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        await secrets.hash_password(password)
    assert refused.value.path == ("password",)


async def test_an_overlong_guess_never_matches_its_beginning() -> None:
    stored = await secrets.hash_password("y" * 256)
    assert not await secrets.verify_password(stored, "y" * 257)
    assert not await secrets.verify_password(stored, "y" * 100_000)
