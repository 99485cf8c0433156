"""When the daily line is due: once a day, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.service.heartbeat import heartbeat_line, slot_of, wanted
from storage import Accounts, FeedState

BEIRUT, BERLIN = ZoneInfo("Asia/Beirut"), ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "zone", "at", "slot"),
    [
        ("2026-05-01T05:59:59+00:00", BEIRUT, time(9), "2026-04-30"),
        ("2026-05-01T06:00:00+00:00", BEIRUT, time(9), "2026-05-01"),
        ("2026-05-01T20:59:59+00:00", BEIRUT, time(9), "2026-05-01"),
        ("2026-05-01T21:00:00+00:00", BEIRUT, time(0), "2026-05-02"),
        # 29 March 2026: 02:30 does not exist in Berlin, so the line comes at 03:30 summer time
        ("2026-03-29T01:29:59+00:00", BERLIN, time(2, 30), "2026-03-28"),
        ("2026-03-29T01:30:00+00:00", BERLIN, time(2, 30), "2026-03-29"),
        # 25 October 2026: 02:30 comes twice, the line at the first of them
        ("2026-10-25T00:29:59+00:00", BERLIN, time(2, 30), "2026-10-24"),
        ("2026-10-25T00:30:00+00:00", BERLIN, time(2, 30), "2026-10-25"),
        ("2026-10-25T01:30:00+00:00", BERLIN, time(2, 30), "2026-10-25"),
    ],
)
def test_a_days_line_is_due_at_its_time_in_the_newsrooms_zone(now: str, zone: ZoneInfo, at: time, slot: str) -> None:
    assert slot_of(datetime.fromisoformat(now), at, zone) == date.fromisoformat(slot)


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive ends
    steps=st.lists(st.integers(1, 40), min_size=1, max_size=60),
    at=st.times(),
)
def test_over_any_restarts_each_day_has_at_most_one_line_and_no_day_on_which_it_looks_has_none(
    start: datetime, steps: list[int], at: time
) -> None:
    at, now = at.replace(second=0, microsecond=0, tzinfo=None), start.replace(tzinfo=UTC)
    told = slot_of(now, at, BERLIN)  # the first start takes note
    lines = []
    for hours in steps:
        now += timedelta(hours=hours)
        slot = slot_of(now, at, BERLIN)
        if wanted(told, slot):
            told = slot
            lines.append(slot)
        assert told == slot
    assert len(lines) == len(set(lines))


def test_the_first_start_tells_nothing_of_a_day_that_is_half_over() -> None:
    assert not wanted(None, date(2026, 5, 1))


def test_a_clock_set_back_repeats_no_line_and_a_line_of_a_far_future_does_not_silence_the_years_until_then() -> None:
    assert not wanted(date(2026, 5, 2), date(2026, 5, 1))
    assert wanted(date(2031, 5, 2), date(2026, 5, 1))


def test_the_line_says_the_status_of_the_day_and_adds_up() -> None:
    feeds = [FeedState(id=str(n), url="https://a.example", source="config", failures=n // 2) for n in range(3)]
    accounts = Accounts(
        articles=3412,
        sent=41,
        folded=38,
        suppressed=15,
        pending=2,
        sending=0,
        unknown=0,
        failed=0,
        delays=(100.0, 130.0, 500.0),
    )
    assert heartbeat_line(feeds, accounts, "latn") == (
        "الحالة: يعمل · المصادر: 2 من 3 تعمل · آخر 24 ساعة: 3,412 مقالًا · "
        "96 مطابقة = 41 أُرسلت + 38 ضُمّت إلى تنبيه سابق + 15 لم تُرسل + 2 في الانتظار · "
        "التأخر الوسطي من النشر إلى الإرسال: دقيقتان و10 ثوانٍ"
    )


def test_the_line_comes_also_when_nothing_came() -> None:
    nothing = Accounts(articles=0, sent=0, folded=0, suppressed=0, pending=0, sending=0, unknown=0, failed=0)
    assert heartbeat_line([], nothing, "latn") == (
        "الحالة: يعمل · المصادر: 0 من 0 تعمل · آخر 24 ساعة: لا مقالات · لا مطابقات"
    )
