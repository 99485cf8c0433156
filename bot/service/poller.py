"""The left half of the pipeline: due feeds -> fetch -> parse, many at once; each arrival then waits for the desk."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.feeds.documents import Document, FetchRequest, NotModified
from bot.feeds.schedule import Hints, after_failure, after_success
from bot.secrets import redact
from bot.service.desk import Arrival
from bot.service.retry import until_stored
from bot.service.signs import Signs
from rules.errors import FetchError, GoneFeed, LeaseLost, ParseError, TransientFetchError
from storage import FeedUpdate, Lease

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.clock import Clock
    from bot.feeds.fetch import Fetcher
    from bot.feeds.parsing import ParserPool
    from bot.logs import Logger
    from bot.service.desk import Desk
    from bot.settings import FeedSettings, Settings
    from storage import FeedState, Store

__all__ = ["CLOCK_SLACK", "Poller", "Tally"]

LEASE = timedelta(minutes=10)
"""Longer than any poll can take: two time limits of fetching, two of parsing, and a wait for the desk."""
AT_ONCE = 100
ENOUGH = 75
"""So many under way keep everything busy; claiming a few dozen at once costs less than claiming one by one."""
WAITING = 32
PLACES_A_HOST = 3
"""Times ``per_host``: some of a host's feeds are parsed and committed while others are asked."""
LONG = timedelta(hours=1)
CLOCK_SLACK = timedelta(minutes=1)
"""A clock that is set back by more makes the feeds due that were polled ahead of it."""


class _Host:
    """How many polls of a host are under way, and the claimed feeds that wait for it."""

    __slots__ = ("polls", "waiting")

    def __init__(self) -> None:
        self.polls = 0
        self.waiting: deque[FeedState] = deque()


class Tally:
    """What one round, or one life of the service, has seen."""

    def __init__(self) -> None:
        self.polled = 0
        self.unchanged = 0
        self.failed = 0
        self.new_articles = 0
        self.matches = 0


