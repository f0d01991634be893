"""What is kept running: servers and child processes in one table, started, watched, started again, stopped in order."""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from zhidu.embedded.processes import LOG_BYTES, Process, log_size, said
from zhidu.failures import Failure

# The waits before a part that ended is started again: at once, then longer and longer.
BACKOFF_SECONDS = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# A part that ran this long is taken for healthy, and its next end counts as the first.
HEALTHY_SECONDS = 60.0
# A start that takes longer than this says what it is waiting for.
TELL_AFTER_SECONDS = 15.0
# So often may a part end before the first `ready`; then it will not get better by itself.
ENDS_BEFORE_READY = 3


# What the line of a log holds that says why its process ended; it is not always the last.
TELLING_WORDS = ("zhidu: ", "Error", "FATAL", "PANIC")


def say(line: str) -> None:
    """One line for the person at the terminal; a terminal that is gone does not stop the keeper."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


class Part(Protocol):
    """Whatever the keeper keeps: an embedded server or a child process."""

    name: str
    log: Path

    @property
    def status(self) -> str:
        """How it ended, if it did."""

    def start(self, *, abandon: Callable[[], bool] = ...) -> bool:
        """Start it, or take over the one that runs already and return True."""

    def alive(self) -> bool:
        """Whether it runs."""

    def ready(self) -> bool:
        """Whether it does its work."""

    def stop(self, *, hurry: Callable[[], bool] = ...) -> None:
        """Stop it; `hurry` ends the waiting."""


@dataclass(frozen=True)
class Child:
    """One line of the table of processes."""

    name: str
    argv: Sequence[str]
    ready: Callable[[], bool] = lambda: True
    # How long it may take to finish what it has begun.
    stop_seconds: float = 20.0
    pass_fds: Sequence[int] = ()
    # A process that is meant to end; its output goes to the terminal.
    once: bool = False
    # What to say when such a one ends before it is done: how it goes on.
    afterwards: str = ""


class ChildProcess:
    """A child as a part. Its number is written down, so that the next keeper can end what this one left behind."""

    def __init__(self, child: Child, *, data: Path, environment: Mapping[str, str], directory: Path) -> None:
        """`directory` is where it runs; its log is DATA/log/<name>.log."""
        self.child = child
        self.name = child.name
        self.log = data / "log" / f"{child.name}.log"
        self._record = data / "run" / f"{child.name}.json"
        self._environment, self._directory = environment, directory
        self._process: Process | None = None
        # Where its log stood when it was started last.
        self.said_before = 0

    def start(self, *, abandon: Callable[[], bool] = lambda: False) -> bool:
        """Start it and do not wait."""
        self.said_before = log_size(self.log)
        self._process = Process.launch(
            self.child.argv,
            log=None if self.child.once else self.log,
            environment=self._environment,
            directory=str(self._directory),
            pass_fds=self.child.pass_fds,
        )
        self._record.parent.mkdir(parents=True, exist_ok=True)
        self._record.write_text(json.dumps({"pid": self._process.pid, "identity": self._process.identity}))
        return False

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.alive()

    def ready(self) -> bool:
        """Whether it does its work, as its line of the table says."""
        return self.alive() and self.child.ready()

    @property
    def status(self) -> str:
        """How it ended."""
        return self._process.status if self._process else ""

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Let it finish, for a while."""
        if self._process is not None:
            self._process.end(signal.SIGTERM, seconds=self.child.stop_seconds, hurry=hurry)
            self._process = None
        self._record.unlink(missing_ok=True)


