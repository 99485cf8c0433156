"""Whose turn it is to ask: so many requests at once a host, so many in all."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["Turns"]


class _Host:
    """The places of one host, and how many hold or want one."""

    __slots__ = ("places", "users")

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.users = 0


class Turns:
    """Gives out places. Knows only the hosts that somebody holds or wants a place of, so that it stays small."""

    def __init__(self, *, per_host: int, at_once: int) -> None:
        self._per_host = per_host
        self._all = asyncio.Semaphore(at_once)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def take(self, host: str) -> AsyncIterator[None]:
        """Wait for a place of the host, then for one of all; give both back at the end."""
        ours = self._hosts.setdefault(host, _Host(self._per_host))
        ours.users += 1
        try:
            async with ours.places, self._all:
                yield
        finally:
            ours.users -= 1
            if not ours.users:
                del self._hosts[host]

    def __len__(self) -> int:
        return len(self._hosts)
