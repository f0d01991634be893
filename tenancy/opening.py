"""Opening files beside everybody else's work, so that none stays open when whoever wanted it has gone."""

import asyncio
import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any


async def opened(path: Path, mode: str) -> IO[Any]:
    """The file, opened in a thread; a new one is for its owner alone. Raises what `open` raises.

    A thread goes on when its task is cancelled: that is waited for, and what it has opened is closed.
    """
    opening = asyncio.ensure_future(asyncio.to_thread(open, path, mode, opener=partial(os.open, mode=0o600)))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        with suppress(OSError):
            (await opening).close()
        raise
