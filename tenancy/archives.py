"""The archive of one tenant: how its rows are written to an encrypted file, and read back with every byte checked.

An archive is a tar, gzipped, encrypted with age; `age -d -i KEY FILE | tar xz` unpacks it without this program. It
holds `header.json`, then each table's rows as `tables/NAME/000001.jsonl` and on, in the order in which they may be
inserted, and last `manifest.json` with the counts and digests. Nothing is ever held whole, at writing or at reading.
"""

import asyncio
import gzip
import hashlib
import os
import re
import tarfile
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

import orjson
import pyrage

from tenancy.refusals import Invalid, Refusal, Unavailable, message

Row: TypeAlias = Mapping[str, Any]

FORMAT = 1

_PART_BYTES = 1024 * 1024
_BLOCK = tarfile.BLOCKSIZE
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,62}")
_HEADER, _MANIFEST = "header.json", "manifest.json"


@dataclass(frozen=True)
class Heading:
    """What an archive is of. `tables` is complete and in the order of insertion, tables without rows included."""

    schema_revision: str
    tenant_slug: str
    tenant_name: str
    created_at: datetime
    tables: tuple[str, ...]


@dataclass(frozen=True)
class TableSummary:
    """One table: the SHA-256 of its lines as they stand, and the digest of its rows in any order."""

    name: str
    rows: int
    sha256: str
    digest: str


@dataclass(frozen=True)
class Manifest:
    """A heading with what was found under it."""

    heading: Heading
    tables: tuple[TableSummary, ...]


@dataclass(frozen=True)
class Batch:
    """Some consecutive rows of one table."""

    table: str
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Limits:
    """How much an archive may unpack to, so that a small file cannot fill a machine."""

    unpacked_bytes: int = 16 * 1024**3
    row_bytes: int = 32 * 1024**2


LIMITS = Limits()


def new_identity() -> str:
    """A new archive key of a tenant, in age's own form: whoever holds it reads the archives. Keep it sealed."""
    return str(pyrage.x25519.Identity.generate())


def canonical(row: Row) -> bytes:
    """A row as JSON that is the same for the same values: sorted keys, no spaces, UTF-8.

    Besides JSON's own types: UUID, date, time and instant in ISO form, Decimal as text, bytes as PostgreSQL's `\\x…`.
    TypeError for anything else, also for integers beyond 64 bits.
    """
    return orjson.dumps(row, default=_as_text, option=orjson.OPT_SORT_KEYS)


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\x" + bytes(value).hex()
    raise TypeError(f"{type(value).__name__} has no form in an archive")


def row_digest(row: Row) -> str:
    """SHA-256 of a row's canonical form, as hexadecimal."""
    return hashlib.sha256(canonical(row)).hexdigest()


def table_digest(rows: Iterable[Row]) -> str:
    """The digest of a table's rows, the same in any order: two tables are equal if it and the number of rows are."""
    summary = _Summing()
    for row in rows:
        summary.add(canonical(row))
    return summary.digest


class _Summing:
    """Counts and digests of one table while its lines pass by."""

    def __init__(self) -> None:
        self.rows = 0
        self._lines = hashlib.sha256()
        self._sum = 0

    def add(self, line: bytes) -> None:
        self.rows += 1
        self._lines.update(line + b"\n")
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % 2**256

    @property
    def digest(self) -> str:
        return f"{self._sum:064x}"

    def summary(self, name: str) -> TableSummary:
        return TableSummary(name, self.rows, self._lines.hexdigest(), self.digest)
