"""One company as its partner's program sees it: read in the reader's language, told in the company's own hours."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from zhidu.demo.client import Client, RefusedError
from zhidu.demo.company import ADMINISTRATOR, FOREIGN
from zhidu.demo.notebook import Page
from zhidu.demo.samples import Sample
from zhidu.demo.story.words import Words
from zhidu.failures import Failure

CITED = "decisions(first: 50) { nodes { decision inputs result clause { number title } version { number } } }"
# What a citation of a clause is made of.
CLAUSE = "number title version { number }"

# A line of the table: what it is about, and what each of the two companies has to say.
Line = tuple[str, str, str]


class Teller:
    """Reads one company through the door that a partner uses."""

    def __init__(self, client: Client, sample: Sample, page: Page, words: Words) -> None:
        self._client, self.sample, self.page, self.words = client, sample, page, words
        self._token = ""

    async def read(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of one query."""
        try:
            if not self._token:
                self._token = await self._client.sign_in(self.page.client_id, self.page.client_secret)
            return await self._client.ask(self._token, document, variables, language=self.words.language)
        except RefusedError as refusal:
            hint = FOREIGN if refusal.code in ("UNAUTHENTICATED", "invalid_client") else ""
            raise Failure(f"{self.sample.name}: the partner's program cannot read: {refusal}{hint}") from None

    async def read_as_administrator(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of one query as the company's administrator gets it."""
        return await self.read_as(ADMINISTRATOR, document, **variables)

    async def read_as(self, who: str, document: str, **variables: Any) -> dict[str, Any]:
        """The data of one query as somebody gets it who is named as in the sample."""
        try:
            token = self.page.users[who].token
            return await self._client.ask(token, document, variables, language=self.words.language)
        except RefusedError as refusal:
            raise Failure(f"{self.sample.name}: the token of {who} cannot read: {refusal}") from None

    async def refused(self, who: str, document: str) -> str:
        """With which code somebody is refused what they may not read; empty where they are not."""
        try:
            await self._client.ask(self.page.users[who].token, document, language=self.words.language)
        except RefusedError as refusal:
            return refusal.code
        return ""

    def doer(self, step: str) -> str:
        """Who does a step of the diary."""
        return next(str(each["by"]) for each in self.sample.several("diary") if each.get("key") == step)

    def day(self, day: str | None) -> str:
        """A day as people write it, with its weekday."""
        if day is None:
            return self.words("none")
        parsed = date.fromisoformat(day)
        return f"{parsed:%m-%d} {self.words('weekdays').split()[parsed.weekday()]}"

    def date(self, day: str | None) -> str:
        """A day that may lie in another year."""
        return day if day is not None else self.words("none")

    def instant(self, instant: str | None) -> str:
        """An instant on the company's own wall."""
        if instant is None:
            return self.words("none")
        here = datetime.fromisoformat(instant).astimezone(self.sample.zone)
        return f"{self.day(self.local_day(instant))} {here:%H:%M}"

    def local_day(self, instant: str) -> str:
        """The day of an instant on the company's own wall, as the API writes days."""
        return datetime.fromisoformat(instant).astimezone(self.sample.zone).date().isoformat()

    def in_language(self, texts: Mapping[str, str]) -> str:
        """A text of a clause's value, which has all three languages."""
        return texts[self.words.language.replace("-", "_")]

    def clause(self, cited: Mapping[str, Any] | None) -> str:
        """Where something is laid down: number, title and version of the clause that a decision names."""
        if cited is None or cited.get("clause") is None:
            return ""
        return self.cited(cited["clause"] | {"version": cited["version"]})

    def cited(self, clause: Mapping[str, Any] | None) -> str:
        """The same, where a record names its clause itself, with the version that it stands in."""
        if clause is None:
            return ""
        return f"\n〔{clause['number']} {clause['title']} · v{clause['version']['number']}〕"


_CITED = re.compile(r"〔(\d+(?:\.\d+)*) (.*?) · v(\d+)〕", re.DOTALL)


def citations(text: str) -> list[dict[str, Any]]:
    """The clauses that a told text names, in its order, as programs read them."""
    return [
        {"clause": number, "title": title, "version": int(version)} for number, title, version in _CITED.findall(text)
    ]


def decision(record: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The last thing of this name that was decided about a record."""
    found: Sequence[Mapping[str, Any]] = [item for item in record["decisions"]["nodes"] if item["decision"] == name]
    return found[-1] if found else None
