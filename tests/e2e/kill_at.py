"""Run marsad and end it with SIGKILL at the N-th passage of a commit point: `kill_at.py before:commit_poll:2 poll --once`."""

from __future__ import annotations

import functools
import os
import signal
import sys
from typing import TYPE_CHECKING

from bot.channels.console_channel import ConsoleChannel
from bot.cli import main
from storage.sqlite_store import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable


def deadly(verb: Callable, when: str, countdown: list[int]) -> Callable:
    """Wrap a coroutine function so that it kills the process before or after its last permitted call."""

    @functools.wraps(verb)
    async def wrapped(*arguments: object, **options: object) -> object:
        countdown[0] -= 1
        last = countdown[0] == 0
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await verb(*arguments, **options)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return wrapped


if __name__ == "__main__":
    point, *sys.argv[1:] = sys.argv[1:]
    moment, name, times = point.split(":")
    owner = ConsoleChannel if name == "send" else SqliteStore
    setattr(owner, name, deadly(getattr(owner, name), moment, [int(times)]))
    main()
