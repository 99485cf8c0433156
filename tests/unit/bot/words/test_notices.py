"""What admins read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.words.mistakes import mistake_words
from bot.words.notices import (
    Change,
    Manner,
    Trouble,
    began_text,
    broken_rules_text,
    ended_text,
    mended_rules_text,
)
from rules import Position, Problem, RuleSource, read_rules

NOW = datetime(2026, 5, 1, 7, 36, tzinfo=UTC)
MANNER = Manner(zone=ZoneInfo("Asia/Beirut"), locale="ar-LB")
ISOLATES = dict.fromkeys(map(ord, "\u2068\u2069"))

BROKEN = """\
watchlists:
  - id: arms
    match:
      any:
        - شحنة أسلحة
        - any:
            - al: [سلاح, ذخيرة]
            - near: [صفقة, سفينة]
          within: 10
"""


def plain(text: str) -> str:
    return text.translate(ISOLATES)


def mistakes(text: str, file: str = "watchlists/arms.yaml") -> list[Problem]:
    return list(read_rules([RuleSource(file=file, text=text)]).mistakes)


def test_broken_rules_are_told_file_by_file_and_line_by_line() -> None:
    text = broken_rules_text(mistakes(BROKEN), in_force_since=NOW - timedelta(minutes=24), others=12, manner=MANNER)
    assert plain(text) == (
        "تعذّر تحميل ملف القواعد، والرصد مستمر بالنسخة السابقة (10:12)\n"
        "الملف: arms.yaml\n"
        "السطر 7: «al» غير معروفة. هل تقصد all؟\n"
        "السطر 9: within يخصّ near في السطر 8؛ أزِحه إلى اليمين\n"
        "لم تتأثر الملفات الـ12 الأخرى."
    )


@pytest.mark.parametrize(
    ("others", "told"),
    [(1, "لم يتأثر الملف الآخر."), (2, "لم يتأثر الملفان الآخران."), (3, "لم تتأثر الملفات الـ3 الأخرى.")],
)
def test_the_other_files_are_counted_as_arabic_counts(others: int, told: str) -> None:
    text = broken_rules_text(mistakes(BROKEN), in_force_since=NOW, others=others, manner=MANNER)
    assert text.splitlines()[-1] == told


def test_two_broken_files_are_one_notice_and_nothing_is_said_of_others_where_there_are_none() -> None:
    found = [*mistakes(BROKEN), *mistakes("watchlists:\n  - id: x\n    macht: نفط\n", "watchlists/oil.yaml")]
    text = plain(broken_rules_text(found, in_force_since=NOW, others=0, manner=MANNER))
    assert text.startswith("تعذّر تحميل ملفات القواعد، ")
    assert (
        "الملف: oil.yaml\nالسطر 2: تنقص match: ما الذي يُبحث عنه؟\nالسطر 3: «macht» غير معروفة. هل تقصد match؟" in text
    )
    assert "لم تتأثر" not in text


def test_a_file_of_a_hundred_mistakes_makes_a_short_notice() -> None:
    text = "watchlists:\n  - id: x\n    match: سلاح\n" + "".join(f"    key{number}: 1\n" for number in range(100))
    lines = broken_rules_text(mistakes(text), in_force_since=NOW, others=0, manner=MANNER).splitlines()
    assert len(lines) == 13
    assert lines[-1] == "و90 خطأً آخر"


def test_a_mistake_without_an_arabic_sentence_is_told_in_the_words_of_check() -> None:
    problem = Problem(at=Position(file="a.yaml", line=1, column=1), code="new_code", message="something odd")
    assert plain(mistake_words(problem)) == "something odd"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (None, "صُحّح arms.yaml عند 10:36."),
        (Change(watchlists=0), "صُحّح arms.yaml عند 10:36. لم يتغيّر أي موضوع."),
        (
            Change(watchlists=1, added=2, removed=1),
            "صُحّح arms.yaml عند 10:36. تغيّر موضوع واحد: +2 −1 تنبيه في آخر 7 أيام",
        ),
        (Change(watchlists=4), "صُحّح arms.yaml عند 10:36. تغيّرت 4 مواضيع: +0 −0 تنبيه في آخر 7 أيام"),
    ],
)
def test_mended_rules_are_told_with_what_they_change(change: Change | None, told: str) -> None:
    assert plain(mended_rules_text(["watchlists/arms.yaml"], NOW, change, MANNER)) == told


def test_troubles_of_one_look_are_one_notice_grouped_by_kind() -> None:
    yesterday = NOW - timedelta(hours=26)
    troubles = [
        Trouble(key="1", kind="feed_failing", subject="الوئام", since=yesterday, reason="HTTP status 403"),
        Trouble(key="2", kind="failed", subject="telegram:@desk", since=NOW, count=2, reason="too odd"),
        Trouble(key="3", kind="feed_failing", subject="سبق", since=yesterday),
    ]
    assert plain(began_text(troubles, NOW, MANNER)) == (
        "تعذّر الإرسال:\n"
        "• telegram:@desk، رسالتان، منذ اليوم 10:36، too odd\n"
        "\n"
        "خلاصات متوقفة منذ يوم أو أكثر:\n"
        "• الوئام، منذ أمس 08:36، HTTP status 403\n"
        "• سبق، منذ أمس 08:36"
    )
    assert plain(ended_text(troubles[:1], NOW, MANNER)) == "خلاصات عادت إلى العمل:\n• الوئام"


def test_a_hundred_feeds_that_fail_together_make_one_short_notice() -> None:
    troubles = [Trouble(key=str(number), kind="feed_failing", subject=f"مصدر {number}") for number in range(100)]
    lines = began_text(troubles, NOW, MANNER).splitlines()
    assert len(lines) == 12
    assert lines[-1] == "و90 آخرون"


def test_nothing_new_says_nothing() -> None:
    assert began_text([], NOW, MANNER) == ended_text([], NOW, MANNER) == ""
