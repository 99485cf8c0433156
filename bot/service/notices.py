"""Notices to admins: each trouble told once when it begins and once when it ends, those of one look together.

A look reads what is wrong now and compares it with what was told; what changed goes into the outbox in the same transaction
that remembers it. So nothing is told twice over restarts, and nothing is forgotten.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.secrets import redact
from bot.words.notices import (
    Change,
    Manner,
    Trouble,
    began_text,
    broken_rules_text,
    ended_text,
    mended_rules_text,
)
from rules import Article
from storage import BeganNotice, ChatAddress, NoticeCommit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from bot.clock import Clock
    from bot.logs import Logger
    from bot.service.loaded import LoadedRules, RulesInForce
    from bot.settings import Settings
    from rules import Problem, Ruleset
    from storage import OpenNotice, Store, StoredArticle, TroubleRow

__all__ = ["Notices", "free_bytes"]

LITTLE_ROOM = 200_000_000
"""Bytes left on the disk at which it is nearly full; it is well again at twice as much."""
LOOK_BACK = timedelta(days=7)
MOST_ARTICLES = 5_000
AT_ONCE = 500
RULES = "rules:"
DISK = "disk"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What one look found changed."""

    began: tuple[Trouble, ...]
    ended: tuple[OpenNotice, ...]


