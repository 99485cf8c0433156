"""Alerts in Telegram's HTML, held to the fake server's strict reader."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.alert_text import AlertStyle, Span, alert_lines
from bot.channels.telegram_html import LONGEST_TEXT, cut, telegram_text, units
from rules import Hit
from storage import AlertArticle, OutgoingMessage
from tests.fakes.messages import outgoing
from tests.fakes.telegram_markup import read_markup
from tests.fakes.telegram_markup import units as real_units

FSI, PDI, RLM = "\u2068", "\u2069", "\u200f"
STYLE = AlertStyle(zone=ZoneInfo("Asia/Beirut"), locale="ar", digits="latn", feed_names={"jazeera": "الجزيرة"})
TITLE = "واشنطن: محادثات بين موسكو وبيونغ يانغ بشأن إمدادات ذخيرة"
BODY = "قال المتحدث أمس. تتقدم المفاوضات بشأن الأسلحة بين روسيا وكوريا الشمالية سريعًا، وفق المتحدث. وانتهى اللقاء."


def article(**changes: object) -> AlertArticle:
    fields: dict[str, object] = {
        "article_id": 1,
        "feed_id": "jazeera",
        "url": "https://news.example/a?x=1&y=2",
        "title": TITLE,
        "lead": "",
        "body": BODY,
        "published_at": datetime(2023, 8, 30, 15, 42, tzinfo=UTC),
        "seen_at": datetime(2023, 8, 30, 15, 44, tzinfo=UTC),
        "watchlists": {"arms": "السلاح وكوريا الشمالية"},
        "hits": (hit("الأسلحة"), hit("كوريا الشمالية")),
    }
    return AlertArticle(**(fields | changes))


def hit(words: str, text: str = BODY, field: str = "body") -> Hit:
    return Hit(field=field, start=text.index(words), end=text.index(words) + len(words), term=words)


def markup(made: OutgoingMessage) -> str:
    return telegram_text(alert_lines(made, STYLE)).markup


def test_an_alert_looks_as_the_voice_has_it() -> None:
    assert markup(outgoing(article())).splitlines() == [
        "عالية · السلاح وكوريا الشمالية",
        f'<a href="https://news.example/a?x=1&amp;y=2">{TITLE}</a>',
        "الجزيرة · الأربعاء 30 آب/أغسطس، 18:42",
        "",
        f"{RLM}«تتقدم المفاوضات بشأن <b>الأسلحة</b> بين روسيا و<b>كوريا الشمالية</b> سريعًا، وفق المتحدث.»",
    ]


@pytest.mark.parametrize(
    ("severity", "word"), [("low", ""), ("normal", ""), ("high", "عالية · "), ("critical", "قصوى · ")]
)
def test_only_the_two_highest_severities_are_named(severity: str, word: str) -> None:
    assert markup(outgoing(article(), severity=severity)).startswith(f"{word}السلاح")


def test_bold_words_are_whole_words() -> None:
    made = article(hits=(hit("سلح"),))
    assert "<b>الأسلحة</b>" in markup(outgoing(made))


def test_latin_names_and_scores_stand_in_isolates_and_the_clock_does_not() -> None:
    title = "Manchester United يهزم ريال مدريد 3-2 أمام 70-80 ألفًا"
    shown = markup(outgoing(article(title=title)))
    for foreign in ("Manchester United", "3-2", "70-80"):
        assert f"{FSI}{foreign}{PDI}" in shown
    assert "، 18:42\n" in shown
    assert shown.splitlines()[1].startswith(f"{RLM}<a")


def test_a_bold_latin_word_keeps_its_isolate_closed() -> None:
    body = "أعلن صندوق IMF Board قرضًا جديدًا"
    shown = markup(outgoing(article(body=body, hits=(hit("IMF", body),))))
    assert f"<b>{FSI}IMF</b> Board{PDI}" in shown


def test_marks_from_outside_cannot_turn_the_line_around() -> None:
    line = (Span(text="\u202eخبر\u2067 مقلوب\u2069\u2069 هنا\u2066"),)
    assert telegram_text([line]).markup == "خبر\u2067 مقلوب\u2069 هنا"


def test_an_address_telegram_would_refuse_is_no_link() -> None:
    for address in (
        "javascript:alert(1)",
        "https://no-dot/x",
        'https://a.example/"',
        "https://a.example/" + "x" * 3000,
        "",
    ):
        assert "<a" not in markup(outgoing(article(url=address)))


def test_the_plain_text_has_the_address_on_its_own_line_and_no_markup() -> None:
    plain = telegram_text(alert_lines(outgoing(article(title="أ < ب & ج")), STYLE)).plain
    assert plain.splitlines()[1:4] == [
        "أ < ب & ج",
        "الجزيرة · الأربعاء 30 آب/أغسطس، 18:42",
        "https://news.example/a?x=1&y=2",
    ]


@pytest.mark.parametrize(
    ("text", "longest", "shown"),
    [
        ("جملة قصيرة", 50, "جملة قصيرة"),
        ("جملة أولى كاملة هنا. ثم كلام", 24, "جملة أولى كاملة هنا.…"),
        ("كلمات كثيرة بلا نهاية", 15, "كلمات كثيرة…"),
        ("ا" * 20, 10, "ا" * 9 + "…"),
        ("👨‍👩‍👧‍👦" * 3, 25, "👨‍👩‍👧‍👦" * 2 + "…"),
        ("بِّ" * 9, 8, "بِّ" * 2 + "…"),
    ],
)
def test_a_text_is_cut_at_a_sentence_a_word_or_a_whole_letter(text: str, longest: int, shown: str) -> None:
    assert cut(text, longest) == shown
    assert units(shown) <= longest


def test_a_very_long_notice_is_cut_and_says_so() -> None:
    made = outgoing(kind="notice", text="\n".join(f"السطر {number}: تعذّر الإرسال" for number in range(500)))
    shown = read_markup(markup(made)).plain
    assert real_units(shown) <= LONGEST_TEXT
    assert shown.startswith("السطر 0")
    assert shown.endswith("\n\u200f…")


def test_nothing_to_show_is_still_a_message() -> None:
    assert telegram_text([]).markup.strip()
    assert telegram_text([(Span(text=" \n"),)]).markup.strip()


# --- any text ---------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "سلاح", "وبالأسلحةِ", "كوريا", "IMF", "Al-Jazeera", "3-2", "<b>", "</a>", "&amp;", "&", "<", ">", '"', "'", "«", "»",
        "👨‍👩‍👧‍👦", "🇱🇧", "ـ", "\u200f", "\u202e", "\u2067", "\u2068", "\u2069", "\n", "\t", "\x00", "\ud83d",
        "ا" * 900, "😀" * 400,
        ". ", "؟ ", " ", "https://x.example/?a=1&b=2",
    ]
)  # fmt: skip
ANYTHING = st.one_of(st.text(st.characters(), max_size=60), st.lists(PIECES, max_size=30).map("".join))


@st.composite
def articles(draw: st.DrawFn) -> AlertArticle:
    title, lead, body = draw(ANYTHING), draw(ANYTHING), draw(ANYTHING)
    hits = []
    for field, text in (("title", title), ("lead", lead), ("body", body)):
        words = [found.span() for found in regex.finditer(r"[\p{L}\p{N}][\w\p{M}]*", text)]
        for start, end in draw(st.lists(st.sampled_from(words), max_size=3)) if words else ():
            hits.append(Hit(field=field, start=start, end=end, term="سلاح"))
    return article(
        title=title, lead=lead, body=body, hits=tuple(hits), url=draw(ANYTHING), watchlists={"a": draw(ANYTHING)},
        feed_id=draw(st.sampled_from(["jazeera", "Sky News عربية", "<x>"])),
    )  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(made=st.lists(articles(), min_size=1, max_size=7))
def test_any_text_gives_markup_that_a_strict_reader_takes(made: list[AlertArticle]) -> None:
    lines = alert_lines(outgoing(*made), STYLE)
    text = telegram_text(lines)
    read = read_markup(text.markup)
    assert read.plain.strip()
    assert real_units(read.plain) <= LONGEST_TEXT
    assert real_units(text.plain) <= LONGEST_TEXT
    assert units(read.plain) == real_units(read.plain)
    whole = {found.start() for found in regex.finditer(r"\X", read.plain)} | {len(read.plain)}
    for entity in read.entities:
        for offset in (entity.offset, entity.offset + entity.length):
            place = len(read.plain.encode("utf-16-le")[: 2 * offset].decode("utf-16-le"))
            assert place in whole, "bold or a link ends within a letter"
    for line in read.plain.split("\n"):
        assert not line or line[0] == RLM or "\u0621" <= line[0] <= "\u064a"
        depth = 0
        for character in line:
            depth += (character in "\u2066\u2067\u2068") - (character == PDI)
            assert depth >= 0
        assert depth == 0


@settings(max_examples=200, deadline=None)
@given(title=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=200))
def test_what_fits_is_shown_whole(title: str) -> None:
    shown = read_markup(telegram_text([(Span(text=title, style="link", url="https://a.example/"),)]).markup).plain
    assert "".join(letter for letter in shown if letter not in (FSI, PDI, RLM)) == title


@settings(max_examples=200, deadline=None)
@given(text=ANYTHING, longest=st.integers(12, 80))
def test_a_cut_text_is_a_beginning_of_whole_letters(text: str, longest: int) -> None:
    shown = cut(text, longest)
    assert units(shown) <= longest
    if shown != text:
        kept = shown.removesuffix("…")
        assert text.startswith(kept)
        whole = {found.start() for found in regex.finditer(r"\X", text)} | {len(text)}
        assert len(kept) in whole or text[len(kept)].isspace()
