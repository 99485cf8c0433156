"""Kinds of channel that take nothing for a while: nothing goes to them, and the first message afterwards is a trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

__all__ = ["Stops"]


@dataclass(slots=True)
class _Stop:
    until: float
    failures: int


class Stops:
    """Remember which kinds are stopped, until when, and how often in a row that happened. Seconds are monotonic."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._stops: dict[str, _Stop] = {}

    def stop(self, kind: str, wait: timedelta | None, back_off: Callable[[int], timedelta]) -> float:
        """Stop a kind for what it asked for, or for what ``back_off`` says after so many times; return the seconds.

        Messages that were under way when it stopped fail with it, and do not make the wait longer.
        """
        now = self._monotonic()
        stop = self._stops.setdefault(kind, _Stop(until=now, failures=0))
        if wait is not None:
            stop.until = max(stop.until, now + wait.total_seconds())
        elif stop.until <= now:
            stop.until = now + back_off(stop.failures).total_seconds()
            stop.failures += 1
        return stop.until - now

    def lift(self, kind: str) -> bool:
        """Forget the trouble of a kind that took a message; tell whether there was one."""
        return self._stops.pop(kind, None) is not None

    def stopped(self, kind: str) -> bool:
        """Tell whether nothing may go to a kind now."""
        stop = self._stops.get(kind)
        return stop is not None and stop.until > self._monotonic()

    def on_trial(self, kind: str) -> bool:
        """Tell whether one message at most may go to a kind, to see whether it takes it."""
        return kind in self._stops and not self.stopped(kind)

    def next_end(self) -> float | None:
        """Return the seconds until the next kind may be tried; None if none is stopped."""
        now = self._monotonic()
        return min((stop.until - now for stop in self._stops.values() if stop.until > now), default=None)
