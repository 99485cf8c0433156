"""Signs of life: when each part of the service last did something, by the clock that never jumps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.clock import Clock

__all__ = ["Signs"]


class Signs:
    """Written by the scheduler, the desk and the sender, read by whoever asks whether the service is alive.

    Seconds, monotonic. ``polled`` takes how long a poll took, ``delayed`` how long an article was under way from its
    publication to the chat.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        polled: Callable[[float], None] | None = None,
        delayed: Callable[[float], None] | None = None,
    ) -> None:
        self._clock = clock
        self.polled = polled or _nowhere
        self.delayed = delayed or _nowhere
        self.started_at = clock.monotonic()
        self.ticked_at = self.started_at
        self.desk_since: float | None = None

    def ticked(self) -> None:
        """Note a tick of the scheduler."""
        self.ticked_at = self._clock.monotonic()

    def desk_begins(self) -> None:
        """Note that the desk took a feed."""
        self.desk_since = self._clock.monotonic()

    def desk_ends(self) -> None:
        """Note that the desk is free."""
        self.desk_since = None


def _nowhere(seconds: float) -> None:
    del seconds
