"""Saving views, changing and deleting them, and writing their rows into files."""

from domain.views.commands.exporting import (
    detach_export,
    discard_export,
    expire_export,
    note_exported,
    note_exporting,
    note_failed,
    note_written,
    start_export,
)
from domain.views.commands.saving import change, delete, note_export, save

__all__ = [
    "change",
    "delete",
    "detach_export",
    "discard_export",
    "expire_export",
    "note_export",
    "note_exported",
    "note_exporting",
    "note_failed",
    "note_written",
    "save",
    "start_export",
]
