"""A process is known by its number and its start, never by its number alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from zhidu.embedded.processes import Process, mark, said, serves, wait_until


def test_a_process_has_one_mark_as_long_as_it_lives() -> None:
    sleeper = Process.launch(["/bin/sleep", "600"], log=None)
    assert mark(sleeper.pid) == sleeper.identity
    assert sleeper.end(signal.SIGTERM, seconds=60)
    assert mark(sleeper.pid) is None
    assert sleeper.status == "killed by SIGTERM"


def test_a_number_with_another_mark_is_not_adopted() -> None:
    assert Process.adopt(os.getpid(), "the mark of an earlier process") is None
    assert Process.adopt(os.getpid(), mark(os.getpid())) is not None


def test_a_zombie_is_gone() -> None:
    child = subprocess.Popen(["/bin/true"])
    assert wait_until(lambda: mark(child.pid) is None, seconds=60)
    child.wait()


def test_a_server_is_known_by_its_directory_whatever_the_clock_says(tmp_path: Path) -> None:
    server = subprocess.Popen(["/bin/sleep", "600"], cwd=tmp_path)
    try:
        assert serves(server.pid, tmp_path, time.time() - 86_400) == (sys.platform == "linux")
        assert not serves(server.pid, tmp_path / "other", time.time() - 86_400)
    finally:
        server.kill()
        server.wait()


def test_one_that_does_not_leave_is_killed_with_all_it_started(tmp_path: Path) -> None:
    log = tmp_path / "stubborn.log"
    stubborn = Process.launch(["/bin/sh", "-c", "trap '' TERM; sleep 601 & echo $!; wait"], log=log)
    assert wait_until(lambda: bool(said(log)), seconds=60)
    started = int(said(log))
    assert not stubborn.end(signal.SIGTERM, seconds=0.2)
    assert wait_until(lambda: mark(started) is None, seconds=60)


def test_what_a_log_said_last(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("FATAL: no room\nLOG: shut down\n\n")
    assert said(log) == "LOG: shut down"
    assert said(log, "FATAL", "PANIC") == "FATAL: no room"
    assert said(log, "FATAL", since=16) == ""
    assert said(tmp_path / "none.log") == ""
