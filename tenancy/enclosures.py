"""Papers that go along with letters: kept with the planned letter as what they say, and set as the letter leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Enclosure:
    """A paper as it stood when its letter was written: whatever changes meanwhile, and however often the letter is
    attempted, its bytes are the same."""

    name: str
    # What is set, written out in its language.
    paper: Mapping[str, Any]
    at: datetime

    def stored(self) -> dict[str, Any]:
        """The enclosure as a planned letter keeps it."""
        return {"name": self.name, "paper": dict(self.paper), "at": self.at.isoformat()}

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Enclosure":
        """The enclosure of a planned letter."""
        return cls(stored["name"], stored["paper"], datetime.fromisoformat(stored["at"]))