class Notices:
    """Look for troubles, and tell what changed.

    ``free`` returns the bytes left where the database lies, ``others`` the troubles of parts that keep no record of them.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        rules: RulesInForce,
        kinds: Callable[[], Collection[str]],
        channel_chats: Collection[int],
        feed_names: Mapping[str, str],
        clock: Clock,
        log: Logger,
        free: Callable[[Path], int] | None = None,
        others: Callable[[], Sequence[Trouble]] = tuple,
    ) -> None:
        self._store = store
        self._settings = settings
        self._rules = rules
        self._kinds = kinds
        self._channel_chats = frozenset(channel_chats)
        self._feed_names = feed_names
        self._clock = clock
        self._log = log
        self._free = free or free_bytes
        self._others = others
        self._manner = Manner(zone=settings.timezone, locale=settings.locale, digits=settings.digits)
        self._before_mending: LoadedRules | None = None

    async def look(self) -> int:
        """Look once; return how many messages were put out."""
        now = self._clock.now()
        told = {notice.key: notice for notice in await self._store.open_notices()}
        found = {trouble.key: trouble for trouble in await self._troubles(now, told)}
        began = tuple(trouble for key, trouble in found.items() if key not in told)
        ended = tuple(notice for key, notice in told.items() if key not in found)
        if any(key.startswith(RULES) for key in found):
            self._before_mending = self._rules.current()
        if not began and not ended:
            return 0
        texts = [redact(text) for text in await self._texts(_Look(began=began, ended=ended), now) if text]
        for text in texts:
            self._log.warning("notice", text=text)
        commit = NoticeCommit(
            chats=await self.chats() if texts else (),
            texts=tuple((text, "high" if began else "normal") for text in texts),
            began=tuple(BeganNotice(key=trouble.key, detail=_detail(trouble)) for trouble in began),
            ended=tuple(notice.key for notice in ended),
        )
        return await self._store.post_notices(commit, now)

    async def chats(self) -> tuple[int, ...]:
        """Return where admins read: their Telegram chats; without a bot, the console where the configuration has one."""
        if "telegram" in self._kinds() and self._settings.telegram.admins:
            admins = [await self._store.telegram_chat(number) for number in self._settings.telegram.admins]
            return tuple(chat.id for chat in admins)
        consoles = [
            ChatAddress(kind="console", address=channel.address)
            for channel in self._settings.channels.values()
            if channel.kind == "console"
        ]
        return tuple(chat.id for chat in (await self._store.sync_chats(consoles[:1])).values())

    # --- what is wrong ------------------------------------------------------------------------------------------------

    async def _troubles(self, now: datetime, told: Collection[str]) -> list[Trouble]:
        stored = [self._named(row) for row in await self._store.troubles(now) if self._is_ours(row)]
        return [*stored, *await self._disk(told), *self._broken_rules(), *self._others()]

    def _is_ours(self, row: TroubleRow) -> bool:
        """Readers come and go: a chat that closed is a trouble only where the configuration names it."""
        return row.kind != "dead_chat" or int(row.key.partition(":")[2]) in self._channel_chats

    def _named(self, row: TroubleRow) -> Trouble:
        subject = self._feed_names.get(row.subject, row.subject) if row.kind.startswith("feed_") else row.subject
        return Trouble(key=row.key, kind=row.kind, subject=subject, since=row.since, count=row.count, reason=row.reason)

    async def _disk(self, told: Collection[str]) -> list[Trouble]:
        try:
            free = await asyncio.to_thread(self._free, self._settings.database)
        except OSError:
            return []
        if free >= LITTLE_ROOM * (2 if DISK in told else 1):
            return []
        return [Trouble(key=DISK, kind="disk", subject=f"بقي {free // 1_000_000:,} ميغابايت")]

    def _broken_rules(self) -> list[Trouble]:
        files = dict.fromkeys(problem.at.file for problem in self._mistakes())
        return [Trouble(key=f"{RULES}{file}", kind="rules", subject=file) for file in files]

    def _mistakes(self) -> list[Problem]:
        return [problem for problem in self._rules.problems if not problem.warning]

    # --- what is told -------------------------------------------------------------------------------------------------

    async def _texts(self, look: _Look, now: datetime) -> list[str]:
        ended = [_trouble_of(notice) for notice in look.ended]
        still = {trouble.subject for trouble in look.began}
        back = [trouble for trouble in ended if trouble.subject not in still and self._still_listed(trouble)]
        return [
            began_text(look.began, now, self._manner),
            self._rules_broke(look.began),
            ended_text(back, now, self._manner),
            await self._rules_mended([trouble.subject for trouble in ended if trouble.kind == "rules"], now),
        ]

    def _still_listed(self, trouble: Trouble) -> bool:
        """A feed that was taken off the list did not come back."""
        return not trouble.kind.startswith("feed_") or trouble.subject in self._feed_names.values()

    def _rules_broke(self, began: Sequence[Trouble]) -> str:
        broken = {trouble.subject for trouble in began if trouble.kind == "rules"}
        mistakes = [problem for problem in self._mistakes() if problem.at.file in broken]
        if not mistakes:
            return ""
        others = len(set(self._rules.files) - {problem.at.file for problem in self._mistakes()})
        since = self._rules.current().loaded_at
        return broken_rules_text(mistakes, in_force_since=since, others=others, manner=self._manner)

    async def _rules_mended(self, files: Sequence[str], now: datetime) -> str:
        if not files:
            return ""
        before, self._before_mending = self._before_mending, None
        change = None
        if before and not self._mistakes():
            change = await self._change(before.ruleset, self._rules.current().ruleset, now)
        return mended_rules_text(files, now, change, self._manner)

    async def _change(self, old: Ruleset, new: Ruleset, now: datetime) -> Change:
        changed = {
            id
            for id in old.watchlists.keys() | new.watchlists.keys()
            if old.watchlists.get(id) != new.watchlists.get(id)
        }
        added = removed = seen = 0
        after: StoredArticle | None = None
        while changed and seen < MOST_ARTICLES:
            page = await self._store.archive(since=now - LOOK_BACK, after=after, limit=AT_ONCE)
            if not page:
                break
            after, seen = page[-1], seen + len(page)
            counts = await asyncio.to_thread(_compared, page, old, new, changed)
            added, removed = added + counts[0], removed + counts[1]
        return Change(watchlists=len(changed), added=added, removed=removed)


def free_bytes(database: Path) -> int:
    """Return the room left on a database's disk."""
    return shutil.disk_usage(database.parent).free


def _compared(page: Sequence[StoredArticle], old: Ruleset, new: Ruleset, changed: set[str]) -> tuple[int, int]:
    added = removed = 0
    for stored in page:
        article = Article(title=stored.title, lead=stored.lead, body=stored.body, sources=frozenset(stored.feeds))
        before = {match.watchlist for match in old.match(article)} & changed
        after = {match.watchlist for match in new.match(article)} & changed
        added += len(after - before)
        removed += len(before - after)
    return added, removed


def _detail(trouble: Trouble) -> str:
    return json.dumps({"kind": trouble.kind, "subject": redact(trouble.subject)}, ensure_ascii=False)


def _trouble_of(notice: OpenNotice) -> Trouble:
    detail = json.loads(notice.detail)
    return Trouble(
        key=notice.key,
        kind=detail.get("kind", ""),
        subject=detail.get("subject", ""),
        since=notice.first_at,
    )
