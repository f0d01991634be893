"""The embedded broker: a Valkey that keeps its log of appends, started or adopted, watched and stopped by Zhidu."""

import contextlib
import shutil
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from zhidu.embedded.premises import Premises
from zhidu.embedded.processes import Process, said, serves, wait_until
from zhidu.failures import Failure

# Losing a second of it is harmless: PostgreSQL remembers, the broker only wakes.
CONFIGURATION = """
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
dir {directory}
pidfile {pid_file}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


class Broker:
    """One server on a unix socket, with its files in DATA/broker and its log in DATA/log/broker.log."""

    name = "broker"

    def __init__(self, data: Path, *, password: str, premises: Premises) -> None:
        """Nothing is started yet."""
        self.premises = premises
        self.password = password
        self.directory = premises.directory / "broker"
        self.log = data.resolve() / "log" / "broker.log"
        self.socket = premises.sockets / "broker.sock"
        self._pid_file = self.directory / "valkey.pid"
        self._process: Process | None = None

    def start(self, *, abandon: Callable[[], bool] = lambda: False) -> bool:
        """Return when it answers; True when it ran already. Raises Failure with its own last line when it ends.

        Files that it cannot read are put aside once: they hold nothing that PostgreSQL does not know.
        """
        self.premises.make(self.directory)
        if self._adopt():
            return True
        for last in (False, True):
            self._launch()
            if wait_until(self.ready, abandon=lambda: abandon() or not self.alive()):
                return False
            if last or abandon() or not (self.directory / "appendonlydir").exists():
                break
            damaged = self.directory.with_name("broker.damaged")
            shutil.rmtree(damaged, ignore_errors=True)
            self.directory.rename(damaged)
            self.premises.make(self.directory)
        raise Failure(f"The broker did not start: {said(self.log) or 'it says nothing'} (see {self.log})")

    @property
    def pid(self) -> int:
        """The number of its process, 0 when it was not started."""
        return self._process.pid if self._process else 0

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.alive()

    @property
    def status(self) -> str:
        """How it ended, if it did."""
        return self._process.status if self._process else ""

    def ready(self) -> bool:
        """Whether it answers on its socket."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self.socket))
            password = self.password.encode()
            connection.sendall(b"*2\r\n$4\r\nAUTH\r\n$%d\r\n%b\r\nPING\r\n" % (len(password), password))
            answer = b""
            while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                answer += part
            return self.alive() and answer.startswith(b"+OK\r\n+PONG\r\n")
        return False

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop it; its log of appends is on disk."""
        if self._process is not None:
            self._process.end(signal.SIGTERM, seconds=20, hurry=hurry)
            self._process = None

    def url(self) -> str:
        """`unix://…` as the Redis clients understand it."""
        return f"unix://:{quote(self.password, safe='')}@{quote(str(self.socket))}?db=0"

    def _adopt(self) -> bool:
        """Take over a server that outlived its keeper, unless its socket is gone: then it is ended."""
        try:
            pid, written_at = int(self._pid_file.read_text()), self._pid_file.stat().st_mtime
        except (OSError, ValueError):
            return False
        self._process = Process.adopt(pid) if serves(pid, self.directory, written_at) else None
        if self._process is None:
            return False
        if wait_until(self.ready, seconds=30, abandon=lambda: not self.alive() or not self.socket.exists()):
            return True
        self.stop()
        return False

    def _launch(self) -> None:
        text = CONFIGURATION.format(
            socket=_quoted(self.socket),
            password=_quoted(self.password),
            directory=_quoted(self.directory),
            pid_file=_quoted(self._pid_file),
        )
        # The configuration is read from the input: the password stands in no file and no list of processes.
        self._process = Process.launch(
            [str(self.premises.valkey), "-"], log=self.log, account=self.premises.account, typed=text.encode()
        )


def _quoted(value: Path | str) -> str:
    """One word of the server's configuration, whatever characters it has."""
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
