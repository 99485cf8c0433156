"""Looking names up in DNS, each look-up on a daemon thread of its own.

The loop's executor has few threads, which a handful of dead name servers would hold for half a minute each while healthy feeds
wait; and the interpreter waits for its threads at the end. Nobody waits for these.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.feeds.guard import AddrInfo

__all__ = ["Lookup"]

AT_ONCE = 64


class Lookup:
    """Looks names up, at most 64 at once. ``getaddrinfo`` is the socket module's, unless a test brings its own."""

    def __init__(self, getaddrinfo: Callable[..., Sequence[AddrInfo]] | None = None) -> None:
        self._getaddrinfo: Callable[..., Sequence[AddrInfo]] = getaddrinfo or socket.getaddrinfo
        self._places = asyncio.Semaphore(AT_ONCE)

    async def addresses(self, host: str, port: int, family: int = socket.AF_UNSPEC) -> Sequence[AddrInfo]:
        """Return the host's addresses for TCP; raise `OSError` where there are none."""
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[AddrInfo]] = loop.create_future()

        def tell(found: Sequence[AddrInfo] | OSError) -> None:
            # A caller that gave up leaves its place taken until the thread is through: threads are what is counted.
            self._places.release()
            if answer.cancelled():
                return
            if isinstance(found, OSError):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        def ask() -> None:
            found: Sequence[AddrInfo] | OSError
            try:
                found = self._getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
            except (OSError, UnicodeError) as error:  # UnicodeError: a name with a label of more than 63 letters
                found = error if isinstance(error, OSError) else OSError(f"the host name is not possible: {error}")
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(tell, found)

        threading.Thread(target=ask, name="lookup", daemon=True).start()
        return await answer
