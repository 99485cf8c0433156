"""What somebody wants. Pure: an incoming value in, a request out, or None where nothing was said to the bot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.chat.button_data import read_data
from bot.chat.incoming import Incoming, Pressed, Wrote
from bot.chat.spelling import key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage import NewsCursor

__all__ = ["COMMANDS", "LATER", "Request", "request_of"]

Verb = Literal[
    "start",
    "help",
    "latest",
    "watchlists",
    "follow",
    "unfollow",
    "status",
    "invite",
    "later",
    "unknown",
    "chatter",
    "wordless",
    "old_button",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A verb with what was said to it.

    ``words`` are the arguments as typed (a name, a number, an invitation); a button gives ``topic`` (a reference, see
    `button_data`), ``page`` or ``before`` instead. ``command`` names what is not there, for ``later`` and ``unknown``.
    ``sure`` is False for words in a group that may have been meant for others: then an answer that helps nobody is not
    given.
    """

    verb: Verb
    words: str = ""
    topic: str | None = None
    page: int = 0
    before: NewsCursor | None = None
    command: str = ""
    sure: bool = True
    by_button: bool = False


COMMANDS: Mapping[str, Verb] = {
    "start": "start",
    "help": "help",
    "latest": "latest",
    "watchlists": "watchlists",
    "follow": "follow",
    "subscribe": "follow",
    "unfollow": "unfollow",
    "unsubscribe": "unfollow",
    "status": "status",
    "invite": "invite",
}
LATER = ("watch", "unwatch", "mute", "unmute", "search", "why", "feeds", "language")
LATER_FOR_ADMINS = ("addfeed", "reload", "test", "trial", "audit")

# Plain words, as `key_of` evens them out. The longest that fits counts.
SPOKEN: tuple[tuple[Verb | tuple[Verb, str], tuple[str, ...]], ...] = (
    ("latest", ("الجديد", "جديد", "ما الجديد", "آخر الأخبار", "آخر أخبار", "الأخبار", "آخر", "أخبار")),
    ("watchlists", ("المواضيع", "مواضيع", "الموضوعات", "قائمة المواضيع", "كل المواضيع")),
    ("follow", ("تابع", "تابعي", "أتابع", "متابعة", "اشترك", "اشتراك")),
    (
        "unfollow",
        ("ألغ", "ألغي", "الغاء", "إلغاء المتابعة", "ألغ متابعة", "إلغاء متابعة", "إلغاء الاشتراك", "لا تتابع"),
    ),
    ("status", ("الحالة", "حالة", "حالة البوت")),
    ("help", ("مساعدة", "المساعدة", "ساعدني", "؟")),
    ("start", ("ابدأ", "مرحبا", "السلام عليكم")),
    (("later", "why"), ("لماذا", "لماذا؟")),
    (("later", "search"), ("ابحث", "ابحث عن", "بحث")),
    (("later", "mute"), ("اكتم", "كتم")),
    (("later", "unmute"), ("إلغاء الكتم", "ألغ الكتم")),
    (("later", "watch"), ("ارصد", "رصد")),
)
WORDS = {key_of(words): verb for verb, alternatives in SPOKEN for words in alternatives if key_of(words)}
LONGEST_WORDS = max(len(words.split()) for words in WORDS)
COMMAND = re.compile(r"/([^\s@/]{1,64})(?:@(\S{1,64}))?(?:\s+(.*))?", re.S)
WORDS_READ = 400
"""Characters that a request may have: nothing that anybody asks for is longer."""


def request_of(incoming: Incoming, username: str) -> Request | None:
    """Return what is asked of the bot of this username."""
    event = incoming.event
    if isinstance(event, Pressed):
        return _pressed(event)
    if not isinstance(event, Wrote):
        return None
    private = incoming.place.kind == "private"
    text = (event.text or "").lstrip().strip("\N{RIGHT-TO-LEFT MARK}\N{LEFT-TO-RIGHT MARK}\u061c \n")
    if not text:
        return Request(verb="wordless") if private else None
    if text.startswith("/") and (found := COMMAND.fullmatch(text)):
        return _command(found, username, private=private)
    if not private and not event.to_us:
        return None
    return _plain_words(text, private=private)


def _command(found: re.Match[str], username: str, *, private: bool) -> Request | None:
    name, addressee, rest = found[1], found[2], (found[3] or "").strip()[:WORDS_READ]
    if addressee is not None and addressee.casefold() != username.casefold():
        return None
    known = COMMANDS.get(name.casefold())
    if known:
        return Request(verb=known, words=rest)
    if name.casefold() in (*LATER, *LATER_FOR_ADMINS):
        return Request(verb="later", command=name.casefold())
    spoken = _spoken(f"{name.replace('_', ' ')} {rest}", sure=True)
    if spoken:
        return spoken
    # In a group a command without a name behind it may be another bot's.
    return Request(verb="unknown", command=name) if private or addressee is not None else None


def _plain_words(text: str, *, private: bool) -> Request | None:
    spoken = _spoken(text[:WORDS_READ], sure=private)
    if spoken or not private:
        return spoken
    return Request(verb="chatter", words=text[:WORDS_READ])


def _spoken(text: str, *, sure: bool) -> Request | None:
    parts = text.split()
    for count in range(min(LONGEST_WORDS, len(parts)), 0, -1):
        meant = WORDS.get(key_of(" ".join(parts[:count])))
        if meant is None:
            continue
        rest = " ".join(parts[count:])
        if isinstance(meant, tuple):
            return Request(verb=meant[0], command=meant[1], sure=sure)
        if rest and meant in {"help", "start", "status", "watchlists"}:
            continue  # «الحالة في غزة» is no question about the bot
        return Request(verb=meant, words=rest, sure=sure)
    return None


def _pressed(event: Pressed) -> Request:
    data = read_data(event.data)
    if data is None:
        return Request(verb="old_button", by_button=True)
    return Request(verb=data.verb, topic=data.topic, page=data.page, before=data.before, by_button=True)
