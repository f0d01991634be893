"""What the API writes for one mutation, as a single SQL statement and as a plpgsql function.

Both are made from the rows of one real call, so they write the same rows into the same tables as the API does, whatever
that comes to be; only ids, the number, the instant and what the caller gives are new each time.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg

SERIES = "number_series"
# Triggers write these rows for everybody.
BY_TRIGGERS = ("search_entries",)


@dataclass(frozen=True)
class Row:
    """A row that was written: its table, and its values as text (None: NULL) with their types."""

    table: str
    values: Mapping[str, str | None]
    types: Mapping[str, str]


@dataclass(frozen=True)
class Writing:
    """One mutation: its name among the functions, its record, and the two columns of it that the caller gives."""

    name: str
    table: str
    inputs: tuple[str, str]
    # The response keys of the mutation and of its record.
    keys: tuple[str, str]


SUBMITTING = Writing("submit", "service_requests", ("customer_id", "title"), ("submitRequest", "request"))
SAYING = Writing("say", "request_messages", ("request_id", "text"), ("commentRequest", "message"))
WRITINGS = (SUBMITTING, SAYING)


@dataclass(frozen=True)
class Sample:
    """All that one call has written, and what its caller gave."""

    writing: Writing
    rows: Sequence[Row]
    tenant_id: UUID
    member_id: UUID

    @property
    def record(self) -> Row:
        """The record that the call is about."""
        return next(row for row in self.rows if row.table == self.writing.table)

    @property
    def given(self) -> tuple[str, str]:
        """What the caller gave."""
        one, other = (self.record.values[name] for name in self.writing.inputs)
        assert one
        assert other
        return one, other

    @property
    def numbered(self) -> bool:
        """Whether a number was taken."""
        return any(row.table == SERIES for row in self.rows)


async def sample(owner: asyncpg.Connection, writing: Writing, tenant_id: UUID, member_id: UUID) -> Sample:
    """The rows of the transaction that wrote the tenant's newest record."""
    found = await owner.fetch(
        "SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) AS type"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relforcerowsecurity"
        " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY 1, a.attnum"
    )
    tables: dict[str, dict[str, str]] = {}
    for row in found:
        tables.setdefault(row["table"], {})[row["column"]] = row["type"]
    newest = f"SELECT xmin::text FROM {writing.table} WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1"
    transaction = await owner.fetchval(newest, tenant_id)
    rows = []
    for table, types in tables.items():
        if table in BY_TRIGGERS:
            continue
        columns = ", ".join(f"{name}::text" for name in types)
        written = await owner.fetch(
            f"SELECT {columns} FROM {table} WHERE tenant_id = $1 AND xmin::text = $2 ORDER BY id",
            tenant_id,
            transaction,
        )
        rows += [Row(table, dict(row), types) for row in written]
    return Sample(writing, rows, tenant_id, member_id)


class _Words:
    """How the parts of a row are said anew: everything that is this submission's own by an expression."""

    def __init__(self, sample: Sample, said: Mapping[str, str]) -> None:
        record = sample.record
        # In JSON an instant is written in another form, with the same digits up to the second.
        self._expressions = {
            str(sample.tenant_id): said["tenant"],
            str(sample.member_id): said["member"],
            **dict(zip(sample.given, (said["one"], said["other"]), strict=True)),
            str(record.values.get("submitted_at") or record.values.get("at")): "now()",
        }
        if sample.numbered:
            self._expressions[str(record.values["number"])] = said["number"]
        for place, id in enumerate(new_ids(sample)):
            self._expressions[id] = said["id"].format(place)
        words = sorted(self._expressions, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(word) for word in words))

    def value(self, text: str | None, type_: str) -> str:
        """An SQL expression of one value."""
        if text is None:
            return "NULL"
        if text in self._expressions:
            return f"({self._expressions[text]})::{type_}"
        parts, end = [], 0
        for match in self._pattern.finditer(text):
            parts += [quoted(text[end : match.start()]), f"({self._expressions[match[0]]})::text"]
            end = match.end()
        parts.append(quoted(text[end:]))
        return f"({' || '.join(parts)})::{type_}"

    def inserted(self, row: Row) -> tuple[str, str]:
        """A row's columns and its values."""
        values = ", ".join(self.value(value, row.types[name]) for name, value in row.values.items())
        return ", ".join(row.values), values


