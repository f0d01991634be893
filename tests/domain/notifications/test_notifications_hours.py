"""When mail is wanted: at once, by the hour or the day, and never in quiet hours, whatever clocks do."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.notifications.rules import Delivery, Hours, clean_hours, mail_at
from tenancy.refusals import Invalid

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NIGHT = (time(22), time(7, 30))


def instant(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """An instant by the clocks of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("delivery", "quiet", "now", "at"),
    [
        (Delivery.AT_ONCE, None, "2026-06-01T23:00", "2026-06-01T23:00"),
        (Delivery.AT_ONCE, NIGHT, "2026-06-01T21:59", "2026-06-01T21:59"),
        (Delivery.AT_ONCE, NIGHT, "2026-06-01T22:00", "2026-06-02T07:30"),
        (Delivery.AT_ONCE, NIGHT, "2026-06-02T07:29:59", "2026-06-02T07:30"),
        (Delivery.AT_ONCE, NIGHT, "2026-06-02T07:30", "2026-06-02T07:30"),
        (Delivery.AT_ONCE, (time(12), time(13)), "2026-06-02T12:30", "2026-06-02T13:00"),
        (Delivery.HOURLY, None, "2026-06-01T09:10:30", "2026-06-01T10:00"),
        (Delivery.HOURLY, None, "2026-06-01T09:00", "2026-06-01T10:00"),
        (Delivery.HOURLY, NIGHT, "2026-06-01T21:10", "2026-06-02T07:30"),
        (Delivery.DAILY, None, "2026-06-01T08:00", "2026-06-02T08:00"),
        (Delivery.DAILY, NIGHT, "2026-06-01T07:59", "2026-06-01T08:00"),
    ],
)
def test_mail_leaves_when_it_is_wanted(delivery: Delivery, quiet: tuple[time, time] | None, now: str, at: str) -> None:
    assert mail_at(Hours(delivery, time(8), quiet, SHANGHAI), instant(now)) == instant(at)


def test_an_hour_that_the_clocks_skip_or_repeat_keeps_nothing_for_ever() -> None:
    hours = Hours(Delivery.DAILY, time(2, 30), None, BERLIN)
    skipped = mail_at(hours, instant("2026-03-28T12:00", BERLIN))
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert mail_at(hours, skipped) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


TIMES = st.times().map(lambda found: found.replace(second=0, microsecond=0, fold=0))


@given(
    delivery=st.sampled_from(Delivery),
    daily_at=TIMES,
    quiet=st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] != pair[1]),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001  # hypothesis adds the zone itself
    zone=st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("Asia/Kolkata")]),
)
def test_mail_is_never_early_and_waits_two_days_and_a_half_at_most(
    delivery: Delivery, daily_at: time, quiet: tuple[time, time], now: datetime, zone: ZoneInfo
) -> None:
    told = now.replace(tzinfo=UTC)
    at = mail_at(Hours(delivery, daily_at, quiet, zone), told)
    assert told <= at <= told + timedelta(hours=50)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"daily_at": "8:00"}, "dailyAt"),
        ({"daily_at": "24:00"}, "dailyAt"),
        ({"quiet": ("22:00", None)}, "quietUntil"),
        ({"quiet": (None, "07:00")}, "quietFrom"),
        ({"quiet": ("22:00", "22:00")}, "quietUntil"),
        ({"quiet": ("22:00", "x")}, "quietUntil"),
        ({"delivery": Delivery.DAILY, "quiet": ("22:00", "09:00")}, "dailyAt"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"zone": ""}, "zone"),
    ],
)
def test_what_is_no_time_or_zone_is_refused(given: dict[str, object], path: str) -> None:
    usual = {"delivery": Delivery.AT_ONCE, "daily_at": "08:00", "quiet": (None, None), "zone": "Asia/Shanghai"}
    with pytest.raises(Invalid) as refused:
        clean_hours(**{**usual, **given})  # type: ignore[arg-type]  # some of it is wrong on purpose
    assert refused.value.path == (path,)
