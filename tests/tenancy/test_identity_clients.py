"""Partners' clients and their access tokens: what is signed here is believed, nothing else, and one company's only."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from domain.consequences import settle
from tenancy.actor import Actor, ActorKind
from tenancy.config import settings
from tenancy.database import writing
from tenancy.identity import clients, credentials, keys
from tenancy.identity.actors import Remembered, actor_for
from tenancy.identity.clients import KnownClient, find_client
from tenancy.identity.partner_tokens import LIFETIME_SECONDS, issue, issuer, recognise, revoke
from tenancy.refusals import Conflict, Forbidden, Invalid, Unauthenticated


@pytest.fixture(autouse=True, scope="module")
def _installation_key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if not settings().secret_key.get_secret_value():
            patch.setenv("ZHIDU_SECRET_KEY", "5a" * 32)
            settings.cache_clear()
        yield
    settings.cache_clear()


async def register(company: Actor, *scopes: str) -> tuple[KnownClient, str]:
    """A partner's program, and its secret."""
    async with writing(company, settle=settle) as work:
        _, client_id, secret = await clients.create_client(
            work, name=f"erp {uuid4()}", scopes=scopes or ["requests.read"], partner="Huaxin ERP"
        )
    known = await find_client(client_id)
    assert known is not None
    return known, secret


async def token_for(client: KnownClient, *scopes: str, now: int | None = None) -> str:
    return issue(client, scopes or client.scopes, (await keys.keyring()).signing, now=now)


async def actor_of(token: str) -> Actor:
    return await actor_for(f"Bearer {token}", None, None, remembered=Remembered())


async def signed(claims: dict[str, Any], header: dict[str, Any] | None = None, key: ECKey | None = None) -> str:
    """A token with these claims and header over the usual ones, signed by ES256."""
    key = key or (await keys.keyring()).signing
    usual = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}
    return plain_es256({**usual, **(header or {})}, claims, key)


def plain_es256(header: dict[str, Any], claims: dict[str, Any], key: ECKey) -> str:
    # joserfc would refuse to sign some of these headers, so the signature is made over our own words.
    signing_input = f"{encode(header)}.{encode(claims)}"
    honest = jwt.JWSRegistry.algorithms["ES256"].sign(signing_input.encode(), key)
    return f"{signing_input}.{base64.urlsafe_b64encode(honest).rstrip(b'=').decode()}"


def encode(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def decode(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims))  # type: ignore[return-value]  # two parts


async def test_a_client_acts_in_its_own_name_with_its_scopes(acme: Actor) -> None:
    client, _ = await register(acme, "requests.read", "billing.read")
    for language, spoken in ((None, "en"), ("zh-TW,zh;q=0.9", "zh_Hant")):
        actor = await actor_for(f"Bearer {await token_for(client)}", None, language)
        assert actor == Actor(
            tenant_id=acme.tenant_id,
            kind=ActorKind.CLIENT,
            id=client.id,
            permissions=frozenset({"requests.read", "billing.read"}),
            language=spoken,
        )


async def test_a_token_allows_its_scope_as_far_as_the_client_has_it(acme: Actor) -> None:
    client, _ = await register(acme, "requests.read", "billing.read")
    token = await token_for(client, "billing.read", "people.manage")
    assert (await actor_of(token)).permissions == {"billing.read"}


async def test_a_secret_is_good_for_its_client_of_its_company(acme: Actor, globex: Actor) -> None:
    client, secret = await register(acme)
    assert client.has_secret(secret)
    assert not client.has_secret(f"{secret}x")
    copied = KnownClient(tenant_id=globex.tenant_id, id=client.id, scopes=client.scopes, secret_hash=client.secret_hash)
    assert not copied.has_secret(secret)


async def test_a_client_of_one_company_is_unknown_in_another(acme: Actor, globex: Actor) -> None:
    client, _ = await register(acme)
    for tenant in (globex.tenant_id, uuid4()):
        assert await find_client(credentials.client_name(tenant, client.id)) is None
        stranger = KnownClient(tenant_id=tenant, id=client.id, scopes=client.scopes, secret_hash=b"")
        with pytest.raises(Unauthenticated):
            await actor_of(await token_for(stranger))


async def test_a_disabled_client_is_shut_out_with_its_tokens(acme: Actor) -> None:
    client, _ = await register(acme)
    token = await token_for(client)
    await actor_of(token)
    async with writing(acme, settle=settle) as work:
        await clients.disable_client(work, client_id=client.id)
    with pytest.raises(Unauthenticated):
        await actor_of(token)
    assert await find_client(client.name) is None


async def test_a_rotated_secret_is_the_only_one(acme: Actor) -> None:
    client, old = await register(acme)
    async with writing(acme, settle=settle) as work:
        _, new = await clients.rotate_client_secret(work, client_id=client.id)
    known = await find_client(client.name)
    assert known is not None
    assert (known.has_secret(new), known.has_secret(old)) == (True, False)


async def test_a_revoked_token_is_refused_and_others_of_the_client_are_not(acme: Actor) -> None:
    client, _ = await register(acme)
    token, other = await token_for(client), await token_for(client)
    said = await recognise(token)
    assert said is not None
    for _ in range(2):
        await revoke(said)
    with pytest.raises(Unauthenticated):
        await actor_of(token)
    await actor_of(other)


