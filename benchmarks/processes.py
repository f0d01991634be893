"""The servers that are measured, each a process of its own, and the processor time that processes have used."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6
STARTS_WITHIN_SECONDS = 60


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Server:
    """One server under test: its name in the figures, its process and its port."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @classmethod
    def start(
        cls, name: str, argv: Sequence[str], port: int, directory: Path, environment: Mapping[str, str] | None = None
    ) -> "Server":
        """Start it and wait until it listens; RuntimeError with the end of its log when it does not."""
        log = directory / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                argv, stdout=output, stderr=output, env={**os.environ, **(environment or {})}, start_new_session=True
            )
        server = cls(name, process, port, log)
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                server.stop()
                raise RuntimeError(f"{name} did not start: {server.said()}")
            time.sleep(0.1)
        return server

    def stop(self) -> None:
        """End it, softly at first."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-2000:]

    def cpu_seconds(self) -> float:
        """Processor time so far, user and system, of the process and its children."""
        return cpu_seconds(self.process.pid)

    def resident_mb(self) -> float:
        """What it holds in memory."""
        return resident_mb(self.process.pid)


def resident_mb(pid: int | str) -> float:
    """What a process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MB


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(1)
        return tried.connect_ex(("127.0.0.1", port)) == 0


def cpu_seconds(pid: int) -> float:
    """Processor time so far of a process and of everything it started, whether that still runs or not."""
    total, left = 0, [pid]
    while left:
        current = left.pop()
        try:
            # The name in brackets may hold spaces; the fields are counted behind it.
            fields = Path(f"/proc/{current}/stat").read_text().rpartition(")")[2].split()
            left += [int(child) for child in Path(f"/proc/{current}/task/{current}/children").read_text().split()]
        except OSError:
            continue
        # utime, stime, and both of the children that have ended.
        total += sum(int(field) for field in fields[11:15])
    return total * TICK_SECONDS


def program(name: str) -> str | None:
    """Where a program is, if it is."""
    return shutil.which(name)
