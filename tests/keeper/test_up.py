"""`zhidu up` starts everything once, keeps it running, outlives kill -9, and leaves nothing behind."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.keeper import stand_in
from zhidu.embedded.processes import mark, wait_until

Start = Callable[..., "Terminal"]


class Terminal:
    """`zhidu up` with stand-ins for its own processes, and what it has printed so far."""

    def __init__(self, data: Path, port: int, *arguments: str, **given: str) -> None:
        self.data, self.port = data, port
        self.output = data.parent / f"output-{time.monotonic_ns()}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHIDU_")} | given
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.keeper.stand_in", "up", str(port), str(data), *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=Path(__file__).parents[2],
                env=environment,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    def says(self, words: str) -> bool:
        """Wait until it prints these words; false when it ends without them."""
        return wait_until(lambda: words in self.text, seconds=60, abandon=lambda: self.process.poll() is not None) or (
            words in self.text
        )

    def pids(self) -> dict[str, int]:
        """The processes that it keeps, by name; one that is just being started may be missing."""
        found = {}
        with contextlib.suppress(OSError, ValueError):
            found |= {record.stem: json.loads(record.read_text())["pid"] for record in self.data.glob("run/*.json")}
        for name, record in (("postgres", "postgres/postmaster.pid"), ("broker", "broker/valkey.pid")):
            with contextlib.suppress(OSError, ValueError):
                found[name] = int((self.data / record).read_text().split("\n")[0])
        return found

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


def gone(pids: dict[str, int], *names: str) -> bool:
    """Wait until the named processes, or all, have ended."""
    return wait_until(lambda: all(mark(pids[name]) is None for name in names or pids), seconds=90)


def another(terminal: Terminal, name: str, before: int) -> bool:
    """Whether this process has been replaced."""
    return terminal.pids().get(name, before) != before


@pytest.fixture
def port() -> int:
    """A port that is free now."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


@pytest.fixture
def start(place: Path, port: int) -> Iterator[Start]:
    """Starts terminals on one data directory, and ends what the test left running."""
    terminals: list[Terminal] = []

    def begin(*arguments: str, on: int = port, **given: str) -> Terminal:
        terminals.append(Terminal(place / "data", on, *arguments, **given))
        return terminals[-1]

    yield begin
    for terminal in terminals:
        if terminal.process.poll() is None:
            terminal.end(signal.SIGTERM)
    # A keeper that was killed left its servers to the next one, which is the only one that can end them.
    if (place / "data" / "runtime.json").exists():
        sweeper = Terminal(place / "data", port)
        sweeper.says("ready:")
        sweeper.end()


def test_one_ctrl_c_ends_everything(start: Start, port: int) -> None:
    terminal = start("--demo")
    assert terminal.says("demo: the story")
    assert terminal.text.count("ready:") == 1
    assert f"ready: http://127.0.0.1:{port}\n" in terminal.text
    pids = terminal.pids()
    assert {"api", "worker", "scheduler", "mail", "mail-listener", "postgres", "broker"} <= set(pids)
    # Ctrl-C in the terminal reaches the keeper only, which then stops the others in order.
    assert all(os.getsid(pid) == pid for name, pid in pids.items() if name != "demo")
    assert terminal.end(signal.SIGINT) == 0
    assert gone(pids)
    assert not (terminal.data / "runtime.json").exists()
    assert list((terminal.data / "run").iterdir()) == []
    assert "again" not in terminal.text


def test_a_demo_that_is_killed_says_how_it_goes_on(start: Start, place: Path) -> None:
    (place / "data").mkdir(mode=0o711)
    # It has been one of Zhidu's before: another one's files would be left alone.
    (place / "data" / "installation").touch()
    (place / "data" / "kill-the-demo").touch()
    terminal = start("--demo")
    assert terminal.says("goes on where it stopped")
    [line] = [line for line in terminal.text.splitlines() if "goes on" in line]
    assert line.startswith("demo ended (killed by SIGKILL); “")
    assert f"demo --data {place / 'data'}”" in line
    assert terminal.end() == 0


def test_a_second_start_is_refused_and_harms_nothing(start: Start, port: int) -> None:
    first = start()
    assert first.says("ready:")
    pids = first.pids()
    second = start(on=port + 1)
    assert second.process.wait(30) == 1
    assert second.text.count("\n") == 1
    assert f"Zhidu runs already on {first.data} (process {first.process.pid})" in second.text
    assert first.pids() == pids
    assert all(mark(pid) for pid in pids.values())


