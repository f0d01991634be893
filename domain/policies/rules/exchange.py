"""A version as a document that people write and keep: YAML in one form, read safely, with the place of every fault."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.cyaml import CParser
from yaml.resolver import BaseResolver

from domain.policies.rules import checks
from domain.policies.rules.content import ClauseContent, Content
from domain.policies.rules.kinds import kind_named
from domain.policies.rules.scopes import Scope
from domain.policies.rules.values import Wording
from tenancy.refusals import Invalid, message

FORM = 1
# How large a document may be, in UTF-8; whatever brings one here has to let so much through.
MOST_BYTES = 2_000_000
MOST_CLAUSES = 2000
DEEPEST = 30

# Only what JSON knows is anything but a text: 10:30 is no number of seconds, and “no” is a word.
_PLAIN = {
    "tag:yaml.org,2002:null": (r"^(?:~|null|)$", ["~", "n", ""]),
    "tag:yaml.org,2002:bool": (r"^(?:true|false)$", list("tf")),
    "tag:yaml.org,2002:int": (r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
}


class _Loader(Composer, CParser, SafeConstructor, BaseResolver):  # type: ignore[misc]  # PyYAML has no types
    """Reads plain YAML: no anchors, no tags of its own, no key twice, not deeper than a handbook is.

    It is taken apart by libyaml and put together here, where what is not plain is refused.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}
    depth = 0

    def __init__(self, source: str) -> None:
        CParser.__init__(self, source)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        BaseResolver.__init__(self)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.MarkedYAMLError(problem="anchors are not read", problem_mark=event.start_mark)
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="too deep", problem_mark=event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if not isinstance(key, str) or key in keys[:place]:
                raise yaml.MarkedYAMLError(problem="a key is no text, or is there twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


for _tag, (_pattern, _first) in _PLAIN.items():
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


_ENDS_OF_LINES = frozenset("\r\x85\u2028\u2029")


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML has no types
    """Writes what is written once in one way: texts of several lines as blocks, nothing by reference."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def _text(dumper: _Dumper, text: str) -> Any:
    # What YAML takes for the end of a line besides the usual one is escaped, or it would be read as a blank.
    style = '"' if _ENDS_OF_LINES.intersection(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WrittenClause(_Form):
    """A clause as the document has it; its value is read by its kind."""

    number: str
    kind: str
    title: Wording
    text: Wording | None = None
    scope: Scope = Scope()
    applies_to_open_cases: bool = False
    value: dict[str, Any] = {}


class Written(_Form):
    """A whole document: the particulars of a version, its clauses, and for a starter what it is for."""

    zhidu_handbook: Annotated[int, Field(ge=FORM, le=FORM)]
    document_number: str
    title: Wording
    note: str = ""
    summary: Wording | None = None
    clauses: Annotated[list[dict[str, Any]], Field(max_length=MOST_CLAUSES)]


def write(content: Content, *, note: str = "", summary: Mapping[str, str] | None = None) -> str:
    """The document of a version. Reading it and writing it again gives the same bytes."""
    document: dict[str, Any] = {
        "zhidu_handbook": FORM,
        "document_number": content.document_number,
        "title": _said(content.title),
    }
    if note:
        document["note"] = note
    if summary is not None:
        document["summary"] = _said(summary)
    document["clauses"] = [_clause(clause) for clause in content.clauses]
    return str(yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100))


def _clause(clause: ClauseContent) -> dict[str, Any]:
    written: dict[str, Any] = {"number": clause.number, "kind": clause.kind, "title": _said(clause.title)}
    if any(clause.text.values()):
        written["text"] = _said(clause.text)
    if clause.scope:
        written["scope"] = dict(sorted(clause.scope.items()))
    if clause.applies_to_open_cases:
        written["applies_to_open_cases"] = True
    # As the kind orders its fields, whatever order a database keeps them in. What is usual is left out: defaults never
    # change, and a field that a kind gains changes no document.
    value = kind_named(clause.kind).model_validate(clause.value)
    said = value.model_dump(mode="json", exclude_defaults=True)
    if said:
        written["value"] = said
    return written


def _said(wording: Mapping[str, str]) -> dict[str, str]:
    return {language: wording.get(language, "") for language in ("zh_Hans", "zh_Hant", "en")}


def read(source: str) -> tuple[Written, list[ClauseContent]]:
    """The particulars and the clauses of a document, each checked by its kind.

    Raises `Invalid` with the line where it is no YAML, and with the place below `clauses` and the clause's number where
    a clause is wrong.
    """
    written = checks.parse(Written, _plain(source), "source", most_bytes=2 * MOST_BYTES)
    clauses: list[ClauseContent] = []
    seen: set[str] = set()
    for place, given in enumerate(written.clauses):
        number = given.get("number")
        path = ("source", "clauses", number if isinstance(number, str) else str(place))
        clause = _read_clause(given, path)
        if clause.number in seen:
            raise Invalid(message("“{given}” is listed twice."), {"given": clause.number}, path=path)
        seen.add(clause.number)
        clauses.append(clause)
    return written, clauses


def _read_clause(given: Mapping[str, Any], path: Sequence[str]) -> ClauseContent:
    clause = checks.parse(WrittenClause, given, *path)
    try:
        number, kind = checks.clean_number(clause.number), checks.clause_kind(clause.kind)
        checks.check_scope(kind, clause.scope)
        title = checks.clean_wording(clause.title.model_dump(), checks.TITLE_LENGTH, "title")
        text = dict(checks.NOTHING_SAID)
        if clause.text is not None:
            text = checks.clean_wording(clause.text.model_dump(), checks.TEXT_LENGTH, "text")
    except Invalid as refusal:
        refusal.path = (*path, *refusal.path)
        raise
    return ClauseContent(
        number=number,
        kind=clause.kind,
        value=checks.parse(kind, clause.value, *path, "value").stored(),
        scope=clause.scope.model_dump(mode="json", exclude_none=True),
        title=title,
        text=text,
        applies_to_open_cases=clause.applies_to_open_cases,
    )


def _plain(source: str) -> Any:
    size = len(source.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        text = message("A document has at most {most} bytes in UTF-8; this one has {size}.")
        raise Invalid(text, {"most": MOST_BYTES, "size": size}, path=("source",))
    loader = None
    try:
        loader = _Loader(source)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        text = message("Line {line} is not read: plain YAML is needed, without anchors, tags or a key twice.")
        raise Invalid(text, {"line": line}, path=("source",)) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Invalid(message("This is no YAML."), path=("source",)) from error
    finally:
        if loader is not None:
            loader.dispose()
