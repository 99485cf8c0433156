"""The service: everything opened once, the tasks that keep the pipeline going, and an orderly end.

due feeds -> fetch -> parse  ->|-> known? -> match -> same story? -> commit ->|-> send -> ledger
Poller (many at once)          |   Desk (one at a time)                       |   Sender (one a chat)

Beside it the chat part reads what people write to the bot, and answers.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.channels.open import chat_address, open_channels
from bot.chat.part import open_chat_part
from bot.clock import SystemClock
from bot.feeds.fetch import Fetcher
from bot.feeds.parsing import ParserPool
from bot.feeds.schedule import longest_wait
from bot.logs import logger_of
from bot.service.desk import Desk
from bot.service.feeds_in_force import FeedsInForce
from bot.service.loaded import RulesInForce
from bot.service.poller import CLOCK_SLACK, Poller
from bot.service.reload import watch_files
from bot.service.retry import until_stored
from bot.service.scheduler import Scheduler
from bot.service.sender import Sender
from bot.service.signs import Signs
from bot.service.watch import Watch
from bot.version import version
from bot.web.metrics import Metrics
from rules.errors import StorageError
from storage import open_sqlite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.chat.part import ChatPart
    from bot.clock import Clock
    from bot.logs import Logger
    from bot.service.pace import SendLimits
    from bot.service.poller import Tally
    from bot.settings import Settings
    from storage import Store

__all__ = ["Report", "Service", "open_service"]

TICK_S = 0.5
FLUSH_S = 1.0
PRUNE_S = 24 * 3600.0
GRACE_S = 4.0
"""Seconds that a commit and the sends under way get at the end; the whole end must take less than ten."""
PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one round did; ``waiting_until`` is when the next message left behind is due, or None if none is."""

    polled: int
    unchanged: int
    failed: int
    new_articles: int
    matches: int
    sent: int
    waiting_until: datetime | None


