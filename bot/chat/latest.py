"""`/latest`: what is asked, and the list that answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import words
from bot.channels.alert_text import Span
from bot.chat.answer import Answer, line, named, press, said
from bot.chat.button_data import referred
from bot.chat.following import unclear
from bot.chat.spelling import one_number
from bot.chat.topics import Found, Several, Unknown, find_topic
from storage import NewsCursor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.channels.alert_text import Line
    from bot.chat.answer import Around, Button
    from bot.chat.request import Request
    from bot.chat.topics import Topic
    from storage import TopicNews

__all__ = ["Wanted", "latest_answer", "latest_wanted"]

USUAL = 5
MOST = 20
TITLE = 200
ROOM = 3_600
"""UTF-16 units of the list; a message holds 4,096, and head, notes and marks need some."""
TOPIC_BUTTONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """News of one topic, or of all that the chat may see (``topic`` None). ``note`` says where the wish was bent."""

    topic: Topic | None
    ids: tuple[str, ...]
    count: int
    before: NewsCursor | None = None
    note: str = ""


def latest_wanted(request: Request, around: Around) -> Wanted | Answer:
    """Return what to look up, or what to say where that is not clear."""
    if request.topic is not None:
        id = referred(request.topic, (topic.id for topic in around.topics))
        topic = next((topic for topic in around.topics if topic.id == id), None)
        if topic is None:
            return unclear(request, Unknown(near=()), around, verb="latest")
        return Wanted(topic=topic, ids=(topic.id,), count=USUAL, before=request.before)
    whole = find_topic(request.words, around.topics)
    if isinstance(whole, Found):  # a number may be a part of the name: «القرار 1701»
        return Wanted(topic=whole.topic, ids=(whole.topic.id,), count=USUAL)
    name, number = _split(request.words)
    count, note = _bent(number, around)
    if not name:
        ids = tuple(topic.id for topic in around.topics)
        return Wanted(topic=None, ids=ids, count=count, before=request.before, note=note)
    found = find_topic(name, around.topics)
    if isinstance(found, Several | Unknown):
        return unclear(request, found, around, verb="latest")
    return Wanted(topic=found.topic, ids=(found.topic.id,), count=count, note=note)


def _split(text: str) -> tuple[str, int | None]:
    """Return the name and the number, which may stand last or first."""
    parts = text.split()
    for place in (-1, 0):
        number = one_number(parts[place]) if parts else None
        if number is not None:
            del parts[place]
            return " ".join(parts), number
    return text.strip(), None


def _bent(number: int | None, around: Around) -> tuple[int, str]:
    if number is None:
        return USUAL, ""
    if number < 1:
        return USUAL, f"العدد من {around.number(1)} إلى {around.number(MOST)}."
    if number > MOST:
        return MOST, f"أعرض {around.number(MOST)} على الأكثر في رسالة، وما قبلها في الزر أدناه."
    return number, ""


def latest_answer(wanted: Wanted, rows: Sequence[TopicNews], around: Around) -> Answer:
    """Return the list; ``rows`` may hold one more than wanted, which tells that there are older ones."""
    listed = rows[: wanted.count]
    shown, lines = _fitting(listed, wanted, around)
    if not shown:
        return _nothing(wanted, around)
    head = words.counted(len(shown), "آخر الأخبار", around.digits)
    if wanted.before:
        head = f"أخبار أقدم: {words.counted(len(shown), 'خبر', around.digits)}"
    if wanted.topic:
        head += f" · {named(wanted.topic)}"
    notes = [wanted.note] if wanted.note else []
    if len(shown) < len(listed):
        notes.append("اختُصرت القائمة لطولها؛ البقية في «الأقدم».")
    return Answer(
        lines=(line(head), *lines, *([(), *map(line, notes)] if notes else [])),
        buttons=_buttons(wanted, shown, around, older=len(rows) > len(shown)),
        in_place=True,
    )


def _fitting(rows: Sequence[TopicNews], wanted: Wanted, around: Around) -> tuple[list[TopicNews], list[Line]]:
    shown: list[TopicNews] = []
    lines: list[Line] = []
    room = ROOM
    for row in rows:
        item = _item(len(shown) + 1, row, wanted, around)
        room -= sum(len(span.text.encode("utf-16-le", "replace")) // 2 + 4 for each in item for span in each)
        if room < 0 and shown:
            break
        shown.append(row)
        lines += item
    return shown, lines


def _item(number: int, row: TopicNews, wanted: Wanted, around: Around) -> list[Line]:
    title = words.one_line(row.title) or "بلا عنوان"
    title = title if len(title) <= TITLE else f"{title[:TITLE].rsplit(maxsplit=1)[0]}…"
    source = words.isolate(around.feed_names.get(row.feed_id, row.feed_id))
    more = f" {words.more_sources(row.sightings - 1, around.digits)}" if row.sightings > 1 else ""
    moment = row.published_at or row.seen_at
    when = words.recent(moment, around.now, around.zone, around.locale, around.digits)
    topics = "" if wanted.topic else " · " + "، ".join(named(name) for name in row.watchlists.values())
    state = f" · {words.state_words(row.state, row.hold, row.reason)}" if row.state not in {None, "sent"} else ""
    link = Span(text=title, style="link", url=row.url) if row.url else Span(text=title)
    return [line(f"{around.number(number)}. ", link), line(f"   {source}{more} · {when}{topics}{state}")]


def _buttons(wanted: Wanted, shown: list[TopicNews], around: Around, *, older: bool) -> tuple[tuple[Button, ...], ...]:
    rows: list[tuple[Button, ...]] = []
    if wanted.topic is None and not wanted.before:
        rows += _pairs(_topics_first_seen(shown, around))
    turning = []
    if wanted.before:
        turning.append(press("الأحدث", "latest", wanted.topic))
    if older:
        last = NewsCursor(matched_at=shown[-1].matched_at, article_id=shown[-1].article_id)
        turning.append(press("الأقدم", "latest", wanted.topic, before=last))
    if wanted.topic:
        turning.append(press("كل المواضيع", "latest"))
    return (*rows, tuple(turning)) if turning else tuple(rows)


def _topics_first_seen(shown: list[TopicNews], around: Around) -> list[Topic]:
    """Return the topics of the news shown first, then the others."""
    seen = dict.fromkeys(id for row in shown for id in row.watchlists)
    by_id = {topic.id: topic for topic in around.topics}
    return [by_id[id] for id in dict.fromkeys([*seen, *by_id]) if id in by_id][:TOPIC_BUTTONS]


def _pairs(topics: list[Topic]) -> list[tuple[Button, ...]]:
    buttons = [press(topic.name, "latest", topic) for topic in topics]
    return [tuple(buttons[begin : begin + 2]) for begin in range(0, len(buttons), 2)]


def _nothing(wanted: Wanted, around: Around) -> Answer:
    if wanted.before:
        return Answer(toast="لا أخبار أقدم.")
    if not around.topics:
        return said("لا مواضيع متاحة هنا بعد.")
    if wanted.topic:
        return said(
            f"لا أخبار بعد في «{named(wanted.topic)}».",
            buttons=((press("كل المواضيع", "latest"),),),
            toast="لا أخبار بعد",
        )
    return said("لا أخبار بعد في المواضيع كلها.", buttons=((press("المواضيع", "watchlists"),),), toast="لا أخبار بعد")