def test_what_is_killed_is_started_again(start: Start) -> None:
    terminal = start()
    assert terminal.says("ready:")
    for name in ("worker", "postgres", "broker", "mail", "api"):
        before = terminal.pids()[name]
        os.kill(before, signal.SIGKILL)
        assert terminal.says(f"{name} ended (killed by SIGKILL); starting it again\n")
        assert wait_until(partial(another, terminal, name, before), seconds=90)
    assert terminal.end() == 0


def test_the_next_start_takes_over_from_one_that_was_killed(start: Start) -> None:
    first = start()
    assert first.says("ready:")
    left = first.pids()
    first.end(signal.SIGKILL)
    second = start()
    assert second.says("ready:")
    assert "ended what an earlier start left behind: api, mail-listener, scheduler, worker" in second.text
    assert gone(left, "api", "worker", "scheduler", "mail", "mail-listener")
    now = second.pids()
    assert (now["postgres"], now["broker"]) == (left["postgres"], left["broker"])
    assert second.end() == 0
    assert gone(now)


def test_zhidus_own_processes_end_when_their_keeper_is_killed(start: Start) -> None:
    terminal = start()
    assert terminal.says("ready:")
    left = terminal.pids()
    terminal.end(signal.SIGKILL)
    # The mail sink watches its lifeline, as the real API, worker and scheduler do.
    assert gone(left, "mail")


def test_a_taken_port_is_said_before_anything_starts(start: Start, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        terminal = start()
        assert terminal.process.wait(30) == 1
    assert terminal.text == f"zhidu: Port {port} is taken: choose another with --port (make up PORT=…).\n"
    assert not terminal.data.exists()


def test_a_data_directory_that_is_a_file_is_said(start: Start, place: Path) -> None:
    (place / "data").write_text("in the way")
    terminal = start()
    assert terminal.process.wait(30) == 1
    assert f"zhidu: {place / 'data'} cannot be written" in terminal.text
    assert terminal.text.count("\n") == 1


def test_a_failed_migration_stops_what_had_started(start: Start, place: Path) -> None:
    (place / "data").mkdir(mode=0o711)
    # It has been one of Zhidu's before: another one's files would be left alone.
    (place / "data" / "installation").touch()
    (place / "data" / "refuse").touch()
    terminal = start()
    assert terminal.process.wait(60) == 1
    assert "zhidu: migrate ended (exit 1) (see " in terminal.text
    assert "ready:" not in terminal.text
    assert not (place / "data" / "postgres" / "postmaster.pid").exists()


def test_lost_secrets_are_not_made_anew(start: Start, place: Path) -> None:
    first = start()
    assert first.says("ready:")
    assert first.end() == 0
    (place / "data" / "secrets.json").unlink()
    second = start()
    assert second.process.wait(30) == 1
    assert "secrets.json is missing" in second.text


def test_secrets_are_for_their_owner_only(start: Start, place: Path) -> None:
    terminal = start()
    assert terminal.says("ready:")
    for name in ("secrets.json", "runtime.json"):
        assert (place / "data" / name).stat().st_mode & 0o077 == 0


def test_with_servers_of_ones_own_none_is_started(start: Start, place: Path) -> None:
    theirs = {"ZHIDU_DATABASE_URL": "postgresql://app:secret@db/zhidu", "ZHIDU_BROKER_URL": "redis://broker/0"}
    terminal = start(**theirs)
    assert terminal.says("ready:")
    assert not (place / "data" / "postgres").exists()
    assert not (place / "data" / "broker").exists()
    assert "ZHIDU_MIGRATION_URL is not set" in terminal.text
    published = json.loads((place / "data" / "runtime.json").read_text())
    assert {name: published[name] for name in theirs} == theirs
    assert terminal.end() == 0


def test_a_migration_url_alone_is_refused(start: Start) -> None:
    terminal = start(ZHIDU_MIGRATION_URL="postgresql://owner@db/zhidu")
    assert terminal.process.wait(30) == 1
    assert "ZHIDU_MIGRATION_URL is set without ZHIDU_DATABASE_URL" in terminal.text


def test_the_table_of_stand_ins_has_the_shape_of_the_real_one() -> None:
    from zhidu.up import zhidu_itself

    real, played = zhidu_itself(1, 0, 0), stand_in.table(1, 0, 0)
    assert [child.name for child in real.processes] == [child.name for child in played.processes]
