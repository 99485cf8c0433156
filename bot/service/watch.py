"""What watches over the service from beside: its web pages, notices to admins, the heartbeat. None of it can stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.service.heartbeat import Heartbeat
from bot.service.notices import Notices
from bot.service.retry import until_stored
from bot.version import version
from bot.web.health import checks_of
from bot.web.monitor import Counts, Monitor
from bot.web.server import WebServer
from bot.words.notices import Trouble

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine
    from datetime import datetime

    from bot.clock import Clock
    from bot.logs import Logger
    from bot.service.service import Service
    from bot.service.signs import Signs
    from bot.web.metrics import Metrics

__all__ = ["Watch"]

LOOK_S = 5.0
BEAT_S = 15.0


class Watch:
    """Make the watchers of one service; `tasks` are theirs to run beside it."""

    def __init__(
        self,
        service: Service,
        *,
        signs: Signs,
        metrics: Metrics,
        channel_chats: Collection[int],
        ping: Callable[[str], Awaitable[None]],
        jumps: Callable[[], int],
        clock: Clock,
        log: Logger,
    ) -> None:
        self._clock = clock
        self._log = log
        settings, store = service.settings, service.store
        self.monitor = Monitor(
            store,
            signs=signs,
            metrics=metrics,
            counts=lambda: _counts(service, jumps()),
            kinds=service.sender.kinds,
            resting=lambda: service.sender.resting,
            database=settings.database,
            version=version(),
            clock=clock,
        )
        self.notices = Notices(
            store,
            settings,
            rules=service.rules,
            kinds=lambda: service.sender.kinds,
            channel_chats=channel_chats,
            feed_names=service.feeds.names,
            clock=clock,
            log=log,
            others=lambda: _others(service, clock.now()),
        )
        self.heartbeat = Heartbeat(
            store, settings, chats=self.notices.chats, ping=ping, well=self._well, clock=clock, log=log
        )
        self.web = WebServer(settings.web, self.monitor.pages(), clock=clock, log=log) if settings.web else None

    def tasks(self) -> list[Coroutine[None, None, None]]:
        """Return what runs until it is cancelled."""
        running = [self._every(LOOK_S, self.notices.look), self._every(BEAT_S, self._beat)]
        return [*running, self.web.run()] if self.web else running

    async def _beat(self) -> None:
        await self.heartbeat.tell()
        await self.heartbeat.ping_if_due()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await until_stored(work, clock=self._clock, log=self._log)
            except Exception as error:  # noqa: BLE001 - a watcher's surprise must not end what it watches; traced
                self._log.error("watch_failed", exc_info=error)
            await self._clock.sleep(seconds)

    async def _well(self) -> bool:
        return all(check.ok for check in checks_of(await self.monitor.vitals()).values())


def _counts(service: Service, jumps: int) -> Counts:
    tally = service.tally
    return Counts(
        polled=tally.polled,
        unchanged=tally.unchanged,
        failed=tally.failed,
        new_articles=tally.new_articles,
        matched=tally.matches,
        sent=service.sender.sent,
        clock_jumps=jumps,
        rules_broken=any(not problem.warning for problem in service.rules.problems),
    )


def _others(service: Service, now: datetime) -> list[Trouble]:
    """Return the troubles that stand in no table: a list of feeds that cannot be read, updates that do not come."""
    files = {problem.at.file: problem for problem in reversed(service.feeds.problems)}
    lists = [
        Trouble(key=f"feeds:{file}", kind="feeds", subject=file, reason=str(first).removeprefix(f"{file}:"))
        for file, first in files.items()
    ]
    return [*lists, *(service.chat.troubles(now) if service.chat else ())]
