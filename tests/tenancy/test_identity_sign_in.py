"""Signing in: one answer for whoever is not let in, ten tries in a quarter of an hour, nobody locked out for good."""

import asyncio
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from domain.consequences import settle
from tenancy import secrets
from tenancy.actor import Actor
from tenancy.config import settings
from tenancy.database import platform, reading, writing
from tenancy.identity import accounts, attempts, people
from tenancy.identity.actors import Remembered, actor_for
from tenancy.identity.attempts import MOST_WRONG, TooManyAttempts
from tenancy.identity.models import Account, SignInAttempt
from tenancy.journal import JournalEntry
from tenancy.provisioning import set_status
from tenancy.refusals import Conflict, Forbidden, Invalid, Refusal, Unauthenticated
from tenancy.tenants import Tenant, TenantStatus

PASSWORD = "correct horse"


@pytest.fixture(autouse=True, scope="module")
def _installation_key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if not settings().secret_key.get_secret_value():
            patch.setenv("ZHIDU_SECRET_KEY", "5a" * 32)
            settings.cache_clear()
        yield
    settings.cache_clear()


async def person(company: Actor, email: str | None = None, password: str = PASSWORD) -> str:
    """A member who may sign in; gives the address."""
    email = email or f"{uuid4()}@example.com"
    async with writing(company, settle=settle) as work:
        await people.create_member(work, name="Li Na", email=email, language="en", password=password)
    return email


async def slug_of(company: Actor) -> str:
    async with platform() as door:
        row = await door.row(select(Tenant.slug).where(Tenant.id == company.tenant_id))
    assert row is not None
    return str(row["slug"])


async def let_a_quarter_of_an_hour_pass(email: str) -> None:
    async with platform() as door:
        earlier = SignInAttempt.at - attempts.WINDOW
        mine = SignInAttempt.bucket == attempts.bucket(email, None)
        await door.rows(update(SignInAttempt).where(mine).values(at=earlier))


async def test_the_right_password_opens_a_session(acme: Actor) -> None:
    email = await person(acme)
    opened = await accounts.sign_in(f" {email.upper()} ", PASSWORD, user_agent="Firefox")
    actor = await actor_for(None, opened.token, None)
    assert (actor.tenant_id, actor.id) == (acme.tenant_id, opened.member_id)
    assert opened.company == await slug_of(acme)
    async with reading(acme) as work:
        entry = await work.first(select(JournalEntry).where(JournalEntry.name == "identity.signed_in"))
    assert entry is not None
    assert (entry.subject_id, entry.actor_id) == (opened.member_id, opened.member_id)


