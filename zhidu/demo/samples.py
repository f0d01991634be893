"""The sample companies as they are written down: who works there, whom they serve, their handbooks and diaries."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Sample:
    """One company. Wall times are those of its zone."""

    slug: str
    name: str
    zone: ZoneInfo
    written: Entry

    def several(self, name: str) -> Sequence[Entry]:
        """A list of entries; none where the file says nothing."""
        found: Sequence[Entry] = self.written.get(name, ())
        return found

    def instant(self, wall_time: datetime) -> str:
        """A wall time as the API takes instants."""
        return wall_time.replace(tzinfo=self.zone).isoformat()

    @property
    def handbook(self) -> Entry | None:
        """The handbook, with its clauses; None for a company that has none yet."""
        named = self.written.get("handbook")
        return _read(HERE / "handbooks" / named["file"]) if named else None


def sample(name: str) -> Sample:
    """The company of one file, with its diary where it has one."""
    written = dict(_read(HERE / "companies" / f"{name}.toml"))
    # A diary is kept in several files: the month as it was, and beside it what the desk and the sellers did.
    for diary in sorted((HERE / "diaries").glob(f"{name}*.toml")):
        for list_name, entries in _read(diary).items():
            written[list_name] = [*written.get(list_name, ()), *entries]
    return Sample(written["slug"], written["name"], ZoneInfo(written["zone"]), written)


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as opened:
        return tomllib.load(opened)
