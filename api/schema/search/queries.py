"""What can be looked for by words, and what is found."""

import base64
from typing import Annotated
from uuid import UUID

import orjson
import strawberry
from sqlalchemy import BigInteger

from api.reading.mapping import part
from api.reading.pages import cursor_tag, decode_cursor, page_size
from api.reading.relay import PageInfo
from api.schema.customers.types import Contact, Customer
from api.schema.requests.types import RequestMessage, ServiceRequest
from domain.search import queries, rules
from domain.search.rules import SearchKind
from tenancy.work import Work

TAG = cursor_tag("SearchResults", "rank")

strawberry.enum(
    SearchKind,
    description="What can be found: a REQUEST by its number, title, description, answers, solution, resolution and "
    "sourceReference; a MESSAGE about one by its text; a CUSTOMER by name and billingEmail; a CONTACT by name, email "
    "and phone.",
)
SearchRecord = Annotated[
    ServiceRequest | RequestMessage | Customer | Contact,
    strawberry.union("SearchRecord", description="A record that can be found by words."),
]


@part
class ExcerptPart:
    """A piece of an excerpt. Put together in their order the pieces are the excerpt; it is plain text, not HTML."""

    text: str = strawberry.field(description="The piece.")
    found: bool = strawberry.field(description="Whether it is what was looked for, to be marked.")


@part
class SearchHit:
    """A record that was found."""

    kind: SearchKind = strawberry.field(description="What it is.")
    title: str = strawberry.field(
        description="What it is called: of a request, and of a message about one, its number and title; else the name."
    )
    excerpt: list[ExcerptPart] = strawberry.field(
        description="Where it was found: up to 160 characters of one of its texts; the beginning of the first text "
        "where the title alone has what was looked for. It may be empty."
    )
    record: SearchRecord = strawberry.field(description="The record.")
    cursor: str = strawberry.field(description="Its place; send it as `after`.")


@part
class SearchResults:
    """A page of what was found, best first."""

    hits: list[SearchHit] = strawberry.field(
        description="What was found: first those with all words whole in number, title or name, then those with words "
        "there that begin so, then the others; the newest first among each."
    )
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


async def search(
    info: strawberry.Info,
    text: Annotated[
        str,
        strawberry.argument(
            description="What to look for, up to 200 characters: all of it must be there. A word is found by its "
            "beginning, whatever its case, a number also without leading noughts; Chinese, Japanese and Korean "
            "anywhere, without folding simplified and traditional characters into each other. Punctuation only parts "
            "words: there are no operators and no wildcards."
        ),
    ],
    kinds: Annotated[
        list[SearchKind] | None, strawberry.argument(description="Only these kinds; all of them where none is named.")
    ] = None,
    first: Annotated[int, strawberry.argument(description="How many hits at most, 1 to 100.")] = 20,
    after: Annotated[str | None, strawberry.argument(description="Continue behind this cursor.")] = None,
) -> SearchResults:
    """What you may see of all that has these words, best first."""
    work: Work = info.context.work
    size, _ = page_size({"first": first, "after": after})
    looked_for = rules.sought(text)
    place = decode_cursor(after, TAG, BigInteger()) if after is not None else None
    async with info.context.lock:
        found = await queries.search(work, looked_for, kinds=kinds or (), after=place, most=size + 1)
        said = await queries.titles_of(work, found[:size])
    hits = [_hit(each, *said[each.record.id], looked_for) for each in found[:size]]
    return SearchResults(
        hits=hits,
        page_info=PageInfo(
            has_next_page=len(found) > size,
            has_previous_page=after is not None,
            start_cursor=hits[0].cursor if hits else None,
            end_cursor=hits[-1].cursor if hits else None,
        ),
    )


def _hit(found: queries.Found, title: str, texts: list[str], looked_for: rules.Sought) -> SearchHit:
    parts = rules.excerpt(texts, looked_for)
    return SearchHit(
        kind=found.kind,
        title=title,
        excerpt=[ExcerptPart(text=text, found=sought) for text, sought in parts],
        record=found.record,
        cursor=_cursor(found.place),
    )


def _cursor(place: tuple[int, UUID]) -> str:
    return base64.b64encode(orjson.dumps([TAG, place[0], str(place[1])])).decode()


@strawberry.type(description="What can be looked for.")
class SearchQuery:
    """The part of the root that finds records by words."""

    search: SearchResults = strawberry.field(
        resolver=search,
        description="Requests, messages, customers and contacts that have these words, of those that you may see.",
    )
