"""The embedded broker keeps what it was given, can be taken over, and starts again without what it cannot read."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from zhidu.embedded.broker import Broker
from zhidu.embedded.premises import Premises, open_premises
from zhidu.embedded.processes import wait_until


@pytest.fixture
def premises(place: Path) -> Iterator[Premises]:
    """Where the broker lives."""
    opened = open_premises(place)
    yield opened
    opened.close()


@pytest.fixture
def running(place: Path, premises: Premises) -> Iterator[Broker]:
    """A broker that runs, stopped afterwards."""
    broker = Broker(place, password="a password of 12%/@:", premises=premises)
    broker.start()
    yield broker
    broker.stop()


def client(broker: Broker) -> "redis.Redis":
    return redis.Redis.from_url(broker.url(), decode_responses=True)


def test_it_answers_by_its_url_and_listens_on_no_port(running: Broker) -> None:
    with client(running) as connection:
        assert connection.ping()
        assert connection.config_get("port", "appendonly", "appendfsync") == {
            "port": "0",
            "appendonly": "yes",
            "appendfsync": "everysec",
        }


def test_it_asks_for_its_password(running: Broker) -> None:
    with (
        redis.Redis(unix_socket_path=str(running.socket), retry=Retry(NoBackoff(), 0)) as connection,
        pytest.raises(redis.exceptions.AuthenticationError),
    ):
        connection.ping()


def test_its_password_is_in_no_list_of_processes(running: Broker) -> None:
    shown = Path(f"/proc/{running.pid}/cmdline").read_bytes()
    assert running.password.encode() not in shown


def test_what_it_was_given_survives_kill_9(running: Broker) -> None:
    with client(running) as connection:
        connection.config_set("appendfsync", "always")
        connection.rpush("queue", "one", "two")
    os.kill(running.pid, signal.SIGKILL)
    assert wait_until(lambda: not running.alive(), seconds=60)
    assert running.start() is False
    with client(running) as connection:
        assert connection.lrange("queue", 0, -1) == ["one", "two"]


def test_a_broker_that_outlived_its_keeper_is_taken_over(place: Path, premises: Premises, running: Broker) -> None:
    heir = Broker(place, password=running.password, premises=premises)
    assert heir.start() is True
    heir.stop()
    assert not running.alive()


def test_one_without_its_socket_is_replaced(place: Path, premises: Premises, running: Broker) -> None:
    running.socket.unlink()
    heir = Broker(place, password=running.password, premises=premises)
    assert heir.start() is False
    assert not running.alive()
    heir.stop()


def test_files_it_cannot_read_are_put_aside(place: Path, running: Broker) -> None:
    running.stop()
    for part in (running.directory / "appendonlydir").glob("*.aof"):
        part.write_bytes(b"*3\r\n$this is no command\r\n" * 3)
    running.start()
    with client(running) as connection:
        assert connection.ping()
    assert (place / "broker.damaged" / "appendonlydir").exists()
