"""A company with rows in every table, made from the declarations alone, each text marked as this company's own."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args, get_type_hints
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from uuid_utils.compat import uuid7

from domain.kernel.permissions import Permission, PortalGrant
from migrations.tables import METADATA
from tenancy.actor import Actor, ActorKind
from tenancy.identity import credentials
from tenancy.models import Model
from tenancy.secrets import fingerprint

SETS = 2
"""Every table gets so many rows; those of a set belong together, and the first set stands below the second."""
MARK = re.compile(r"-[0-9a-f]{12}\b")
BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PERMISSIONS = frozenset(str(permission) for permission in Permission)


@dataclass(frozen=True)
class Company:
    """One tenant and its rows: by set, table and column. `mark` stands in each of its texts and in nobody else's."""

    tenant_id: UUID
    mark: str
    rows: tuple[dict[str, dict[str, Any]], ...] = field(default_factory=lambda: tuple({} for _ in range(SETS)))

    @property
    def first_number(self) -> int:
        """Where its numbers begin, so that no two companies have the same."""
        return int(self.mark[-6:], 16) * SETS

    def token(self, number: int = 0) -> str:
        """The personal token of the member of a set."""
        secret = base64.urlsafe_b64encode(hashlib.sha256(f"{self.mark} {number}".encode()).digest()).decode()
        return f"{credentials.PERSONAL}{self.tenant_id.hex}_{secret.rstrip('=')}"

    def id(self, table: str, number: int = 0) -> UUID:
        """The id of the row of a table in a set."""
        found: UUID = self.rows[number][table]["id"]
        return found

    def ids(self) -> set[UUID]:
        """Every id of its rows."""
        return {self.tenant_id} | {row["id"] for rows in self.rows for row in rows.values()}

    def marked(self) -> set[bytes]:
        """What must be in no answer to anybody else: its mark, and the ids of its rows."""
        return {self.mark.encode()} | {str(id_).encode() for id_ in self.ids()}

    def administrator(self) -> Actor:
        """The member of the first set, who may do everything."""
        return Actor(self.tenant_id, ActorKind.MEMBER, self.id("members"), PERMISSIONS)

    def client(self) -> Actor:
        """A partner's program that may do everything."""
        return Actor(self.tenant_id, ActorKind.CLIENT, self.id("oauth_clients"), PERMISSIONS)

    def contact(self, number: int = 0) -> Actor:
        """A customer's person in the portal, with all that it can grant."""
        grants = frozenset(str(grant) for grant in PortalGrant)
        return Actor(self.tenant_id, ActorKind.CONTACT, self.id("contacts", number), grants)

    def newcomer(self) -> Actor:
        """The member of the second set, without a single permission."""
        return Actor(self.tenant_id, ActorKind.MEMBER, self.id("members", 1))


def content_of(company: Company, number: int) -> bytes:
    """The content of the file of a set, for who puts it into the store."""
    return f"{company.mark} {number}".encode()


