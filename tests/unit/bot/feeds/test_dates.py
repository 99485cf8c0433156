from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.dates import MONTHS, read_date, usable

EVENING = datetime(2023, 8, 30, 18, 42, tzinfo=UTC)
IN_BEIRUT = EVENING - timedelta(hours=3)
DAY = EVENING.replace(hour=0, minute=0)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Wed, 30 Aug 2023 18:42:00 GMT", EVENING),
        ("Wed, 30 Aug 2023 18:42:00 +0300", IN_BEIRUT),
        ("Wed, 30 Aug 2023 18:42:00 +03:00", IN_BEIRUT),
        ("Wed, 30 Aug 2023 18:42:00 -0330", EVENING + timedelta(hours=3, minutes=30)),
        ("Wed, 30 Aug 23 18:42 Z", EVENING),
        ("30 August 2023, 6:42 PM", EVENING),
        ("Aug 30, 2023 6:42 p.m.", EVENING),
        ("Wed, 30-Aug-2023 18:42:00 EEST", IN_BEIRUT),
        ("Wed, 30 Aug 2023 18:42:00 AST", IN_BEIRUT),
        ("Wed Aug 30 18:42:00 AST 2023", IN_BEIRUT),
        ("Wed Aug 30 18:42:00 2023", EVENING),
        ("2023-08-30T18:42:00Z", EVENING),
        ("2023-08-30T18:42:00.000+03:00", IN_BEIRUT),
        ("2023-08-30 18:42", EVENING),
        ("2023-08-30 06:42 PM", EVENING),
        ("2023/08/30 18:42", EVENING),
        ("20230830T184200Z", EVENING),
        ("30/08/2023 18:42", EVENING),
        ("30-08-2023 18:42", EVENING),
        ("30.08.2023 - 18:42", EVENING),
        ("8/30/2023 6:42:00 PM", EVENING),
        ("18:42 30-08-2023", EVENING),
        ("18:42 30-08-2023 +0300", IN_BEIRUT),
        ("1693420920", EVENING),
        ("1693420920000", EVENING),
        ("٣٠ آب ٢٠٢٣ ١٨:٤٢", EVENING),
        ("الأربعاء 30 آب/أغسطس 2023 06:42 م", EVENING),
        ("الأربعاء، 30 أغسطس 2023 - 6:42 مساءً", EVENING),
        ("الأربعاء, 30 Aug 2023 18:42:00 +0300", IN_BEIRUT),
        ("Wed, 30 Aug 2023 06:42:00 م", EVENING),
        ("30 غشت 2023 18:42", EVENING),
        ("30 أوت 2023 على الساعة 18:42", EVENING),
        ("\u200f30 آب 2023 18:42\u200f", EVENING),
        ("30 آب، 2023 18:42 GMT+3", IN_BEIRUT),
        ("30 أغسطس 2023 الساعة 18:42 بتوقيت مكة المكرمة", IN_BEIRUT),
        ("30 أغسطس 2023 الساعة 18:42 بتوقيت غرينتش", EVENING),
        ("30 أغسـطس 2023", DAY),
        ("2023-08-30", DAY),
        ("05/04/2026 10:00", datetime(2026, 4, 5, 10, tzinfo=UTC)),
        ("9 كانون الثاني/يناير 2024 12:05 ص", datetime(2024, 1, 9, 0, 5, tzinfo=UTC)),
        ("9 تشرين أول 2024 12:05 م", datetime(2024, 10, 9, 12, 5, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_as_its_newspaper_means_it(text: str, moment: datetime) -> None:
    assert read_date(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "", "أمس", "قبل ساعتين", "2023", "18:42", "99/99/2023", "31 شباط 2023", "30 Foo 2023", "13 ربيع الأول 1445",
        "5/4/2026 6:42 PM", "2023-08-30 25:61", "0000000000000000", "12345678901234567890", "x" * 10_000,
    ],
)  # fmt: skip
def test_what_is_not_understood_is_no_date(text: str) -> None:
    assert read_date(text) is None


def test_every_month_is_known_by_its_names_in_every_region() -> None:
    for name, number in MONTHS.items():
        found = read_date(f"9 {name.replace('-', ' ')} 2024 10:00")
        assert found == datetime(2024, number, 9, 10, tzinfo=UTC), name


MOMENTS = st.datetimes(min_value=datetime(1991, 1, 1), max_value=datetime(2068, 12, 31)).map(  # noqa: DTZ001 - a zone follows
    lambda moment: moment.replace(microsecond=0)
)
ZONES = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(MOMENTS, ZONES)
def test_what_standards_write_is_read(moment: datetime, zone: timezone) -> None:
    aware = moment.replace(tzinfo=zone)
    assert read_date(format_datetime(aware)) == aware
    assert read_date(aware.isoformat()) == aware


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    found = read_date(text)
    assert found is None or found.tzinfo is UTC


@given(
    st.lists(st.sampled_from([*"0123456789:/-+. ", "آب", "Aug", "GMT", "م", "PM", "2023", "30"]), max_size=20).map(
        "".join
    )
)
def test_no_pieces_of_dates_make_the_reader_fail(text: str) -> None:
    found = read_date(text)
    assert found is None or found.tzinfo is UTC


def test_a_date_more_than_a_day_ahead_or_before_the_web_says_nothing() -> None:
    now = EVENING
    assert usable(now + timedelta(hours=20), now) == now + timedelta(hours=20)
    assert usable(now + timedelta(hours=25), now) is None
    assert usable(datetime(1970, 1, 1, tzinfo=UTC), now) is None
    assert usable(None, now) is None