async def test_known_and_unknown_are_refused_with_one_answer_after_the_same_work(
    acme: Actor, globex: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = await person(acme)
    gone = await person(acme)
    async with writing(acme, settle=settle) as work:
        rows = await work.rows(select(Account.member_id).where(Account.email == gone))
        await people.deactivate_member(work, member_id=rows[0]["member_id"])
    verified: list[str | None] = []
    verify = secrets.verify_password

    async def watched(stored: str | None, password: str) -> bool:
        verified.append(stored)
        return await verify(stored, password)

    monkeypatch.setattr(secrets, "verify_password", watched)
    answers = set()
    for address, password, company in (
        (email, "wrong horse", None),
        (f"{uuid4()}@example.com", PASSWORD, None),
        ("no address", PASSWORD, None),
        ("a\x00@example.com", PASSWORD, "\x00"),
        (email, PASSWORD, await slug_of(globex)),
        (email, PASSWORD, "no-such-company"),
        (gone, PASSWORD, None),
    ):
        with pytest.raises(Unauthenticated) as refused:
            await accounts.sign_in(address, password, company=company)
        answers.add((str(refused.value), refused.value.code, refused.value.path))
    assert len(answers) == 1
    assert len(verified) == 7


async def test_ten_wrong_passwords_and_then_not_even_the_right_one(acme: Actor) -> None:
    email = await person(acme)
    for _ in range(MOST_WRONG):
        with pytest.raises(Unauthenticated):
            await accounts.sign_in(email, "wrong horse")
    with pytest.raises(TooManyAttempts) as refused:
        await accounts.sign_in(email, PASSWORD)
    assert 0 < refused.value.wait_seconds <= 15 * 60
    await let_a_quarter_of_an_hour_pass(email)
    assert await accounts.sign_in(email, PASSWORD)


async def test_an_unknown_address_is_bounded_like_a_known_one(pool: None) -> None:
    email = f"{uuid4()}@example.com"
    for _ in range(MOST_WRONG):
        with pytest.raises(Unauthenticated):
            await accounts.sign_in(email, "wrong horse")
    with pytest.raises(TooManyAttempts):
        await accounts.sign_in(email, "wrong horse")


async def test_tries_at_once_are_no_way_around_the_bound(acme: Actor) -> None:
    email = await person(acme)
    answers = await asyncio.gather(
        *(accounts.sign_in(email, f"wrong horse {number}") for number in range(25)), return_exceptions=True
    )
    assert sum(isinstance(answer, accounts.SignInRefused) for answer in answers) == MOST_WRONG
    assert sum(isinstance(answer, TooManyAttempts) for answer in answers) == 25 - MOST_WRONG


async def test_right_passwords_do_not_count_and_do_not_clear_wrong_ones(acme: Actor) -> None:
    email = await person(acme)
    for _ in range(MOST_WRONG - 1):
        with pytest.raises(Unauthenticated):
            await accounts.sign_in(email, "wrong horse")
        await accounts.sign_in(email, PASSWORD)
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(email, "wrong horse")
    with pytest.raises(TooManyAttempts):
        await accounts.sign_in(email, PASSWORD)


async def test_whoever_uses_up_the_tries_does_not_lock_out_the_owners_own_browser(acme: Actor) -> None:
    email, other = await person(acme), await person(acme)
    mark = (await accounts.sign_in(email, PASSWORD)).device
    for _ in range(MOST_WRONG):
        with pytest.raises(Unauthenticated):
            await accounts.sign_in(email, "wrong horse", device="forged.mark")
    again = await accounts.sign_in(email, PASSWORD, device=mark)
    assert again.device == mark
    for device in (None, "", f"{mark}0", (await accounts.sign_in(other, PASSWORD)).device):
        with pytest.raises(TooManyAttempts):
            await accounts.sign_in(email, PASSWORD, device=device)
    # A stolen mark is bounded too.
    for _ in range(MOST_WRONG):
        with pytest.raises(Unauthenticated):
            await accounts.sign_in(email, "wrong horse", device=mark)
    with pytest.raises(TooManyAttempts):
        await accounts.sign_in(email, PASSWORD, device=mark)


async def test_what_no_longer_counts_is_cleared_away(acme: Actor) -> None:
    email = f"{uuid4()}@example.com"
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(email, "wrong horse")
    await let_a_quarter_of_an_hour_pass(email)
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(f"{uuid4()}@example.com", "wrong horse")
    async with platform() as door:
        mine = SignInAttempt.bucket == attempts.bucket(email, None)
        assert await door.rows(select(SignInAttempt.id).where(mine)) == []


async def test_a_password_chosen_by_one_company_opens_no_other(acme: Actor, globex: Actor) -> None:
    email = await person(acme)
    await person(globex, email, "chosen by another")
    here, there = await slug_of(acme), await slug_of(globex)
    for company, password in ((here, "chosen by another"), (there, PASSWORD)):
        with pytest.raises(Unauthenticated):
            await accounts.sign_in(email, password, company=company)
    assert (await accounts.sign_in(email, PASSWORD, company=here)).tenant_id == acme.tenant_id
    assert (await accounts.sign_in(email, PASSWORD)).tenant_id == acme.tenant_id
    assert (await accounts.sign_in(email, "chosen by another", company=there)).tenant_id == globex.tenant_id
    assert (await accounts.sign_in(email, "chosen by another")).tenant_id == globex.tenant_id


async def test_without_a_password_nobody_signs_in_until_one_is_given(acme: Actor) -> None:
    email = f"{uuid4()}@example.com"
    async with writing(acme, settle=settle) as work:
        member = await people.create_member(work, name="Li Na", email=email, language="en")
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(email, PASSWORD)
    for password in (PASSWORD, "another horse"):
        async with writing(acme, settle=settle) as work:
            await people.set_password(work, member_id=member.id, password=password)
        opened = await accounts.sign_in(email, password)
    async with writing(acme, settle=settle) as work:
        await people.set_password(work, member_id=member.id, password="a third horse")
    with pytest.raises(Unauthenticated):
        await actor_for(None, opened.token, None)


async def test_a_member_that_is_refused_leaves_no_account(acme: Actor) -> None:
    email = await person(acme)
    with pytest.raises(Conflict):
        await person(acme, email, "chosen by another")
    unknown = f"{uuid4()}@example.com"
    with pytest.raises(Refusal):
        async with writing(acme, settle=settle) as work:
            await people.create_member(work, name="Li Na", email=unknown, language="en", password=PASSWORD)
            raise Refusal("No.")
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(unknown, PASSWORD)


async def test_ones_own_password_is_changed_by_whoever_knows_it_and_every_session_ends(acme: Actor) -> None:
    email = await person(acme)
    opened = await accounts.sign_in(email, PASSWORD)
    actor = await actor_for(None, opened.token, None)
    with pytest.raises(Invalid) as refused:
        await accounts.change_password(actor, current="wrong horse", new="a new password", settle=settle)
    assert refused.value.path == ("currentPassword",)
    with pytest.raises(Invalid) as refused:
        await accounts.change_password(actor, current=PASSWORD, new="short", settle=settle)
    assert refused.value.path == ("password",)
    await accounts.change_password(actor, current=PASSWORD, new="a new password", settle=settle)
    with pytest.raises(Unauthenticated):
        await actor_for(None, opened.token, None, remembered=Remembered())
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(email, PASSWORD)
    await accounts.sign_in(email, "a new password")


async def test_a_stolen_session_does_not_find_out_the_password(acme: Actor) -> None:
    email = await person(acme)
    actor = await actor_for(None, (await accounts.sign_in(email, PASSWORD)).token, None)
    for _ in range(MOST_WRONG):
        with pytest.raises(Invalid):
            await accounts.change_password(actor, current="wrong horse", new="a new password", settle=settle)
    with pytest.raises(TooManyAttempts):
        await accounts.change_password(actor, current=PASSWORD, new="a new password", settle=settle)


async def test_an_administrator_does_not_take_the_shorter_way_to_their_own_password(acme: Actor) -> None:
    assert isinstance(acme.id, UUID)
    with pytest.raises(Forbidden):
        async with writing(acme, settle=settle) as work:
            await people.set_password(work, member_id=acme.id, password="a new password")
    with pytest.raises(Forbidden):
        await accounts.change_password(acme, current=PASSWORD, new="a new password", settle=settle)


async def test_the_people_of_a_suspended_company_sign_in_and_change_nothing(acme: Actor) -> None:
    email = await person(acme)
    await set_status(await slug_of(acme), TenantStatus.SUSPENDED)
    actor = await actor_for(None, (await accounts.sign_in(email, PASSWORD)).token, None)
    with pytest.raises(Refusal) as refused:
        await accounts.change_password(actor, current=PASSWORD, new="a new password", settle=settle)
    assert refused.value.code == "TENANT_SUSPENDED"


async def test_a_hash_of_an_older_cost_is_renewed_and_the_password_stays(
    acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = await person(acme)
    before = await stored(email)
    monkeypatch.setattr(secrets, "needs_rehash", lambda hash: hash == before)
    await accounts.sign_in(email, PASSWORD)
    assert await stored(email) != before
    await accounts.sign_in(email, PASSWORD)


async def stored(email: str) -> str:
    async with platform() as door:
        row = await door.row(select(Account.password_hash).where(Account.email == email))
    assert row is not None
    return str(row["password_hash"])
