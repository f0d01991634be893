"""Mails of customers and strangers, handed over by the webhook as a mail provider does, and what becomes of them."""

from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from zhidu.demo.company import ADMINISTRATOR, Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure

MAIL = "query($id: ID!) { inboundMail(id: $id) { state request { id } } }"


async def write(company: Company, entry: Entry) -> None:
    """Somebody writes to the company; a request comes of it, unless the sample says what comes of it instead."""
    found = await _hand_over(company, entry["key"], entry, entry["title"], entry["description"])
    expected = entry.get("becomes", "FILED")
    if found["state"] != expected:
        raise Failure(f"{company.sample.name}: the mail “{entry['key']}” is {found['state']}, not {expected}.")
    if found["request"] is not None:
        company.ids[entry["key"]] = found["request"]["id"]


async def answer(company: Company, entry: Entry) -> None:
    """The customer writes again about a request that came by mail, as mail programs do: they name the first letter."""
    about = next(each for each in company.sample.several("requests") if each["key"] == entry["about"])
    step = f"{entry['about']}/answer/{entry['at']:%m-%d %H:%M}"
    found = await _hand_over(company, step, about, f"Re: {about['title']}", entry["with"], answers=entry["about"])
    if found["request"] is None or found["request"]["id"] != company.ids[entry["about"]]:
        raise Failure(f"{company.sample.name}: the answer “{step}” did not find its request.")


async def _hand_over(
    company: Company, step: str, entry: Entry, subject: str, text: str, *, answers: str = ""
) -> Mapping[str, Any]:
    """Let a mail come in and be filed; handed over again it is the same mail."""
    address = company.sample.several("mail_addresses")[0]["local_part"]
    made = company.page.answers[f"mail_secret/{address}"]
    sender = entry["from"]
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, made["address"]["address"], subject
    letter["Message-ID"] = _message_id(company, step)
    if answers:
        letter["In-Reply-To"] = letter["References"] = _message_id(company, answers)
    letter.set_content(text + "\n")
    taken = await company.client.hand_over(
        letter.as_string(), to=made["address"]["address"], sender=sender, secret=made["secret"]
    )
    company.ids[f"mail/{step}"] = taken
    await company.settle()
    found: Mapping[str, Any] = (await company.read(ADMINISTRATOR, MAIL, id=taken))["inboundMail"]
    return found


def _message_id(company: Company, step: str) -> str:
    return f"<{step.translate(str.maketrans('/ :', '...'))}@{company.sample.slug}.mail.example>"
