"""A feed server on loopback that misbehaves on demand: real HTTP, port 0, a thread and a loop of its own.

    with FeedServer() as server:
        server.publish("/a", Item("a-1", "وصلت شحنة أسلحة إلى الميناء"))      # a healthy RSS feed with an ETag
        server.page("/b", status=503, headers={"Retry-After": "120"})        # any status, any header, any body
        server.page("/c", rss(items), fault=Fault.SLOW_BODY)                 # a fault
        server.url("/a")                                                     # http://127.0.0.1:PORT/a
        server.asked("/a")                                                   # the requests so far, with their headers

It works from tests of any kind, since it does not share their loop. Pages may be changed while it runs; `times` makes a page
healthy again after so many faulty answers. With `etag` or `modified` (True: made from the body) a page answers conditional
requests with 304. A page answers `hold` seconds late without being faulty; `most_at_once` tells how many requests of a host
were under way together. The faults:

| fault            | what the client sees                                                            |
|------------------|---------------------------------------------------------------------------------|
| NEVER_ANSWERS    | the connection is taken, the request is read, nothing comes                     |
| SLOW_HEADERS     | one header line every 50 ms, and never an end of them                           |
| SLOW_BODY        | the headers at once, then a byte of the body every 50 ms                        |
| STALLS           | the headers and half of the body, then nothing                                  |
| RESET_AT_ONCE    | the connection is reset (RST) without an answer                                 |
| RESET_MID_BODY   | half of the body, then a reset                                                  |
| CUT_SHORT        | half of the announced length, then an orderly end                               |
| CLOSES_AT_ONCE   | an orderly end without an answer                                                |
| ENDLESS          | a body without end, as fast as it goes                                          |
| ENDLESS_ANNOUNCED| a Content-Length of 50 GB, and a body without end                               |
| HUGE_HEADERS     | a header of 300 kB                                                              |
| NOT_HTTP         | bytes that are no HTTP                                                          |
| RAW              | the body of the page, byte by byte, is the whole answer with its status line    |
| GZIP_BOMB        | 200 kB of gzip that hold 200 MB                                                 |
| GZIP_TWICE       | `Content-Encoding: gzip, gzip`, properly                                        |
| GZIP_TWICE_BOMB  | 1 kB of gzip within gzip that holds 200 MB                                      |
| GZIP_DAMAGED     | gzip with a wrong byte in the middle                                            |
| GZIP_CUT         | the first half of a gzip stream as if it were all                               |
| BROTLI           | `Content-Encoding: br`, which nobody asked for                                  |
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socket
import struct
import threading
import zlib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, Self

from aiohttp import web

from tests.fakes.feed_texts import Item, rss

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

__all__ = ["Asked", "Fault", "FeedServer", "Item", "Page", "rss"]

TRICKLE_S = 0.05
BOMB_BYTES = 200_000_000


class Fault(Enum):
    """What may go wrong on the server's side; the module's table tells each."""

    NEVER_ANSWERS = auto()
    SLOW_HEADERS = auto()
    SLOW_BODY = auto()
    STALLS = auto()
    RESET_AT_ONCE = auto()
    RESET_MID_BODY = auto()
    CUT_SHORT = auto()
    CLOSES_AT_ONCE = auto()
    ENDLESS = auto()
    ENDLESS_ANNOUNCED = auto()
    HUGE_HEADERS = auto()
    NOT_HTTP = auto()
    RAW = auto()
    GZIP_BOMB = auto()
    GZIP_TWICE = auto()
    GZIP_TWICE_BOMB = auto()
    GZIP_DAMAGED = auto()
    GZIP_CUT = auto()
    BROTLI = auto()


@dataclass(frozen=True)
class Page:
    """What a path answers. ``etag`` and ``modified`` are header values, or True for ones made from the body."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/rss+xml; charset=utf-8"
    etag: str | bool | None = None
    modified: str | bool | None = None
    fault: Fault | None = None
    times: int | None = None
    hold: float = 0.0

    @property
    def validators(self) -> dict[str, str]:
        digest = hashlib.sha256(self.body).hexdigest()[:16]
        moment = formatdate(1_700_000_000 + int(digest[:6], 16), usegmt=True)
        etag = f'"{digest}"' if self.etag is True else self.etag
        modified = moment if self.modified is True else self.modified
        found = {"ETag": etag, "Last-Modified": modified}
        return {name: str(value) for name, value in found.items() if value}


@dataclass(frozen=True)
class Asked:
    """One request as it came: its path with the query, its headers with names in small letters."""

    path: str
    headers: Mapping[str, str]
    peer_port: int
    status: int


