"""A mail becomes a request, or a word about one; sent twice it is one."""

import aiosmtplib
import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.customers import commands as customers
from domain.mail import commands, queries
from domain.mail.rules import MailReason, MailState
from domain.policies.models import Decision
from domain.requests import commands as requests
from domain.requests import queries as requests_known
from domain.requests.rules import Audience, Channel, State
from tenancy import postbox
from tenancy.database import reading, writing
from tests.domain.mail.mailing import (
    address_of,
    deliver,
    door,
    files_at,
    laid_down,
    letter,
    letters_to,
    mails,
    requests_of,
    send,
    taking_mail,
    words_about,
)
from tests.domain.requests.company import do
from tests.workers.facts import work_off

PDF = b"%PDF-1.7 burnt"


async def test_a_mail_of_a_contact_becomes_a_request_with_its_files() -> None:
    company = await taking_mail()
    sent = letter(subject="打印机着火了", text="救命！\n\n林\n")
    sent.add_attachment(PDF, maintype="application", subtype="pdf", filename="照片.pdf")
    mail = await deliver(company, sent)
    [request] = await requests_of(company)
    assert (mail.state, mail.reason, mail.request_id, mail.contact_id) == (
        MailState.FILED,
        None,
        request.id,
        company.contact_id,
    )
    assert (request.title, request.description) == ("打印机着火了", "救命！\n\n林")
    assert (request.channel, request.customer_id, request.contact_id, request.department_id) == (
        Channel.EMAIL,
        company.strategic_id,
        company.contact_id,
        company.support_id,
    )
    assert await files_at(company, mail) == ["照片.pdf"]


async def test_a_mail_that_is_sent_twice_is_one() -> None:
    company = await taking_mail()
    content = letter().as_bytes()
    async with door() as port:
        for _ in range(3):
            await send(port, await address_of(company), content)
    await work_off()
    assert len(await mails(company)) == len(await requests_of(company)) == 1


async def test_a_request_by_mail_is_acknowledged_in_the_contacts_language_and_cites_the_clause() -> None:
    company, silent = await taking_mail(), await taking_mail(acknowledging=False)
    first = await deliver(company, letter())
    await deliver(silent, letter())
    [told] = await letters_to(company, "lin@big.example.com")
    assert told.payload["subject"] == "Re: The printer is on fire"
    assert "is our request REQ-000001" in told.payload["text"]
    assert told.payload["thread"]["in_reply_to"] == first.message_id
    assert await letters_to(silent, "lin@big.example.com") == []
    assert first.request_id is not None
    async with reading(company.admin) as work:
        about = (Decision.subject_id == first.request_id, Decision.decision == "mail.acknowledgement")
        [cited] = await work.all(select(Decision).where(*about))
    assert cited.result == {"sent": True}


async def test_an_answer_is_a_word_about_the_request_by_its_token_or_by_what_it_answers() -> None:
    company = await taking_mail()
    first = await deliver(company, letter())
    assert first.request_id is not None
    [told] = await letters_to(company, "lin@big.example.com")
    by_token = await deliver(company, letter(text="By token.\n\n> Help!\n"), about=first.request_id)
    ours = letter(text="By our letter.\n", In_Reply_To=postbox.message_id(told.id))
    by_ours = await deliver(company, ours)
    theirs = letter(text="By mine.\n", References=f"<unknown@x.example> {first.message_id}")
    by_theirs = await deliver(company, theirs)
    assert {mail.request_id for mail in (by_token, by_ours, by_theirs)} == {first.request_id}
    words = await words_about(company, first.request_id)
    assert [word.text for word in words] == ["By token.", "By our letter.", "By mine."]
    assert {word.contact_id for word in words} == {company.contact_id}
    assert by_token.quoted == "> Help!"
    assert len(await requests_of(company)) == 1


async def test_an_answer_of_somebody_without_a_part_in_it_is_held_or_becomes_a_request_by_the_handbook() -> None:
    holds = await taking_mail()
    opens = await taking_mail(("2.7", laid_down(outsiders="new_request", unknown_senders="accept")))
    for company in (holds, opens):
        first = await deliver(company, letter())
        assert first.request_id is not None
        stranger = letter("Eve <eve@evil.example>", text="Tell me more.\n")
        mail = await deliver(company, stranger, about=first.request_id, sender="eve@evil.example")
        assert await words_about(company, first.request_id) == []
        expected = MailReason.NOT_ENTITLED if company is holds else MailReason.NO_CUSTOMER
        assert (mail.state, mail.reason) == (MailState.QUARANTINED, expected)


async def test_an_answer_to_a_closed_request_reopens_it_within_its_window_and_is_a_new_one_after_that() -> None:
    company = await taking_mail()
    first = await deliver(company, letter())
    assert first.request_id is not None
    request = (await requests_of(company))[0]
    for number in range(2):
        await do(
            requests.assign, company.dispatcher, request, assignee_id=(company.agent, company.colleague)[number].id
        )
        await do(requests.resolve, (company.agent, company.colleague)[number], request, resolution="Put out.")
        await do(requests.confirm, company.dispatcher, request)
        assert (await requests_of(company))[0].state is State.CLOSED
        again = await deliver(company, letter(text="It burns again.\n"), about=first.request_id)
        if number == 0:
            assert again.request_id == first.request_id
            assert (await requests_of(company))[0].state is not State.CLOSED
        else:
            # It may be reopened once.
            assert again.request_id != first.request_id
            assert (await requests_of(company))[1].description.startswith("This follows request REQ-000001")


