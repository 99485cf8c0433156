from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from bot.service.scheduler import Scheduler


class MovableClock:
    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 20)


async def test_jobs_go_on_when_the_clock_jumps_back_and_forth() -> None:
    clock, ticks = MovableClock(), []

    async def tick() -> None:
        ticks.append(clock.now())

    scheduler = Scheduler({"tick": (0.05, tick)}, clock=clock, log=structlog.get_logger())
    running = asyncio.create_task(scheduler.run())
    await asyncio.sleep(0.2)
    for days in (-3, 3):
        before = len(ticks)
        clock.shift += timedelta(days=days)
        await asyncio.sleep(0.4)
        assert len(ticks) > before + 1
    running.cancel()
    assert scheduler.jumps == 2


async def test_a_clock_that_walks_steadily_is_no_jump() -> None:
    clock = MovableClock()

    async def tick() -> None:
        """Do nothing."""

    scheduler = Scheduler({"tick": (0.05, tick)}, clock=clock, log=structlog.get_logger())
    running = asyncio.create_task(scheduler.run())
    await asyncio.sleep(0.3)
    running.cancel()
    assert scheduler.jumps == 0