class Service:
    """The running pipeline of one newsroom; made by `open_service`."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        rules: RulesInForce,
        feeds: FeedsInForce,
        poller: Poller,
        sender: Sender,
        chat: ChatPart | None,
        clock: Clock,
        log: Logger,
        signs: Signs | None = None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.rules = rules
        self.feeds = feeds
        self.poller = poller
        self.sender = sender
        self.chat = chat
        self._clock = clock
        self._log = log
        self._poll_wanted = asyncio.Event()
        self._flush_wanted = asyncio.Event()
        self._prune_wanted = asyncio.Event()
        self._signs = signs or Signs(clock)
        self._scheduler = self._made_scheduler()
        self.watch: Watch | None = None

    @property
    def tally(self) -> Tally:
        """Return the counts since the start."""
        return self.poller.tally

    async def run(self, stop: asyncio.Event) -> None:
        """Keep polling, deciding and sending until ``stop``; then end within seconds, whatever hangs."""
        async with asyncio.TaskGroup() as group:
            polls = group.create_task(self._keep_polling())
            desk = group.create_task(self.poller.serve_desk())
            sends = group.create_task(self._keep_sending())
            others = [
                group.create_task(self._scheduler.run()),
                group.create_task(self._keep_flushing()),
                group.create_task(self._keep_pruning()),
                group.create_task(watch_files(self.settings, self.rules, self.feeds, clock=self._clock, log=self._log)),
                *(group.create_task(task) for task in (self.watch.tasks() if self.watch else ())),
            ]
            if self.chat:
                group.create_task(self.chat.run(stop))
            await stop.wait()
            self._log.info("stopping")
            await self._wind_up(polls, desk, sends, *others)

    async def poll_once(self, *, every: bool = False, patience: timedelta = PATIENCE) -> Report:
        """Poll all that is due once, then deliver until nothing is due or the patience ends; return what was done."""
        async with asyncio.TaskGroup() as group:
            desk = group.create_task(self.poller.serve_desk())
            if every:
                await self.store.hasten_feeds()
            began = self._clock.now()  # feeds with short intervals are due again before the round ends: next time
            while await self._start_polls(group, by=began):
                await self.poller.room()
            await self.poller.drain()
            await self._deliver(group, self._clock.monotonic() + patience.total_seconds())
            desk.cancel()
        return await self.report()

    async def report(self) -> Report:
        """Return the counts since the start and what still waits."""
        tally = self.poller.tally
        return Report(
            polled=tally.polled,
            unchanged=tally.unchanged,
            failed=tally.failed,
            new_articles=tally.new_articles,
            matches=tally.matches,
            sent=self.sender.sent,
            waiting_until=await self.store.next_due(),
        )

    # --- tasks ------------------------------------------------------------------------------------------------------

    def _made_scheduler(self) -> Scheduler:
        async def tick() -> None:
            self._signs.ticked()
            self._poll_wanted.set()
            self.sender.wake.set()

        async def flush() -> None:
            self._flush_wanted.set()

        async def prune() -> None:
            self._prune_wanted.set()

        jobs = {"tick": (TICK_S, tick), "flush": (FLUSH_S, flush), "prune": (PRUNE_S, prune)}
        return Scheduler(jobs, clock=self._clock, log=self._log)

    @property
    def clock_jumps(self) -> int:
        """Return how often the wall clock has jumped since the start."""
        return self._scheduler.jumps

    async def _keep_polling(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                await self._poll_wanted.wait()
                self._poll_wanted.clear()
                await until_stored(lambda: self._start_polls(group), clock=self._clock, log=self._log)

    async def _keep_sending(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                await self.sender.wake.wait()
                self.sender.wake.clear()
                await until_stored(lambda: self.sender.start_due(group), clock=self._clock, log=self._log)

    async def _keep_flushing(self) -> None:
        while True:
            await self._flush_wanted.wait()
            self._flush_wanted.clear()
            await self.poller.flush_unchanged()

    async def _keep_pruning(self) -> None:
        while True:
            await self._prune_wanted.wait()
            self._prune_wanted.clear()
            await until_stored(self._prune, clock=self._clock, log=self._log)

    async def _prune(self) -> None:
        now, keep = self._clock.now(), self.settings.keep
        counts = await self.store.prune(articles_before=now - keep.articles, ledger_before=now - keep.ledger)
        self._log.info("pruned", **counts)

    async def _start_polls(self, group: asyncio.TaskGroup, *, by: datetime | None = None) -> int:
        wait = longest_wait(self.settings.fetch, list(self.feeds.current().values()))
        return await self.poller.start_due(group, longest_wait=wait, by=by)

    async def _deliver(self, group: asyncio.TaskGroup, deadline: float) -> None:
        while self._clock.monotonic() < deadline:
            started = await self.sender.start_due(group)
            await self.sender.drain()
            if started:
                continue
            due = await self.store.next_due(kinds=self.sender.kinds)
            if due is None or (due - self._clock.now()).total_seconds() > deadline - self._clock.monotonic():
                return
            await self._clock.sleep(0.2)

    async def _wind_up(self, polls: asyncio.Task[None], desk: asyncio.Task[None], *others: asyncio.Task[None]) -> None:
        """Stop asking first, then let what is half done reach the database, then stop the rest."""
        polls.cancel()
        sends, *background = others
        for task in background:
            task.cancel()
        try:
            async with asyncio.timeout(GRACE_S):
                await self.poller.settle()
                await self.sender.drain()
        except TimeoutError:
            self._log.warning(
                "stopping_in_the_middle", reason="something hangs; it is taken up again at the next start"
            )
        desk.cancel()
        sends.cancel()


@asynccontextmanager
async def open_service(
    settings: Settings,
    *,
    clock: Clock | None = None,
    rng: random.Random | None = None,
    console_only: bool = False,
    limits: SendLimits | None = None,
    parser: ParserPool | None = None,
) -> AsyncIterator[Service]:
    """Open store, rules, feeds, channels, sessions and parsers; close them in the right order.

    The caller holds the newsroom's lock, so whatever a dead process left leased or in ``sending`` is taken back first.
    """
    clock, rng, log = clock or SystemClock(), rng or random.Random(), logger_of("service")  # noqa: S311 - jitter
    token = uuid.uuid4().hex
    async with AsyncExitStack() as stack:
        store = await open_sqlite(settings.database)
        stack.push_async_callback(store.close)
        doubtful = await store.recover(clock.now())
        if doubtful:
            log.warning("messages_in_doubt", count=doubtful)
        feeds = FeedsInForce(settings, store, clock=clock, log=log)
        await feeds.start()
        await store.hasten_feeds(polled_after=clock.now() + CLOCK_SLACK)
        rules = RulesInForce(settings, store, clock=clock, log=log)
        await rules.start()
        channels = open_channels(settings, feeds.names, log=log, console_only=console_only)
        for channel in channels.values():
            stack.push_async_callback(channel.close)
        fetcher = await stack.enter_async_context(Fetcher(settings.fetch, version=version()))
        parsing = await stack.enter_async_context(parser or ParserPool())
        metrics = Metrics()
        signs = Signs(clock, polled=metrics.polled, delayed=metrics.sent)
        stack.push_async_callback(_release, store, token, log)
        sender = Sender(
            store,
            channels,
            on_unknown=settings.telegram.on_unknown,
            token=token,
            clock=clock,
            rng=rng,
            log=log,
            limits=limits,
            signs=signs,
        )
        chats = await _chats(settings, store, clock.now(), log, dry=console_only)
        await sender.start()
        desk = Desk(store, settings, rules=rules.current, channels=chats, sources=feeds.sources)
        poller = Poller(
            store,
            settings,
            fetcher=fetcher,
            parser=parsing,
            desk=desk,
            feeds=feeds.current,
            token=token,
            clock=clock,
            rng=rng,
            log=log,
            committed=sender.wake.set,
            signs=signs,
        )
        chat = None
        if "telegram" in channels and not console_only:
            chat = open_chat_part(
                store,
                settings,
                rules=rules.current,
                channels=chats,
                feed_names=feeds.names,
                last_round=lambda: poller.last_round_at,
                pace=sender.pace,
                clock=clock,
                rng=rng,
            )
        if chat:
            stack.push_async_callback(chat.close)
        service = Service(
            store=store,
            settings=settings,
            rules=rules,
            feeds=feeds,
            poller=poller,
            sender=sender,
            chat=chat,
            clock=clock,
            log=log,
            signs=signs,
        )
        service.watch = Watch(
            service,
            signs=signs,
            metrics=metrics,
            channel_chats=chats.values(),
            ping=fetcher.ping,
            jumps=lambda: service.clock_jumps,
            clock=clock,
            log=log,
        )
        stack.push_async_callback(service.watch.monitor.close)
        yield service


async def _release(store: Store, token: str, log: Logger) -> None:
    try:
        await store.release_feeds(token)
    except StorageError as error:  # the next start takes the leases back anyway
        log.warning("leases_kept", error=str(error))


async def _chats(settings: Settings, store: Store, now: datetime, log: Logger, *, dry: bool) -> dict[str, int]:
    """Return the configured chats by channel name; one that was dead gets another chance at each start."""
    addresses = {name: chat_address(channel, as_written=dry) for name, channel in settings.channels.items()}
    chats = await store.sync_chats(list(addresses.values()))
    for name, address in addresses.items():
        if chats[address].state == "dead":
            log.warning("dead_chat_tried_again", channel=name, reason=chats[address].dead_reason)
            await store.mark_chat(chats[address].id, dead_reason=None, now=now)
    return {name: chats[address].id for name, address in addresses.items()}
