"""The web server: pages as plain functions in, HTTP out. The door of aiohttp's server.

A page never sees aiohttp: it takes an `Asked` and returns an `Answer`, so that callbacks (Telegram, WebSub) can join the
monitoring pages by adding routes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from bot.secrets import redact

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.logs import Logger

__all__ = ["Answer", "Asked", "Page", "WebServer"]

MOST_BYTES = 1_000_000
"""A longer body is refused; a Telegram update is a few kB."""
AGAIN_S = 30.0
"""How soon a port that was in use is tried again."""
GRACE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as pages see it; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a page says; secrets are taken out of the text before it leaves."""

    text: str
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"


Page = Callable[[Asked], Awaitable[Answer]]


class WebServer:
    """Serve pages on one address until cancelled. ``pages`` maps (method, path) to a page; GET answers HEAD too."""

    def __init__(self, listen: str, pages: Mapping[tuple[str, str], Page], *, clock: Clock, log: Logger) -> None:
        parts = urlsplit(f"//{listen}")
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 0
        self._pages = pages
        self._clock = clock
        self._log = log
        self.address: tuple[str, int] | None = None

    async def run(self) -> None:
        """Listen and answer. A port in use is told, tried again, and stops nothing else."""
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=GRACE_S)
        await runner.setup()
        try:
            await self._listen(runner)
            while True:
                await self._clock.sleep(3600)
        finally:
            self.address = None
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        while self.address is None:
            try:
                await web.TCPSite(runner, self._host, self._port, reuse_address=True).start()
            except OSError as error:
                reason = error.strerror or str(error)
                self._log.error("web_not_listening", host=self._host, port=self._port, reason=reason, again_in=AGAIN_S)
                await self._clock.sleep(AGAIN_S)
                continue
            host, port = runner.addresses[-1][:2]
            self.address = (host, port)
            self._log.info("web_listening", host=host, port=port)

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=MOST_BYTES)
        for (method, path), page in self._pages.items():
            app.router.add_route(method, path, self._handler(page))
            if method == "GET":
                app.router.add_route("HEAD", path, self._handler(page))
        return app

    def _handler(self, page: Page) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            asked = Asked(
                method=request.method,
                path=request.path,
                query=dict(request.query),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=await request.read(),
            )
            try:
                answer = await page(asked)
            except Exception as error:  # noqa: BLE001 - a page's surprise is an answer of 500, traced, and ends nothing
                self._log.error("page_failed", path=request.path, exc_info=error)
                answer = Answer(text="internal error\n", status=500)
            headers = {"Content-Type": answer.content_type, "Cache-Control": "no-store", "Server": "marsad"}
            return web.Response(body=redact(answer.text).encode(), status=answer.status, headers=headers)

        return handle