class Poller:
    """Poll due feeds; hand what they bring to the desk, one at a time; commit the unchanged together."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        fetcher: Fetcher,
        parser: ParserPool,
        desk: Desk,
        feeds: Callable[[], Mapping[str, FeedSettings]],
        token: str,
        clock: Clock,
        rng: random.Random,
        log: Logger,
        committed: Callable[[], None],
        signs: Signs | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._fetcher = fetcher
        self._parser = parser
        self._desk = desk
        self._feeds = feeds
        self._token = token
        self._clock = clock
        self._rng = rng
        self._log = log
        self._committed = committed
        self._signs = signs or Signs(clock)
        self._arrivals: asyncio.Queue[Arrival] = asyncio.Queue(WAITING)
        self._unchanged: list[FeedUpdate] = []
        self._asked_for: dict[str, Hints] = {}  # what each feed's last document says of polling it; holds for a 304 too
        self._tasks: set[asyncio.Task[None]] = set()
        self._hosts: dict[str, _Host] = {}
        self._under_way: set[str] = set()
        self.tally = Tally()
        self.last_round_at = clock.now()

    # --- the stages -------------------------------------------------------------------------------------------------

    async def start_due(self, group: asyncio.TaskGroup, *, longest_wait: timedelta, by: datetime | None = None) -> int:
        """Claim what is due by a moment (None: now), as far as there is room, and start polling it; return how many feeds."""
        room = AT_ONCE - len(self._tasks)
        now = self._clock.now()
        if now < self.last_round_at - CLOCK_SLACK:
            hastened = await self._store.hasten_feeds(polled_after=now + CLOCK_SLACK)
            self._log.warning("clock_went_back", feeds=hastened)
        self.last_round_at = now
        if room <= 0:
            return 0
        lease = Lease(token=self._token, until=now + LEASE)
        due = await self._store.claim_due_feeds(by or now, lease, limit=room, longest_wait=longest_wait)
        for feed in due:
            if feed.id not in self._under_way:  # its lease ran out while it waited for its host: now it has a new one
                self._under_way.add(feed.id)
                self._start(group, feed)
        return len(due)

    def _start(self, group: asyncio.TaskGroup, feed: FeedState) -> None:
        """Start polling a feed, or let it wait where its host has enough: a slow host must not take all places."""
        host = self._hosts.setdefault(_host(feed), _Host())
        if host.polls >= PLACES_A_HOST * self._settings.fetch.per_host:
            host.waiting.append(feed)
            return
        host.polls += 1
        task = group.create_task(self._poll_host(feed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def poll(self, feed: FeedState) -> None:
        """Take one feed the whole way to the desk's queue, or record why it did not get there."""
        self.tally.polled += 1
        listed = replace(feed, effective_url=None, etag=None, last_modified=None, body_hash=None)
        try:
            try:
                await self._poll(feed)
            except (FetchError, ParseError) as error:
                if not self._led_astray(feed, error):
                    raise
                await self._poll(listed)
        except (FetchError, ParseError) as error:
            await self._failed(feed, error)

    async def serve_desk(self) -> None:
        """Take arrivals to the desk until cancelled. The one loop that outlives a bad feed, whatever is wrong with it."""
        while True:
            arrival = await self._arrivals.get()
            self._signs.desk_begins()
            try:
                await self._take(arrival)
            except Exception as error:  # noqa: BLE001 - one feed's surprise must not stop the others; traced and counted
                self._log.error("desk_failed", feed=arrival.feed.id, exc_info=error)
                with suppress(LeaseLost):
                    await self._failed(arrival.feed, ParseError(f"internal error: {type(error).__name__}"))
            finally:
                self._signs.desk_ends()
                self._arrivals.task_done()

    async def flush_unchanged(self) -> None:
        """Commit what did not change, together."""
        updates, self._unchanged = self._unchanged, []
        if updates:
            await until_stored(lambda: self._store.commit_unchanged(updates), clock=self._clock, log=self._log)

    async def room(self) -> None:
        """Wait until a good part of the polls under way is done."""
        while len(self._tasks) > ENOUGH:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def drain(self) -> None:
        """Wait until every poll under way has reached the database."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._arrivals.join()
        await self.flush_unchanged()

    async def settle(self) -> None:
        """At the end: give up the polls under way, and wait until what has arrived is committed."""
        for host in self._hosts.values():
            host.waiting.clear()
        for task in self._tasks:
            task.cancel()
        await self.drain()

    @property
    def busy(self) -> bool:
        """Tell whether anything is on its way."""
        return bool(self._tasks or self._unchanged or self._arrivals.qsize())

    # --- the steps --------------------------------------------------------------------------------------------------

    async def _poll(self, feed: FeedState) -> None:
        outcome = await self._fetcher.fetch(_request(feed))
        if isinstance(outcome, NotModified) or outcome.body_hash == feed.body_hash:
            self._unchanged.append(self._success(feed, outcome))
            self.tally.unchanged += 1
            return
        document = await self._parser.parse(outcome)
        self._asked_for[feed.id] = Hints(ttl=document.ttl, skip_hours=document.skip_hours)
        await self._arrivals.put(Arrival(feed=feed, document=document, update=self._success(feed, outcome)))

    def _led_astray(self, feed: FeedState, error: FetchError | ParseError) -> bool:
        """Tell whether to ask the listed address again: the one that a redirect once led to has failed for good, or long."""
        if feed.effective_url is None:
            return False
        since = feed.failing_since
        return not isinstance(error, TransientFetchError) or (since is not None and self._clock.now() - since > LONG)

    async def _poll_host(self, first: FeedState) -> None:
        """Poll a feed, and after it those that wait for the same host."""
        name = _host(first)
        host, feed = self._hosts[name], first
        try:
            while True:
                await self._poll_guarded(feed)
                if not host.waiting:
                    return
                self._under_way.discard(feed.id)
                feed = host.waiting.popleft()
        finally:
            self._under_way.discard(feed.id)
            host.polls -= 1
            if not host.polls and not host.waiting:
                self._hosts.pop(name, None)

    async def _poll_guarded(self, feed: FeedState) -> None:
        began = self._clock.monotonic()
        try:
            await self.poll(feed)
        except LeaseLost:
            self._log.warning("lease_lost", feed=feed.id)
        except Exception as error:  # noqa: BLE001 - one feed's surprise must not end the TaskGroup and with it the service
            self._log.error("poll_failed", feed=feed.id, exc_info=error)
            with suppress(LeaseLost):
                await self._failed(feed, ParseError(f"internal error: {type(error).__name__}"))
        finally:
            self._signs.polled(self._clock.monotonic() - began)

    async def _take(self, arrival: Arrival) -> None:
        done = await until_stored(lambda: self._desk.take(arrival), clock=self._clock, log=self._log)
        self.tally.new_articles += done.new_articles
        self.tally.matches += done.matches
        if done.new_articles or done.matches:
            self._log.info("feed_committed", feed=arrival.feed.id, new=done.new_articles, matches=done.matches)
        if done.messages:
            self._committed()

    async def _failed(self, feed: FeedState, error: FetchError | ParseError) -> None:
        self.tally.failed += 1
        update = self._failure(feed, error)
        self._log.warning("feed_failed", feed=feed.id, failures=update.failures, error=str(error))
        await until_stored(lambda: self._store.fail_poll(update), clock=self._clock, log=self._log)

    def _success(self, feed: FeedState, outcome: Document | NotModified) -> FeedUpdate:
        now = self._clock.now()
        asked_for = self._asked_for.get(feed.id, Hints())
        hints = replace(asked_for, max_age=outcome.max_age, retry_after=outcome.retry_after)
        following = after_success(
            now=now,
            interval=self._interval(feed),
            settings=self._settings.fetch,
            hints=hints,
            rng=self._rng,
        )
        update = FeedUpdate(
            feed_id=feed.id,
            lease_token=self._token,
            now=now,
            next_at=following.next_at,
            interval_s=following.interval.total_seconds(),
            fetched=True,
            effective_url=outcome.moved_to or feed.effective_url,
            etag=outcome.etag,
            last_modified=outcome.last_modified,
            body_hash=feed.body_hash,
        )
        if isinstance(outcome, Document):
            return replace(update, body_hash=outcome.body_hash)
        # A 304 may leave its validators out; then the stored ones go on being sent.
        return replace(
            update, etag=outcome.etag or feed.etag, last_modified=outcome.last_modified or feed.last_modified
        )

    def _failure(self, feed: FeedState, error: FetchError | ParseError) -> FeedUpdate:
        now = self._clock.now()
        following = after_failure(
            now=now,
            interval=self._interval(feed),
            settings=self._settings.fetch,
            state=feed,
            retry_after=error.retry_after if isinstance(error, FetchError) else None,
            rng=self._rng,
        )
        return FeedUpdate(
            feed_id=feed.id,
            lease_token=self._token,
            now=now,
            next_at=following.next_at,
            interval_s=following.interval.total_seconds(),
            fetched=False,
            failures=feed.failures + 1,
            last_error=redact(str(error)),
            gone=isinstance(error, GoneFeed),
        )

    def _interval(self, feed: FeedState) -> timedelta | None:
        settings = self._feeds().get(feed.id)
        return settings.interval if settings else None


def _request(feed: FeedState) -> FetchRequest:
    return FetchRequest(url=feed.effective_url or feed.url, etag=feed.etag, last_modified=feed.last_modified)


def _host(feed: FeedState) -> str:
    try:
        return urlsplit(feed.effective_url or feed.url).hostname or ""
    except ValueError:
        return ""
