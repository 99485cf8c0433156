"""Clocks that tests hand in."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

__all__ = ["FastClock", "HandClock", "MovableClock"]


class FastClock:
    """The machine's clock, so many times as fast: a minute of limits and back-off passes in a second at 60."""

    def __init__(self, speed: float = 60.0) -> None:
        self.speed = speed
        self._began = time.monotonic()
        self._wall = datetime.now(UTC)

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * self.speed

    def now(self) -> datetime:
        return self._wall + timedelta(seconds=self.monotonic())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


class MovableClock:
    """The machine's clock, shifted as somebody may set it; sleeps are so many times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        self.shift = timedelta()
        self.speed = speed

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


class HandClock:
    """Stands still until the test moves it: `pass_by` lets time pass, ``moment`` sets the wall clock alone.

    Sleeping is real and short, but for the hours of one who waits for ever.
    """

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.seconds = 1000.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.05) if seconds < 3600 else seconds)

    def pass_by(self, span: timedelta) -> None:
        self.moment += span
        self.seconds += span.total_seconds()
