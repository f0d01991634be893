"""Mail that comes in, by GraphQL and by webhook, as a provider and as those who look at it use them."""

import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from api.app import application
from tenancy import storage
from tenancy.config import settings
from tenancy.database import reading
from tests.api.conftest import Ask
from tests.domain.mail.mailing import address_of, letter, mails, requests_of, taking_mail
from tests.domain.requests.company import Company
from tests.workers.facts import work_off

MAILS = """query($filter: InboundMailFilter) { inboundMails(first: 10, filter: $filter) { nodes {
  id state reason detail subject fromAddress fromName text quoted envelopeTo sizeBytes original { name mediaType }
  attachments { file { name } } address { address webhookReady } contact { name } decisions { nodes { decision } }
  request { number title messages(first: 5) { nodes { text contact { email } author { name } } } } } } }"""
ADD = """mutation($input: AddMailAddressInput!) { addMailAddress(input: $input) {
  address { id localPart address active impact walkInCustomer { name } } errors { code path } } }"""
ROTATE = """mutation($input: RotateMailSecretInput!) { rotateMailSecret(input: $input) {
  secret address { webhookReady } errors { code } } }"""
RELEASE = """mutation($input: ReleaseInboundMailInput!) { releaseInboundMail(input: $input) {
  mail { state request { title } settledBy { name } } errors { code path } } }"""
DISCARD = """mutation($input: DiscardInboundMailInput!) { discardInboundMail(input: $input) {
  mail { state } errors { code } } }"""


@pytest.fixture(autouse=True)
def kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mails are kept in a folder of the test's own."""
    monkeypatch.setenv("ZHIDU_FILE_URL", (tmp_path / "files").as_uri())
    monkeypatch.setenv("ZHIDU_MAIL_MEGABYTES", "1")
    settings.cache_clear()
    storage.file_storage.cache_clear()
    yield
    settings.cache_clear()
    storage.file_storage.cache_clear()


@pytest.fixture(autouse=True)
async def quiet(owner_url: str, pool: None) -> AsyncIterator[None]:
    """Nothing is due anywhere."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("TRUNCATE agenda")
        yield
    finally:
        await connection.close()


def signed(secret: str, body: bytes, *, at: int | None = None) -> dict[str, str]:
    """The headers of Standard Webhooks, over the bytes of the body."""
    stamp = str(int(time.time()) if at is None else at)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"msg_1.{stamp}.".encode() + body, hashlib.sha256)
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1,AAAA {signature}"}


async def post(to: str, body: bytes, headers: dict[str, str]) -> Any:
    transport = httpx2.ASGITransport(app=application())
    async with httpx2.AsyncClient(transport=transport, base_url="http://zhidu.example") as client:
        sent = {"to": to, "from": "lin@big.example.com"}
        return await client.post("/inbound/mail", params=sent, content=body, headers=headers)


async def secret_of(ask: Ask, company: Company) -> str:
    """The new secret of the company's address."""
    found = await ask(company.admin, "{ mailAddresses(first: 1) { nodes { id } } }")
    given = {"addressId": found["mailAddresses"]["nodes"][0]["id"]}
    made = (await ask(company.admin, ROTATE, input=given))["rotateMailSecret"]
    assert made["address"] == {"webhookReady": True}
    secret: str = made["secret"]
    return secret


async def test_a_signed_mail_is_taken_once_and_shown_to_whoever_may_read_mails(ask: Ask) -> None:
    company, other = await taking_mail(), await taking_mail()
    body, to = letter(text="Help!\n\n> before\n").as_bytes().replace(b"Help!", b"H\xe9lp!"), await address_of(company)
    secret = await secret_of(ask, company)
    first, again = [await post(to, body, signed(secret, body)) for _ in range(2)]
    assert (first.status_code, again.status_code) == (202, 202)
    assert (first.json()["mail"]["new"], again.json()["mail"]["new"]) == (True, False)
    await work_off()
    [mail] = (await ask(company.admin, MAILS, filter={"state": {"eq": "FILED"}}))["inboundMails"]["nodes"]
    assert mail["id"] == first.json()["mail"]["id"]
    assert (mail["subject"], mail["quoted"], mail["envelopeTo"]) == ("The printer is on fire", "> before", to)
    assert mail["request"]["number"] == "REQ-000001"
    assert mail["original"] == {"name": "original.eml", "mediaType": "message/rfc822"}
    assert mail["attachments"] == []
    assert mail["address"] == {"address": to, "webhookReady": True}
    assert (await ask(other.admin, MAILS))["inboundMails"]["nodes"] == []
    [refused] = await ask.errors(company.agent, MAILS)
    assert refused.extensions["code"] == "FORBIDDEN"


