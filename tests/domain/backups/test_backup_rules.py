"""Archives go when they have served their time, and never before enough newer ones are kept."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from domain.backups.rules import LIFECYCLE, Kept, Move, State, as_value, expired, is_drill_due, object_prefix

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def kept(*ages_in_days: float) -> list[Kept]:
    return [Kept(uuid4(), NOW - timedelta(days=age)) for age in ages_in_days]


def test_an_archive_goes_when_it_is_older_than_is_kept() -> None:
    old, older, young = kept(8, 9, 1)
    assert expired([old, older, young], now=NOW, keep_days=7, keep_at_least=1) == [older.id, old.id]


def test_an_archive_is_kept_to_the_end_of_its_last_day() -> None:
    last, newest = kept(7, 0)
    assert expired([last, newest], now=NOW, keep_days=7, keep_at_least=1) == []
    assert expired([last, newest], now=NOW + timedelta(seconds=1), keep_days=7, keep_at_least=1) == [last.id]


def test_the_newest_few_are_kept_however_old_they_are() -> None:
    archives = kept(100, 90, 80, 70)
    assert expired(archives, now=NOW, keep_days=7, keep_at_least=3) == [archives[0].id]


@given(
    ages=st.lists(st.integers(0, 400), max_size=30),
    keep_days=st.integers(1, 200),
    keep_at_least=st.integers(1, 10),
)
def test_whatever_goes_is_too_old_and_the_newest_stay(ages: list[int], keep_days: int, keep_at_least: int) -> None:
    archives = kept(*ages)
    gone = set(expired(archives, now=NOW, keep_days=keep_days, keep_at_least=keep_at_least))
    stay = [archive for archive in archives if archive.id not in gone]
    assert len(stay) >= min(keep_at_least, len(archives))
    for archive in archives:
        if archive.id in gone:
            assert NOW - archive.started_at > timedelta(days=keep_days)
            assert all(archive.started_at <= other.started_at for other in stay)
    assert sum(NOW - archive.started_at > timedelta(days=keep_days) for archive in stay) <= keep_at_least


def test_every_so_many_archives_one_is_drilled() -> None:
    assert [is_drill_due(made, 3) for made in (1, 2, 3, 4)] == [False, False, True, True]
    assert is_drill_due(1, 1)
    assert not is_drill_due(99, None)


def test_a_deleted_or_failed_archive_stays_so() -> None:
    assert LIFECYCLE.next(State.RUNNING, Move.KEEP) is State.KEPT
    assert LIFECYCLE.is_final(State.DELETED)
    assert LIFECYCLE.is_final(State.FAILED)


def test_objects_are_named_by_time_and_archive() -> None:
    id = UUID("019391a0-0000-7000-8000-00000000000a")
    at = NOW.astimezone(timezone(timedelta(hours=8)))
    assert object_prefix(id, at) == f"archives/2026-03-02T010000Z-{id}-"


def test_a_problem_without_values_is_translated_inside_another_text() -> None:
    assert as_value("There is no such record.", {}) == ("There is no such record.",)
    assert as_value("These: {tables}.", {"tables": "a, b"}) == "These: a, b."
    assert as_value(None, {}) == ("",)
