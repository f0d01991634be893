"""Quotations and contracts by real workers: the letter with its link, and who is told of what."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.contracts import commands as contracts
from domain.contracts.rules import Party
from domain.notifications import queries as notifications
from domain.notifications.models import Notification
from domain.policies.rules.kinds import BusinessCalendarClause, ContractRenewal, InquiryContact
from domain.presales import commands as presales
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.effects import Effect
from tenancy.links import Purpose, read_token
from tenancy.models import one_of
from tenancy.rehearsal import advance_clock
from tests.domain.contracts.office import CHECKLIST, REMINDERS, clerk, signed
from tests.domain.contracts.test_amendments import begun, change, move, sign
from tests.domain.policies.handbooks import OFFICE_HOURS
from tests.domain.presales.company import Company, chain, decide, do, drafted, founded, limit, on, sent
from tests.domain.presales.test_evaluations import findings
from tests.domain.presales.test_requirements import contacted
from tests.domain.presales.test_solutions import drafted as drafted_solution
from tests.domain.presales.test_solutions import move as move_solution
from tests.workers.facts import work_off
from workers import effects
from workers.gateways.mail import Mail

pytestmark = pytest.mark.usefixtures("quiet", "configured")


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[Mail]:
    """What was handed to the mail server, instead of handing it over."""
    handed: list[Mail] = []

    async def keep(letter: Mail, *, smtp_url: str | None = None) -> None:
        handed.append(letter)

    monkeypatch.setattr(effects.mail, "send", keep)
    return handed


async def told(actor: Actor) -> list[str]:
    """What somebody was told of quotations and contracts, in English."""
    async with reading(actor) as work:
        own = select(Notification).where(
            Notification.member_id == actor.id,
            one_of(
                Notification.subject_kind, ["quotations", "contracts", "inquiries", "contract_amendments", "solutions"]
            ),
        )
        found = await work.all(own.order_by(Notification.id))
        return [notifications.text_of(item, "en", "Asia/Shanghai") for item in found]


async def advance(company: Company, until: datetime) -> None:
    """Let the company's own clock run, with all that follows."""
    async with writing(company.admin, settle=settle) as work:
        await advance_clock(work, to=until)
    await work_off()


async def test_the_contact_gets_the_quotation_by_a_link_that_the_ledger_does_not_keep(
    pool: None, letters: list[Mail]
) -> None:
    company = await founded(("6.3", limit("10", "30", valid_days=20)))
    quotation = await sent(company)
    await work_off()
    [letter] = [each for each in letters if each.to.endswith("<lin@key.example.com>")]
    assert letter.subject == f"Our quotation {quotation.number}: Portal"
    assert "13,420.00" in letter.text
    assert "Jun 21, 2026" in letter.text
    [token] = [line.rpartition("/quotation/")[2] for line in letter.text.splitlines() if "/quotation/" in line]
    opened = read_token(Purpose.QUOTATION, token)
    assert opened is not None
    assert (opened[0], opened[1].id) == (company.admin.tenant_id, quotation.id)
    async with reading(company.admin) as work:
        kept = await work.all(select(Effect))
    assert not any(token in str(effect.payload) for effect in kept)
    async with writing(company.admin, settle=settle) as work:
        await presales.answer_by_link(work, quotation_id=quotation.id, accepted=False, name="Lin", comment="Too dear")
    await work_off()
    assert await told(company.seller) == [f"Key has declined quotation {quotation.number}: Too dear"]


async def test_whoever_wrote_a_quotation_learns_of_its_approval_and_its_end(pool: None, letters: list[Mail]) -> None:
    company = await founded(("6.3", limit("10", "30", valid_days=20)), ("6.4", chain("quotations")))
    quotation = await drafted(company, "20")
    await do(presales.submit_quotation, company.seller, quotation)
    await decide(company, company.head)
    await do(presales.send_quotation, company.seller, quotation)
    await advance(company, on(23))
    mine = [text for text in await told(company.seller) if text.startswith("Quotation QUO")]
    assert mine == [
        f"Quotation {quotation.number} for Key is approved and may be sent.",
        f"Quotation {quotation.number} for Key has expired without an answer.",
    ]


async def test_people_are_told_of_copies_obligations_and_the_end(pool: None, letters: list[Mail]) -> None:
    company = await founded(("7.1", CHECKLIST), ("7.3", REMINDERS))
    contract = await signed(company)
    async with writing(clerk(company), settle=settle) as work:
        await contracts.add_obligation(
            work,
            contract_id=contract.id,
            title="Report",
            party=Party.COMPANY,
            due_on=date(2026, 6, 10),
            responsible_id=company.boss.id,
        )
        await contracts.add_obligation(
            work, contract_id=contract.id, title="Access", party=Party.CUSTOMER, due_on=date(2026, 6, 12), remind_days=0
        )
    await work_off()
    await advance(company, on(30, 23))
    number = contract.number
    assert await told(company.head) == [
        f"Your department has a copy of contract {number} with Key; please confirm it until Jun 4, 2026.",
        f"Your department has not confirmed its copy of contract {number} with Key, due on Jun 4, 2026.",
    ]
    assert await told(company.boss) == [
        f"“Report” of contract {number} with Key is due on Jun 10, 2026.",
        f"“Report” of contract {number} with Key was due on Jun 10, 2026 and is still open.",
    ]
    running_out = (
        f"Contract {number} with Key over CN¥1,130.00 ends on Jun 30, 2026; notice is possible until Jun 16, 2026."
    )
    assert await told(company.seller) == [
        f"“Access” of contract {number} with Key is due on Jun 12, 2026.",
        f"“Access” of contract {number} with Key was due on Jun 12, 2026 and is still open.",
        running_out,
        running_out,
    ]


