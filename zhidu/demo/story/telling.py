"""The whole story from its title to what to look at next: what differed, and which clause it came from."""

import json
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zhidu import pasting
from zhidu.demo.client import Client
from zhidu.demo.notebook import Notebook, Page
from zhidu.demo.samples import Sample
from zhidu.demo.story import chapters
from zhidu.demo.story.chapters import Chapter
from zhidu.demo.story.teller import Line, Teller, citations
from zhidu.demo.story.terminal import cells, row, wrapped
from zhidu.demo.story.words import Words

NARROWEST, WIDEST = 88, 140
LABEL = 14

FIRST_QUERY = (
    '{ requests(first: 1, filter: {title: {contains: "收银系统"}}) { nodes { number title priority'
    " decisions(first: 1) { nodes { decision clause { number title } } } } } }"
)
EMPTY_OF = ("requests", "customers", "staff", "versions", "invoices", "resignations")
EMPTY = """query($invoice: ID!, $version: ID!) { requests { totalCount } customers { totalCount } staff { totalCount }
  invoices { totalCount } resignations { totalCount } versions: handbookVersions { totalCount }
  invoice: node(id: $invoice) { id } version: node(id: $version) { id } }"""


async def tell(client: Client, notes: Notebook, samples: Sequence[Sample], words: Words, data: Path) -> list[str]:
    """The lines of the story, of what the third company sees, and of what to look at next."""
    one, other, third = (Teller(client, sample, notes.page(sample.slug), words) for sample in samples)
    width = min(max(shutil.get_terminal_size((110, 40)).columns, NARROWEST), WIDEST)
    column = (width - LABEL - 4) // 2
    widths = (LABEL, column, column)
    lines = ["", words("title"), "=" * cells(words("title")), ""]
    lines += row(("", one.sample.name, other.sample.name), widths)
    lines += row(("", words("software"), words("service")), widths)
    lines += ["", *wrapped(words("legend"), width)]
    told = await chapters.chapters(one, other)
    one.page.story, other.page.story = _kept(told, 1), _kept(told, 2)
    for number, (chapter, tables) in enumerate(told, 1):
        lines += ["", "", f"{number}. {chapter}", "═" * width]
        for title, table in tables:
            lines += ["", f"── {title} " + "─" * max(width - cells(title) - 4, 0)]
            lines += _table(table, widths)
    return [
        *lines,
        "",
        *(
            piece
            for line in await _third(third, invoice=one.page.ids["invoice/yongle"], version=one.page.ids["handbook/2"])
            for piece in wrapped(line, width)
        ),
        "",
        *_next(one.page, client.url, words, data),
    ]


def _kept(told: Sequence[Chapter], column: int) -> list[dict[str, Any]]:
    """One company's column of every table, for programs."""
    return [
        {"chapter": chapter, "section": title, "line": line[0], "text": line[column], "cites": citations(line[column])}
        for chapter, tables in told
        for title, table in tables
        for line in table
        if line[column]
    ]


def _table(table: Sequence[Line], widths: Sequence[int]) -> list[str]:
    return [line for cells_of in table for line in row(cells_of, widths)]


async def _third(teller: Teller, **strangers: str) -> list[str]:
    """What the third company's administrator, who may do everything there, sees of the others."""
    found = await teller.read_as_administrator(EMPTY, **strangers)
    counts = {name: found[name]["totalCount"] for name in EMPTY_OF}
    lines = [teller.words("third", name=teller.sample.name, **counts)]
    if all(found[name] is None for name in strangers):
        lines.append(teller.words("strangers", **strangers))
    return lines


def first_query(url: str) -> str:
    """A query as a line for the shell, where TOKEN holds somebody's token; the README has the same, and its answer."""
    body = json.dumps({"query": FIRST_QUERY}, ensure_ascii=False)
    return (
        f'curl -s {url}/graphql -H "authorization: Bearer $TOKEN"'
        f" -H 'content-type: application/json' -d {shlex.quote(body)}"
    )


def _next(page: Page, url: str, words: Words, data: Path) -> list[str]:
    user = page.users["lin"]
    count = len(list((data / "mail").glob("*.eml")))
    return [
        f"── {words('next')} ──",
        words("query", name=user.name, email=user.email),
        f"  TOKEN={user.token}",
        f"  {first_query(url)}",
        words("to_read"),
        f'  curl -s -H "authorization: Bearer $TOKEN" {url}/handbook/{page.ids["handbook/2"]}.html -o handbook.html',
        words("mail", folder=data / "mail", count=count),
        f"  {pasting.command('mail', data=data)}",
        words("everybody"),
        f"  {pasting.command('demo', '--json', data=data)}",
    ]
