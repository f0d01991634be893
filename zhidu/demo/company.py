"""One sample company at work: whoever acts does so with a token of their own, and each change has a name."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from zhidu.demo.client import Client, RefusedError
from zhidu.demo.mutations import MUTATIONS
from zhidu.demo.notebook import Notebook, Page
from zhidu.demo.samples import Sample
from zhidu.failures import Failure

Payload = dict[str, Any]

CLOCK = "{ clock { now targetAt settled } }"
FIRST_LOOK_SECONDS = 0.1
LONGEST_LOOK_SECONDS = 0.5
# So long may one advance of the clock take; a kill of everything and a slow start lie well inside.
ARRIVAL_SECONDS = 180.0

ADMINISTRATOR = "administrator"
# What is wrong when a token that the notebook keeps is not known.
FOREIGN = " The file demo.json was lost or is another installation's: put it back, or choose another --data."


class Company:
    """A company and its page of the notebook; people and records are named as in the sample."""

    def __init__(self, client: Client, notebook: Notebook, sample: Sample) -> None:
        self.client, self.notebook, self.sample = client, notebook, sample
        self.page: Page = notebook.page(sample.slug)

    @property
    def ids(self) -> dict[str, str]:
        """The ids of what was made, by the names of the steps that made it."""
        return self.page.ids

    def member(self, key: str) -> str:
        """The id of somebody, who is named as in the sample."""
        return self.page.users[key].member_id

    async def change(self, step: str, who: str, mutation: str, /, into: str = "", **input: Any) -> Payload:
        """One change by one person, once for ever under the name of its step; `into` leads to the id that is kept.

        Raises `Failure` when the API refuses what the sample says.
        """
        payload = await self.attempt(step, who, mutation, **input)
        if payload["errors"]:
            error = payload["errors"][0]
            refusal = RefusedError(error["code"], error["message"], tuple(error["path"]))
            raise Failure(f"{self.sample.name}: “{step}” ({mutation}) was refused: {refusal}")
        if into:
            record, _, field = into.partition(".")
            if payload[record] is None:
                raise Failure(f"{self.sample.name}: {who} does not see what “{step}” ({mutation}) has made.")
            self.ids[step] = payload[record][field or "id"]
        return payload

    async def attempt(self, step: str, who: str, mutation: str, /, **input: Any) -> Payload:
        """One change that may be refused; a refusal is an answer like any other and is kept."""
        known = self.page.answers.get(step)
        if known is None:
            known = await self._send(step, who, mutation, input)
            self.page.answers[step] = known
        payload: Payload = known
        return payload

    async def _send(self, step: str, who: str, mutation: str, input: Mapping[str, Any]) -> Payload:
        asked = MUTATIONS[mutation]
        given = {name: value for name, value in input.items() if value is not None}
        try:
            data = await self.client.ask(
                self.token(who), asked.document, {"input": given}, key=self._key(step) if asked.kept else None
            )
        except RefusedError as refusal:
            hint = FOREIGN if refusal.code == "UNAUTHENTICATED" else ""
            raise Failure(f"{self.sample.name}: “{step}” ({mutation}) was not taken: {refusal}{hint}") from None
        answer: Payload = data[asked.field]
        return answer

    def _key(self, step: str) -> str:
        return f"demo/{self.sample.slug}/{step}"

    async def upload(self, step: str, who: str, name: str, media_type: str, content: bytes) -> str:
        """The id of a file that somebody has sent, once for ever under the name of its step."""
        if step not in self.ids:
            self.ids[step] = await self.client.upload(self.token(who), name, media_type, content)
        return self.ids[step]

    async def read(self, who: str, document: str, **variables: Any) -> Payload:
        """What somebody of the company sees."""
        try:
            return await self.client.ask(self.token(who), document, variables)
        except RefusedError as refusal:
            raise Failure(f"{self.sample.name}: {who} cannot read: {refusal}") from None

    def token(self, who: str) -> str:
        """Somebody's bearer token."""
        return self.page.users[who].token

    async def advance(self, to: datetime) -> None:
        """Bring the company's clock to a wall time, and wait until all that it set off is done and sent."""
        instant = self.sample.instant(to)
        # On the way somebody's access may end, who could then not be asked again what they did before.
        self.notebook.save()
        await self.change(f"clock/{to.isoformat()}", ADMINISTRATOR, "advanceClock", to=instant)
        await self.settle()

    async def settle(self) -> None:
        """Wait until the clock has arrived and nothing waits to be delivered, sent or run."""
        begun_at, wait = time.monotonic(), FIRST_LOOK_SECONDS
        while True:
            clock = (await self.read(ADMINISTRATOR, CLOCK))["clock"]
            if clock["settled"]:
                return
            if time.monotonic() - begun_at > ARRIVAL_SECONDS:
                raise Failure(
                    f"The clock of {self.sample.name} stands at {clock['now']} and does not reach {clock['targetAt']}:"
                    " its agenda ({ agenda { nodes { task standing error } } }) says what waits."
                )
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, LONGEST_LOOK_SECONDS)


Say = Callable[[str], None]
