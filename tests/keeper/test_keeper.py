"""The keeper starts again what ended, with growing waits, and stops everything in order whatever fails."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from zhidu import keeper
from zhidu.failures import Failure
from zhidu.keeper import Keeper


class Played:
    """A part that does what the test says."""

    def __init__(self, name: str, told: list[str], *, lives: bool = True, stops: bool = True) -> None:
        self.name, self.log, self.status = name, Path("no.log"), "exit 3"
        self.told, self.lives, self.stops = told, lives, stops

    def start(self, *, abandon: Callable[[], bool] = lambda: False) -> bool:
        self.told.append(f"start {self.name}")
        return False

    def alive(self) -> bool:
        return self.lives

    def ready(self) -> bool:
        return self.lives

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        self.told.append(f"stop {self.name}")
        if not self.stops:
            raise OSError("it is stuck")


@pytest.fixture
def told() -> list[str]:
    """What happened to the parts, in order."""
    return []


@pytest.fixture
def kept() -> Keeper:
    """A keeper that nobody asks to stop."""
    return Keeper(threading.Event(), threading.Event())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, kept: Keeper) -> Callable[[float], None]:
    """A monotonic clock that moves when the test moves it, and while the keeper waits."""
    now = [1000.0]
    monkeypatch.setattr(keeper.time, "monotonic", lambda: now[0])

    def pass_by(seconds: float) -> None:
        now[0] += seconds

    def wait(seconds: float) -> bool:
        pass_by(seconds)
        return False

    monkeypatch.setattr(kept.stopping, "wait", wait)
    return pass_by


def test_parts_stop_in_the_opposite_order_even_when_one_is_stuck(kept: Keeper, told: list[str]) -> None:
    for part in (Played("first", told), Played("stuck", told, stops=False), Played("last", told)):
        kept.start(part)
    kept.at_the_end(lambda: told.append("tidy"))
    kept.stop()
    assert told[3:] == ["stop last", "stop stuck", "stop first", "tidy"]


def test_a_part_that_cannot_be_started_is_stopped_with_the_others(kept: Keeper, told: list[str]) -> None:
    class Refusing(Played):
        def start(self, *, abandon: Callable[[], bool] = lambda: False) -> bool:
            raise Failure("no room")

    kept.start(Played("first", told))
    with pytest.raises(Failure, match="no room"):
        kept.start(Refusing("second", told))
    kept.stop()
    assert told[1:] == ["stop second", "stop first"]


def test_the_waits_before_a_new_start_grow_to_a_bound(
    kept: Keeper, told: list[str], clock: Callable[[float], None]
) -> None:
    kept.start(Played("worker", told, lives=False))
    started_after = []
    passed = 0.0
    for _ in range(900):
        before = len(told)
        kept.tend()
        if len(told) > before:
            started_after.append(passed)
            passed = 0.0
        clock(0.25)
        passed += 0.25
    waits = [round(wait) for wait in started_after[:9]]
    assert waits == [0, 1, 2, 4, 8, 15, 30, 30, 30]


def test_a_part_that_ran_for_long_starts_again_at_once(
    kept: Keeper, told: list[str], clock: Callable[[float], None]
) -> None:
    worker = Played("worker", told, lives=False)
    kept.start(worker)
    for _ in range(40):
        kept.tend()
        clock(1)
    worker.lives = True
    clock(120)
    kept.tend()
    worker.lives = False
    starts = len(told)
    kept.tend()
    kept.tend()
    assert len(told) == starts + 1


def test_a_part_that_does_not_stay_up_ends_the_start(
    kept: Keeper, told: list[str], clock: Callable[[float], None]
) -> None:
    kept.start(Played("api", told, lives=False))
    with pytest.raises(Failure, match="api does not stay up: api ended"):
        kept.wait_until_ready(seconds=60)


def test_a_start_that_takes_too_long_says_for_what(
    kept: Keeper, told: list[str], clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    class Slow(Played):
        def ready(self) -> bool:
            return False

    kept.start(Slow("api", told))
    with pytest.raises(Failure, match="api is not ready after 60 s"):
        kept.wait_until_ready(seconds=60)
    assert capsys.readouterr().err.count("still waiting for api") == 1
