"""The desk: one parsed feed at a time, from `known?` to the commit, so that two outlets never open one story twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.feeds.identity import identify, keys_of
from bot.service.decide import Round, decide
from bot.service.destinations import Destinations
from storage import PollCommit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.feeds.documents import FeedDocument
    from bot.service.loaded import LoadedRules
    from bot.settings import Settings
    from storage import Committed, FeedState, FeedUpdate, Store

__all__ = ["Arrival", "Desk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A parsed feed on its way to the desk, with the row change that its poll makes."""

    feed: FeedState
    document: FeedDocument
    update: FeedUpdate


class Desk:
    """Decide on parsed feeds and commit them; `take` must never run twice at once."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        rules: Callable[[], LoadedRules],
        channels: Mapping[str, int],
        sources: Callable[[], Mapping[str, frozenset[str]]],
    ) -> None:
        self._store = store
        self._settings = settings
        self._rules = rules
        self._channels = channels
        self._sources = sources

    async def take(self, arrival: Arrival) -> Committed:
        """Recognise the entries, match what is new, and write everything in one transaction."""
        feed_id, entries = arrival.feed.id, arrival.document.entries
        keys = [key for entry_keys in keys_of(feed_id, entries) for key in entry_keys.all]
        known = await self._store.known(keys)
        identified = identify(feed_id, entries, known)
        rules = self._rules()
        destinations = await self._destinations(arrival, rules)
        # Matching is the desk's only long computation; in a thread, requests and sends go on beside it.
        articles = await asyncio.to_thread(decide, identified, rules.ruleset, destinations, self._round(arrival))
        return await self._store.commit_poll(PollCommit(feed=arrival.update, ruleset=rules.version, articles=articles))

    async def _destinations(self, arrival: Arrival, rules: LoadedRules) -> Destinations:
        return Destinations(
            channels=self._channels,
            routes=self._settings.routes,
            followers=await self._store.followers(list(rules.ruleset.watchlists)),
            mutes=await self._store.mutes(arrival.update.now),
        )

    def _round(self, arrival: Arrival) -> Round:
        return Round(
            feed_id=arrival.feed.id,
            now=arrival.update.now,
            first=arrival.feed.first_fetched_at is None,
            on_first_fetch=self._settings.fetch.on_first_fetch,
            stock_age=self._settings.keep.articles,
            sources=self._sources(),
        )