async def test_what_is_not_signed_so_is_refused_and_not_kept(ask: Ask) -> None:
    company, other = await taking_mail(), await taking_mail()
    body, to = letter().as_bytes(), await address_of(company)
    unready = await post(to, body, signed("whsec_AAAA", body))
    secret, theirs = await secret_of(ask, company), await secret_of(ask, other)
    right = signed(secret, body)
    wrong = [
        (to, body, signed(theirs, body)),
        (to, body + b"x", right),
        (to, body, signed(secret, body, at=int(time.time()) - 3600)),
        (to, body, {**right, "webhook-timestamp": "soon"}),
        (to, body, {**right, "webhook-signature": "v1,! v2,AAAA"}),
        (to, body, {}),
        ("support@nobody.mail.localhost", body, right),
        ("nonsense", body, right),
    ]
    answers = [await post(*each) for each in wrong]
    assert {answer.status_code for answer in (unready, *answers)} == {401}
    # Whether there is such an address, nobody learns.
    assert len({answer.content for answer in (unready, *answers)}) == 1
    large = letter(text="x" * 1024**2).as_bytes()
    refused = await post(to, large, signed(secret, large))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "MAIL_TOO_LARGE")
    assert await mails(company) == []
    # The secret before is good no more.
    await secret_of(ask, company)
    assert (await post(to, body, right)).status_code == 401


async def test_addresses_are_added_and_what_was_held_is_released_or_discarded(ask: Ask) -> None:
    company = await taking_mail()
    given = {"localPart": "Repairs", "walkInCustomerId": str(company.standard_id), "impact": "HIGH"}
    made = (await ask(company.admin, ADD, input=given))["addMailAddress"]
    async with reading(company.admin) as work:
        [row] = await work.sql("SELECT slug FROM tenants WHERE id = $1", company.admin.tenant_id)
    assert made["address"]["address"] == f"repairs@{row['slug']}.mail.localhost"
    assert made["address"]["walkInCustomer"] == {"name": "Small"}
    again = (await ask(company.admin, ADD, input=given))["addMailAddress"]
    assert again == {"address": None, "errors": [{"code": "CONFLICT", "path": ["localPart"]}]}
    secret, to = await secret_of(ask, company), await address_of(company)
    for number in range(2):
        body = letter("eve@new.example", subject=f"Number {number}").as_bytes()
        assert (await post(to, body, signed(secret, body))).status_code == 202
    await work_off()
    waiting = (await ask(company.admin, MAILS, filter={"reason": {"eq": "UNKNOWN_SENDER"}}))["inboundMails"]["nodes"]
    newer, older = waiting
    released = {"mailId": older["id"], "customerId": str(company.standard_id)}
    answer = (await ask(company.admin, RELEASE, input=released))["releaseInboundMail"]
    assert answer["errors"] == []
    assert answer["mail"]["state"] == "FILED"
    assert answer["mail"]["request"] == {"title": "Number 0"}
    done = (await ask(company.admin, DISCARD, input={"mailId": newer["id"]}))["discardInboundMail"]
    assert done == {"mail": {"state": "DISCARDED"}, "errors": []}
    late = (await ask(company.admin, RELEASE, input={**released, "mailId": newer["id"]}))["releaseInboundMail"]
    assert [error["code"] for error in late["errors"]] == ["WRONG_STATE"]
    assert len(await requests_of(company)) == 1
