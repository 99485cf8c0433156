from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from bot.service.scheduler import Scheduler
from tests.fakes.clocks import MovableClock


class Ticks:
    """Counts, and lets a test wait for the next ones however slow the machine is."""

    def __init__(self) -> None:
        self.count = 0
        self._more = asyncio.Event()

    async def tick(self) -> None:
        self.count += 1
        self._more.set()

    async def further(self, times: int) -> None:
        wanted = self.count + times
        async with asyncio.timeout(30):
            while self.count < wanted:
                self._more.clear()
                await self._more.wait()


async def test_jobs_go_on_when_the_clock_jumps_back_and_forth() -> None:
    clock, ticks = MovableClock(speed=20), Ticks()
    scheduler = Scheduler({"tick": (0.05, ticks.tick)}, clock=clock, log=structlog.get_logger())
    running = asyncio.create_task(scheduler.run())
    await ticks.further(2)
    for jumps, days in enumerate((-3, 3), 1):
        clock.shift += timedelta(days=days)
        async with asyncio.timeout(30):
            while scheduler.jumps < jumps:  # noqa: ASYNC110 - the watchdog tells nobody
                await asyncio.sleep(0.01)
        await ticks.further(2)
    running.cancel()
    assert scheduler.jumps == 2


async def test_a_clock_that_walks_steadily_is_no_jump() -> None:
    clock, ticks = MovableClock(speed=20), Ticks()
    scheduler = Scheduler({"tick": (0.05, ticks.tick)}, clock=clock, log=structlog.get_logger())
    running = asyncio.create_task(scheduler.run())
    await ticks.further(5)
    running.cancel()
    assert scheduler.jumps == 0
