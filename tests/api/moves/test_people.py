"""What can be done with resignations is known beforehand, as the mutations have it."""

from datetime import date
from functools import partial
from uuid import UUID

from domain.consequences import settle
from domain.people import commands
from tenancy.actor import Actor
from tenancy.database import writing
from tests.api.conftest import Ask
from tests.api.moves.agreeing import Tries, agree
from tests.domain.people.company import HEAD, HR, approve, chain, founded, lay_down, return_to_its_writer


def tries(resignation_id: UUID, today: date, last_day_on: date) -> Tries:
    here = {"resignation_id": resignation_id}
    return {
        "RESUBMIT": ("resubmitResignation", {**here, "letter_on": today}),
        "WITHDRAW": ("withdrawResignation", here),
        "WAIVE": ("waiveNotice", {**here, "last_day_on": last_day_on}),
    }


async def test_resignations_in_every_state_say_what_the_mutations_do(ask: Ask, acme: Actor, globex: Actor) -> None:
    for admin, notice in ((acme, {"waiver_allowed": True}), (globex, {"waiver_allowed": False})):
        company = await founded(admin)
        await lay_down(admin, {"days": 30, "day_kind": "calendar", **notice}, chain(HEAD, HR))
        async with writing(company.engineer, settle=settle) as work:
            today = work.now.astimezone().date()
            letter = await commands.submit_resignation(work, letter_on=today)
        everybody = (company.engineer, company.head, company.hr, company.boss, company.admin)

        all_agree = partial(agree, ask, "Resignation", letter.id, tries(letter.id, today, today), *everybody)

        await all_agree()
        await return_to_its_writer(company.head, letter.id)
        await all_agree()
        async with writing(company.engineer, settle=settle) as work:
            await commands.resubmit_resignation(work, resignation_id=letter.id, letter_on=today)
        await approve(company.head, letter.id)
        await approve(company.hr, letter.id)
        await all_agree()
