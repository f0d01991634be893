"""An address from which letters come back is marked, whoever looks after the customer is told, and it is mended."""

import pytest
from sqlalchemy import select

from domain.consequences import settle
from domain.customers import commands as customers
from domain.customers import queries as customers_known
from domain.customers.models import Contact
from domain.kernel.terms import Language
from domain.notifications import queries as notifications
from domain.notifications.models import Notification
from tenancy import outbox, postbox
from tenancy.actor import Actor
from tenancy.agenda import AgendaItem, Task
from tenancy.database import reading, writing
from tenancy.effects import Effect, EffectState
from tenancy.outbox import EffectGivenUp
from tenancy.refusals import Forbidden, NotFound, WrongState
from tests.domain.mail.mailing import deliver, letter, letters_to, taking_mail
from tests.domain.mail.test_safety import report_on
from tests.domain.requests.company import Company
from tests.workers.facts import work_off

pytestmark = pytest.mark.usefixtures("pool")
LIN = "lin@big.example.com"


async def lin(company: Company) -> Contact:
    """The contact whose letters come back."""
    async with reading(company.admin) as work:
        return await customers_known.contact(work, company.contact_id)


async def told(actor: Actor) -> list[str]:
    """What somebody was told of contacts."""
    async with reading(actor) as work:
        mine = select(Notification).where(notifications.visible(actor), Notification.subject_kind == "contacts")
        return [notifications.text_of(each, "en", "Asia/Shanghai") for each in await work.all(mine)]


async def gives_up(company: Company, error: str) -> Effect:
    """A letter to Lin is given up for a reason."""
    [planned, *_] = await letters_to(company, LIN)
    async with writing(Actor.system(company.admin.tenant_id), settle=settle) as work:
        effect = await work.get(Effect, planned.id, lock=True)
        effect.state, effect.error = EffectState.FAILED, error
        work.record(EffectGivenUp(effect_id=effect.id, kind=effect.kind, subject_id=effect.subject_id))
    await work_off()
    return effect


async def test_a_report_marks_the_address_once_and_whoever_looks_after_the_customer_is_told() -> None:
    company, other = await taking_mail(), await taking_mail()
    await deliver(company, letter())
    await deliver(other, letter())
    [sent] = await letters_to(company, LIN)
    await deliver(company, report_on(postbox.message_id(sent.id)), sender="")
    marked = await lin(company)
    assert (marked.mail_error, marked.unreachable_since) == ("it came back: 5.1.1", marked.unreachable_since)
    assert marked.unreachable_since is not None
    assert await told(company.admin) == ["Letters to Lin of Big at lin@big.example.com come back: it came back: 5.1.1"]
    assert (await lin(other)).unreachable_since is None
    assert await told(other.admin) == []
    # The next one that comes back is no news.
    await gives_up(company, "Undeliverable: 550 5.1.1 unknown")
    again = await lin(company)
    assert (again.mail_error, again.unreachable_since) == ("Undeliverable: 550 5.1.1 unknown", marked.unreachable_since)
    assert len(await told(company.admin)) == 1
    async with writing(company.admin, settle=settle) as work:
        given = {"name": "Lin", "email": "lin.wei@big.example.com", "phone": None, "language": Language.EN}
        changed = await customers.change_contact(work, contact_id=company.contact_id, **given)
        assert (changed.unreachable_since, changed.mail_error) == (None, None)


async def test_what_only_took_too_long_says_nothing_of_the_address() -> None:
    company = await taking_mail()
    await deliver(company, letter())
    await gives_up(company, "TryLater: no mail server is set (ZHIDU_SMTP_URL)")
    assert (await lin(company)).unreachable_since is None


async def test_what_was_given_up_is_sent_again_under_its_id_by_whoever_may() -> None:
    company, other = await taking_mail(), await taking_mail()
    await deliver(company, letter())
    [planned] = await letters_to(company, LIN)
    async with writing(company.admin, settle=settle) as work:
        with pytest.raises(WrongState):
            await outbox.send_again(work, planned.id)
    await gives_up(company, "Undeliverable: 550")
    for actor, refusal in ((company.agent, Forbidden), (other.admin, NotFound)):
        async with writing(actor, settle=settle) as work:
            with pytest.raises(refusal):
                await outbox.send_again(work, planned.id)
    async with writing(company.admin, settle=settle) as work:
        await outbox.send_again(work, planned.id)
    async with reading(company.admin) as work:
        effect = await work.get(Effect, planned.id)
        items = await work.all(select(AgendaItem).where(AgendaItem.subject_id == planned.id))
    assert (effect.state, effect.attempts, effect.error) == (EffectState.PLANNED, 0, None)
    assert [item.task for item in items] == [Task.SEND]
    assert len(await letters_to(company, LIN)) == 1
