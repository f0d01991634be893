"""The handbook as one page of HTML that asks for nothing else."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from html import escape

from domain.rulebook.rules.documents import Document, Entry
from tenancy.language import Language

STYLE = """
:root { color-scheme: light; }
body { margin: 2rem auto; max-width: 46rem; padding: 0 1rem; line-height: 1.7; color: #1a1a1a; background: #fff;
  font-family: "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
:lang(zh-Hant) body, body:lang(zh-Hant) { font-family: "Noto Sans CJK TC", "Source Han Sans TC", "PingFang TC",
  "Microsoft JhengHei", sans-serif; }
h1 { font-size: 1.8rem; } h2 { font-size: 1.35rem; margin-top: 2.2rem; } h3 { font-size: 1.15rem; }
h4, h5 { font-size: 1rem; } h1, h2, h3, h4, h5 { line-height: 1.35; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid #ccc; border-bottom: 1px solid #ccc; padding: .35rem .5rem; text-align: left;
  vertical-align: top; white-space: pre-line; overflow-wrap: anywhere; }
th, .concerns, footer { color: #555; font-weight: normal; } th { width: 30%; }
p { margin: .5rem 0; overflow-wrap: anywhere; } .concerns, footer { font-size: .85rem; }
.laid-down { border-left: 3px solid #bbb; padding-left: .8rem; margin: .6rem 0; }
nav ol { list-style: none; padding-left: 0; } nav a { color: inherit; } footer { margin-top: 3rem; }
@page { size: A4; margin: 22mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10.5pt; } nav a { text-decoration: none; }
  h2, h3, h4, h5 { break-after: avoid; } p, tr { orphans: 3; widows: 3; } }
"""
# The page may use its own style and nothing else: no script, no host, no frame, no form.
SECURITY_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)


def page(document: Document) -> str:
    """The whole page."""
    return "".join(_page(document))


def _page(document: Document) -> Iterator[str]:
    title = escape(document.title)
    yield f'<!doctype html>\n<html lang="{Language(document.language).tag}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{title} · {escape(document.running_head)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    yield f"<header>\n<h1>{title}</h1>\n<table>\n"
    for heading, said in document.facts:
        yield f'<tr><th scope="row">{escape(heading)}</th><td>{escape(said)}</td></tr>\n'
    yield "</table>\n</header>\n"
    if document.entries:
        yield f"<nav>\n<h2>{escape(document.contents)}</h2>\n<ol>\n"
        for each in document.entries:
            yield f'<li><a href="#{_anchor(each)}">{escape(each.number)} {escape(each.title)}</a></li>\n'
        yield "</ol>\n</nav>\n"
    yield "<main>\n"
    for each in document.entries:
        yield from _clause(each)
    yield f"</main>\n<footer>{escape(document.running_head)} · {escape(document.as_of)}</footer>\n</body>\n</html>\n"


def _clause(entry: Entry) -> Iterator[str]:
    level = entry.level + 1
    yield f'<section id="{_anchor(entry)}">\n<h{level}>{escape(entry.number)} {escape(entry.title)}</h{level}>\n'
    if entry.concerns:
        yield f'<p class="concerns">{escape(entry.concerns)}</p>\n'
    for line in entry.wording:
        yield f"<p>{escape(line)}</p>\n"
    if entry.laid_down:
        yield '<div class="laid-down">\n'
        for line in entry.laid_down:
            yield f"<p>{escape(line)}</p>\n"
        yield "</div>\n"
    yield "</section>\n"


def _anchor(entry: Entry) -> str:
    return "clause-" + escape(entry.number)