def new_ids(sample: Sample) -> list[str]:
    """The ids that were given, the record's first."""
    ids = [str(row.values["id"]) for row in sample.rows if row.table != SERIES]
    own = str(sample.record.values["id"])
    return [own, *(id for id in dict.fromkeys(ids) if id != own)]


def quoted(text: str) -> str:
    """A literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def statement(sample: Sample) -> str:
    """One statement for $1 tenant, $2 member and $3, $4 the inputs, that sets the tenant and answers as the API does."""
    said = {"tenant": "$1", "member": "$2", "one": "$3", "other": "$4", "number": "n.number", "id": "ids.id{}"}
    words = _Words(sample, said)
    # Inserting from the context sets the tenant before anything is looked at.
    taken = (
        f"INSERT INTO {SERIES} AS s (tenant_id, id, name, last_value)"
        " SELECT context.tenant::uuid, uuidv7(), 'requests', 1 FROM context"
        " ON CONFLICT (tenant_id, name) DO UPDATE SET last_value = s.last_value + 1"
        " RETURNING 'REQ-' || lpad(s.last_value::text, 6, '0') AS number"
    )
    ids = ", ".join(f"uuidv7() AS id{place}" for place in range(len(new_ids(sample))))
    parts = [
        "context AS MATERIALIZED (SELECT set_config('app.tenant', $1::text, true) AS tenant,"
        " set_config('app.member', $2::text, true) AS member)",
        f"n AS ({taken if sample.numbered else 'SELECT tenant FROM context'})",
        f"ids AS MATERIALIZED (SELECT {ids} FROM n)",
    ]
    for place, row in enumerate(row for row in sample.rows if row.table != SERIES):
        columns, values = words.inserted(row)
        parts.append(f"w{place} AS (INSERT INTO {row.table} ({columns}) SELECT {values} FROM n, ids)")
    shown = _request(sample) if sample.writing is SUBMITTING else _message(sample)
    answer = ", ".join(f"'{key}', {value}" for key, value in shown.items())
    mutation, record = sample.writing.keys
    return (
        f"WITH {', '.join(parts)} SELECT convert_to(json_build_object('{mutation}', json_build_object('{record}',"
        f" json_build_object({answer}), 'errors', '[]'::json))::text, 'UTF8') FROM n, ids"
    )


def inserting(sample: Sample, changing: Mapping[str, str]) -> str:
    """One statement for $1 tenant, $2 member and $3, $4 the inputs, that writes the same rows and answers nothing. The
    tenant is set already; instead of the rows of `changing`'s tables, which were there before, that is done."""
    said = {"tenant": "$1", "member": "$2", "one": "$3", "other": "$4", "number": "''", "id": "ids.id{}"}
    sample = replace(sample, rows=[row for row in sample.rows if row.table not in (*changing, SERIES)])
    words = _Words(sample, said)
    ids = ", ".join(f"uuidv7() AS id{place}" for place in range(len(new_ids(sample))))
    parts = [f"ids AS MATERIALIZED (SELECT {ids}, $1::uuid AS tenant, $2::uuid AS member, $3::text AS one)"]
    for place, row in enumerate(sample.rows):
        columns, values = words.inserted(row)
        parts.append(f"w{place} AS (INSERT INTO {row.table} ({columns}) SELECT {values} FROM ids)")
    parts += [f"c{place} AS ({statement})" for place, statement in enumerate(changing.values())]
    return f"WITH {', '.join(parts)} SELECT 1 FROM ids"


