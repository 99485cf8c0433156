"""Topics: which there are, following one, and ending that. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot import words
from bot.chat.answer import Answer, command, line, named, press, said
from bot.chat.button_data import referred
from bot.chat.spelling import echoed, key_of
from bot.chat.topics import Found, Several, Topic, Unknown, find_topic

if TYPE_CHECKING:
    from bot.chat.answer import Around, Button
    from bot.chat.request import Request

__all__ = ["Change", "follow", "topic_list", "unclear", "unfollow"]

PAGE = 8
"""Topics on one page of the list; more buttons do not fit on a phone."""
FOLLOWED_OF_FEW = {(1, 1): "تتابعه", (2, 1): "تتابع أحدهما", (2, 2): "تتابعهما"}
"""Of one or two topics the pronoun is another than of many: how many there are, and how many of them are followed."""
ALL = {key_of("الكل"), key_of("كل المواضيع"), key_of("الجميع"), "all"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a chat follows is to change, and what is said once it has.

    ``page`` is the page of the list that is shown again instead, where a button of the list was pressed.
    """

    kind: Literal["follow", "unfollow"]
    ids: tuple[str, ...]
    answer: Answer
    page: int | None = None


def topic_list(around: Around, *, page: int = 0, first: str = "") -> Answer:
    """Return a page of the topics, with a button to follow or to end that on each.

    Those buttons carry the page, counted from 1, so that the list can be shown again as it stands after the change.
    """
    topics = around.topics
    if not topics:
        return said(*filter(None, [first]), "لا مواضيع متاحة هنا بعد.")
    pages = -(-len(topics) // PAGE)
    page = min(page, pages - 1)
    shown = topics[page * PAGE : (page + 1) * PAGE]
    followed = sum(topic.followed for topic in topics)
    head = words.counted(len(topics), "موضوع", around.digits)
    if followed:
        said_of_few = FOLLOWED_OF_FEW.get((len(topics), followed))
        head += f"، {said_of_few or words.counted(followed, 'تتابع منها', around.digits)}"
    head += f" (صفحة {around.number(page + 1)} من {around.number(pages)})" if pages > 1 else ""
    lines = [*([first, ""] if first else []), head, *(_listed(topic) for topic in shown)]
    return Answer(
        lines=tuple(line(text) if text else () for text in lines),
        buttons=(*(_toggle(topic, page) for topic in shown if not topic.trial), *_turning(page, pages)),
        in_place=True,
    )


def _listed(topic: Topic) -> str:
    notes = [
        *([f"الأولوية {words.severity(topic.severity)}"] if topic.severity in {"high", "critical"} else []),
        *(["تتابعه"] if topic.followed else []),
        *(["يصل إلى هنا"] if topic.routed and not topic.followed else []),
        *(["خاص"] if topic.private else []),
        *(["قيد التجربة"] if topic.trial else []),
    ]
    return f"• {named(topic)}" + (f" · {'، '.join(notes)}" if notes else "")


def _toggle(topic: Topic, page: int) -> tuple[Button, ...]:
    if topic.followed:
        return (press(f"إلغاء: {topic.name}", "unfollow", topic, page=page + 1),)
    return (press(f"متابعة: {topic.name}", "follow", topic, page=page + 1),)


def _turning(page: int, pages: int) -> tuple[tuple[Button, ...], ...]:
    row = []
    if page > 0:
        row.append(press("السابق", "watchlists", page=page - 1))
    if page < pages - 1:
        row.append(press("التالي", "watchlists", page=page + 1))
    return (tuple(row),) if row else ()


def follow(request: Request, around: Around) -> Change | Answer:
    """Return the change to make, or what to say where nothing is to change."""
    if request.topic is None and (not request.words.strip() or key_of(request.words) in ALL):
        return topic_list(around, first="أي موضوع تريد متابعته؟ اختره من القائمة، أو اكتب اسمه بعد الأمر.")
    topic = _meant(request, around.nameable)
    if not isinstance(topic, Topic):
        return unclear(request, topic, around, verb="follow")
    if topic.trial:
        return said(f"«{named(topic)}» قيد التجربة: لا تصدر عنه تنبيهات بعد.", toast="قيد التجربة")
    if topic.followed and request.page:
        return replace(topic_list(around, page=request.page - 1), toast="تتابعه من قبل")
    if topic.followed:
        return said(f"«{named(topic)}» موضوع تتابعه من قبل.", buttons=_after(topic, "unfollow"), toast="تتابعه من قبل")
    where = "هذه المحادثة" if around.private else "هذا الموضع من المجموعة" if around.place.thread else "هذه المجموعة"
    answer = said(
        f"تتابع الآن: {named(topic)}",
        f"سيصل كل خبر جديد فيه إلى {where}.",
        buttons=_after(topic, "unfollow"),
        toast="تتابعه الآن",
    )
    return _change("follow", topic, answer, request)


def unfollow(request: Request, around: Around) -> Change | Answer:
    """Return the change to make, or what to say where nothing is to change."""
    followed = [*(topic for topic in around.nameable if topic.followed), *_hidden(around)]
    if request.topic is None and key_of(request.words) in ALL and followed:
        answer = said("أُلغيت متابعة المواضيع كلها.", toast="أُلغيت كلها")
        return Change(kind="unfollow", ids=tuple(topic.id for topic in followed), answer=answer)
    if request.topic is None and not request.words.strip():
        return _choose_followed(followed)
    if not followed and not around.nameable:
        return said("لا تتابع موضوعًا.", toast="لا تتابع موضوعًا")
    topic = _meant(request, followed)
    if not isinstance(topic, Topic):
        known = _meant(request, around.nameable)
        if isinstance(known, Topic) and request.page:
            return replace(topic_list(around, page=request.page - 1), toast="لا تتابعه")
        if isinstance(known, Topic):
            return _not_followed(known)
        return unclear(request, topic if isinstance(topic, Several) else known, around, verb="unfollow")
    lines = [f"أُلغيت متابعة: {named(topic)}"]
    if topic.routed:
        lines.append("يستمر وصوله إلى هنا بحسب إعدادات القائمين على البوت.")
    answer = said(*lines, buttons=_after(topic, "follow") if topic in around.topics else (), toast="أُلغيت المتابعة")
    return _change("unfollow", topic, answer, request)


def _change(kind: Literal["follow", "unfollow"], topic: Topic, answer: Answer, request: Request) -> Change:
    page = request.page - 1 if request.page else None
    return Change(kind=kind, ids=(topic.id,), answer=replace(answer, in_place=request.by_button), page=page)


def _hidden(around: Around) -> list[Topic]:
    """Return what the chat follows and cannot see any more: it was switched off, removed, or made private."""
    shown = {topic.id for topic in around.nameable}
    return [
        Topic(id=id, name=name, severity="normal", followed=True)
        for id, name in around.others.items()
        if id not in shown
    ]


def _choose_followed(followed: list[Topic]) -> Answer:
    if not followed:
        return said("لا تتابع موضوعًا.", toast="لا تتابع موضوعًا")
    buttons = tuple((press(topic.name, "unfollow", topic),) for topic in followed[: 2 * PAGE])
    return said("أي موضوع تريد إلغاء متابعته؟ ولإلغائها كلها اكتب بعد الأمر: الكل.", buttons=buttons)


def _not_followed(topic: Topic) -> Answer:
    if topic.routed:
        return said(
            f"«{named(topic)}» يصل إلى هنا بحسب إعدادات القائمين على البوت، ولا يُلغى من هنا.",
            toast="يصل بحسب الإعدادات",
        )
    return said(f"لا تتابع «{named(topic)}».", buttons=_after(topic, "follow"), toast="لا تتابعه")


def _meant(request: Request, topics: tuple[Topic, ...] | list[Topic]) -> Topic | Several | Unknown:
    if request.topic is not None:
        id = referred(request.topic, (topic.id for topic in topics))
        return next((topic for topic in topics if topic.id == id), Unknown(near=()))
    found = find_topic(request.words, topics)
    return found.topic if isinstance(found, Found) else found


def unclear(request: Request, found: Several | Unknown, around: Around, *, verb: str) -> Answer:
    """Return what helps where the words name several topics, or none; nothing where they may not have been for us."""
    if not request.sure:
        return Answer()
    if request.topic is not None:
        return Answer(toast="لم يعد هذا الموضوع متاحًا هنا.")
    if isinstance(found, Several):
        buttons = tuple((press(topic.name, verb, topic),) for topic in found.topics)
        return said(f"أي موضوع تقصد بـ{echoed(request.words)}؟", buttons=buttons)
    shown = {topic.id for topic in around.topics}
    near = [topic for topic in found.near if topic.id in shown or around.admin_here]
    if near:
        buttons = tuple((press(topic.name, verb, topic),) for topic in near)
        return said(f"لا موضوع باسم {echoed(request.words)}. هل تقصد:", buttons=buttons)
    return said(
        f"لا موضوع باسم {echoed(request.words)}.",
        f"المواضيع كلها في {command('watchlists')}",
        buttons=((press("المواضيع", "watchlists"),),),
    )


def _after(topic: Topic, verb: str) -> tuple[tuple[Button, ...], ...]:
    text = "إلغاء المتابعة" if verb == "unfollow" else "متابعة"
    return ((press("آخر أخباره", "latest", topic), press(text, verb, topic)),)
