"""Words for people: six plural classes, months by region, isolates, the ledger's vocabulary."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot import words
from bot.words.plurals import NOUNS

AUGUST = datetime(2023, 8, 30, 15, 42, tzinfo=UTC)
FSI, PDI = "\u2068", "\u2069"


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "لا أخبار"),
        (1, "خبر واحد"),
        (2, "خبران"),
        (3, "3 أخبار"),
        (5, "5 أخبار"),
        (10, "10 أخبار"),
        (11, "11 خبرًا"),
        (99, "99 خبرًا"),
        (100, "100 خبر"),
        (101, "101 خبر"),
        (102, "102 خبر"),
        (103, "103 أخبار"),
        (111, "111 خبرًا"),
        (200, "200 خبر"),
        (1000, "1,000 خبر"),
        (3412, "3,412 خبرًا"),
    ],
)
def test_news_are_counted_in_six_classes(number: int, told: str) -> None:
    assert words.counted(number, "خبر") == told


@pytest.mark.parametrize(
    ("number", "told"),
    [(1, "ومصدر آخر"), (2, "ومصدران آخران"), (4, "و4 مصادر أخرى"), (11, "و11 مصدرًا آخر"), (100, "و100 مصدر آخر")],
)
def test_other_sources_are_counted(number: int, told: str) -> None:
    assert words.more_sources(number) == told


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_one_and_two_print_no_digit_and_every_class_has_a_form(noun: str) -> None:
    assert set(NOUNS[noun]) == {"zero", "one", "two", "few", "many", "other"}
    for number in (0, 1, 2):
        assert not any(sign.isdigit() for sign in words.counted(number, noun))
    for number in (3, 11, 100):
        assert str(number) in words.counted(number, noun)


def test_digits_are_a_setting_of_their_own() -> None:
    assert words.counted(1234, "خبر", "arab") == "١,٢٣٤ خبرًا"
    assert words.day_and_clock(AUGUST, UTC, "ar-EG", "arab") == "الأربعاء ٣٠ أغسطس، ١٥:٤٢"
    assert words.day_and_clock(AUGUST, UTC, "ar-EG") == "الأربعاء 30 أغسطس، 15:42"


@pytest.mark.parametrize(
    ("locale", "month"),
    [
        ("ar-LB", "آب"),
        ("ar-SY", "آب"),
        ("ar-JO", "آب"),
        ("ar-PS", "آب"),
        ("ar-IQ", "آب"),
        ("ar-EG", "أغسطس"),
        ("ar-SA", "أغسطس"),
        ("ar-AE", "أغسطس"),
        ("ar-SD", "أغسطس"),
        ("ar-LY", "أغسطس"),
        ("ar-MA", "غشت"),
        ("ar-DZ", "أوت"),
        ("ar-TN", "أوت"),
        ("ar-MR", "أغشت"),
        ("ar", "آب/أغسطس"),
        ("ar-FR", "آب/أغسطس"),
        ("ar_LB", "آب"),
        ("ar-Arab-EG", "أغسطس"),
    ],
)
def test_months_follow_the_region_and_the_double_form_is_the_default(locale: str, month: str) -> None:
    assert words.day_and_clock(AUGUST, ZoneInfo("Asia/Beirut"), locale) == f"الأربعاء 30 {month}، 18:42"


@pytest.mark.parametrize(
    ("locale", "months"),
    [
        (
            "ar-MA",
            "يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر",
        ),
        (
            "ar-DZ",
            "جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر",
        ),
    ],
)
def test_the_maghreb_has_months_of_its_own(locale: str, months: str) -> None:
    told = [words.day_and_clock(datetime(2026, month, 1, tzinfo=UTC), UTC, locale) for month in range(1, 13)]
    assert [line.split(" 1 ")[1].split("،")[0] for line in told] == months.split()


def test_the_clock_time_is_that_of_the_zone() -> None:
    assert words.clock(AUGUST, ZoneInfo("Africa/Casablanca")) == "16:42"
    assert words.clock(AUGUST, ZoneInfo("Asia/Riyadh"), "arab") == "١٨:٤٢"


def test_a_latin_name_stands_in_isolates_and_an_arabic_one_does_not() -> None:
    assert words.isolate("BBC عربي") == f"{FSI}BBC عربي{PDI}"
    assert words.isolate("الجزيرة") == "الجزيرة"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("شركة SpaceX تطلق قمرًا", f"شركة {FSI}SpaceX{PDI} تطلق قمرًا"),
        ("طائرات F-16 وMQ-9 Reaper", f"طائرات {FSI}F-16{PDI} و{FSI}MQ-9 Reaper{PDI}"),
        ("فاز 5-1 أمس", f"فاز {FSI}5-1{PDI} أمس"),
        ("بين 3–10 أيام", f"بين {FSI}3–10{PDI} أيام"),
        ("الساعة 18:42 والنسبة 6.9", "الساعة 18:42 والنسبة 6.9"),
        ("لا لاتينية هنا", "لا لاتينية هنا"),
    ],
)
def test_latin_runs_ranges_and_scores_stand_in_isolates(text: str, shown: str) -> None:
    assert words.isolate_runs(text) == shown


def test_a_publishers_control_and_direction_marks_do_not_reach_a_line() -> None:
    assert words.one_line("سطر\nثان\x1b[31m \u202eمقلوب\u2066") == "سطر ثان [31m مقلوب"


def test_states_are_told_with_their_hold_or_reason() -> None:
    assert words.state_words("pending", "quiet_hours", None) == "في الانتظار: ساعات الهدوء"
    assert words.state_words("suppressed", None, "first_fetch") == "لم يُرسل: مخزون قديم للمصدر"
    assert words.state_words("sent", None, None) == "أُرسل"
    assert words.severity("critical") == "قصوى"
