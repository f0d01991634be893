"""Letters that were given up are listed with their error, and an administrator lets them be tried anew."""

from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.effects import Effect, EffectKind, EffectState
from tenancy.ids import new_id

FAILED = "{ effects(filter: {state: {eq: FAILED}}) { nodes { id state error attempts } } }"
AGAIN = "mutation($id: ID!) { sendAgain(input: {effectId: $id}) { effect { state attempts error } errors { code } } }"


async def test_a_letter_that_was_given_up_is_found_and_sent_again(ask, acme: Actor, globex: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        letter = {"to": "a@customer.example", "subject": "s", "text": "t\n", "language": "en"}
        await work.plan_effect(EffectKind.MAIL, "letter", letter, about=new_id())
        await work.flush()
        [row] = await work.sql("SELECT id FROM effects WHERE key = 'letter'")
        effect = await work.get(Effect, row["id"], lock=True)
        effect.state, effect.error, effect.attempts = EffectState.FAILED, "Undeliverable: 550", 1
    [found] = (await ask(acme, FAILED))["effects"]["nodes"]
    assert (found["error"], found["attempts"]) == ("Undeliverable: 550", 1)
    refused = (await ask(globex, AGAIN, id=found["id"]))["sendAgain"]
    assert refused == {"effect": None, "errors": [{"code": "NOT_FOUND"}]}
    sent = (await ask(acme, AGAIN, id=found["id"]))["sendAgain"]
    assert sent == {"effect": {"state": "PLANNED", "attempts": 0, "error": None}, "errors": []}
    assert (await ask(acme, FAILED))["effects"]["nodes"] == []
    twice = (await ask(acme, AGAIN, id=found["id"]))["sendAgain"]
    assert twice == {"effect": None, "errors": [{"code": "WRONG_STATE"}]}