def _request(sample: Sample) -> dict[str, str]:
    record = sample.record
    return {
        "id": "ids.id0",
        "number": "n.number",
        "title": "$4::text",
        "state": f"upper({quoted(record.values['state'] or '')})",
        "priority": f"upper({quoted(record.values['priority'] or '')})",
        "submittedAt": "now()",
        "customer": "(SELECT json_build_object('name', c.name) FROM customers c WHERE c.id = $3::uuid)",
        "clocks": quoted(json.dumps(_clocks(sample))) + "::json",
    }


def _message(sample: Sample) -> dict[str, str]:
    return {
        "id": "ids.id0",
        "at": "now()",
        "audience": f"upper({quoted(sample.record.values['audience'] or '')})",
        "text": "$4::text",
        "author": "(SELECT json_build_object('name', m.name) FROM members m WHERE m.id = $2::uuid)",
    }


def _clocks(sample: Sample) -> list[dict[str, Any]]:
    clocks = [row.values for row in sample.rows if row.table == "clocks"]
    found = [{"kind": (clock["kind"] or "").upper(), "dueAt": clock["due_at"]} for clock in clocks]
    return sorted(found, key=lambda clock: str(clock["kind"]), reverse=True)


def function(sample: Sample) -> str:
    """The same as people write it for PostGraphile: a plpgsql function that gives the record."""
    writing = sample.writing
    types = [sample.record.types[name] for name in writing.inputs]
    said = {
        "tenant": "the_tenant",
        "member": "the_member",
        "one": f"{writing.name}.{writing.inputs[0]}",
        "other": f"{writing.name}.{writing.inputs[1]}",
        "number": "the_number",
        "id": "id{}",
    }
    words = _Words(sample, said)
    taken = (
        f"UPDATE public.{SERIES} AS s SET last_value = s.last_value + 1"
        " WHERE s.tenant_id = the_tenant AND s.name = 'requests'"
        " RETURNING 'REQ-' || lpad(s.last_value::text, 6, '0') INTO the_number;"
    )
    body = []
    for row in sample.rows:
        if row.table == SERIES:
            continue
        columns, values = words.inserted(row)
        returning = " RETURNING * INTO made" if row.table == writing.table else ""
        body.append(f"INSERT INTO public.{row.table} ({columns}) VALUES ({values}){returning};")
    # What is referred to comes first: foreign keys are checked at the end of each statement.
    body.sort(key=lambda line: not line.startswith(f"INSERT INTO public.{writing.table} "))
    ids = " ".join(f"id{place} uuid := uuidv7();" for place in range(len(new_ids(sample))))
    return f"""
CREATE FUNCTION benchmark.{writing.name}({writing.inputs[0]} {types[0]}, {writing.inputs[1]} {types[1]})
RETURNS public.{writing.table}
LANGUAGE plpgsql VOLATILE AS $function$
#variable_conflict use_column
DECLARE
  the_tenant uuid := current_setting('app.tenant')::uuid;
  the_member uuid := current_setting('app.member')::uuid;
  the_number text;
  made public.{writing.table};
  {ids}
BEGIN
  {taken if sample.numbered else ""}
  {" ".join(body)}
  RETURN made;
END $function$
"""


# What PostGraphile is given besides: a way to ask who one is.
FUNCTIONS = """
CREATE SCHEMA benchmark;
GRANT USAGE ON SCHEMA benchmark TO zhidu_app;
COMMENT ON TABLE public.members IS E'@foreignKey (tenant_id) references public.tenants (id)';
CREATE FUNCTION benchmark.viewer() RETURNS public.members LANGUAGE sql STABLE AS $$
  SELECT m FROM public.members m
  WHERE m.tenant_id = current_setting('app.tenant')::uuid AND m.id = current_setting('app.member')::uuid
$$
"""
