"""The embedded PostgreSQL starts, survives its own death and its keeper's, and touches nothing that is not its own."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from zhidu.embedded.postgres import SUPERUSER, Postgres, throwaway
from zhidu.embedded.premises import open_premises
from zhidu.embedded.processes import mark, wait_until
from zhidu.failures import Failure


def ask(server: Postgres, *statements: str) -> Any:
    """Run statements as the superuser, and return the value of the last."""

    async def run() -> Any:
        connection = await asyncpg.connect(server.url(SUPERUSER, server.password, "postgres"))
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(run())


def postgres(place: Path, **options: Any) -> Postgres:
    return Postgres(place, password="a password of 12%/@:", **options)


@pytest.fixture
def running(place: Path) -> Iterator[Postgres]:
    """A durable server that runs, stopped and tidied afterwards."""
    server = postgres(place)
    server.start()
    yield server
    server.stop()
    server.premises.close()


def test_it_is_durable_and_keeps_its_own_time(running: Postgres) -> None:
    found = ask(
        running,
        "select string_agg(name || '=' || setting, ' ' order by name) from pg_settings where name in "
        "('fsync','full_page_writes','synchronous_commit','jit','TimeZone','max_connections')",
    )
    assert found == "TimeZone=UTC fsync=on full_page_writes=on jit=off max_connections=100 synchronous_commit=on"


def test_it_listens_on_a_private_unix_socket_only(running: Postgres) -> None:
    assert ask(running, "show listen_addresses") == ""
    assert stat.S_IMODE(running.sockets.stat().st_mode) == 0o700


def test_a_password_is_asked_for(running: Postgres) -> None:
    running.password = "another"
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(running, "select 1")


def test_it_never_runs_as_root(running: Postgres) -> None:
    uid = subprocess.run(["ps", "-o", "uid=", "-p", str(running.pid)], capture_output=True, text=True).stdout
    assert int(uid) != 0


def test_a_database_is_created_once(running: Postgres) -> None:
    running.ensure_database("zhidu")
    running.ensure_database("zhidu")
    assert ask(running, "select count(*) from pg_database where datname = 'zhidu'") == 1


def test_what_was_committed_survives_kill_9(running: Postgres) -> None:
    ask(running, "create table kept (n int)", "insert into kept values (7) returning n")
    before = running.pid
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: not running.alive(), seconds=60)
    assert running.start() is False
    assert running.pid != before
    assert ask(running, "select n from kept") == 7


def test_a_server_that_outlived_its_keeper_is_taken_over(place: Path, running: Postgres) -> None:
    heir = postgres(place)
    assert heir.start() is True
    assert heir.pid == running.pid
    assert ask(heir, "select 1") == 1
    heir.stop()
    assert not running.alive()


def test_one_whose_socket_was_tidied_away_is_replaced(place: Path, running: Postgres) -> None:
    shutil.rmtree(running.sockets)
    heir = postgres(place)
    assert heir.start() is False
    assert not running.alive()
    assert ask(heir, "select 1") == 1
    heir.stop()
    heir.premises.close()


def test_a_wrong_password_is_said_in_one_line(running: Postgres) -> None:
    running.password = "another"
    with pytest.raises(Failure, match="does not let us in"):
        running.ensure_database("zhidu")


def test_a_stale_record_whose_number_lives_on_does_not_stop_it(place: Path, running: Postgres) -> None:
    running.stop()
    account = running.premises.account
    stranger = subprocess.Popen(["/bin/sleep", "60"], cwd="/", **(account.as_popen() if account else {}))
    try:
        # A server that was killed leaves two records, one beside its socket.
        for record in (running.cluster / "postmaster.pid", running.sockets / ".s.PGSQL.5432.lock"):
            begun_at = int(time.time()) - 5000
            record.write_text(f"{stranger.pid}\n{running.cluster}\n{begun_at}\n5432\n{running.sockets}\n\n\nready\n")
            if account:
                account.owns(record)
        assert running.start() is False
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_cluster_that_was_half_made_is_made_again(place: Path) -> None:
    (place / "postgres.new").mkdir()
    (place / "postgres.new" / "PG_VERSION").write_text("18\n")
    server = postgres(place, durable=False)
    try:
        server.start()
        assert ask(server, "select 1") == 1
    finally:
        server.stop()
        server.premises.close()
    assert not (place / "postgres.new").exists()


def test_a_long_path_does_not_lengthen_the_socket(place: Path) -> None:
    deep = place / ("directory-" * 8) / ("directory-" * 8)
    deep.mkdir(parents=True)
    server = postgres(deep, durable=False)
    try:
        server.start()
        assert len(bytes(server.sockets / ".s.PGSQL.5432.lock")) < 103
    finally:
        server.stop()
        server.premises.close()


def test_why_it_does_not_start_is_said_in_one_line(place: Path) -> None:
    server = postgres(place, settings={"max_connections": "none"})
    with pytest.raises(Failure, match=r"PostgreSQL did not start: .*max_connections") as refused:
        server.start()
    assert "\n" not in str(refused.value)
    server.premises.close()


def test_a_closed_directory_above_is_never_opened(place: Path) -> None:
    closed = place / "home"
    closed.mkdir(mode=0o700)
    premises = open_premises(closed / "data", system=place / "system")
    server = postgres(closed / "data", durable=False, premises=premises)
    try:
        server.start()
        assert ask(server, "select 1") == 1
    finally:
        server.stop()
        premises.close()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    # Root hands the server to an account that cannot pass; anybody else passes through a home of their own.
    assert (premises.directory == closed / "data") == (os.geteuid() != 0)
    assert bool(premises.notice) == (os.geteuid() == 0)


def test_the_same_closed_directory_finds_its_files_again(place: Path) -> None:
    closed = place / "home"
    closed.mkdir(mode=0o700)
    first = open_premises(closed / "data", system=place / "system")
    assert open_premises(closed / "data", system=place / "system").directory == first.directory
    first.close()


def test_a_throwaway_server_dies_with_the_tests_even_by_kill_9() -> None:
    program = (
        "import os, signal\nfrom zhidu.embedded.postgres import throwaway\n"
        "with throwaway() as server:\n"
        "    print(server.pid, server.sockets, server.premises.directory, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    pid, *directories = done.stdout.split()
    assert wait_until(lambda: mark(int(pid)) is None, seconds=60)
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


def test_a_throwaway_server_leaves_nothing() -> None:
    with throwaway() as server:
        assert ask(server, "show fsync") == "off"
    assert not server.alive()
    assert not server.sockets.exists()
    assert not server.cluster.exists()
