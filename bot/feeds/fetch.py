"""Fetching documents politely and safely. The one door of aiohttp's client.

Two sessions of the same settings live as long as the fetcher: a guarded one, and one for the hosts that the configuration
lists. Redirects are followed by hand, and each hop chooses its session by its exact host.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from bot.feeds.addresses import feed_address_problem, shown
from bot.feeds.documents import Document, NotModified
from bot.feeds.guard import PrivateAddress, guarded_socket, plain_socket
from bot.feeds.inflate import Inflater
from rules.errors import FetchError, GoneFeed, RefusedAddress, TransientFetchError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from bot.feeds.documents import FetchRequest
    from bot.settings import FetchSettings

__all__ = ["Fetcher"]

HOME = "https://github.com/marsad/marsad"
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
)
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}
MOST_REDIRECTS = 5
TRANSIENT = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}
CHUNK = 64 * 1024
AT_ONCE = 120
HOSTS_KEPT = 5_000


class Fetcher:
    """Fetches documents; an async context manager that owns sessions and per-host limits."""

    def __init__(self, settings: FetchSettings, *, version: str) -> None:
        self._settings = settings
        self._listed = frozenset(host.lower() for host in settings.allow_hosts)
        contact = f"; {settings.contact}" if settings.contact else ""
        self._headers = {
            "User-Agent": f"marsad/{version} (+{HOME}{contact})",
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip, deflate",
        }
        self._hosts: OrderedDict[str, asyncio.Semaphore] = OrderedDict()
        self._stack = AsyncExitStack()
        self._guarded: aiohttp.ClientSession
        self._open: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._guarded = await self._session(guarded=True)
        self._open = await self._session(guarded=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _session(self, *, guarded: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=AT_ONCE,
            ttl_dns_cache=300,
            keepalive_timeout=75,
            socket_factory=guarded_socket if guarded else plain_socket,
        )
        session = aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,  # a proxy from the environment would move the guard
            raise_for_status=False,
            timeout=aiohttp.ClientTimeout(total=None),
        )
        return await self._stack.enter_async_context(session)

    async def fetch(self, request: FetchRequest) -> Document | NotModified:
        """Return the document, or that it has not changed since the validators.

        Raise `TransientFetchError`, `GoneFeed`, `RefusedAddress` or `FetchError`; their messages hold no secrets.
        """
        url, permanent, moved_to = request.url, True, None
        for _ in range(MOST_REDIRECTS + 1):
            problem = feed_address_problem(url)
            if problem:
                message = f"{shown(url)}: {problem}"
                raise FetchError(message)
            answer = await self._hop(url, request)
            if not isinstance(answer, _Redirect):
                return self._told(answer, request, moved_to)
            permanent = permanent and answer.permanent and not _loses_tls(url, answer.url)
            url = answer.url
            moved_to = url if permanent else moved_to
        message = f"{shown(request.url)}: more than {MOST_REDIRECTS} redirects"
        raise FetchError(message)

    async def _hop(self, url: str, request: FetchRequest) -> Document | NotModified | _Redirect:
        host = (urlsplit(url).hostname or "").lower()
        session = self._open if host in self._listed else self._guarded
        async with self._turn(host):
            try:
                async with asyncio.timeout(self._settings.timeout.total_seconds()):
                    return await self._ask(session, url, request)
            except TimeoutError as error:
                message = f"{shown(url)}: no whole answer within {self._settings.timeout.total_seconds():g} s"
                raise TransientFetchError(message) from error
            except aiohttp.ClientConnectorError as error:
                if isinstance(error.os_error, PrivateAddress) or _refused(error):
                    message = (
                        f"{shown(url)}: {host} has a private address; list it in fetch.allow_hosts if that is intended"
                    )
                    raise RefusedAddress(message) from error
                message = f"{shown(url)}: no connection: {error.os_error.strerror or type(error).__name__}"
                raise TransientFetchError(message) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                message = f"{shown(url)}: {_in_words(error)}"
                raise TransientFetchError(message) from error

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        """Wait for one of the host's places; the wait is no part of the time limit."""
        turn = self._hosts.setdefault(host, asyncio.Semaphore(self._settings.per_host))
        self._hosts.move_to_end(host)
        while len(self._hosts) > HOSTS_KEPT:
            oldest, semaphore = next(iter(self._hosts.items()))
            if semaphore.locked() or oldest == host:
                break
            del self._hosts[oldest]
        async with turn:
            yield

    async def _ask(
        self, session: aiohttp.ClientSession, url: str, request: FetchRequest
    ) -> Document | NotModified | _Redirect:
        headers = {}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        encoded = bool(re.search(r"%[0-9A-Fa-f]{2}", url))
        async with session.get(
            URL(url, encoded=encoded),
            headers=headers,
            allow_redirects=False,
            proxy=self._settings.proxy,
        ) as answer:
            if answer.status == 304:
                return NotModified(
                    etag=answer.headers.get("ETag"),
                    last_modified=answer.headers.get("Last-Modified"),
                    max_age=_max_age(answer),
                    retry_after=_retry_after(answer),
                )
            if answer.status in REDIRECTS:
                return _Redirect(url, answer)
            if answer.status != 200:
                raise _status_error(url, answer)
            return await self._document(url, answer)

    async def _document(self, url: str, answer: aiohttp.ClientResponse) -> Document:
        declared = answer.headers.get("Content-Length", "")
        limit = self._settings.max_bytes
        inflater = Inflater(answer.headers.get("Content-Encoding", ""), limit)
        if declared.isdigit() and int(declared) > limit:
            message = f"{shown(url)}: the document is longer than fetch.max_bytes ({limit} bytes)"
            raise FetchError(message)
        async for chunk in answer.content.iter_chunked(CHUNK):
            inflater.feed(chunk)
        body = inflater.finish()
        return Document(
            url=url,
            body=body,
            body_hash=hashlib.sha256(body).hexdigest(),
            content_type=answer.headers.get("Content-Type"),
            content_location=answer.headers.get("Content-Location"),
            etag=answer.headers.get("ETag"),
            last_modified=answer.headers.get("Last-Modified"),
            max_age=_max_age(answer),
            retry_after=_retry_after(answer),
        )

    def _told(
        self, answer: Document | NotModified, request: FetchRequest, moved_to: str | None
    ) -> Document | NotModified:
        if moved_to is None or moved_to == request.url:
            return answer
        fields = {name: getattr(answer, name) for name in answer.__slots__}
        return type(answer)(**(fields | {"moved_to": moved_to}))


