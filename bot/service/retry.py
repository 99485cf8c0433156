"""Write again when the database could not be written: a full disk and a locked file are moments, not ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from rules.errors import StorageBusy, StorageFull

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.clock import Clock
    from bot.logs import Logger

__all__ = ["until_stored"]

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 15.0

Answer = TypeVar("Answer")


async def until_stored(write: Callable[[], Awaitable[Answer]], *, clock: Clock, log: Logger) -> Answer:
    """Return what the verb answers, however often it takes while the disk is full or the file locked.

    Waits double from 0.2 s to 15 s. Other errors go up at once. Cancelling ends the waiting.
    """
    wait = FIRST_WAIT_S
    while True:
        try:
            return await write()
        except (StorageBusy, StorageFull) as error:
            log.error("storage_waits", error=str(error), again_in=wait)
            await clock.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)