class FeedServer:
    """The server; a context manager. ``hosts`` are the addresses it listens on, all with one port."""

    def __init__(self, *, hosts: tuple[str, ...] = ("127.0.0.1",)) -> None:
        self.pages: dict[str, Page] = {}
        self.items: dict[str, list[Item]] = defaultdict(list)
        self.requests: list[Asked] = []
        self.most_at_once: dict[str, int] = defaultdict(int)
        self.port = 0
        self._hosts = hosts
        self._under_way: dict[str, int] = defaultdict(int)
        self._loop = asyncio.new_event_loop()
        self._ended: asyncio.Event
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)
        self._loop.close()

    # --- what a test says and asks ------------------------------------------------------------------------------------

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        """Return the address of a path under one of the server's names."""
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}{path}"

    def page(self, path: str, body: bytes = b"", **fields: object) -> Page:
        """Set what a path answers."""
        self.pages[path] = Page(body=body, **fields)  # type: ignore[arg-type]
        return self.pages[path]

    def publish(self, path: str, *items: Item) -> None:
        """Put entries at the top of a path's RSS feed, which answers with an ETag of its body; keeps a fault it has."""
        self.items[path][:0] = items
        before = self.pages.get(path, Page(etag=True))
        self.pages[path] = replace(before, body=rss(self.items[path]))

    def asked(self, path: str) -> list[Asked]:
        """Return the requests of a path so far."""
        return [request for request in list(self.requests) if request.path == path]

    # --- the server ---------------------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        self._ended = asyncio.Event()
        runner = web.ServerRunner(web.Server(self._answer, access_log=None), handle_signals=False)
        await runner.setup()
        for host in self._hosts:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            listening = socket.socket(family, socket.SOCK_STREAM)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, self.port))
            self.port = listening.getsockname()[1]
            await web.SockSite(runner, listening).start()
        self._ready.set()
        await self._ended.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        host = request.host.rpartition(":")[0]
        self._under_way[host] += 1
        self.most_at_once[host] = max(self.most_at_once[host], self._under_way[host])
        try:
            return await self._page(request, self._take(request.path_qs))
        finally:
            self._under_way[host] -= 1

    def _take(self, path: str) -> Page:
        page = self.pages.get(path) or self.pages.get(path.partition("?")[0], Page(b"no such page", status=404))
        if page.times is not None:
            healthy = replace(page, fault=None, status=200, times=None)
            self.pages[path] = healthy if page.times <= 1 else replace(page, times=page.times - 1)
        return page

    async def _page(self, request: web.BaseRequest, page: Page) -> web.StreamResponse:
        status = 304 if page.status == 200 and _same(request, page) else page.status
        headers = {name.lower(): value for name, value in request.headers.items()}
        peer_port = _transport(request).get_extra_info("peername")[1]
        self.requests.append(Asked(path=request.path_qs, headers=headers, peer_port=peer_port, status=status))
        if page.hold:
            await asyncio.sleep(page.hold)
        if page.fault and status != 304:
            return await FAULTS[page.fault](request, page)
        body = b"" if status == 304 else page.body
        answer = web.Response(status=status, body=body, headers={**page.validators, **page.headers})
        if status != 304:
            answer.headers["Content-Type"] = page.content_type
        return answer


def _same(request: web.BaseRequest, page: Page) -> bool:
    asked = (request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"))
    have = page.validators
    if asked[0] is not None:
        return asked[0] == have.get("ETag")
    return asked[1] is not None and asked[1] == have.get("Last-Modified")


# --- the faults ---------------------------------------------------------------------------------------------------------


def _transport(request: web.BaseRequest) -> asyncio.Transport:
    assert request.transport is not None
    return request.transport  # type: ignore[return-value]


def _head(page: Page, length: int | None, **more: str) -> bytes:
    lines = [f"HTTP/1.1 {page.status} OK", f"Content-Type: {page.content_type}"]
    lines += [f"Content-Length: {length}"] if length is not None else ["Connection: close"]
    fields = {**page.validators, **page.headers, **{name.replace("_", "-"): value for name, value in more.items()}}
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _reset(transport: asyncio.Transport) -> None:
    linger_none = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_none)
    transport.abort()


async def _gone(request: web.BaseRequest) -> web.StreamResponse:
    """Say nothing more; aiohttp's own answer would go to a connection that is closing."""
    while not _transport_closed(request):  # noqa: ASYNC110 - a transport tells nobody that it is closing
        await asyncio.sleep(TRICKLE_S)
    return web.Response()


def _transport_closed(request: web.BaseRequest) -> bool:
    return request.transport is None or request.transport.is_closing()


