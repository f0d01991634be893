"""Joint letters, letters to be posted and calls as clients see and do them."""

from datetime import date

import httpx
import pytest
from starlette.applications import Starlette

from api import papers
from api.invoice.routes import ROUTES
from tenancy.actor import Actor
from tests.api.conftest import Ask
from tests.conftest import found_company
from tests.domain.billing.office import march, open_office, step

pytestmark = pytest.mark.usefixtures("pool")

WORK = """{
  posts: dunningLetters(filter: {awaitsPosting: true}, order: OLDEST) { nodes {
    id fingerprint subject text channel awaitsPosting mailState customer { name } postedBy { id }
    steps { invoice { number } letterSubject letter { id } } } }
  calls: dunningSteps(filter: {awaitsCall: true}) { nodes { id awaitsCall channel invoice { number } } }
}"""
POST = """mutation($input: MarkDunningLetterPostedInput!) { markDunningLetterPosted(input: $input) {
  letter { awaitsPosting postedAt postedBy { id } } errors { code path message } } }"""
CALL = """mutation($input: RecordDunningCallInput!) { recordDunningCall(input: $input) {
  call { outcome note hold { kind untilOn } step { awaitsCall invoice { nextDunning { blockers { code } } } } }
  errors { code path message clause { number } } } }"""


async def test_the_work_list_of_letters_and_calls_is_worked_off(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [step(1, 3, "calendar", channel="post"), step(2, 5, "calendar", channel="telephone")]
    office = await open_office({"steps": steps, "joint_letters": True, "holds": ["promise_to_pay"]})
    for amount in ("500", "20"):
        await office.bill(amount, due_on=date(2026, 3, 6))
    await office.live_until(march(12))
    found = await ask(office.admin, WORK)
    [letter] = found["posts"]["nodes"]
    assert letter["subject"] == "Reminder: 2 invoices are overdue"
    assert [each["invoice"]["number"] for each in letter["steps"]] == [1, 2]
    assert letter["steps"][0]["letterSubject"] == letter["subject"]
    assert (letter["channel"], letter["mailState"]) == ("POST", None)
    third = await found_company()
    assert await ask(third, WORK) == {"posts": {"nodes": []}, "calls": {"nodes": []}}
    printed = {"letterId": letter["id"], "fingerprint": letter["fingerprint"]}
    other = (await ask(office.admin, POST, input={**printed, "fingerprint": "0" * 16}))["markDunningLetterPosted"]
    assert [(error["code"], error["path"]) for error in other["errors"]] == [("LETTER_REWRITTEN", ["fingerprint"])]
    posted = (await ask(office.admin, POST, input=printed))["markDunningLetterPosted"]
    assert posted["letter"]["awaitsPosting"] is False
    foreign = (await ask(third, POST, input=printed))["markDunningLetterPosted"]
    assert [error["code"] for error in foreign["errors"]] == ["NOT_FOUND"]
    first, second = found["calls"]["nodes"]
    said = {"stepId": first["id"], "note": "After the fair."}
    wrong = (await ask(office.admin, CALL, input={**said, "outcome": "DISPUTED"}))["recordDunningCall"]
    assert [(error["code"], error["clause"]["number"]) for error in wrong["errors"]] == [("HOLD_NOT_PROVIDED", "7.1")]
    promised = {**said, "outcome": "PROMISED", "untilOn": "2026-03-20"}
    call = (await ask(office.admin, CALL, input=promised))["recordDunningCall"]["call"]
    assert call["hold"] == {"kind": "PROMISE_TO_PAY", "untilOn": "2026-03-20"}
    assert call["step"]["awaitsCall"] is False
    tried = {"stepId": second["id"], "outcome": "NOT_REACHED"}
    assert (await ask(office.admin, CALL, input=tried))["recordDunningCall"]["call"]["step"]["awaitsCall"] is True
    await _printed(monkeypatch, office.admin, third, letter)


async def _printed(monkeypatch: pytest.MonkeyPatch, admin: Actor, third: Actor, letter: dict[str, str]) -> None:
    letter_id, actors = letter["id"], [admin, third]

    async def next_one(_: object) -> Actor:
        return actors.pop(0)

    app = Starlette(routes=ROUTES)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://zhidu") as client:
        assert (await client.get(f"/dunning-letters/{letter_id}.pdf")).status_code == 401
        monkeypatch.setattr(papers, "authenticate", next_one)
        found = await client.get(f"/dunning-letters/{letter_id}.pdf")
        assert (found.status_code, found.content[:5]) == (200, b"%PDF-")
        assert found.headers["letter-fingerprint"] == letter["fingerprint"]
        assert (await client.get(f"/dunning-letters/{letter_id}.pdf")).status_code == 404