def end_leftovers(data: Path) -> list[str]:
    """End the processes of a keeper that was killed, and return their names; a number that is used again is spared."""
    left: list[tuple[str, Process]] = []
    for record in sorted((data / "run").glob("*.json")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            noted = json.loads(record.read_text())
            if found := Process.adopt(int(noted["pid"]), str(noted["identity"])):
                left.append((record.stem, found))
    for _, process in left:
        process.send(signal.SIGTERM)
    for _, process in left:
        process.end(signal.SIGTERM, seconds=10)
    for record in (data / "run").glob("*.json"):
        record.unlink(missing_ok=True)
    return [name for name, _ in left]


@dataclass
class _Kept:
    part: Part
    started_at: float = 0.0
    ends: int = 0
    again_at: float = 0.0
    finished: bool = False


@dataclass
class Keeper:
    """Keeps its parts running until `stopping` says so; times are of the monotonic clock."""

    stopping: threading.Event
    hurry: threading.Event
    _kept: list[_Kept] = field(default_factory=list)
    _afterwards: list[Callable[[], None]] = field(default_factory=list)

    def start(self, part: Part) -> None:
        """Start a part and keep it from now on; parts are stopped in the opposite order."""
        kept = _Kept(part, started_at=time.monotonic())
        # Kept before it runs: whatever goes wrong in between, it will be stopped.
        self._kept.append(kept)
        if part.start(abandon=self.stopping.is_set):
            say(f"{part.name} ran already and is taken over")

    def at_the_end(self, tidy: Callable[[], None]) -> None:
        """Call this once everything has stopped."""
        self._afterwards.append(tidy)

    def wait_until_ready(self, *, seconds: float) -> bool:
        """Wait for all parts; False when asked to stop. Raises Failure when one keeps ending or the time is over."""
        begun_at, told = time.monotonic(), False
        while late := next((kept.part for kept in self._kept if not kept.part.ready()), None):
            self.tend()
            for part in (kept.part for kept in self._kept if kept.ends >= ENDS_BEFORE_READY):
                raise Failure(f"{part.name} does not stay up: {how_it_ended(part)} (see {part.log})")
            waited = time.monotonic() - begun_at
            if waited > seconds:
                raise Failure(f"{late.name} is not ready after {seconds:.0f} s: {said(late.log)} (see {late.log})")
            if waited > TELL_AFTER_SECONDS and not told:
                told = True
                say(f"still waiting for {late.name}; its log is {late.log}")
            if self.stopping.wait(0.1):
                return False
        return True

    def keep(self) -> None:
        """Watch until asked to stop."""
        next_look_at_logs = 0.0
        while not self.stopping.wait(0.25):
            self.tend()
            if time.monotonic() > next_look_at_logs:
                next_look_at_logs = time.monotonic() + 60
                for kept in self._kept:
                    _shorten(kept.part.log)

    def tend(self) -> None:
        """One look at every part: what ended is started again, after a wait that grows."""
        for kept in self._kept:
            if kept.finished or kept.part.alive():
                continue
            now = time.monotonic()
            if not kept.again_at:
                self._note_end(kept, now)
            elif now >= kept.again_at:
                kept.again_at, kept.started_at = 0.0, now
                try:
                    kept.part.start(abandon=self.stopping.is_set)
                except (Failure, OSError) as error:
                    # A part that cannot be started counts as one that ended; its own words say why.
                    say(str(error))

    def _note_end(self, kept: _Kept, now: float) -> None:
        if isinstance(kept.part, ChildProcess) and kept.part.child.once:
            kept.finished = True
            if kept.part.status != "exit 0":
                say("; ".join(filter(None, (how_it_ended(kept.part), kept.part.child.afterwards))))
            return
        kept.ends = 1 if now - kept.started_at > HEALTHY_SECONDS else kept.ends + 1
        wait = BACKOFF_SECONDS[min(kept.ends, len(BACKOFF_SECONDS)) - 1]
        kept.again_at = now + wait
        say(f"{how_it_ended(kept.part)}; starting it again{f' in {wait:.0f} s' if wait else ''}")

    def stop(self) -> None:
        """Stop every part, the last started first; one that fails to stop does not spare the others."""
        if had_parts := bool(self._kept):
            say("stopping")
        for kept in reversed(self._kept):
            try:
                kept.part.stop(hurry=self.hurry.is_set)
            except (OSError, Failure) as error:
                say(f"{kept.part.name} could not be stopped: {error}")
        self._kept.clear()
        for tidy in self._afterwards:
            tidy()
        if had_parts:
            say("stopped")


def how_it_ended(part: Part) -> str:
    """In one line; a part that left by itself has said why in its log, unless that went to the terminal."""
    words = ""
    if not part.status.startswith("killed"):
        since = part.said_before if isinstance(part, ChildProcess) else 0
        words = said(part.log, *TELLING_WORDS, since=since) or said(part.log, since=since)
    return f"{part.name} ended{f' ({part.status})' if part.status else ''}{f': {words}' if words else ''}"


def _shorten(log: Path) -> None:
    """Put the long log of a running process aside; it goes on writing at the end, which is the beginning then."""
    if log_size(log) > LOG_BYTES:
        with contextlib.suppress(OSError):
            aside = log.with_suffix(".1.log")
            aside.write_bytes(log.read_bytes())
            os.truncate(log, 0)
