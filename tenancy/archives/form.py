"""The form of an archive: what it says about itself, and the digests by which rows are compared."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import orjson
import pyrage  # type: ignore[import-untyped]  # the wheel carries no type information

Row: TypeAlias = Mapping[str, Any]

# The first format had no files.
FORMAT, FORMAT_WITHOUT_FILES = 2, 1
HEADER, MANIFEST = "header.json", "manifest.json"
FILES = "files/"
_SHA256 = re.compile(r"[0-9a-f]{64}")
TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# Rows are gathered to members of this size; only a single larger row makes a larger member.
PART_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Company:
    """Whose archive it is; `clock_at` is where a rehearsal's own clock stood, and None for real time."""

    id: UUID
    slug: str
    name: str
    zone: str
    language: str
    clock_at: datetime | None = None


@dataclass(frozen=True)
class Heading:
    """What an archive is of. `tables` is complete, empty tables included, and in the order of insertion."""

    schema_revision: str
    company: Company
    created_at: datetime
    tables: tuple[str, ...]
    format: int = FORMAT


@dataclass(frozen=True)
class TableSummary:
    """One table: the SHA-256 of its lines as they stand, and the digest of its rows in any order."""

    name: str
    rows: int
    sha256: str
    digest: str


@dataclass(frozen=True)
class Manifest:
    """A heading and what was found under it. `files` is summed up as a table of their digests and sizes would be."""

    heading: Heading
    tables: tuple[TableSummary, ...]
    files: TableSummary


@dataclass(frozen=True)
class Batch:
    """Some consecutive rows of one table."""

    table: str
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Piece:
    """Some consecutive bytes of one file; `ends` says that they are its last, and that all of them have its digest."""

    sha256: str
    content: bytes
    ends: bool


@dataclass(frozen=True)
class Limits:
    """How much an archive may unpack to, its files counted apart, so that a small file cannot fill a machine."""

    unpacked_bytes: int = 16 * 1024**3
    files_bytes: int = 1024**4
    row_bytes: int = 32 * 1024**2


LIMITS = Limits()


def new_identity() -> str:
    """A new archive key for one tenant, in age's own form: whoever holds it reads the archives. Keep it sealed."""
    return str(pyrage.x25519.Identity.generate())


def identity_of(text: str) -> Any:
    """The key that a text in age's form names; ValueError when it is none."""
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        raise ValueError("an archive key begins with AGE-SECRET-KEY-1") from None


def canonical(row: Row) -> bytes:
    """A row as JSON that is the same for the same values: sorted keys, no spaces, UTF-8.

    Besides JSON's own types it takes UUID, date, time and instant (ISO form), Decimal (as text) and bytes (as
    PostgreSQL's `\\x…`). TypeError for anything else, also for integers beyond 64 bits.
    """
    return orjson.dumps(row, default=_as_text, option=orjson.OPT_SORT_KEYS)


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\x" + bytes(value).hex()
    # The driver's UUIDs are a class of their own, which orjson doesn't know.
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in an archive")


def row_digest(row: Row) -> str:
    """SHA-256 of a row's canonical form, as hexadecimal."""
    return hashlib.sha256(canonical(row)).hexdigest()


def table_digest(rows: Iterable[Row]) -> str:
    """The digest of a table's rows, the same in any order: equal with equal counts means equal tables."""
    tally = Tally()
    for row in rows:
        tally.add(canonical(row))
    return tally.summary("").digest


class Tally:
    """Counts and digests of one table while its lines pass by."""

    def __init__(self) -> None:
        self._rows = 0
        self._lines = hashlib.sha256()
        self._sum = 0

    def add(self, line: bytes) -> None:
        """Take in one row's line, without its end."""
        self._rows += 1
        self._lines.update(line)
        self._lines.update(b"\n")
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % 2**256

    def summary(self, name: str) -> TableSummary:
        """What has passed by so far."""
        return TableSummary(name, self._rows, self._lines.hexdigest(), f"{self._sum:064x}")


def file_line(sha256: str, size_bytes: int) -> bytes:
    """What a file adds to the tally of files."""
    return canonical({"sha256": sha256, "size_bytes": size_bytes})


def file_name(sha256: str) -> str:
    """The name in the tar of a file."""
    return FILES + sha256


def file_named(name: str) -> str | None:
    """The digest of the file that a member of the tar is; None for any other member."""
    digest = name.removeprefix(FILES)
    return digest if name.startswith(FILES) and _SHA256.fullmatch(digest) else None


def member_name(table: str, number: int) -> str:
    """The name in the tar of a table's rows, numbered from 1."""
    return f"tables/{table}/{number:06d}.jsonl"


def heading_to_json(heading: Heading) -> dict[str, Any]:
    """A heading as `header.json` holds it."""
    return {
        "format": heading.format,
        "schema_revision": heading.schema_revision,
        "tenant": {
            "id": str(heading.company.id),
            "slug": heading.company.slug,
            "name": heading.company.name,
            "zone": heading.company.zone,
            "language": heading.company.language,
            "clock_at": heading.company.clock_at.isoformat() if heading.company.clock_at else None,
        },
        "created_at": heading.created_at.isoformat(),
        "tables": list(heading.tables),
    }


def heading_from_json(read: Any) -> Heading:
    """A heading from `header.json`; KeyError, TypeError or ValueError when it is malformed."""
    heading = Heading(
        schema_revision=_text(read["schema_revision"]),
        company=_company(read["tenant"]),
        created_at=datetime.fromisoformat(_text(read["created_at"])),
        tables=tuple(_text(name) for name in read["tables"]),
        format=read["format"],
    )
    check_heading(heading)
    return heading


def _company(read: Any) -> Company:
    clock_at = datetime.fromisoformat(_text(read["clock_at"])) if read["clock_at"] is not None else None
    if clock_at is not None and clock_at.tzinfo is None:
        raise ValueError("clock_at needs a zone")
    return Company(
        id=UUID(_text(read["id"])),
        slug=_text(read["slug"]),
        name=_text(read["name"]),
        zone=_text(read["zone"]),
        language=_text(read["language"]),
        clock_at=clock_at,
    )


def check_heading(heading: Heading) -> None:
    """ValueError unless every table has a proper name and is named once, and the instant has a zone."""
    if len(set(heading.tables)) != len(heading.tables) or not all(map(TABLE_NAME.fullmatch, heading.tables)):
        raise ValueError(f"the tables of an archive are plain names, each once: {heading.tables}")
    if heading.created_at.tzinfo is None:
        raise ValueError("created_at needs a zone")


def manifest_to_json(manifest: Manifest) -> dict[str, Any]:
    """A manifest as `manifest.json` holds it: the header, with counts and digests in place of bare names."""
    told = heading_to_json(manifest.heading) | {"tables": [_summary_to_json(each) for each in manifest.tables]}
    has_files = manifest.heading.format != FORMAT_WITHOUT_FILES
    return told | ({"files": _summary_to_json(manifest.files)} if has_files else {})


def _summary_to_json(each: TableSummary) -> dict[str, Any]:
    return {"name": each.name, "rows": each.rows, "sha256": each.sha256, "digest": each.digest}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value
