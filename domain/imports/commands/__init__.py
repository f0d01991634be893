"""Imports: sending a file, mapping its columns, carrying it out, and what a worker says of it."""

from domain.imports.commands.keeping import (
    detach,
    expire,
    map_columns,
    note_begun,
    note_checked,
    note_done,
    note_failed,
    note_finished,
    note_mapped,
    note_rows,
    run_import,
    start_import,
)
from domain.imports.commands.rows import apply

__all__ = [
    "apply",
    "detach",
    "expire",
    "map_columns",
    "note_begun",
    "note_checked",
    "note_done",
    "note_failed",
    "note_finished",
    "note_mapped",
    "note_rows",
    "run_import",
    "start_import",
]
