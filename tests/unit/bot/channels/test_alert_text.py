"""An alert: the headline first, one sentence of evidence, no hashtags, isolates around what is not Arabic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.channels.alert_text import AlertStyle, alert_lines
from bot.channels.console_channel import console_text
from rules import Hit
from storage import AlertArticle, OutgoingMessage
from tests.fakes.messages import outgoing

FSI, PDI, RLM = "\u2068", "\u2069", "\u200f"
STYLE = AlertStyle(
    zone=ZoneInfo("Asia/Beirut"),
    locale="ar",
    digits="latn",
    feed_names={"jazeera": "الجزيرة", "bbc": "BBC عربي", "r1": "الشرق"},
)
LEAD = "تتقدم المفاوضات بشأن الأسلحة بين روسيا وكوريا الشمالية سريعًا، وفق المتحدث. ولم يحدد موعدًا."


def hit(field: str, text: str, word: str, term: str) -> Hit:
    start = text.index(word)
    return Hit(field=field, start=start, end=start + len(word), term=term)  # type: ignore[arg-type]


def article(title: str = "واشنطن: محادثات بشأن إمدادات ذخيرة", **changes: object) -> AlertArticle:
    made = AlertArticle(
        article_id=1,
        feed_id="jazeera",
        url="https://news.example/1",
        title=title,
        lead=LEAD,
        body="",
        published_at=datetime(2023, 8, 30, 15, 42, tzinfo=UTC),
        seen_at=datetime(2023, 8, 30, 15, 43, tzinfo=UTC),
        watchlists={"nk": "السلاح وكوريا الشمالية"},
        hits=(hit("lead", LEAD, "الأسلحة", "سلاح"), hit("lead", LEAD, "كوريا الشمالية", "كوريا الشمالية")),
    )
    return replace(made, **changes)


def message(*articles: AlertArticle, **changes: object) -> OutgoingMessage:
    return outgoing(*(articles or (article(),)), to="console", address="stdout", **changes)


def shown(made: OutgoingMessage, style: AlertStyle = STYLE) -> list[str]:
    return console_text(alert_lines(made, style), colour=False).splitlines()


def test_an_alert_reads_as_the_editors_want_it() -> None:
    assert shown(message()) == [
        "عالية · السلاح وكوريا الشمالية",
        "واشنطن: محادثات بشأن إمدادات ذخيرة",
        "الجزيرة · الأربعاء 30 آب/أغسطس، 18:42",
        "https://news.example/1",
        "",
        f"{RLM}«تتقدم المفاوضات بشأن الأسلحة بين روسيا وكوريا الشمالية سريعًا، وفق المتحدث.»",
    ]


def test_only_the_two_highest_severities_are_named() -> None:
    assert shown(message(severity="normal"))[0] == "السلاح وكوريا الشمالية"
    assert shown(message(severity="low"))[0] == "السلاح وكوريا الشمالية"
    assert shown(message(severity="critical"))[0].startswith("قصوى · ")


def test_every_watchlist_is_named_once() -> None:
    both = article(watchlists={"nk": "السلاح وكوريا الشمالية", "arms": "صفقات السلاح"})
    assert shown(message(both))[0] == "عالية · السلاح وكوريا الشمالية · صفقات السلاح"


def test_matched_words_are_marked_on_a_terminal_and_only_there() -> None:
    coloured = console_text(alert_lines(message(), STYLE), colour=True)
    assert "\x1b[1;33mالأسلحة\x1b[0m" in coloured
    assert "و\x1b[1;33mكوريا الشمالية\x1b[0m" in coloured
    assert "\x1b" not in console_text(alert_lines(message(), STYLE), colour=False)


def test_bold_spans_are_whole_hits_and_the_rest_is_plain() -> None:
    bold = [span.text for line in alert_lines(message(), STYLE) for span in line if span.style == "bold"]
    assert bold == ["الأسلحة", "كوريا الشمالية"]


def test_a_hit_in_the_title_is_marked_there_and_needs_no_evidence() -> None:
    title = "صفقة سلاح جديدة"
    made = message(article(title, hits=(hit("title", title, "سلاح", "سلاح"),)))
    assert len(shown(made)) == 4
    assert [(span.text, span.style) for span in alert_lines(made, STYLE)[1]] == [
        ("صفقة ", "link"),
        ("سلاح", "bold"),
        (" جديدة", "link"),
    ]


def test_every_line_begins_with_an_arabic_letter_or_a_mark_but_for_the_address() -> None:
    made = message(
        article("F-35 فوق المتوسط", feed_id="bbc", watchlists={"x": "NATO والحلفاء"}, hits=()), severity="low"
    )
    lines = shown(made)
    assert lines[0] == f"{RLM}{FSI}NATO والحلفاء{PDI}"
    assert lines[1] == f"{RLM}{FSI}F-35{PDI} فوق المتوسط"
    assert lines[2].startswith(f"{RLM}{FSI}BBC عربي{PDI} · ")


def test_isolates_are_balanced_though_a_hit_stands_within_a_latin_run() -> None:
    title = "حلف NATO Response Force يتحرك"
    made = message(article(title, hits=(hit("title", title, "NATO", "ناتو"),)))
    text = "".join(span.text for span in alert_lines(made, STYLE)[1])
    assert text.count(FSI) == text.count(PDI) == 1
    assert text.replace(FSI, "").replace(PDI, "") == title


def test_a_reply_says_what_it_belongs_to() -> None:
    assert shown(message(kind="reply"))[0] == "متابعة للخبر أعلاه"


def test_other_outlets_come_with_their_own_headlines_and_the_sixth_is_counted() -> None:
    others = [
        article(f"عنوان {number}", article_id=number, feed_id="r1", url=f"https://n.example/{number}")
        for number in range(2, 10)
    ]
    lines = shown(message(article(), *others))
    begin = lines.index("ورد أيضًا في:")
    assert lines[begin + 1] == f"{RLM}• الشرق، 18:42: عنوان 2"
    assert lines[begin + 6 :] == ["و3 مصادر أخرى"]


def test_no_hashtags_no_entities_and_no_line_breaks_from_the_feed() -> None:
    made = message(article("عنوان\nفي سطرين\x07", hits=()))
    assert shown(made)[1] == "عنوان في سطرين"
    assert not any(line.startswith("#") for line in shown(made))


def test_an_article_without_a_date_shows_when_it_was_seen() -> None:
    assert "18:43" in shown(message(article(published_at=None)))[2]


def test_an_article_without_a_title_shows_its_text() -> None:
    assert shown(message(article("", hits=())))[1].startswith("تتقدم المفاوضات")
