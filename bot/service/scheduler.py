"""The heartbeat of the service. The one door of APScheduler: a handful of jobs that only wake tasks held elsewhere.

APScheduler compares wall clocks: set back by three days, an interval job stays silent for three days. So a watchdog on
the monotonic clock notices a jump and adds the jobs anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.clock import Clock
    from bot.logs import Logger

__all__ = ["JUMP_S", "Scheduler"]

JUMP_S = 5.0
"""A wall clock that strays from the monotonic one by more than this many seconds in one look has jumped."""
LOOK_S = 1.0


class Scheduler:
    """Call each job every so many seconds, through any jump of the wall clock.

    Jobs are coroutine functions, so that they run in the loop and not in a thread; they wake others and return at once.
    """

    def __init__(
        self, jobs: Mapping[str, tuple[float, Callable[[], Awaitable[None]]]], *, clock: Clock, log: Logger
    ) -> None:
        self._jobs = jobs
        self._clock = clock
        self._log = log
        self._engine = AsyncIOScheduler(timezone="UTC")
        self.jumps = 0

    async def run(self, sleep: Callable[[float], Awaitable[None]] | None = None) -> None:
        """Keep the jobs going until cancelled."""
        self._add()
        self._engine.start()
        try:
            await self._watch(sleep or self._clock.sleep)
        finally:
            self._engine.shutdown(wait=False)

    async def _watch(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        offset = self._offset()
        while True:
            await sleep(LOOK_S)
            jumped = self._offset() - offset
            offset += jumped
            if abs(jumped) > JUMP_S:
                self.jumps += 1
                self._log.warning("clock_jumped", seconds=round(jumped, 1))
                self._engine.remove_all_jobs()
                self._add()

    def _offset(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _add(self) -> None:
        for name, (seconds, call) in self._jobs.items():
            self._engine.add_job(
                call,
                "interval",
                seconds=seconds,
                id=name,
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
