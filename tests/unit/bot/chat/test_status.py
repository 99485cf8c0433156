from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.chat.status import Health, midnight, status_answer
from storage import Accounts, FeedRhythm, FeedState
from tests.unit.bot.chat.around import NOW, around, plain

ACCOUNTS = Accounts(
    articles=3412,
    sent=41,
    folded=38,
    suppressed=15,
    pending=2,
    sending=0,
    unknown=0,
    failed=0,
    delays=(90.0, 130.0, 900.0),
)


def feed(id: str, **changes: object) -> FeedState:
    made = FeedState(id=id, url=f"https://{id}.example/rss", source="config", first_fetched_at=NOW - timedelta(days=30))
    return replace(made, **changes)


FEEDS = (
    feed("a"),
    feed(
        "b", failing_since=NOW - timedelta(hours=5), last_error="https://b.example/rss: HTTP status 403: it refuses us"
    ),
    feed("c"),
    feed(
        "d", failing_since=NOW - timedelta(minutes=3), last_error="https://d.example/rss: no whole answer within 20 s"
    ),
)
HEALTH = Health(
    last_round=NOW - timedelta(seconds=40),
    feeds=FEEDS,
    rhythm={
        "a": FeedRhythm(articles=500, last_at=NOW - timedelta(minutes=5)),
        "c": FeedRhythm(articles=840, last_at=NOW - timedelta(hours=9)),
    },
    accounts=ACCOUNTS,
)
NAMES = {"a": "الشرق الأوسط", "b": "الوئام", "c": "سبق"}


def test_admins_read_the_status_as_voice_has_it() -> None:
    assert plain(status_answer(HEALTH, around(admin=True, admin_here=True, feed_names=NAMES))).splitlines() == [
        "الحالة: يعمل · آخر جولة قبل 40 ثانية",
        "المصادر: 3 من 4 تعمل",
        "• متوقف منذ 5 ساعات: الوئام (خطأ 403)",
        "• صامت على غير عادته: سبق (لا جديد منذ 9 ساعات، والمعتاد كل 12 دقيقة)",
        "اليوم: 3,412 مقالًا · 96 مطابقة = 41 أُرسلت + 38 ضُمّت إلى تنبيه سابق + 15 لم تُرسل + 2 في الانتظار",
        "التأخر الوسطي من النشر إلى الإرسال: دقيقتان و10 ثوانٍ",
    ]


def test_others_read_less_and_their_own_sums() -> None:
    here = replace(ACCOUNTS, sent=1, folded=0, suppressed=0, pending=0, delays=())
    assert plain(status_answer(replace(HEALTH, accounts=here), around(feed_names=NAMES))).splitlines() == [
        "الحالة: يعمل · آخر جولة قبل 40 ثانية",
        "المصادر: 3 من 4 تعمل",
        "يصل إلى هنا: النفط وأوبك، الزلازل",
        "اليوم هنا: مطابقة واحدة = 1 أُرسلت",
    ]


def test_nothing_followed_and_nothing_matched_is_said_in_words() -> None:
    empty = Accounts(articles=0, sent=0, folded=0, suppressed=0, pending=0, sending=0, unknown=0, failed=0)
    text = plain(status_answer(replace(HEALTH, accounts=empty), around(topics=())))
    assert text.splitlines()[2:] == ["لا تتابع هذه المحادثة موضوعًا بعد.", "اليوم هنا: لا مطابقات"]


def test_a_round_long_ago_is_trouble() -> None:
    late = replace(HEALTH, last_round=NOW - timedelta(minutes=10))
    assert plain(status_answer(late, around())).startswith("الحالة: متعثر · آخر جولة قبل 10 دقائق")
    assert plain(status_answer(replace(HEALTH, last_round=None), around())).startswith(
        "الحالة: يعمل · لم تبدأ جولة بعد"
    )


def test_many_troubles_are_counted_and_not_all_listed() -> None:
    feeds = [feed(f"f{number}", gone_at=NOW) for number in range(9)]
    text = plain(status_answer(replace(HEALTH, feeds=feeds), around(admin_here=True)))
    assert text.count("سُحب نهائيًا") == 5
    assert "و4 مصادر أخرى" in text


def test_the_day_begins_at_the_newsrooms_midnight() -> None:
    assert midnight(around()).isoformat() == "2026-05-01T00:00:00+03:00"
