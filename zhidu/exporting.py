"""What a worker writes exports with: the door's reader, which it loads when it is first wanted."""

import asyncio
from importlib import import_module
from pathlib import Path
from typing import Any

from domain.views.rules import Wanted
from tenancy.actor import Actor
from workers.jobs.exports import Progress


async def write_rows(actor: Actor, wanted: Wanted, path: Path, progress: Progress) -> int:
    """Write the rows that an actor sees into a new file; how many they were."""
    # The schema takes seconds to be built, in which the worker goes on with other things.
    writing: Any = await asyncio.to_thread(import_module, "api.exporting.writing")
    written: int = await writing.write(actor, wanted, path, progress)
    return written
