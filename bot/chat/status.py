"""`/status`: whether it works, which feeds do not, and the day's sums. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING

from bot import words
from bot.chat.answer import Answer, named, press, said
from bot.words.ledger import account_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.chat.answer import Around
    from storage import Accounts, FeedRhythm, FeedState

__all__ = ["RHYTHM", "Health", "midnight", "status_answer"]

DOWN_AFTER = timedelta(minutes=15)
"""A feed in trouble for less is only late."""
STUCK_AFTER = timedelta(minutes=2)
"""Feeds are looked through every half second; a round this old means that something hangs."""
RHYTHM = timedelta(days=7)
ENOUGH_TO_KNOW = 14
"""Articles in a week from which a feed has a rhythm that its silence can break."""
SILENT_TIMES = 12
SILENT_AT_LEAST = timedelta(hours=6)
"""A night's lull is no silence; an outlet of every 12 minutes that says nothing for 6 hours is."""
LISTED = 5
STATUS = re.compile(r"HTTP status (\d{3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the status tells of. ``accounts`` are of the day: of all for admins, of the chat for others."""

    last_round: datetime | None
    feeds: Sequence[FeedState]
    rhythm: Mapping[str, FeedRhythm]
    accounts: Accounts


def midnight(around: Around) -> datetime:
    """Return when the newsroom's day began."""
    return datetime.combine(around.now.astimezone(around.zone).date(), time(), around.zone)


def status_answer(health: Health, around: Around) -> Answer:
    """Return the status: its sums are of all chats for admins, of this chat for others."""
    lines = [_alive(health, around), *_feeds(health, around)]
    accounts = health.accounts
    total = words.counted(accounts.matches, "مطابقة", around.digits)
    account = f"{total} = {account_words(accounts, around.digits)}" if accounts.matches else total
    if around.admin_here:
        lines.append(f"اليوم: {words.counted(accounts.articles, 'مقال', around.digits)} · {account}")
    else:
        followed = [named(topic) for topic in around.topics if topic.followed or topic.routed]
        lines.append(f"يصل إلى هنا: {'، '.join(followed)}" if followed else "لا تتابع هذه المحادثة موضوعًا بعد.")
        lines.append(f"اليوم هنا: {account}")
    if accounts.delays:
        delay = words.lasting(timedelta(seconds=median(accounts.delays)), around.digits)
        lines.append(f"التأخر الوسطي من النشر إلى الإرسال: {delay}")
    return said(*lines, buttons=((press("الجديد", "latest"), press("المواضيع", "watchlists")),))


def _alive(health: Health, around: Around) -> str:
    if health.last_round is None:
        return "الحالة: يعمل · لم تبدأ جولة بعد"
    span = around.now - health.last_round
    state = "متعثر" if span > STUCK_AFTER else "يعمل"
    return f"الحالة: {state} · آخر جولة {words.ago(span, around.digits)}"


def _feeds(health: Health, around: Around) -> list[str]:
    if not health.feeds:
        return ["لا مصادر بعد."]
    down = [feed for feed in health.feeds if _is_down(feed, around.now)]
    working = len(health.feeds) - len(down)
    lines = [f"المصادر: {around.number(working)} من {around.number(len(health.feeds))} تعمل"]
    if not around.admin_here:
        return lines
    troubles = [_trouble(feed, around) for feed in down] + [
        text for feed in health.feeds if feed not in down and (text := _silence(feed, health, around))
    ]
    lines += [f"• {text}" for text in troubles[:LISTED]]
    if len(troubles) > LISTED:
        lines.append(f"• {words.more_sources(len(troubles) - LISTED, around.digits)}")
    return lines


def _is_down(feed: FeedState, now: datetime) -> bool:
    return feed.gone_at is not None or (feed.failing_since is not None and now - feed.failing_since >= DOWN_AFTER)


def _trouble(feed: FeedState, around: Around) -> str:
    name = named(around.feed_names.get(feed.id, feed.id))
    if feed.gone_at:
        return f"سُحب نهائيًا: {name}"
    span = around.now - (feed.failing_since or around.now)
    status = STATUS.search(feed.last_error or "")
    why = f" (خطأ {words.digits_of(status[1], around.digits)})" if status else " (لا جواب سليمًا)"
    return f"متوقف {words.since(span, around.digits)}: {name}{why}"


def _silence(feed: FeedState, health: Health, around: Around) -> str:
    rhythm = health.rhythm.get(feed.id)
    if rhythm is None or rhythm.articles < ENOUGH_TO_KNOW:
        return ""
    known_for = min(RHYTHM, around.now - feed.first_fetched_at) if feed.first_fetched_at else RHYTHM
    usual, silent = known_for / rhythm.articles, around.now - rhythm.last_at
    if silent < max(SILENT_AT_LEAST, SILENT_TIMES * usual):
        return ""
    since = words.since(silent, around.digits)
    name = named(around.feed_names.get(feed.id, feed.id))
    return f"صامت على غير عادته: {name} (لا جديد {since}، والمعتاد {words.every(usual, around.digits)})"
