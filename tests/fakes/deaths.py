"""A death planted in the real program: it ends itself, as in a power cut, at a chosen call."""

from __future__ import annotations

import functools
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["deadly", "end"]


def end() -> None:
    """Die at once, as in a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(verb: Callable, when: str, countdown: list[int]) -> Callable:
    """Wrap a coroutine function so that it ends the process before or after its last permitted call."""

    @functools.wraps(verb)
    async def wrapped(*arguments: object, **options: object) -> object:
        countdown[0] -= 1
        last = countdown[0] == 0
        if last and when == "before":
            end()
        answer = await verb(*arguments, **options)
        if last:
            end()
        return answer

    return wrapped
