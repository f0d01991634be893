"""The load: a process of its own that keeps some connections busy for a while and says how it was served."""

import itertools
import json
import pickle
import random
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HEADERS_END = b"\r\n\r\n"
LENGTH = b"content-length:"
MOST_BYTES = 1 << 18


@dataclass(frozen=True)
class Served:
    """What one trial saw: answers per second and milliseconds; `bad` answers were not what they should be."""

    answers: int
    bad: int
    seconds: float
    p50_ms: float
    p99_ms: float
    body_bytes: float
    # The beginning of a bad answer.
    example: str = ""

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


class Load:
    """The process; `requests` are whole HTTP requests, sent in an order of chance that is the same every time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files: dict[str, str] = {}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process is not None
        # Its input ends, and so it does.
        self._process.communicate(timeout=60)

    def keep(self, name: str, requests: Sequence[bytes]) -> None:
        """Let the process know the requests of a workload."""
        path = self._directory / f"requests-{name.replace('/', '-')}"
        path.write_bytes(pickle.dumps(list(requests)))
        self._files[name] = str(path)

    def run(
        self, name: str, port: int, *, connections: int, seconds: float, must_hold: str = "", most: int = 1_000_000
    ) -> Served:
        """One trial of at most so many seconds and requests."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {
            "path": self._files[name],
            "port": port,
            "connections": connections,
            "seconds": seconds,
            "must_hold": must_hold,
            "most": most,
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise RuntimeError(f"the load ended in the middle of {name}")
        return Served(**json.loads(said))


class _Connection:
    """One connection that always waits for exactly one answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.received = b""
        self.wanted = 0

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.received, self.wanted = b"", 0
        self.socket.sendall(request)

    def take(self) -> bool:
        """Receive what is there; True when the answer is complete."""
        part = self.socket.recv(MOST_BYTES)
        if not part:
            raise RuntimeError("the server closed a connection")
        self.received = self.received + part if self.received else part
        if not self.wanted:
            end = self.received.find(HEADERS_END)
            if end < 0:
                return False
            head = self.received[:end].lower()
            at = head.index(LENGTH) + len(LENGTH)
            length = head[at : head.index(b"\r", at)] if b"\r" in head[at:] else head[at:]
            self.wanted = end + len(HEADERS_END) + int(length)
        return len(self.received) >= self.wanted


def _trial(requests: list[bytes], asked: dict[str, Any]) -> Served:
    chance = random.Random(7)
    shuffled = chance.sample(requests, len(requests))
    following: Iterator[bytes] = itertools.islice(itertools.cycle(shuffled), asked["most"])
    must_hold = asked["must_hold"].encode()
    poll = select.epoll()
    connections: dict[int, _Connection] = {}
    for _ in range(asked["connections"]):
        connection = _Connection(asked["port"])
        connections[connection.socket.fileno()] = connection
        poll.register(connection.socket.fileno(), select.EPOLLIN)
    waits: list[float] = []
    bad, example, received = 0, "", 0
    began_at = time.perf_counter()
    until = began_at + asked["seconds"]
    for connection in connections.values():
        connection.send(next(following))
    waiting = len(connections)
    while waiting:
        for number, _ in poll.poll(30):
            connection = connections[number]
            if not connection.take():
                continue
            now = time.perf_counter()
            waits.append(now - connection.sent_at)
            answer = connection.received
            received += len(answer)
            if b" 200 " not in answer[:15] or must_hold not in answer:
                bad, example = bad + 1, answer[:2000].decode(errors="replace")
            request = next(following, None) if now < until else None
            if request is None:
                waiting -= 1
            else:
                connection.send(request)
    took = time.perf_counter() - began_at
    for connection in connections.values():
        connection.socket.close()
    waits.sort()
    return Served(
        answers=len(waits),
        bad=bad,
        seconds=took,
        p50_ms=waits[len(waits) // 2] * 1000,
        p99_ms=waits[len(waits) * 99 // 100] * 1000,
        body_bytes=received / len(waits),
        example=example,
    )


def main() -> None:
    """Answer each line of the input, a trial, with a line of what it saw."""
    known: dict[str, list[bytes]] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        path = asked["path"]
        if path not in known:
            # Our own file, written by the process that started this one.
            known[path] = pickle.loads(Path(path).read_bytes())  # noqa: S301
        print(json.dumps(asdict(_trial(known[path], asked))), flush=True)


if __name__ == "__main__":
    main()