class _Redirect:
    """Where an answer sends us."""

    def __init__(self, url: str, answer: aiohttp.ClientResponse) -> None:
        location = answer.headers.get("Location", "").strip()
        if not location:
            message = f"{shown(url)}: a redirect ({answer.status}) to nowhere"
            raise FetchError(message)
        encoded = bool(re.search(r"%[0-9A-Fa-f]{2}", location))
        try:
            self.url = str(URL(url, encoded="%" in url).join(URL(location, encoded=encoded)))
        except ValueError as error:
            message = f"{shown(url)}: a redirect to an address that cannot be read"
            raise FetchError(message) from error
        self.permanent = answer.status in PERMANENT


def _loses_tls(before: str, after: str) -> bool:
    return before.startswith("https:") and after.startswith("http:")


def _refused(error: aiohttp.ClientConnectorError) -> bool:
    """Look for the guard's refusal among the causes: with several addresses aiohttp raises a group of errors."""
    seen: list[BaseException] = [error]
    while seen:
        each = seen.pop()
        if isinstance(each, PrivateAddress):
            return True
        seen += [inner for inner in (each.__cause__, *getattr(each, "exceptions", ())) if inner is not None]
    return False


def _status_error(url: str, answer: aiohttp.ClientResponse) -> FetchError:
    message = f"{shown(url)}: HTTP status {answer.status}"
    wait = _retry_after(answer)
    if answer.status == 410:
        return GoneFeed(message, retry_after=wait)
    if answer.status in TRANSIENT or answer.status >= 500:
        return TransientFetchError(message, retry_after=wait)
    return FetchError(message, retry_after=wait)


def _in_words(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer was cut short"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the server closed the connection without an answer"
    if isinstance(error, aiohttp.ClientResponseError):
        return "the answer is no HTTP"
    return type(error).__name__


def _retry_after(answer: aiohttp.ClientResponse) -> timedelta | None:
    """Return Retry-After, in seconds or as a date."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return timedelta(seconds=min(int(text), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - datetime.now(UTC), timedelta())


def _max_age(answer: aiohttp.ClientResponse) -> timedelta | None:
    found = re.search(r"(?:^|[\s,])max-age=\"?(\d{1,9})", answer.headers.get("Cache-Control", ""), re.IGNORECASE)
    return timedelta(seconds=int(found[1])) if found else None