async def test_whoever_deals_with_an_inquiry_is_told_and_their_superior_when_it_is_late(
    pool: None, letters: list[Mail]
) -> None:
    contact = InquiryContact.model_validate({"within": {"working_minutes": 240}})
    company = await founded(("1.1", BusinessCalendarClause.model_validate(OFFICE_HOURS)), ("6.1", contact))
    async with writing(company.seller, settle=settle) as work:
        inquiry = await presales.register_inquiry(
            work, customer_id=company.key_id, title="A portal", assignee_id=company.seller.id
        )
    await work_off()
    await advance(company, on(2))
    late = f"Nobody has been in touch with Key about inquiry {inquiry.number} in time: A portal"
    assert await told(company.seller) == [f"Inquiry {inquiry.number} from Key is yours: A portal", late]
    assert await told(company.head) == [late]


async def test_people_are_told_of_amendments_and_renewals(pool: None, letters: list[Mail]) -> None:
    monthly = ContractRenewal.model_validate({"renews_by_months": 1, "most_renewals": 1})
    company = await founded(("7.1", monthly), ("7.2", chain("contract_amendments")), ("7.3", REMINDERS))
    contract = await signed(company)
    row = await begun(company, contract, change(effective_on=date(2026, 6, 4), liability="Double"))
    await move(contracts.submit_amendment, clerk(company), row)
    await decide(company, company.head)
    await sign(company, row)
    await work_off()
    await advance(company, on(20))
    number, amendment = contract.number, row.number
    assert await told(company.seller) == [
        f"Amendment {amendment} of contract {number} with Key is approved and may be signed.",
        f"Amendment {amendment} of contract {number} with Key is signed and holds from Jun 4, 2026.",
        f"Amendment {amendment} of contract {number} with Key is in effect.",
        f"Contract {number} with Key over CN¥1,130.00 renews by itself until Jul 31, 2026, unless notice is given until"
        " Jun 16, 2026.",
        f"Contract {number} with Key over CN¥1,130.00 renews by itself until Jul 31, 2026, unless notice is given until"
        " Jun 16, 2026.",
        f"Contract {number} with Key has renewed until Jul 31, 2026.",
    ]


async def test_whoever_deals_with_an_inquiry_learns_what_was_decided(pool: None, letters: list[Mail]) -> None:
    company = await founded()
    inquiry = await contacted(company)
    async with writing(company.seller, settle=settle) as work:
        evaluation = await presales.draft_evaluation(work, inquiry_id=inquiry.id, findings=findings(go=False))
        await presales.submit_evaluation(work, evaluation_id=evaluation.id)
    await work_off()
    assert (await told(company.seller))[-1] == (
        f"It is decided to make no offer for inquiry {inquiry.number} from Key: A portal"
    )


async def test_requirements_go_by_a_link_and_whoever_deals_with_the_inquiry_hears_of_the_answer(
    pool: None, letters: list[Mail]
) -> None:
    company = await founded()
    inquiry = await contacted(company)
    async with writing(company.seller, settle=settle) as work:
        document = await presales.draft_requirements(work, inquiry_id=inquiry.id, title="Portal", content="Search")
        await presales.send_requirements(work, requirements_id=document.id, contact_id=company.contact_id)
    await work_off()
    [letter] = [each for each in letters if each.to.endswith("<lin@key.example.com>")]
    assert letter.subject == "What you need, as we understand it: Portal"
    [token] = [line.rpartition("/requirements/")[2] for line in letter.text.splitlines() if "/requirements/" in line]
    opened = read_token(Purpose.REQUIREMENTS, token.strip())
    assert opened is not None
    assert (opened[0], opened[1].id) == (company.admin.tenant_id, document.id)
    async with writing(company.admin, settle=settle) as work:
        given = {"confirmed": False, "name": "Lin", "comment": "Reports, too"}
        await presales.answer_requirements_by_link(work, requirements_id=document.id, **given)
    await work_off()
    assert (await told(company.seller))[-1] == (
        f"Key wants the requirements for inquiry {inquiry.number} changed: A portal"
    )


async def test_a_solution_goes_by_a_link_and_its_author_hears_of_review_and_answer(
    pool: None, letters: list[Mail]
) -> None:
    company = await founded(("6.4", chain("solutions")))
    solution = await drafted_solution(company)
    await move_solution(company, presales.submit_solution, solution)
    await decide(company, company.head)
    await move_solution(company, presales.send_solution, solution, contact_id=company.contact_id)
    await work_off()
    [letter] = [each for each in letters if each.to.endswith("<lin@key.example.com>")]
    assert letter.subject == f"Our solution {solution.number}: Portal"
    [token] = [line.rpartition("/solution/")[2].split()[0] for line in letter.text.splitlines() if "/solution/" in line]
    opened = read_token(Purpose.SOLUTION, token)
    assert opened is not None
    assert (opened[0], opened[1].id) == (company.admin.tenant_id, solution.id)
    async with writing(company.admin, settle=settle) as work:
        given = {"confirmed": False, "name": "Lin", "comment": "Too dear"}
        await presales.answer_solution_by_link(work, solution_id=solution.id, **given)
    await work_off()
    assert [text for text in await told(company.seller) if "olution" in text] == [
        f"Solution {solution.number} for Key is approved and may be sent.",
        f"Key wants solution {solution.number} changed: Too dear",
    ]
