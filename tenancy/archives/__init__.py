"""The archive of one tenant: how its rows are written to an encrypted file, and read back with every byte checked.

An archive is a tar, gzipped, encrypted with age: `age -d -i KEY FILE | tar xz` unpacks it without this program. It
holds `header.json`, then each table's rows as `tables/NAME/000001.jsonl` and on, in the order in which they may be
inserted, then each file as `files/SHA256`, and last `manifest.json` with the counts and digests. Nothing is ever held
whole, at writing or at reading.
"""

from tenancy.archives.form import (
    LIMITS,
    Batch,
    Company,
    Heading,
    Limits,
    Manifest,
    Piece,
    Row,
    TableSummary,
    canonical,
    new_identity,
    row_digest,
    table_digest,
)
from tenancy.archives.reading import OTHER_KEY, contents, heading, read, verify
from tenancy.archives.restoring import Restored, rehearse, restore
from tenancy.archives.taking import take
from tenancy.archives.writing import write

__all__ = [
    "LIMITS",
    "OTHER_KEY",
    "Batch",
    "Company",
    "Heading",
    "Limits",
    "Manifest",
    "Piece",
    "Restored",
    "Row",
    "TableSummary",
    "canonical",
    "contents",
    "heading",
    "new_identity",
    "read",
    "rehearse",
    "restore",
    "row_digest",
    "table_digest",
    "take",
    "verify",
    "write",
]
