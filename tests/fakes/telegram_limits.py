"""Telegram's flood limits, as its documentation names them, over sliding windows that tests may shorten."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass

__all__ = ["FloodGate", "FloodLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodLimits:
    """So many messages in so many seconds; ``scale`` divides the seconds (60 makes a minute a second)."""

    private: tuple[int, float] = (1, 1.0)
    group: tuple[int, float] = (20, 60.0)
    all: tuple[int, float] = (30, 1.0)
    scale: float = 1.0


class FloodGate:
    """Count accepted messages and say how long the next one must wait."""

    def __init__(self, limits: FloodLimits) -> None:
        self.limits = limits
        self._of_chat: dict[int, deque[float]] = defaultdict(deque)
        self._of_all: deque[float] = deque()

    def wait(self, chat: int, *, private: bool, now: float) -> float:
        """Return the seconds until a message to the chat would be accepted; 0 now."""
        limit = self.limits.private if private else self.limits.group
        return max(self._wait(self._of_chat[chat], limit, now), self._wait(self._of_all, self.limits.all, now))

    def count(self, chat: int, now: float) -> None:
        """Count an accepted message."""
        self._of_chat[chat].append(now)
        self._of_all.append(now)

    def _wait(self, times: deque[float], limit: tuple[int, float], now: float) -> float:
        number, seconds = limit[0], limit[1] / self.limits.scale
        while times and times[0] <= now - seconds:
            times.popleft()
        return times[-number] + seconds - now if len(times) >= number else 0.0


def whole_seconds(wait: float) -> int:
    """Return ``retry_after`` for a wait: whole seconds, one at least."""
    return max(1, math.ceil(wait))
