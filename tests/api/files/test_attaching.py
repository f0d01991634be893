"""Files at approvals, requests and messages, by GraphQL: who attaches, who sees them, who takes them away."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.files import commands
from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tests.api.conftest import Ask
from tests.conftest import found_company
from tests.domain.approvals import company as approving
from tests.domain.approvals.company import HEAD, HR, lay_down, step, waiting
from tests.domain.requests import company as asking
from tests.domain.requests.company import ASKS, program, service_company, software_company, submit
from tests.uploads import sees, upload

pytestmark = pytest.mark.usefixtures("file_store")

ATTACH = """mutation($kind: String!, $id: ID!, $file: ID!, $note: String! = "") {
  attachFile(input: {subjectKind: $kind, subjectId: $id, fileId: $file, note: $note}) {
    attachment { id note subjectKind subjectId file { id name } } errors { code path message } } }"""
REMOVE = """mutation($id: ID!) { removeAttachment(input: {attachmentId: $id}) { fileId errors { code path } } }"""
APPROVE = "mutation($id: ID!) { approve(input: {taskId: $id}) { errors { code } } }"
AT_APPROVAL = """query($id: ID!) { approval(id: $id) {
  attachments { note at file { id name mediaType bytes sha256 url uploadedAt unattachedAt } }
  timeline(filter: {name: {contains: "file_"}}) {
    nodes { name comment attachment { file { name } } } } } }"""
AT_REQUEST = """query($id: ID!) { request(id: $id) { attachments { file { name } }
  messages { nodes { text attachments { file { id name } } } } } }"""
COMMENT = """mutation($id: ID!, $audience: MessageAudience!, $files: [ID!]) {
  commentRequest(input: {requestId: $id, text: "See here.", audience: $audience, fileIds: $files}) {
    message { id } errors { code path } } }"""
FILE = "query($id: ID!) { file(id: $id) { name } }"


@pytest.fixture
async def company(acme: Actor) -> approving.Company:
    """One company with people."""
    return await approving.founded(acme)


async def attach(ask: Ask, actor: Actor, kind: str, id: UUID, file: UUID, note: str = "") -> dict[str, Any]:
    data = await ask(actor, ATTACH, kind=kind, id=str(id), file=str(file), note=note)
    payload: dict[str, Any] = data["attachFile"]
    return payload


async def attached(ask: Ask, actor: Actor, kind: str, id: UUID, file: UUID, note: str = "") -> str:
    payload = await attach(ask, actor, kind, id, file, note)
    assert payload["errors"] == []
    found: str = payload["attachment"]["id"]
    return found


async def refused(ask: Ask, actor: Actor, kind: str, id: UUID, file: UUID) -> str:
    payload = await attach(ask, actor, kind, id, file)
    assert payload["attachment"] is None
    found: str = payload["errors"][0]["code"]
    return found


async def removing(ask: Ask, actor: Actor, attachment: str) -> Any:
    payload = (await ask(actor, REMOVE, id=attachment))["removeAttachment"]
    return payload["fileId"] or payload["errors"][0]["code"]


# At approvals (AP-3)


async def test_whoever_sees_a_case_attaches_to_it_and_whoever_sees_it_sees_that(
    ask: Ask, company: approving.Company, globex: Actor
) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    approval = await approving.ask(company.engineer)
    file = await upload(company.engineer)
    assert not await sees(company.head, file)
    await attached(ask, company.engineer, "approvals", approval.id, file, " The letter. ")
    other = await upload(company.head, b"another", "opinion.pdf")
    await attached(ask, company.head, "approvals", approval.id, other)
    shown = (await ask(company.head, AT_APPROVAL, id=str(approval.id)))["approval"]
    first = shown["attachments"][0]
    assert first["note"] == "The letter."
    assert first["file"] == {
        "id": str(file),
        "name": "contract.pdf",
        "mediaType": "application/pdf",
        "bytes": 8.0,
        "sha256": hashlib.sha256(b"%PDF-1.7").hexdigest(),
        "url": f"http://127.0.0.1:8000/files/{file}",
        "uploadedAt": first["file"]["uploadedAt"],
        "unattachedAt": None,
    }
    assert [node["file"]["name"] for node in shown["attachments"]] == ["contract.pdf", "opinion.pdf"]
    assert shown["timeline"]["nodes"] == [
        {"name": "approvals.file_attached", "comment": text, "attachment": {"file": {"name": name}}}
        for text, name in (("The letter.", "contract.pdf"), ("", "opinion.pdf"))
    ]
    # Of a company's people only those who see the case, and nobody elsewhere.
    assert await sees(company.head, file)
    assert await sees(company.engineer, other)
    for outsider in (company.colleague, company.hr, globex):
        assert not await sees(outsider, file)
        assert (await ask(outsider, FILE, id=str(file)))["file"] is None
        assert await refused(ask, outsider, "approvals", approval.id, await upload(outsider)) == "NOT_FOUND"


async def test_what_is_attached_is_one_s_own_and_attached_once(ask: Ask, company: approving.Company) -> None:
    await lay_down(company.admin, step(HEAD))
    approval = await approving.ask(company.engineer)
    file = await upload(company.engineer)
    one = await attached(ask, company.engineer, "approvals", approval.id, file)
    assert await attached(ask, company.engineer, "approvals", approval.id, file, "Again") == one
    shown = (await ask(company.engineer, AT_APPROVAL, id=str(approval.id)))["approval"]
    assert (len(shown["attachments"]), len(shown["timeline"]["nodes"])) == (1, 1)
    # The head sees it and yet can't attach it elsewhere, nor does an unknown file differ from it.
    other = await approving.ask(company.head)
    for id in (file, uuid4()):
        payload = await attach(ask, company.head, "approvals", other.id, id)
        assert payload["errors"] == [{"code": "NOT_FOUND", "path": ["fileId"], "message": "There is no such record."}]


async def test_a_file_is_taken_away_by_who_attached_it_until_somebody_has_decided_since(
    ask: Ask, company: approving.Company
) -> None:
    await lay_down(company.admin, step(HEAD), step(HR))
    approval = await approving.ask(company.engineer)
    file, late = await upload(company.engineer), await upload(company.engineer, b"late", "late.pdf")
    again = await attached(ask, company.engineer, "approvals", approval.id, file)
    assert await removing(ask, company.head, again) == "NOT_YOURS"
    assert await removing(ask, company.colleague, again) == "NOT_FOUND"
    assert await removing(ask, company.engineer, again) == str(file)
    assert await removing(ask, company.engineer, again) == "NOT_FOUND"
    shown = (await ask(company.head, AT_APPROVAL, id=str(approval.id)))["approval"]
    assert shown["attachments"] == []
    assert [(node["name"], node["attachment"]) for node in shown["timeline"]["nodes"]] == [
        ("approvals.file_attached", None),
        ("approvals.file_removed", None),
    ]
    assert not await sees(company.head, file)
    kept = await attached(ask, company.engineer, "approvals", approval.id, file)
    seat = (await waiting(company.admin, approval.id))[company.head.id]
    await ask(company.head, APPROVE, id=str(seat))
    assert await removing(ask, company.engineer, kept) == "WRONG_STATE"
    # What came after that decision can go, until the next one.
    gone = await attached(ask, company.engineer, "approvals", approval.id, late)
    assert await removing(ask, company.engineer, gone) == str(late)
    seat = (await waiting(company.admin, approval.id))[company.hr.id]
    await ask(company.hr, APPROVE, id=str(seat))
    assert await removing(ask, company.engineer, kept) == "WRONG_STATE"
    assert await refused(ask, company.engineer, "approvals", approval.id, late) == "WRONG_STATE"


async def test_nothing_is_attached_to_what_takes_no_files(ask: Ask, company: approving.Company) -> None:
    payload = await attach(ask, company.engineer, "members", company.hr.id or uuid4(), await upload(company.engineer))
    assert (payload["errors"][0]["code"], payload["errors"][0]["path"]) == ("INVALID", ["subjectKind"])
    assert "approvals, service_requests, request_messages" in payload["errors"][0]["message"]


async def test_a_record_takes_so_many_files_and_no_more(
    ask: Ask, company: approving.Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "MOST_AT_A_RECORD", 2)
    await lay_down(company.admin, step(HEAD))
    approval = await approving.ask(company.engineer)
    one, two, three = [await upload(company.engineer, name=f"{number}.pdf") for number in range(3)]
    for file in (one, two, one):
        await attached(ask, company.engineer, "approvals", approval.id, file)
    assert await refused(ask, company.engineer, "approvals", approval.id, three) == "TOO_MANY_ATTACHMENTS"


# At requests and messages (RQ-1, RQ-10)


async def test_two_companies_requests_have_files_and_a_third_sees_none(ask: Ask, pool: None) -> None:
    third = await found_company("Third")
    for company in (await software_company(), await service_company()):
        request = await submit(company)
        file = await upload(company.clerk, name="screenshot.png")
        await attached(ask, company.clerk, "service_requests", request.id, file)
        for actor in (company.clerk, company.dispatcher, company.head):
            assert (await ask(actor, AT_REQUEST, id=str(request.id)))["request"]["attachments"] == [
                {"file": {"name": "screenshot.png"}}
            ]
        for actor in (third, company.colleague):
            assert (await ask(actor, AT_REQUEST, id=str(request.id)))["request"] is None
            assert not await sees(actor, file)
            assert await refused(ask, actor, "service_requests", request.id, await upload(actor)) == "NOT_FOUND"


async def test_the_other_side_sees_files_of_public_messages_only(ask: Ask, pool: None) -> None:
    company = await software_company()
    request = await asking.assigned(company)
    public, internal = await upload(company.agent), await upload(company.agent, b"internal", "internal.pdf")
    for audience, file in (("PUBLIC", public), ("INTERNAL", internal)):
        data = await ask(company.agent, COMMENT, id=str(request.id), audience=audience, files=[str(file)])
        assert data["commentRequest"]["errors"] == []

    async def names(actor: Actor) -> list[str]:
        found = (await ask(actor, AT_REQUEST, id=str(request.id)))["request"]["messages"]["nodes"]
        return [each["file"]["name"] for node in found for each in node["attachments"]]

    assert await names(company.dispatcher) == ["contract.pdf", "internal.pdf"]
    assert await names(company.clerk) == ["contract.pdf"]
    assert (await sees(company.clerk, public), await sees(company.clerk, internal)) == (True, False)
    assert await sees(company.dispatcher, internal)


async def test_a_message_takes_files_of_who_has_written_it(ask: Ask, pool: None) -> None:
    company = await software_company()
    request = await asking.assigned(company)
    said = await ask(company.clerk, COMMENT, id=str(request.id), audience="PUBLIC", files=None)
    message = UUID(said["commentRequest"]["message"]["id"])
    file = await upload(company.clerk)
    one = await attached(ask, company.clerk, "request_messages", message, file)
    mine = await upload(company.agent)
    assert await refused(ask, company.agent, "request_messages", message, mine) == "NOT_YOURS"
    assert await removing(ask, company.agent, one) == "NOT_YOURS"
    assert await removing(ask, company.clerk, one) == str(file)
    # A message with a file of somebody else's is not said at all.
    data = await ask(company.agent, COMMENT, id=str(request.id), audience="PUBLIC", files=[str(mine), str(file)])
    assert data["commentRequest"]["errors"] == [{"code": "NOT_FOUND", "path": ["fileId"]}]
    shown = (await ask(company.clerk, AT_REQUEST, id=str(request.id)))["request"]
    assert shown["messages"]["nodes"] == [{"text": "See here.", "attachments": []}]


async def test_a_closed_request_keeps_what_is_attached(ask: Ask, pool: None) -> None:
    company = await software_company()
    request = await submit(company)
    file = await upload(company.clerk)
    one = await attached(ask, company.clerk, "service_requests", request.id, file)
    await asking.do(asking.commands.cancel, company.clerk, request, reason="Solved itself")
    assert await removing(ask, company.clerk, one) == "WRONG_STATE"


async def test_a_program_attaches_to_the_requests_that_it_has_submitted(ask: Ask, pool: None) -> None:
    company = await software_company()
    one, other = await program(company, *ASKS), await program(company, *ASKS)
    request = await submit(company, actor=one)
    file = await upload(one)
    attachment = await attached(ask, one, "service_requests", request.id, file)
    assert (await sees(one, file), await sees(other, file), await sees(company.dispatcher, file)) == (True, False, True)
    assert await refused(ask, other, "service_requests", request.id, await upload(other)) == "NOT_FOUND"
    assert await removing(ask, one, attachment) == str(file)
    reader = await program(company, Permission.REQUESTS_READ_ALL, Permission.REQUESTS_SUBMIT)
    assert await refused(ask, reader, "service_requests", request.id, await upload(reader)) == "NOT_YOURS"
