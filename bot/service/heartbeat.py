"""The daily line to the admins, once a day whatever the clock does; and the ping that a dead-man's switch waits for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from bot.secrets import expand, redact
from bot.words import counted, digits_of, lasting
from bot.words.ledger import account_words
from rules.errors import FetchError, MissingSecret
from storage import NoticeCommit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import time, tzinfo

    from bot.clock import Clock
    from bot.logs import Logger
    from bot.settings import Settings
    from bot.words.plurals import Digits
    from storage import Accounts, FeedState, Store

__all__ = ["Heartbeat", "heartbeat_line", "slot_of", "wanted"]

MARK = "heartbeat_day"
DAY = timedelta(days=1)
PING_S = 300.0
"""A dead-man's switch is set to hours or to a quarter of an hour; five minutes serve both."""


def slot_of(now: datetime, at: time, zone: tzinfo) -> date:
    """Return the day whose line is the newest that is due. A time that a change of clocks skips is due an hour later."""
    today = now.astimezone(zone).date()
    return today if now >= datetime.combine(today, at, zone) else today - DAY


def wanted(told: date | None, slot: date) -> bool:
    """Tell whether a line is due: not told for this day yet; or told for a day so far ahead that a wrong clock did it.

    The first start tells nothing for a day that is half over: it only takes note.
    """
    return told is not None and (told < slot or told > slot + DAY)


def heartbeat_line(feeds: list[FeedState], accounts: Accounts, digits: Digits) -> str:
    """Return the status of the last day in one line."""
    working = sum(feed.gone_at is None and not feed.failures for feed in feeds)
    parts = [
        "الحالة: يعمل",
        f"المصادر: {digits_of(f'{working:,} من {len(feeds):,}', digits)} تعمل",
        f"آخر 24 ساعة: {counted(accounts.articles, 'مقال', digits)}",
    ]
    total = counted(accounts.matches, "مطابقة", digits)
    parts.append(f"{total} = {account_words(accounts, digits)}" if accounts.matches else total)
    if accounts.delays:
        delay = lasting(timedelta(seconds=median(accounts.delays)), digits)
        parts.append(f"التأخر الوسطي من النشر إلى الإرسال: {delay}")
    return " · ".join(parts)


class Heartbeat:
    """Beat: `tell` once a day into the outbox, `ping` every few minutes while the service is well."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        chats: Callable[[], Awaitable[tuple[int, ...]]],
        ping: Callable[[str], Awaitable[None]],
        well: Callable[[], Awaitable[bool]],
        clock: Clock,
        log: Logger,
    ) -> None:
        self._store = store
        self._settings = settings
        self._chats = chats
        self._ping = ping
        self._well = well
        self._clock = clock
        self._log = log
        self._pinged_at = float("-inf")

    async def tell(self) -> bool:
        """Put the line of the day out if it is due; return whether it was. Its day is remembered in the same commit."""
        beat = self._settings.heartbeat
        if beat is None:
            return False
        now = self._clock.now()
        slot = slot_of(now, beat.at, self._settings.timezone)
        told = _day(await self._store.mark_of(MARK))
        if told is None:
            await self._store.post_notices(_commit((), slot), now)
        if not wanted(told, slot):
            return False
        accounts = await self._store.accounts(since=now - DAY)
        line = heartbeat_line(await self._store.feed_states(), accounts, self._settings.digits)
        self._log.info("heartbeat", text=line)
        await self._store.post_notices(_commit(await self._chats(), slot, line), now)
        return True

    async def ping_if_due(self) -> bool:
        """Ask for the dead-man's address if it is time and the service is well; return whether it was asked.

        The address itself is a key, so nothing of it is logged.
        """
        beat, now = self._settings.heartbeat, self._clock.monotonic()
        if beat is None or beat.url is None or now - self._pinged_at < PING_S:
            return False
        self._pinged_at = now
        if not await self._well():
            self._log.error("ping_withheld", reason="the service is stuck")
            return False
        try:
            await self._ping(expand(beat.url))
        except MissingSecret as error:
            self._log.error("ping_failed", reason=redact(str(error)))
        except FetchError as error:
            self._log.warning("ping_failed", reason=redact(str(error)))
        return True


def _commit(chats: tuple[int, ...], slot: date, *lines: str) -> NoticeCommit:
    texts = tuple((line, "low") for line in lines)
    return NoticeCommit(chats=chats, texts=texts, marks={MARK: slot.isoformat()})  # type: ignore[arg-type]  # a severity


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
