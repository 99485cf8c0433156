"""The feeds in force: people's list and the program's own, together, also after one of them was saved anew."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.newsroom import gather_feeds
from bot.settings import FeedSettings
from rules.errors import MistakesFound
from storage import FeedRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.clock import Clock
    from bot.logs import Logger
    from bot.settings import Settings
    from rules import Problem
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
        self.problems: tuple[Problem, ...] = ()
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
        """Load the lists. Of a broken list the feeds on record go on; raise `MistakesFound` where there are none."""
        feeds, problems = await asyncio.to_thread(gather_feeds, self._settings)
        self.problems = tuple(problems)
        if problems:
            self._tell(problems)
            feeds = await self._with_recorded(feeds)
            if not feeds:
                raise MistakesFound(problems)
        await self._put_in_force(feeds)

    async def load(self) -> bool:
        """Load the lists again; keep the old ones and return False if there is a mistake."""
        feeds, problems = await asyncio.to_thread(gather_feeds, self._settings)
        self.problems = tuple(problems)
        if problems:
            self._tell(problems)
            return False
        await self._put_in_force(feeds)
        return True

    def _tell(self, problems: Sequence[Problem]) -> None:
        for problem in problems:
            self._log.error("feeds_mistake", problem=str(problem))
        self._log.error("feeds_kept", mistakes=len(problems))

    async def _with_recorded(self, feeds: Sequence[FeedSettings]) -> list[FeedSettings]:
        """Return the feeds, and those of the program's list that the database knows beside them."""
        ids, urls = {feed.id for feed in feeds}, {feed.url for feed in feeds}
        recorded = [state for state in await self._store.feed_states() if state.source == "opml"]
        kept = [state for state in recorded if state.id not in ids and state.url not in urls]
        return [*feeds, *(FeedSettings(id=state.id, url=state.url, name=state.id, source="opml") for state in kept)]

    async def _put_in_force(self, feeds: Sequence[FeedSettings]) -> None:
        records = [FeedRecord(id=feed.id, url=feed.url, source=feed.source) for feed in feeds]
        await self._store.sync_feeds(records, self._clock.now())
        self._current = {feed.id: feed for feed in feeds}
        self._sources = {feed.id: frozenset({feed.id, *feed.tags}) for feed in feeds}
        # The names stay known for feeds that were removed: their last messages may still wait.
        self._names.update({feed.id: feed.name for feed in feeds})
        self._log.info("feeds_loaded", feeds=len(feeds))
