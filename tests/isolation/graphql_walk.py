"""The same document with somebody else's id and with nobody's: from every kind of actor, it must answer the same."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from api.errors import formatted
from api.reading.requests import Call
from api.reading.running import Reader
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.work import Work
from tests.isolation.companies import Company
from tests.isolation.coordinates import SCHEMA_GRAPH
from tests.isolation.graphql_cases import IDS, Case

ANY_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# What happened in this very moment has a fraction; the companies' own moments have none.
THIS_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(\+00:00|Z)")
UNEXPECTED = b'"INTERNAL"'
# Besides what is unexpected: a document of ours that the schema or a bound refuses, which would prove nothing.
FAULTS = (UNEXPECTED, b'"LIMIT_EXCEEDED"', b'"BAD_REQUEST"', b'"BAD_PAGE"', b'"BAD_CURSOR"', b'"BAD_ID"')
# A list inside of a record, of which the victim has none: other records have such a list too.
NOTHING_THERE = b'"totalCount":0'
ANOTHER_CONTACT = "another customer's contact"
PLANNED, PLAIN = "the administrator", "the administrator without a plan"


@dataclass
class Verdict:
    """What came of a case: what is wrong, and whether the victim's value makes a difference to the victim itself."""

    wrong: list[str] = field(default_factory=list)
    matters: bool = True


class Walker:
    """Two readers over one schema, the one that plans and the one that doesn't, and two companies."""

    def __init__(self, victim: Company, intruder: Company) -> None:
        self.victim, self.intruder = victim, intruder
        self.planned, self.plain = Reader(SCHEMA_GRAPH), Reader(SCHEMA_GRAPH, plans=False)
        self.known = {str(id_).encode() for company in (victim, intruder) for id_ in company.ids()}

    async def judge(self, case: Case) -> Verdict:
        """Send it as everybody; `writing` must be `forgetting` meanwhile."""
        verdict = Verdict()
        owner = self.victim.contact() if case.is_of_the_portal else self.victim.administrator()
        foreign, absent = await case.probes(self.victim, partial(self.ask, owner))
        # First by the victim itself: what is remembered of that must not reach the others.
        mine = await self.answer(self.planned, owner, case, self.victim, foreign)
        if case.coordinate.leaf is not None and NOTHING_THERE not in mine:
            verdict.matters = mine != await self.answer(self.planned, owner, case, self.victim, absent)
        answers: dict[str, bytes] = {}
        for who, reader, actor in self._actors(case):
            answer = answers[who] = await self.answer(reader, actor, case, self.intruder, foreign)
            other = answer if absent is None else await self.answer(reader, actor, case, self.intruder, absent)
            if answer != other:
                verdict.wrong.append(f"{who}: {answer!r} with a foreign value, {other!r} with none")
            # Who is of another customer of the same company is shown what is their own.
            marked = self.victim.marked() if actor.tenant_id == self.victim.tenant_id else set()
            if any(mark in answer for mark in self.victim.marked() - marked - {str(foreign).encode()}):
                verdict.wrong.append(f"{who} is shown what is foreign: {answer!r}")
            if any(fault in answer for fault in FAULTS):
                verdict.wrong.append(f"{who}: {answer!r}")
        # A plan that the victim's question made must serve the intruder as plain execution does.
        if not case.changes:
            verdict.wrong += _apart(orjson.loads(answers[PLANNED]), orjson.loads(answers[PLAIN]), "")
        return verdict

    def _actors(self, case: Case) -> Iterator[tuple[str, Reader, Actor]]:
        yield PLANNED, self.planned, self.intruder.administrator()
        yield PLAIN, self.plain, self.intruder.administrator()
        if case.depth != IDS:
            yield "a client", self.planned, self.intruder.client()
        yield "a newcomer", self.planned, self.intruder.newcomer()
        yield "a contact", self.planned, self.intruder.contact()
        # What the staff have of it, a contact is shown none of, though they are in the very company.
        yield ANOTHER_CONTACT, self.planned, self.victim.contact(1)

    async def answer(self, reader: Reader, actor: Actor, case: Case, own: Company, probe: Any) -> bytes:
        """The answer's bytes, without what differs between any two calls."""
        variables = case.variables(own, probe)
        try:
            answer = await reader.run(Call(case.document, variables=variables), actor)
        except Exception as problem:
            # The door masks it; here it is a fault that the walk tells of.
            kind = type(problem).__name__
            return orjson.dumps({"data": None, "errors": [{"extensions": {"code": "INTERNAL", "kind": kind}}]})
        errors = [formatted(error, actor.language) for error in answer.errors]
        for error in errors:
            if error["extensions"].pop("id", None):
                error["message"] = "masked"
        found = b'{"data":' + (answer.data or b"null") + b',"errors":' + orjson.dumps(errors) + b"}"
        for asked in [probe] if isinstance(probe, str) else ANY_ID.findall(orjson.dumps(probe)):
            found = found.replace(asked if isinstance(asked, bytes) else asked.encode(), b"<what was asked>")
        found = THIS_MOMENT.sub(b"<now>", found)
        if case.changes:
            found = ANY_ID.sub(lambda id_: id_[0] if id_[0] in self.known else b"<new>", found)
        return found

    async def ask(self, owner: Actor, document: str, variables: dict[str, Any]) -> Any:
        answer = await self.planned.run(Call(document, variables=variables), owner)
        assert answer.data is not None, (document, answer.errors)
        return orjson.loads(answer.data)


def _apart(planned: Any, plain: Any, path: str) -> list[str]:
    """Where two answers differ."""
    if isinstance(planned, dict) and isinstance(plain, dict) and planned.keys() == plain.keys():
        return [found for key in planned for found in _apart(planned[key], plain[key], f"{path}.{key}")]
    if isinstance(planned, list) and isinstance(plain, list) and len(planned) == len(plain):
        return [found for here in range(len(plain)) for found in _apart(planned[here], plain[here], f"{path}[{here}]")]
    return [] if planned == plain else [f"{path} is {planned!r} by plan, {plain!r} by plain execution"]


@asynccontextmanager
async def forgetting(actor: Actor, **given: Any) -> AsyncIterator[Work]:
    """The door for changes, whose transaction does everything and is then undone: no case disturbs another."""
    try:
        async with writing(actor, **given) as work:
            yield work
            await given["settle"](work)
            await work.flush()
            raise _UndoneError
    except _UndoneError:
        pass


class _UndoneError(Exception):
    """All went well, and none of it is kept."""
