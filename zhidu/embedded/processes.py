"""One process that may outlive whoever started it: launched or adopted, recognised, watched, ended."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from zhidu.embedded.accounts import Account

# Servers see nothing of the caller's environment: a stray PGPORT, TZ or LD_PRELOAD would change what they are.
CLEAN_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}

# The recorded and the computed start of one process differ by rounding and by small corrections of the clock.
START_TOLERANCE_SECONDS = 5.0

LOG_BYTES = 10_000_000
# How far back a telling line is looked for: a statement that failed may be long.
SAID_BYTES = 65_536


def mark(pid: int) -> str | None:
    """What tells this process from a later one with the same number; None when it is gone or a zombie."""
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        # Fields 3 and 22 of proc(5): the state, and the start in ticks since the machine came up.
        return None if fields[0] in "ZX" else f"{_boot()}/{fields[19]}"
    listing = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True)
    state, _, start = listing.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else start.strip()


def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def serves(pid: int, directory: Path, recorded_at: float) -> bool:
    """Whether this number still belongs to the server of `directory`, which wrote it down at `recorded_at` (epoch).

    Both servers make their data directory their working directory, and no chance process does that. Where the
    system does not show it, the start time decides.
    """
    found = mark(pid)
    if found is None:
        return False
    if sys.platform == "linux":
        try:
            return os.readlink(f"/proc/{pid}/cwd") == str(directory.resolve())
        except OSError:
            ticks = int(found.rpartition("/")[2])
            up = float(Path("/proc/uptime").read_text().split()[0])
            started_at = time.time() - up + ticks / os.sysconf("SC_CLK_TCK")
    else:
        started_at = datetime.strptime(found, "%a %b %d %H:%M:%S %Y").astimezone().timestamp()
    return abs(started_at - recorded_at) <= START_TOLERANCE_SECONDS


@dataclass
class Process:
    """A running process, ours by birth or known by its number only."""

    pid: int
    identity: str
    child: subprocess.Popen[bytes] | None = None

    @classmethod
    def adopt(cls, pid: int, identity: str | None = None) -> "Process | None":
        """The live process with this number (and this mark, when one was recorded), or None."""
        found = mark(pid)
        return cls(pid, found) if found is not None and identity in (None, found) else None

    @classmethod
    def launch(
        cls,
        argv: Sequence[str],
        *,
        log: Path | None,
        account: Account | None = None,
        environment: Mapping[str, str] = CLEAN_ENVIRONMENT,
        directory: str = "/",
        typed: bytes = b"",
        pass_fds: Sequence[int] = (),
    ) -> "Process":
        """Start a process in a session of its own, so that Ctrl-C in the terminal does not reach it.

        `typed` is what it reads on its standard input; without a `log` it writes to our own output.
        """
        output: IO[bytes] | None = open_log(log) if log else None
        try:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE if typed else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env=dict(environment),
                cwd=directory,
                start_new_session=True,
                pass_fds=pass_fds,
                **(account.as_popen() if account else {}),
            )
        finally:
            if output:
                output.close()
        if child.stdin:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(typed)
                child.stdin.close()
        return cls(child.pid, mark(child.pid) or "", child)

    def alive(self) -> bool:
        """Whether it still runs; a child that has ended is collected here, so that it does not stay as a zombie."""
        if self.child is not None:
            return self.child.poll() is None
        return mark(self.pid) == self.identity

    @property
    def status(self) -> str:
        """How it ended, in two words; empty for an adopted process."""
        code = self.child.poll() if self.child else None
        if code is None:
            return ""
        return f"exit {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def send(self, number: signal.Signals, *, whole_group: bool = False) -> None:
        """Signal it, or it and all that it started; a process that is gone already is no error."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if whole_group else os.kill)(self.pid, number)

    def end(self, polite: signal.Signals, *, seconds: float, hurry: Callable[[], bool] = lambda: False) -> bool:
        """Ask it to end, wait, and kill its whole group when it does not; True when it went by itself.

        `hurry` is asked again and again: once it is true the waiting is over.
        """
        self.send(polite)
        if wait_until(lambda: not self.alive(), seconds=seconds, abandon=hurry):
            return True
        self.send(signal.SIGKILL, whole_group=True)
        wait_until(lambda: not self.alive(), seconds=10)
        return False


def wait_until(
    reached: Callable[[], bool], *, seconds: float = float("inf"), abandon: Callable[[], bool] = lambda: False
) -> bool:
    """Look every few hundredths of a second; False when the time is over or `abandon` turned true first."""
    deadline = time.monotonic() + seconds
    while not reached():
        if abandon() or time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def open_log(path: Path) -> IO[bytes]:
    """The log for appending; a long one is put aside first, and one older part is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".1.log"))
    return path.open("ab")


def log_size(log: Path) -> int:
    """Where the next line of a log will stand; `said` takes it."""
    return log.stat().st_size if log.exists() else 0


def said(log: Path, *words: str, since: int = 0) -> str:
    """The last line of a log that holds one of these words, or that says anything; empty when there is none."""
    with contextlib.suppress(OSError), log.open("rb") as opened:
        opened.seek(max(since, log_size(log) - SAID_BYTES))
        lines = [line.strip() for line in opened.read().decode(errors="replace").split("\n")]
        fitting = (line for line in reversed(lines) if line and (not words or any(word in line for word in words)))
        return next(fitting, "")[:300]
    return ""
