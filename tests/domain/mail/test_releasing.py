"""What was held is filed or put away by whoever may, and stays as it was for everybody else."""

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.customers.models import Contact
from domain.mail import commands
from domain.mail.models import InboundMail
from domain.mail.rules import MailState
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.refusals import Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.domain.mail.mailing import (
    add_address,
    deliver,
    files_at,
    letter,
    letters_to,
    mails,
    requests_of,
    taking_mail,
    words_about,
)
from tests.domain.requests.company import Company

STRANGER = {"sender": "eve@new.example"}


async def held(company: Company) -> InboundMail:
    """A mail of a stranger, with a file."""
    message = letter("Eve <eve@new.example>", text="May I?\n")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="plan.pdf")
    return await deliver(company, message, **STRANGER)


async def release(actor: Actor, mail: InboundMail, **given: object) -> InboundMail:
    async with writing(actor, settle=settle) as work:
        return await commands.release(work, mail_id=mail.id, **given)  # type: ignore[arg-type]  # ids, by name


async def test_it_becomes_a_new_request_of_a_customer_and_its_sender_a_contact() -> None:
    company = await taking_mail()
    mail = await held(company)
    released = await release(company.admin, mail, customer_id=company.standard_id)
    [request] = await requests_of(company)
    assert (released.state, released.request_id, released.settled_by_id) == (
        MailState.FILED,
        request.id,
        company.admin.id,
    )
    assert (request.customer_id, request.description) == (company.standard_id, "May I?")
    assert await files_at(company, released) == ["plan.pdf"]
    async with reading(company.admin) as work:
        [contact] = await work.all(select(Contact).where(Contact.email == "eve@new.example"))
    assert (contact.name, contact.customer_id, contact.id) == ("Eve", company.standard_id, request.contact_id)
    # From now on she is known.
    assert (await deliver(company, letter("eve@new.example"), **STRANGER)).state is MailState.FILED
    assert len(await letters_to(company, "eve@new.example")) == 2


async def test_it_becomes_a_word_about_a_request() -> None:
    company = await taking_mail()
    first = await deliver(company, letter())
    assert first.request_id is not None
    mail = await held(company)
    released = await release(company.admin, mail, request_id=first.request_id, contact_id=company.contact_id)
    [word] = await words_about(company, first.request_id)
    assert (word.text, word.contact_id) == ("May I?", company.contact_id)
    assert await files_at(company, released) == ["plan.pdf"]


async def test_it_is_put_away_and_kept() -> None:
    company = await taking_mail()
    mail = await held(company)
    async with writing(company.admin, settle=settle) as work:
        await commands.discard(work, mail_id=mail.id)
    [found] = await mails(company)
    assert (found.state, found.text) == (MailState.DISCARDED, "May I?")
    for again in (release(company.admin, mail, customer_id=company.standard_id), put_away(company.admin, mail)):
        with pytest.raises(WrongState):
            await again


async def put_away(actor: Actor, mail: InboundMail) -> None:
    async with writing(actor, settle=settle) as work:
        await commands.discard(work, mail_id=mail.id)


async def test_bad_input_is_refused_and_changes_nothing() -> None:
    company, other = await taking_mail(), await taking_mail()
    mail, theirs = await held(company), await held(other)
    wrong: list[tuple[dict[str, object], type[Refusal]]] = [
        ({}, Invalid),
        ({"customer_id": company.standard_id, "contact_id": company.contact_id}, Invalid),
        ({"customer_id": theirs.id}, NotFound),
        ({"request_id": theirs.id}, NotFound),
    ]
    for given, refusal in wrong:
        with pytest.raises(refusal):
            await release(company.admin, mail, **given)
    with pytest.raises(NotFound):
        await release(company.admin, theirs, customer_id=company.standard_id)
    for nobody in (company.agent, company.clerk):
        with pytest.raises(Forbidden):
            await release(nobody, mail, customer_id=company.standard_id)
        with pytest.raises(Forbidden):
            await put_away(nobody, mail)
        with pytest.raises(Forbidden):
            async with writing(nobody, settle=settle) as work:
                await commands.rotate_secret(work, address_id=mail.address_id)
    assert (await mails(company))[0].state is MailState.QUARANTINED
    assert await requests_of(company) == []


@pytest.mark.parametrize("name", ["", "a b", "a@b", "x" * 25, ".a", "a..b", "a+b", "ä"])
async def test_what_is_no_beginning_of_an_address_is_refused(name: str) -> None:
    company = await taking_mail()
    with pytest.raises(Invalid) as refused:
        await add_address(company, name)
    assert refused.value.path == ("localPart",)


async def test_an_address_is_the_companys_own_and_stands_once() -> None:
    company, other = await taking_mail(), await taking_mail()
    with pytest.raises(Refusal) as refused:
        await add_address(company, "Support")
    assert refused.value.code == "CONFLICT"
    for foreign in ("department_id", "walk_in_customer_id", "offering_id"):
        with pytest.raises(NotFound):
            await add_address(company, "sales", **{foreign: other.standard_id})
