"""Clocks that tests hand in."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

__all__ = ["FastClock"]


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