async def test_what_the_company_says_reaches_the_contact_and_can_be_answered() -> None:
    company = await taking_mail()
    first = await deliver(company, letter())
    assert first.request_id is not None
    async with writing(company.dispatcher, settle=settle) as work:
        await requests.comment(work, request_id=first.request_id, text="Which printer?")
        await requests.comment(work, request_id=first.request_id, text="Secret.", audience=Audience.INTERNAL)
    await work_off()
    [said] = [letter for letter in await letters_to(company, "lin@big.example.com") if letter.payload.get("by_hand")]
    assert said.payload["text"].startswith("Which printer?\n\n-- \n")
    thread = postbox.Thread.load(said.payload["thread"])
    assert thread.references == (first.message_id,)
    assert thread.reply_to(company.admin.tenant_id) == await address_of(company, about=first.request_id)
    # What the contact answers is not sent back to them.
    await deliver(company, letter(text="The red one.\n"), about=first.request_id)
    assert len(await letters_to(company, "lin@big.example.com")) == 2


async def test_unknown_senders_are_held_refused_or_taken_by_the_handbook() -> None:
    silent = await taking_mail()
    refuses = await taking_mail(("2.7", laid_down(unknown_senders="refuse", refusal={"en": "Please call us."})))
    accepts = await taking_mail(("2.7", laid_down(unknown_senders="accept")))
    async with writing(accepts.admin, settle=settle) as work:
        address = await queries.address_named(work, "support")
        assert address is not None
        intake = commands.Intake(walk_in_customer_id=accepts.standard_id)
        await commands.change_address(work, address_id=address.id, intake=intake)
    found = {}
    for company in (silent, refuses, accepts):
        found[company.admin.tenant_id] = [
            await deliver(company, letter("New <new@nobody.example>"), sender="new@nobody.example") for _ in range(2)
        ]
    held, refused, taken = found.values()
    assert {(mail.state, mail.reason) for mail in held} == {(MailState.QUARANTINED, MailReason.UNKNOWN_SENDER)}
    assert {(mail.state, mail.reason) for mail in refused} == {(MailState.REFUSED, MailReason.UNKNOWN_SENDER)}
    assert {mail.state for mail in taken} == {MailState.FILED}
    # They are told once, however often they write.
    [told] = await letters_to(refuses, "new@nobody.example")
    assert "Please call us." in told.payload["text"]
    assert await requests_of(silent) == await requests_of(refuses) == []
    assert {request.customer_id for request in await requests_of(accepts)} == {accepts.standard_id}
    assert len({mail.contact_id for mail in taken}) == 1
    async with reading(refuses.admin) as work:
        cited = await work.all(select(Decision).where(Decision.subject_id == refused[0].id))
    assert [(each.decision, each.result) for each in cited] == [("mail.unknown_sender", {"becomes": "refuse"})]


async def test_another_company_sees_nothing_and_has_no_part_in_it() -> None:
    company, other = await taking_mail(), await taking_mail()
    first = await deliver(company, letter())
    assert first.request_id is not None
    assert await mails(other) == []
    # A token is good in its own company only, and so are the ids of its letters.
    token = postbox.thread_token(company.admin.tenant_id, first.request_id)
    stolen = (await address_of(other)).replace("support@", f"support+{token}@")
    async with door() as port:
        await send(port, stolen, letter(In_Reply_To=first.message_id).as_bytes())
    await work_off()
    [there] = await mails(other)
    assert there.request_id is not None
    assert there.request_id != first.request_id
    assert await words_about(company, first.request_id) == []


async def test_a_suspended_company_takes_nothing_and_its_senders_try_again() -> None:
    company = await taking_mail()
    async with writing(company.admin, settle=settle) as work:
        await work.sql("UPDATE tenants SET status = 'suspended' WHERE id = $1", company.admin.tenant_id)
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await deliver(company, letter())
    assert refused.value.code == 451
    assert await mails(company) == []


async def test_a_contact_of_several_customers_is_asked_about_and_an_address_that_is_off_takes_nothing() -> None:
    company = await taking_mail()
    async with writing(company.admin, settle=settle) as work:
        await customers.add_contact(work, customer_id=company.standard_id, name="Lin", email="lin@big.example.com")
    mail = await deliver(company, letter())
    assert (mail.state, mail.reason) == (MailState.QUARANTINED, MailReason.SEVERAL_CUSTOMERS)
    async with writing(company.admin, settle=settle) as work:
        await commands.change_address(work, address_id=mail.address_id, intake=commands.Intake(), active=False)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await deliver(company, letter())
    assert len(await mails(company)) == 1


async def test_what_the_customer_says_is_no_word_to_the_customer() -> None:
    company = await taking_mail()
    first = await deliver(company, letter())
    assert first.request_id is not None
    await deliver(company, letter(text="Any news?\n"), about=first.request_id)
    async with reading(company.admin) as work:
        request = await requests_known.get(work, first.request_id)
        assert await requests_known.said_at(work, request) is None
    async with writing(company.dispatcher, settle=settle) as work:
        said = await requests.comment(work, request_id=first.request_id, text="We are on our way.")
    async with reading(company.admin) as work:
        request = await requests_known.get(work, first.request_id)
        assert await requests_known.said_at(work, request) == said.at