async def _never_answers(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    return await _gone(request)


async def _slow_headers(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    _transport(request).write(b"HTTP/1.1 200 OK\r\n")
    while not _transport_closed(request):
        _transport(request).write(b"X-Slow: 1\r\n")
        await asyncio.sleep(TRICKLE_S)
    return web.Response()


async def _slow_body(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    _transport(request).write(_head(page, len(page.body)))
    for place in range(len(page.body)):
        if _transport_closed(request):
            break
        _transport(request).write(page.body[place : place + 1])
        await asyncio.sleep(TRICKLE_S)
    return await _gone(request)


async def _stalls(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    _transport(request).write(_head(page, len(page.body)) + page.body[: len(page.body) // 2])
    return await _gone(request)


async def _reset_at_once(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    _reset(_transport(request))
    return await _gone(request)


async def _reset_mid_body(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    transport = _transport(request)
    transport.write(_head(page, len(page.body)) + page.body[: len(page.body) // 2])
    await asyncio.sleep(TRICKLE_S)
    _reset(transport)
    return await _gone(request)


async def _cut_short(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    _transport(request).write(_head(page, len(page.body)) + page.body[: len(page.body) // 2])
    _transport(request).close()
    return await _gone(request)


async def _closes_at_once(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    _transport(request).close()
    return await _gone(request)


async def _endless(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    return await _pour(request, _head(page, None))


async def _endless_announced(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    return await _pour(request, _head(page, 50_000_000_000))


async def _pour(request: web.BaseRequest, head: bytes) -> web.StreamResponse:
    transport = _transport(request)
    transport.write(head)
    while not _transport_closed(request):
        if transport.get_write_buffer_size() < 1_000_000:
            transport.write(b"<item>" * 20_000)
        await asyncio.sleep(0.001)
    return web.Response()


async def _huge_headers(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    return await _written(request, _head(page, len(page.body), X_Huge="x" * 300_000) + page.body)


async def _not_http(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    return await _written(request, b"\x00\x01\x02 220 ftp.example ready\r\n\r\n")


async def _raw(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    return await _written(request, page.body)


async def _gzip_bomb(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    bomb = _bomb()
    return await _written(request, _head(page, len(bomb), Content_Encoding="gzip") + bomb)


async def _gzip_twice(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    body = gzip.compress(gzip.compress(page.body))
    return await _written(request, _head(page, len(body), Content_Encoding="gzip, gzip") + body)


async def _gzip_twice_bomb(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    bomb = gzip.compress(_bomb())
    return await _written(request, _head(page, len(bomb), Content_Encoding="gzip, gzip") + bomb)


async def _gzip_damaged(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    body = bytearray(gzip.compress(page.body))
    body[len(body) // 2] ^= 0xFF
    return await _written(request, _head(page, len(body), Content_Encoding="gzip") + bytes(body))


async def _gzip_cut(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    body = gzip.compress(page.body)
    body = body[: len(body) // 2]
    return await _written(request, _head(page, len(body), Content_Encoding="gzip") + body)


async def _brotli(request: web.BaseRequest, page: Page) -> web.StreamResponse:
    return await _written(request, _head(page, len(page.body), Content_Encoding="br") + page.body)


async def _written(request: web.BaseRequest, answer: bytes) -> web.StreamResponse:
    transport = _transport(request)
    transport.write(answer)
    transport.close()
    return await _gone(request)


@cache
def _bomb() -> bytes:
    """Return 200 MB of zeros as gzip: one block that stands on its own, again and again, and the right check sum."""
    piece, packer = bytes(10_000_000), zlib.compressobj(9, wbits=-15)
    block, end = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH), zlib.compressobj(wbits=-15).flush()
    check = 0
    for _ in range(BOMB_BYTES // len(piece)):
        check = zlib.crc32(piece, check)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return head + block * (BOMB_BYTES // len(piece)) + end + struct.pack("<II", check, BOMB_BYTES)


FAULTS: dict[Fault, Callable[[web.BaseRequest, Page], Awaitable[web.StreamResponse]]] = {
    Fault.NEVER_ANSWERS: _never_answers,
    Fault.SLOW_HEADERS: _slow_headers,
    Fault.SLOW_BODY: _slow_body,
    Fault.STALLS: _stalls,
    Fault.RESET_AT_ONCE: _reset_at_once,
    Fault.RESET_MID_BODY: _reset_mid_body,
    Fault.CUT_SHORT: _cut_short,
    Fault.CLOSES_AT_ONCE: _closes_at_once,
    Fault.ENDLESS: _endless,
    Fault.ENDLESS_ANNOUNCED: _endless_announced,
    Fault.HUGE_HEADERS: _huge_headers,
    Fault.NOT_HTTP: _not_http,
    Fault.RAW: _raw,
    Fault.GZIP_BOMB: _gzip_bomb,
    Fault.GZIP_TWICE: _gzip_twice,
    Fault.GZIP_TWICE_BOMB: _gzip_twice_bomb,
    Fault.GZIP_DAMAGED: _gzip_damaged,
    Fault.GZIP_CUT: _gzip_cut,
    Fault.BROTLI: _brotli,
}