Made = Callable[[Company, int], Any]
# What a row needs beyond its types: a word that code reads, a value that a check demands, an id without a foreign key.
VALUES: Mapping[tuple[str, str], Made] = {
    ("access_tokens", "hash"): lambda company, number: fingerprint(company.token(number)),
    # So far ahead that a use need not be written down.
    ("access_tokens", "last_used_at"): lambda _, __: datetime(2126, 1, 1, tzinfo=UTC),
    ("accounts", "member_id"): lambda company, number: company.id("members", number),
    ("tenants", "id"): lambda company, _: company.tenant_id,
    ("tenants", "zone"): lambda _, __: "Asia/Shanghai",
    ("tenants", "language"): lambda _, __: "en",
    ("tenants", "rehearsal"): lambda _, __: False,
    # The second version is in force.
    ("handbook_versions", "state"): lambda _, number: ("draft", "published")[number],
    ("handbook_versions", "effective_at"): lambda _, number: (None, BEGINNING)[number],
    ("members", "language"): lambda _, __: "en",
    ("members", "account_id"): lambda company, number: company.id("accounts", number),
    ("roles", "permissions"): lambda _, __: ["members.read"],
    ("clauses", "scope"): lambda _, __: {},
    # Work that goes on, and asks for a file.
    ("scheduled_works", "state"): lambda _, __: "in_progress",
    ("work_checks", "kind"): lambda _, __: "file",
    ("work_plans", "service_lines"): lambda company, number: [f"line.{company.mark}.{number}"],
    ("clocks", "target"): lambda _, __: None,
    # Codes have a form of their own; an offering asks for a contact.
    ("service_lines", "code"): lambda company, number: f"line.{company.mark}.{number}",
    ("service_offerings", "code"): lambda company, number: f"offering.{company.mark}.{number}",
    ("service_offerings", "sla_class"): lambda company, number: f"class.{company.mark}.{number}",
    ("form_fields", "code"): lambda _, __: "asker",
    ("form_fields", "kind"): lambda _, __: "contact",
    ("form_fields", "minimum"): lambda _, __: None,
    ("form_fields", "maximum"): lambda _, __: None,
    ("service_requests", "service_lines"): lambda company, number: [f"line.{company.mark}.{number}"],
    ("complaints", "service_lines"): lambda company, number: [f"line.{company.mark}.{number}"],
    ("quotations", "service_lines"): lambda company, number: [f"line.{company.mark}.{number}"],
    # One that counts.
    ("contract_instalments", "dropped_by_id"): lambda _, __: None,
    # One with a price.
    ("contracts", "currency"): lambda _, __: "CNY",
    ("contract_rates", "currency"): lambda _, __: "CNY",
    ("solutions", "currency"): lambda _, __: "CNY",
    # The chain that a seat is of, and the step.
    ("approvals", "chain"): lambda company, number: {
        "subject_kind": "resignations",
        "steps": [{"name": {"en": f"{company.mark} {number}"}, "approvers": [{"by": "superior", "level": 1}]}],
    },
    ("approval_tasks", "step"): lambda _, __: 0,
    ("contracts", "service_lines"): lambda company, number: [f"line.{company.mark}.{number}"],
    ("service_requests", "sla_class"): lambda company, number: f"class.{company.mark}.{number}",
    ("service_requests", "answers"): lambda company, number: {"asker": f"{company.mark} {number}"},
    ("attachments", "subject_kind"): lambda _, __: "service_requests",
    ("attachments", "subject_id"): lambda company, number: company.id("service_requests", number),
    ("blobs", "object_name"): lambda company, number: f"blobs/{company.mark}.{number}",
    ("blobs", "sha256"): lambda company, number: hashlib.sha256(content_of(company, number)).hexdigest(),
    ("blobs", "size_bytes"): lambda company, number: len(content_of(company, number)),
    # What customers' people are shown of.
    ("surveys", "state"): lambda _, __: "answered",
    ("invoices", "issued_on"): lambda _, __: BEGINNING.date(),
    ("portal_accesses", "grants"): lambda _, __: ["portal.use"],
    # What PostgreSQL adds up: one posting of nothing, in its entry's currency.
    ("ledger_postings", "currency"): lambda company, number: company.rows[number]["ledger_entries"]["currency"],
    ("ledger_postings", "amount_minor"): lambda _, __: 0,
    # Lines that wait for somebody.
    ("bank_accounts", "csv_form"): lambda _, __: None,
    ("bank_lines", "currency"): lambda _, __: "CNY",
    ("bank_lines", "booked_on"): lambda _, __: date(2026, 4, 1),
    ("bank_lines", "amount_minor"): lambda _, __: 1_000_000,
    ("bank_lines", "payment_id"): lambda _, __: None,
    # Mails that wait for somebody.
    ("inbound_mails", "state"): lambda _, __: "quarantined",
    ("inbound_mails", "from_address"): lambda company, number: f"{company.mark}.{number}@example.com",
    # A view that fits its list.
    ("saved_views", "conditions"): lambda _, __: None,
    ("saved_views", "ordering"): lambda _, __: None,
    ("saved_views", "columns"): lambda _, __: ["number"],
    ("decisions", "subject_id"): lambda company, number: company.id(("resignations", "invoices")[number]),
}


def like(id_: UUID) -> UUID:
    """An id of the same form and moment that belongs to nobody."""
    return UUID(int=id_.int ^ 0b1011)


def strange(value: Any) -> Any:
    """The same value as nobody has it."""
    match value:
        case bool():
            return value
        case UUID():
            return like(value)
        case str():
            # Words of an enumeration have no mark and stay as they are.
            return MARK.sub("-000000000000", value)
        case bytes():
            return value[::-1]
        case int():
            return value + 1_000_000
        case dict():
            return {key: strange(item) for key, item in value.items()}
        case list():
            return [strange(item) for item in value]
    return value


def tables() -> Iterator[Table]:
    """What a company has rows in: every table with a tenant, and the list of companies; referred ones first."""
    left = {
        table.name: table for table in METADATA.tables.values() if "tenant_id" in table.c or table.name == "tenants"
    }
    yield left.pop("tenants")
    while left:
        # What is only ever added to is whole at once; a reference that may be empty waits only in a circle.
        ready = [table for table in left.values() if not (_pointed_at(table) & left.keys() - {table.name})]
        ready = ready or [table for table in left.values() if not (_required(table) & left.keys() - {table.name})]
        assert ready, f"these tables need each other: {sorted(left)}"
        for table in sorted(ready, key=lambda found: found.name):
            yield left.pop(table.name)


