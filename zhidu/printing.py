"""What commands print: a reader who leaves early is no fault, and what is shown but once reaches the person."""

import os
import select
import sys
from collections.abc import Callable

# As a shell tells of a program that a closed pipe has ended.
READER_LEFT = 141


def once(line: str) -> None:
    """Print what is never shown again, at once; where nobody reads the output any more, on the error output."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        if not _reader_left():
            raise
        print(line, file=sys.stderr, flush=True)


def until_the_reader_leaves(act: Callable[[], int]) -> int:
    """Run a command; its status, or quietly that of a closed pipe when whoever reads its output has left."""
    try:
        try:
            return act()
        finally:
            # Here, where it can be heard, and not when the interpreter ends.
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        # Any other connection can break too.
        if not _reader_left():
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_LEFT


def _reader_left() -> bool:
    try:
        watched = select.poll()
        watched.register(sys.stdout.fileno(), 0)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in watched.poll(0))
    except (OSError, ValueError, AttributeError):
        # An output without a descriptor is not one whose reader leaves.
        return False
