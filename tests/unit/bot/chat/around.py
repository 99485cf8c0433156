"""What the tests of the chat part share: somebody, somewhere, with some topics."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.chat.answer import Answer, Around
from bot.chat.incoming import Incoming, Place, Pressed, Wrote
from bot.chat.request import Request, request_of
from bot.chat.topics import Topic
from storage import TopicNews

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ME = "rasid_test_bot"
PRIVATE = Place(chat_id=77, kind="private")
GROUP = Place(chat_id=-100, kind="group")
TOPICS = (
    Topic(id="gaza-truce", name="هدنة غزة", severity="high"),
    Topic(id="arms-north-korea", name="صفقات السلاح مع كوريا الشمالية", severity="critical"),
    Topic(id="oil", name="النفط وأوبك", severity="normal", followed=True),
    Topic(id="quakes", name="الزلازل", severity="normal", routed=True),
    Topic(id="sudan-war", name="حرب السودان", severity="normal"),
    Topic(id="yemen-war", name="حرب اليمن", severity="normal"),
)


def around(place: Place = PRIVATE, **changes: object) -> Around:
    made = Around(
        now=NOW,
        zone=ZoneInfo("Asia/Beirut"),
        locale="ar-LB",
        digits="latn",
        name="راصد الأخبار",
        username=ME,
        place=place,
        chat_id=1,
        topics=TOPICS,
        nameable=TOPICS,
        others={"oil": "النفط وأوبك"},
        feed_names={"a": "الشرق الأوسط", "b": "BBC عربي"},
    )
    return replace(made, **changes)


def wrote(text: str | None, place: Place = PRIVATE, *, user: int | None = 77, **event: object) -> Incoming:
    return Incoming(place=place, user=user, at=NOW, event=Wrote(text=text, message_id=5, **event))


def pressed(data: str, place: Place = PRIVATE) -> Incoming:
    return Incoming(place=place, user=77, at=NOW, event=Pressed(data=data, query_id="1", message_id=5))


def asked(text: str, place: Place = PRIVATE) -> Request:
    request = request_of(wrote(text, place), ME)
    assert request is not None
    return request


def news(number: int = 1, **changes: object) -> TopicNews:
    made = TopicNews(
        article_id=number,
        feed_id="a",
        sightings=1,
        url=f"https://news.example/{number}",
        title=f"الوسطاء يمددون المفاوضات يومين {number}",
        published_at=NOW - timedelta(hours=number),
        seen_at=NOW,
        matched_at=NOW - timedelta(minutes=number),
        watchlists={"gaza-truce": "هدنة غزة"},
        state=None,
        hold=None,
        reason=None,
    )
    return replace(made, **changes)


def plain(answer: Answer) -> str:
    """Return what somebody reads, without the marks that keep lines in order."""
    text = "\n".join("".join(span.text for span in spans) for spans in answer.lines)
    return text.replace("\N{FIRST STRONG ISOLATE}", "").replace("\N{POP DIRECTIONAL ISOLATE}", "")


def on_buttons(answer: Answer) -> list[str]:
    return [button.text for row in answer.buttons for button in row]
