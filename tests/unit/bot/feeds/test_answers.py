from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.answers import max_age, retry_after, status_error, validator
from rules.errors import FetchError, GoneFeed, TransientFetchError

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", 2 * MINUTE),
        (" 120 ", 2 * MINUTE),
        ("0", timedelta()),
        ("Fri, 01 May 2026 12:05:00 GMT", 5 * MINUTE),
        ("Fri, 01 May 2026 12:05:00", 5 * MINUTE),
        ("Fri, 01 May 2026 11:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        (None, None),
        ("9" * 5000, timedelta(seconds=10**8)),
        ("Fri, 99 May 2026 12:05:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, wait: timedelta | None) -> None:
    assert retry_after(text, date=None, now=NOW) == wait


def test_a_date_is_measured_from_the_answers_own_date() -> None:
    later, theirs = "Fri, 01 May 2031 12:05:00 GMT", "Fri, 01 May 2031 12:00:00 GMT"
    assert retry_after(later, date=theirs, now=NOW) == 5 * MINUTE


@pytest.mark.parametrize(
    ("header", "age", "fresh"),
    [
        ("max-age=600", None, 10 * MINUTE),
        ("public, Max-Age=600, must-revalidate", None, 10 * MINUTE),
        ('max-age="600"', None, 10 * MINUTE),
        ("max-age=600", "120", 8 * MINUTE),
        ("max-age=600", "9000", timedelta()),
        ("max-age=600", "old", 10 * MINUTE),
        ("s-maxage=600", None, None),
        ("x-max-age=600", None, None),
        ("no-cache", None, None),
        ("max-age=-1", None, None),
        (None, None, None),
        ("max-age=" + "9" * 5000, None, timedelta(seconds=10**8)),
    ],
)
def test_freshness_is_what_remains_of_max_age(header: str | None, age: str | None, fresh: timedelta | None) -> None:
    assert max_age(header, age=age) == fresh


@pytest.mark.parametrize("text", ['"a"', 'W/"a"', "a", " ", '"مرصد"'])
def test_a_validator_is_kept_as_it_came(text: str) -> None:
    assert validator(text) == text


@pytest.mark.parametrize("text", [None, "", '"\udcff"'])
def test_what_no_text_can_hold_is_no_validator(text: str | None) -> None:
    assert validator(text) is None


@given(st.integers(400, 599))
def test_a_status_is_passing_lasting_or_the_end(status: int) -> None:
    error = status_error(status, of="https://news.example/feed", retry_after=MINUTE)
    kind = (
        GoneFeed if status == 410 else TransientFetchError if status in {408, 425, 429} or status >= 500 else FetchError
    )
    assert type(error) is kind
    assert error.retry_after == MINUTE
    assert str(status) in str(error)


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_header_makes_the_readers_fail(first: str, second: str) -> None:
    waits = [
        retry_after(first, date=second, now=NOW),
        max_age(first, age=second),
        max_age(f"max-age={first}", age=second),
    ]
    assert all(wait is None or wait >= timedelta() for wait in waits)