async def test_clients_are_registered_with_what_the_actor_holds_and_once_by_name(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        await clients.create_client(work, name="erp", scopes=["requests.read"])
    for name, scopes, refusal in (
        ("erp", ["requests.read"], Conflict),
        ("", ["requests.read"], Invalid),
        ("crm", [], Invalid),
        ("crm", ["no.such.permission"], Forbidden),
    ):
        with pytest.raises(refusal):
            async with writing(acme, settle=settle) as work:
                await clients.create_client(work, name=name, scopes=scopes)


async def test_tokens_hold_over_a_change_of_keys_and_other_processes_learn_of_it(acme: Actor) -> None:
    client, _ = await register(acme)
    old = await token_for(client)
    kid = await keys.rotate_signing_key()
    new = await token_for(client)
    assert decode(new)[0]["kid"] == kid != decode(old)[0]["kid"]
    await actor_of(old)
    await actor_of(new)
    ring = await keys.keyring()
    assert next(key["kid"] for key in ring.published()) == kid
    assert all("d" not in key for key in ring.published())


async def test_the_time_of_a_token_is_half_an_hour(acme: Actor) -> None:
    client, _ = await register(acme)
    now = int(time.time())
    token = await token_for(client, now=now)
    assert await recognise(token, now=now + LIFETIME_SECONDS - 1) is not None
    assert await recognise(token, now=now + LIFETIME_SECONDS) is None
    with pytest.raises(Unauthenticated):
        await actor_of(await token_for(client, now=now - LIFETIME_SECONDS))


async def refuse_all(forged: dict[str, str]) -> None:
    for shape, token in forged.items():
        with pytest.raises(Unauthenticated):
            await actor_of(token)
            pytest.fail(f"accepted: {shape}")


async def test_a_forged_signature_of_any_known_shape_is_nobodys(acme: Actor) -> None:
    client, _ = await register(acme)
    signing = (await keys.keyring()).signing
    honest = await token_for(client)
    header, claims = decode(honest)
    public = signing.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    own = ECKey.generate_key("P-256", {"kid": signing.kid})

    def unsigned(**changed: Any) -> str:
        return f"{encode({**header, **changed})}.{encode(claims)}."

    def by_hmac(key: bytes) -> str:
        signing_input = f"{encode({**header, 'alg': 'HS256'})}.{encode(claims)}"
        mac = hmac.digest(key, signing_input.encode(), hashlib.sha256)
        return f"{signing_input}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    await refuse_all(
        {
            "alg none": unsigned(alg="none"),
            "alg nOnE": unsigned(alg="nOnE"),
            "alg none with the honest signature": f"{encode({**header, 'alg': 'none'})}.{honest.split('.', 1)[1]}",
            "no algorithm": unsigned(alg=None),
            "the public key as an HMAC key": by_hmac(public),
            "the public key behind a newline as an HMAC key": by_hmac(b"\n" + public),
            "an empty HMAC key": by_hmac(b""),
            "another algorithm of curves": await signed(claims, {"alg": "ES384"}),
            "a key in the header": await signed(claims, {"jwk": own.as_dict(private=False)}, own),
            "a key's address in the header": await signed(claims, {"jku": "https://example.com/jwks"}, own),
            "a certificate in the header": await signed(claims, {"x5c": ["MIIB"]}, own),
            "our key id with another key": await signed(claims, None, own),
            "an unknown key id": await signed(claims, {"kid": "unknown"}),
            "a key id that is a path": await signed(claims, {"kid": "../../dev/null"}),
            "a key id that is a list": await signed(claims, {"kid": [signing.kid]}),
            "something critical and unknown": await signed(claims, {"crit": ["x"], "x": 1}),
            "something critical and known": await signed(claims, {"crit": ["exp"], "exp": 1}),
            "an unencoded payload": await signed(claims, {"b64": False, "crit": ["b64"]}),
            "another type": await signed(claims, {"typ": "JWT"}),
            "a longer type": await signed(claims, {"typ": "application/at+jwt"}),
            "four parts": f"{honest}.x",
            "two parts": honest.rsplit(".", 1)[0],
            "too long": honest + "A" * 9_000,
            "encrypted": "a.b.c.d.e",
        }
    )
    await actor_of(honest)


async def test_claims_that_are_not_ours_are_refused_even_under_our_signature(acme: Actor, globex: Actor) -> None:
    client, _ = await register(acme)
    _, claims = decode(await token_for(client))
    there = credentials.client_name(globex.tenant_id, client.id)
    now = int(time.time())
    changes: dict[str, dict[str, Any]] = {
        "expired": {"exp": now - 1},
        "expiring at no number": {"exp": "never"},
        "expiring at NaN": {"exp": float("nan")},
        "expiring at infinity": {"exp": float("inf")},
        "another issuer": {"iss": "https://example.com"},
        "several issuers": {"iss": [issuer()]},
        "another audience": {"aud": "https://example.com"},
        "another company in tid": {"tid": str(globex.tenant_id)},
        "another company in the client": {"client_id": there},
        "another company throughout": {"tid": str(globex.tenant_id), "sub": there, "client_id": there},
        "another subject": {"sub": "zhc_0"},
        "an id that is none": {"jti": "1"},
        "a scope that is a list": {"scope": ["requests.read"]},
        "not yet valid": {"nbf": now + 600},
    }
    await refuse_all({shape: await signed({**claims, **changed}) for shape, changed in changes.items()})
    for name in claims:
        lacking = {other: value for other, value in claims.items() if other != name}
        await refuse_all({f"no {name}": await signed(lacking)})
    await refuse_all({"claims that are a list": await signed([claims])})  # type: ignore[arg-type]  # that is the forgery
    await actor_of(await signed(claims))


async def test_no_mutation_of_a_token_is_believed(acme: Actor) -> None:
    client, _ = await register(acme)
    honest = await token_for(client)
    for position in range(0, len(honest), 2):
        for changed in (
            honest[:position] + ("B" if honest[position] != "B" else "C") + honest[position + 1 :],
            honest[:position] + honest[position + 1 :],
        ):
            said = await recognise(changed)
            # The last character of the signature carries bits that mean nothing.
            assert said is None or said == await recognise(honest), changed
