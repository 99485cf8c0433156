"""The demo's publishers: a real HTTP server on loopback whose feeds grow every few seconds."""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from seeds import outlets, render, stories_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from seeds import Outlet, SampleEntry

__all__ = ["Press", "serve"]

STOCK_SPACING = timedelta(minutes=17)
"""How far apart the entries lie that stood in the feeds before the demo began."""


class Press:
    """All sample outlets, with what each has published so far. ``now`` dates what comes new."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.outlets = outlets()
        self._entries = {outlet.id: stories_of(outlet.id) for outlet in self.outlets}
        self.last_beat = max(entry.beat for entries in self._entries.values() for entry in entries)
        self._dates: dict[tuple[str, int], datetime] = {}
        self.beat = -1
        self.publish(0)

    def publish(self, beat: int) -> int:
        """Publish everything up to this beat; return how many entries came new."""
        now, before = self._now(), len(self._dates)
        for outlet in self.outlets:
            for place, entry in enumerate(self._entries[outlet.id]):
                if entry.beat <= beat and (outlet.id, place) not in self._dates:
                    age = STOCK_SPACING * (len(self._entries[outlet.id]) - place) if entry.beat == 0 else timedelta()
                    self._dates[outlet.id, place] = now - age
        self.beat = beat
        return len(self._dates) - before

    def document(self, outlet: Outlet) -> tuple[bytes, str]:
        """Return an outlet's feed as it stands now, newest entry first, and its content type."""
        told: list[tuple[datetime, int, SampleEntry]] = []
        for place, entry in enumerate(self._entries[outlet.id]):
            if (outlet.id, place) in self._dates:
                told.append((self._dates[outlet.id, place], place, entry))
        told.sort(key=lambda item: item[:2], reverse=True)
        return render(outlet, [entry for _, _, entry in told], [date for date, _, _ in told])


@asynccontextmanager
async def serve(press: Press) -> AsyncIterator[str]:
    """Serve the outlets' feeds on 127.0.0.1 at a free port, with validators; yield the base address."""
    app = web.Application()
    for outlet in press.outlets:
        app.router.add_get(outlet.path, _feed(press, outlet))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def _feed(press: Press, outlet: Outlet) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        body, content_type = press.document(outlet)
        etag = hashlib.sha256(body).hexdigest()[:16]
        if request.headers.get("If-None-Match") == f'"{etag}"':
            return web.Response(status=304, headers={"ETag": f'"{etag}"'})
        headers = {"Content-Type": content_type, "ETag": f'"{etag}"'}
        return web.Response(body=body, headers=headers)

    return answer
