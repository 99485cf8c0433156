from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.schedule import Hints, NextPoll, after_failure, after_success, longest_wait
from bot.settings import FeedSettings, FetchSettings
from storage import FeedState

NOW = datetime(2026, 5, 1, 12, 20, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SETTINGS = FetchSettings()


class Steady(random.Random):
    """No jitter: always the middle."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


def good(interval: timedelta | None = None, *, now: datetime = NOW, **hints: object) -> timedelta:
    following = after_success(now=now, interval=interval, settings=SETTINGS, hints=Hints(**hints), rng=Steady())
    return following.next_at - now


def bad(
    failures: int = 0,
    since: timedelta | None = None,
    *,
    interval: timedelta | None = 5 * MINUTE,
    retry_after: timedelta | None = None,
    remembered: float | None = None,
    rng: random.Random | None = None,
) -> NextPoll:
    failing_since = NOW - since if since is not None else None
    state = FeedState(
        id="a",
        url="https://a.example",
        source="config",
        failures=failures,
        failing_since=failing_since,
        interval_s=remembered,
    )
    return after_failure(
        now=NOW, interval=interval, settings=SETTINGS, state=state, retry_after=retry_after, rng=rng or Steady()
    )


def test_a_feeds_own_interval_is_fixed_whatever_the_answer_says() -> None:
    assert good(MINUTE, max_age=HOUR, ttl=HOUR, skip_hours=frozenset({12})) == MINUTE
    assert good(timedelta(seconds=1)) == timedelta(seconds=1)
    assert good(DAY) == DAY


def test_without_one_the_longest_of_what_is_asked_holds_within_the_bounds() -> None:
    assert good() == 5 * MINUTE
    assert good(max_age=MINUTE) == 5 * MINUTE
    assert good(max_age=20 * MINUTE, ttl=HOUR) == HOUR
    assert good(ttl=3 * DAY) == 6 * HOUR


def test_retry_after_lengthens_even_a_fixed_interval_and_never_beyond_a_day() -> None:
    assert good(MINUTE, retry_after=HOUR) == HOUR
    assert good(HOUR, retry_after=MINUTE) == HOUR
    assert good(retry_after=30 * DAY) == DAY


def test_hours_that_the_feed_asks_to_be_left_alone_are_skipped() -> None:
    late = NOW.replace(hour=23, minute=58)
    assert good(now=late, skip_hours=frozenset({0, 1, 2})) == 3 * HOUR + 2 * MINUTE
    assert good(skip_hours=frozenset({12})) == 40 * MINUTE
    assert good(skip_hours=frozenset(range(24))) == 5 * MINUTE


def test_backing_off_starts_at_the_interval_and_doubles_up_to_sixteen_times() -> None:
    waits = [bad(failures, failures * MINUTE).next_at - NOW for failures in range(7)]
    assert waits == [5 * MINUTE * factor for factor in (1, 2, 4, 8, 16, 16, 16)]


def test_a_short_interval_backs_off_to_fifteen_seconds_at_least() -> None:
    second = timedelta(seconds=1)
    assert [bad(n, n * second, interval=second / 2).next_at - NOW for n in (0, 1, 5, 9)] == [
        second / 2, second, 15 * second, 15 * second,
    ]  # fmt: skip
    assert bad(9, MINUTE, interval=second).next_at - NOW == 16 * second


def test_after_an_hour_of_trouble_the_longest_interval_holds() -> None:
    assert bad(12, HOUR).next_at - NOW == 6 * HOUR
    assert bad(12, 59 * MINUTE).next_at - NOW == 80 * MINUTE
    assert bad(3, 3 * DAY, interval=DAY).next_at - NOW == DAY


def test_retry_after_lengthens_backing_off_and_never_shortens_it() -> None:
    assert bad(retry_after=2 * HOUR).next_at - NOW == 2 * HOUR
    assert bad(retry_after=MINUTE).next_at - NOW == 5 * MINUTE
    assert bad(12, 2 * HOUR, retry_after=HOUR).next_at - NOW == 6 * HOUR
    assert bad(retry_after=400 * DAY).next_at - NOW == DAY


def test_without_an_interval_of_its_own_a_feed_backs_off_from_the_one_it_last_had() -> None:
    assert bad(interval=None).interval == 5 * MINUTE
    assert bad(interval=None, remembered=1800.0).next_at - NOW == 30 * MINUTE
    assert bad(interval=None, remembered=1.0).interval == 5 * MINUTE
    assert bad(interval=None, remembered=10.0**9).interval == 6 * HOUR


@pytest.mark.parametrize("ahead", [HOUR, 3 * DAY, 400 * DAY])
def test_trouble_that_began_in_the_future_is_trouble_that_has_just_begun(ahead: timedelta) -> None:
    """The clock went back since."""
    assert bad(2, -ahead).next_at - NOW == 20 * MINUTE


def test_feeds_with_one_interval_spread_out() -> None:
    waits = {bad(rng=random.Random(seed)).next_at - NOW for seed in range(50)}
    assert len(waits) == 50
    assert min(waits) >= 4.5 * MINUTE
    assert max(waits) <= 5.5 * MINUTE


INTERVALS = st.one_of(st.none(), st.timedeltas(min_value=timedelta(seconds=1), max_value=3 * DAY))
HINTS = st.builds(
    Hints,
    max_age=st.one_of(st.none(), st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000))),
    retry_after=st.one_of(st.none(), st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000))),
    ttl=st.one_of(st.none(), st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000))),
    skip_hours=st.frozensets(st.integers(0, 23)),
)


@given(INTERVALS, HINTS, st.integers(0, 10**6), st.integers(-(10**9), 10**9), st.randoms())
def test_no_wait_is_longer_than_the_bound_that_tells_a_wrong_clock(
    interval: timedelta | None, hints: Hints, failures: int, since: int, rng: random.Random
) -> None:
    feed = FeedSettings(id="a", url="https://a.example", name="a", source="config", interval=interval)
    bound = longest_wait(SETTINGS, [feed])
    state = FeedState(
        id="a",
        url="https://a.example",
        source="config",
        failures=failures,
        failing_since=NOW - timedelta(seconds=since),
        interval_s=float(failures),
    )
    success = after_success(now=NOW, interval=interval, settings=SETTINGS, hints=hints, rng=rng)
    failure = after_failure(
        now=NOW, interval=interval, settings=SETTINGS, state=state, retry_after=hints.retry_after, rng=rng
    )
    for following in (success, failure):
        assert NOW < following.next_at <= NOW + bound


def test_a_jump_of_three_days_is_beyond_the_bound_of_usual_settings() -> None:
    assert longest_wait(SETTINGS, []) < 3 * DAY
