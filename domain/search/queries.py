"""Who finds what: the entries that have all terms, best first, of which each actor is given what they may see."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Text, Uuid, and_, column, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from domain.customers import queries as customers
from domain.customers.models import Contact, Customer
from domain.requests import queries as requests
from domain.requests.models import Message, ServiceRequest
from domain.search.rules import SearchKind, Sought
from tenancy.actor import Actor
from tenancy.models import TenantModel, one_of
from tenancy.work import Work


@dataclass(frozen=True)
class Found:
    """A record that was found, and its place: by rank, and the newest first among those of one rank."""

    kind: SearchKind
    rank: int
    record: Any

    @property
    def place(self) -> tuple[int, UUID]:
        """Where it stands among all that was found."""
        return self.rank, self.record.id


@dataclass(frozen=True)
class _Searched:
    model: type[TenantModel]
    shows: Callable[[Actor, Any], ColumnElement[bool]]


def _shows_customer(actor: Actor, id: Any) -> ColumnElement[bool]:
    return select(Customer.id).where(Customer.id == id, customers.visible(actor)).exists()


def _shows_contact(actor: Actor, id: Any) -> ColumnElement[bool]:
    return select(Contact.id).where(Contact.id == id, customers.visible(actor)).exists()


SEARCHED: Mapping[SearchKind, _Searched] = {
    SearchKind.REQUEST: _Searched(ServiceRequest, requests.shows),
    SearchKind.MESSAGE: _Searched(Message, requests.shows_message),
    SearchKind.CUSTOMER: _Searched(Customer, _shows_customer),
    SearchKind.CONTACT: _Searched(Contact, _shows_contact),
}


async def search(
    work: Work,
    looked_for: Sought,
    *,
    kinds: Collection[SearchKind] = (),
    after: tuple[int, UUID] | None = None,
    most: int,
) -> list[Found]:
    """What the actor may see of all that has these terms, best first; of every kind where none is named.

    The function `search_entries_with` alone can use the index, as its operators are not leakproof. It tells ids of the
    actor's own company; whether each is shown is asked here, under the policies, and only until there are enough.
    """
    wanted = [kind for kind in SearchKind if not kinds or kind in kinds]
    terms = (literal(list(words), ARRAY(Text())) for words in (looked_for.terms, looked_for.whole))
    columns = column("kind", Text()), column("id", Uuid()), column("rank", BigInteger())
    entries = func.search_entries_with(*terms, literal(list(wanted), ARRAY(Text()))).table_valued(*columns)
    ordered = select(entries.c.kind, entries.c.id, entries.c.rank)
    if after is not None:
        ordered = ordered.where(tuple_(entries.c.rank, entries.c.id) < tuple_(*map(literal, after)))
    # An offset keeps PostgreSQL from asking who sees what before it has put them in order.
    found = ordered.order_by(entries.c.rank.desc(), entries.c.id.desc()).offset(0).subquery()
    shown = or_(*(and_(found.c.kind == kind.value, SEARCHED[kind].shows(work.actor, found.c.id)) for kind in wanted))
    rows = await work.rows(select(found.c.kind, found.c.id, found.c.rank).where(shown).limit(most))
    records = await _records(work, [(SearchKind(row["kind"]), row["id"]) for row in rows])
    # What was changed or taken away between the two statements is left out.
    return [Found(SearchKind(row["kind"]), row["rank"], records[row["id"]]) for row in rows if row["id"] in records]


async def _records(work: Work, named: Sequence[tuple[SearchKind, UUID]]) -> dict[UUID, Any]:
    loaded: dict[UUID, Any] = {}
    for kind in dict.fromkeys(kind for kind, _ in named):
        model = SEARCHED[kind].model
        ids = [id for each, id in named if each is kind]
        loaded |= {row.id: row for row in await work.all(select(model).where(one_of(model.id, ids)))}
    return loaded


async def titles_of(work: Work, found: Sequence[Found]) -> dict[UUID, tuple[str, list[str]]]:
    """By its id what each record is called, and the texts in which something may have been found."""
    asked = {each.record.request_id for each in found if each.kind is SearchKind.MESSAGE}
    about = {row.id: row for row in await work.all(select(ServiceRequest).where(one_of(ServiceRequest.id, asked)))}
    return {each.record.id: _said(each, about) for each in found}


def _said(found: Found, about: Mapping[UUID, ServiceRequest]) -> tuple[str, list[str]]:
    row = found.record
    match found.kind:
        case SearchKind.REQUEST:
            answers = [text for value in row.answers.values() for text in _answer(value)]
            texts = [row.description, row.solution, row.resolution, *answers, row.source_reference or ""]
            return f"{row.number} {row.title}", [*texts, row.title]
        case SearchKind.MESSAGE:
            request = about[row.request_id]
            return f"{request.number} {request.title}", [row.text]
        case SearchKind.CUSTOMER:
            return row.name, [row.billing_email, row.name]
    return row.name, [row.email, row.phone or "", row.name]


def _answer(value: object) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value])]