async def found(connection: asyncpg.Connection, name: str) -> Company:
    """Store a whole company through the application's own role; fails loudly for a table that it can't fill."""
    unknown = [key for key in VALUES if key[0] not in METADATA.tables or key[1] not in METADATA.tables[key[0]].c]
    assert not unknown, f"VALUES names what is no column: {unknown}"
    company = Company(tenant_id=uuid7(), mark=f"{name}-{uuid4().hex[:12]}")
    filled = list(tables())
    for rows in company.rows:
        for table in filled:
            # A row may share its id with the one that it refers to by it, as a staff record does with its member.
            shared = references_of(table).get("id")
            rows[table.name] = {"id": rows[shared]["id"] if shared else uuid7()}
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.tenant', $1, true)", str(company.tenant_id))
        for number in range(SETS):
            there: set[str] = set()
            for table in filled:
                if table.name != "tenants" or number == 0:
                    await _insert(connection, table, company, number, there)
                there.add(table.name)
        for number in range(SETS):
            for table in filled:
                await _complete(connection, table, company, number)
        company.rows[1]["tenants"] = company.rows[0]["tenants"]
    return company


async def _insert(connection: asyncpg.Connection, table: Table, company: Company, number: int, there: set[str]) -> None:
    # The second row is over and past where a table has only one living row.
    for past in (False, True):
        row = {
            column.name: _cell(table, column, company, number, there, past)
            for column in table.c
            if column.computed is None
        }
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        try:
            async with connection.transaction():
                await connection.execute(
                    f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({places})", *row.values()
                )
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
            if isinstance(problem, asyncpg.UniqueViolationError) and number > 0 and not past:
                continue
            raise AssertionError(
                f"no row could be made for {table.name}: {problem}. Say in VALUES of tests/isolation/companies.py what "
                f"its columns need; it was tried with {row}"
            ) from problem
        company.rows[number][table.name] = row
        return


async def _complete(connection: asyncpg.Connection, table: Table, company: Company, number: int) -> None:
    """References that lead forward, or to the same table, once every row of the set is there."""
    for name, target in references_of(table).items():
        row = company.rows[number][table.name]
        above = company.id(target, number + 1) if target == table.name and number + 1 < SETS else None
        later = company.id(target, number) if target != table.name else above
        if row[name] is None and later is not None:
            row[name] = later
            await connection.execute(f"UPDATE {table.name} SET {name} = $1 WHERE id = $2", later, row["id"])


def references_of(table: Table) -> dict[str, str]:
    """The columns that refer to another row, and to which table."""
    return {
        element.parent.name: element.column.table.name
        for constraint in table.foreign_key_constraints
        for element in constraint.elements
        if element.parent.name != "tenant_id"
    }


def _pointed_at(table: Table) -> set[str]:
    return set(references_of(table).values())


def _required(table: Table) -> set[str]:
    return {target for name, target in references_of(table).items() if not table.c[name].nullable}


def _cell(table: Table, column: Any, company: Company, number: int, there: set[str], past: bool) -> Any:
    made = VALUES.get((table.name, column.name))
    if made is not None:
        return made(company, number)
    if column.name == "tenant_id":
        return company.tenant_id
    if column.name == "id":
        return company.id(table.name, number)
    target = references_of(table).get(column.name)
    if target is not None:
        return company.id(target, number) if target in there else None
    if column.nullable and not past and isinstance(column.type, DateTime | Date):
        # What has not happened yet: the row is alive.
        return None
    if isinstance(column.type, Enum):
        return column.type.enums[-1 if past else 0]
    if isinstance(column.type, BigInteger | Integer) and _is_of_a_key(table, column):
        return company.first_number + number
    return _value(column, f"{company.mark} {table.name} {column.name} {number}", number)


def _is_of_a_key(table: Table, column: Any) -> bool:
    keys = [key.columns for key in table.constraints if isinstance(key, UniqueConstraint)]
    return any(column.name in found for found in keys + [index.columns for index in table.indexes if index.unique])


def _value(column: Any, text: str, number: int) -> Any:
    moment = BEGINNING + timedelta(days=number)
    match column.type:
        case Text():
            return text
        case Uuid():
            return uuid7()
        case Boolean():
            return True
        case BigInteger() | Integer():
            return number + 1
        case Numeric():
            return Decimal(number + 1)
        case DateTime():
            return moment
        case Date():
            return date(moment.year, moment.month, moment.day)
        case LargeBinary():
            return text.encode()
        case ARRAY():
            return [text] if isinstance(column.type.item_type, Text) else []
        case JSONB():
            return [] if _is_list(column) else {"zh_Hans": text, "zh_Hant": text, "en": text}
    raise AssertionError(f"no value is known for a column of the type {column.type!r}: {column}")


def _is_list(column: Any) -> bool:
    model = next(mapper.class_ for mapper in Model.registry.mappers if mapper.local_table is column.table)
    (kind,) = get_args(get_type_hints(model)[column.name])
    return getattr(kind, "__origin__", kind) is list
