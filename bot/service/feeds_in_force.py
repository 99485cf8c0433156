"""The feeds in force: people's list and the program's own, together, also after one of them was saved anew."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.newsroom import read_feeds
from rules.errors import MistakesFound
from storage import FeedRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.clock import Clock
    from bot.logs import Logger
    from bot.settings import FeedSettings, Settings
    from storage import Store

__all__ = ["FeedsInForce"]


class FeedsInForce:
    """Hold the feeds that are polled right now, by id."""

    def __init__(self, settings: Settings, store: Store, *, clock: Clock, log: Logger) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._log = log
        self._current: dict[str, FeedSettings] = {}
        self._names: dict[str, str] = {}
        self._sources: dict[str, frozenset[str]] = {}
        self.names: Mapping[str, str] = MappingProxyType(self._names)

    def current(self) -> Mapping[str, FeedSettings]:
        """Return the feeds by id."""
        return self._current

    def sources(self) -> Mapping[str, frozenset[str]]:
        """Return each feed's id and tags, by id: what a watchlist's ``sources`` may name."""
        return self._sources

    async def start(self) -> None:
        """Load the lists. Raise `MistakesFound` if they hold mistakes."""
        await self._load()

    async def load(self) -> bool:
        """Load the lists again; keep the old ones and return False if there is a mistake."""
        try:
            await self._load()
        except MistakesFound as error:
            self._log.error("feeds_kept", problem=str(error))
            return False
        return True

    async def _load(self) -> None:
        feeds = await asyncio.to_thread(read_feeds, self._settings)
        records = [FeedRecord(id=feed.id, url=feed.url, source=feed.source) for feed in feeds]
        await self._store.sync_feeds(records, self._clock.now())
        self._current = {feed.id: feed for feed in feeds}
        self._sources = {feed.id: frozenset({feed.id, *feed.tags}) for feed in feeds}
        # The names stay known for feeds that were removed: their last messages may still wait.
        self._names.update({feed.id: feed.name for feed in feeds})
        self._log.info("feeds_loaded", feeds=len(feeds))
