"""Fetching documents politely and safely. The one door of aiohttp's client.

Two sessions of the same settings live as long as the fetcher: a guarded one, and one for the hosts that the configuration
lists. Redirects are followed by hand, and each hop chooses its session by its exact host.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self
from weakref import WeakSet

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.feeds.addresses import feed_address_problem, host_key, joined, requested, shown, without_user
from bot.feeds.answers import PERMANENT, REDIRECTS, http_date, max_age, retry_after, status_error, validator
from bot.feeds.documents import Document, NotModified
from bot.feeds.guard import PrivateAddress, guarded_socket, is_public, may_be_public, plain_socket
from bot.feeds.inflate import Inflater, TooLarge
from bot.feeds.lookup import Lookup
from bot.feeds.turns import Turns
from rules.errors import FetchError, RefusedAddress, TransientFetchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from bot.feeds.documents import FetchRequest
    from bot.feeds.guard import AddrInfo
    from bot.settings import FetchSettings

__all__ = ["Fetcher"]

HOME = "https://github.com/marsad/marsad"
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
)
MOST_REDIRECTS = 5
CHUNK = 64 * 1024
AT_ONCE = 120
KEPT_OPEN_S = 75
"""How long an idle connection is kept: what most servers allow."""
DNS_KEPT_S = 300
MOST_SOCKETS = 4_000


class Fetcher:
    """Fetches documents; an async context manager that owns the sessions, the look-up of names and the limits.

    ``now`` is asked only to read a Retry-After given as a date by a server that sends no Date. ``lookup`` finds addresses.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        version: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        lookup: Lookup | None = None,
    ) -> None:
        self._settings = settings
        self._now = now
        self._lookup = lookup or Lookup()
        self._listed = frozenset(host_key(host) for host in settings.allow_hosts)
        self._turns = Turns(per_host=settings.per_host, at_once=AT_ONCE)
        contact = f"; {settings.contact}" if settings.contact else ""
        self._headers = {
            "User-Agent": f"marsad/{version} (+{HOME}{contact})",
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip, deflate",
        }
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._most_sockets = min(MOST_SOCKETS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self._stack = AsyncExitStack()
        self._guarded: aiohttp.ClientSession
        self._open: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._guarded = await self._session(guarded_socket)
        self._open = await self._session(plain_socket)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _session(self, make_socket: Callable[[AddrInfo], socket.socket]) -> aiohttp.ClientSession:
        def counted(info: AddrInfo) -> socket.socket:
            made = make_socket(info)
            self._sockets.add(made)
            return made

        connector = aiohttp.TCPConnector(
            limit=0,  # ours are counted before the clock runs, see Turns
            ttl_dns_cache=DNS_KEPT_S,
            keepalive_timeout=KEPT_OPEN_S,
            socket_factory=counted,
            resolver=_Resolver(self._lookup),
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

        The time limit holds for all hops together, without the wait for a turn. Raise `TransientFetchError`, `GoneFeed`,
        `RefusedAddress` or `FetchError`; their messages show scheme, host and path alone.
        """
        loop = asyncio.get_running_loop()
        left = self._settings.timeout.total_seconds()
        url, permanent, moved_to = _checked(request.url, request), True, None
        for _ in range(MOST_REDIRECTS + 1):
            target = URL(url, encoded=True)
            async with self._turns.take(target.raw_host or ""):
                started = loop.time()
                answer = await self._hop(target, request, left)
                left -= loop.time() - started
            if not isinstance(answer, _Redirect):
                return replace(answer, moved_to=moved_to) if moved_to not in {None, request.url} else answer
            following = _checked(answer.url, request)
            permanent = permanent and answer.permanent and not _loses_tls(url, following)
            url = following
            moved_to = url if permanent else moved_to
        message = f"{shown(request.url)}: more than {MOST_REDIRECTS} redirects, one after the other"
        raise FetchError(message)

    async def ping(self, url: str) -> None:
        """Ask for an address once, as guarded as a feed, and read nothing of the answer.

        Raise `FetchError` unless the answer is of the 200s; the message shows the host alone, since the path may be a key.
        """
        answer = await self._head_of(url)
        if not 200 <= answer.status < 300:
            message = f"{answer.url.host}: HTTP status {answer.status}"
            raise TransientFetchError(message)

    async def time_at(self, url: str) -> datetime | None:
        """Return what time a server says it is, or None where it does not say. Raise `FetchError`."""
        return http_date((await self._head_of(url)).headers.get("Date"))

    async def _head_of(self, url: str) -> aiohttp.ClientResponse:
        problem = feed_address_problem(url)
        if problem:
            message = f"the address cannot be asked: {problem}"
            raise FetchError(message)
        target = URL(requested(url), encoded=True)
        of = target.host or ""
        try:
            async with asyncio.timeout(self._settings.timeout.total_seconds()):
                session = await self._session_for(target)
                async with session.get(target, allow_redirects=False, proxy=self._settings.proxy) as answer:
                    return answer
        except TimeoutError as error:
            message = f"{of}: no answer in time"
            raise TransientFetchError(message) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
            if isinstance(cause, PrivateAddress):
                message = f"{of} has a private address; list it in fetch.allow_hosts if that is intended"
                raise RefusedAddress(message) from error
            message = f"{of}: {_in_words(error)}"
            raise TransientFetchError(message) from error

    async def _hop(self, target: URL, request: FetchRequest, left: float) -> Document | NotModified | _Redirect:
        try:
            async with asyncio.timeout(left):
                try:
                    return await self._ask(target, request)
                except aiohttp.ServerDisconnectedError:  # a kept connection that was closed meanwhile: once more
                    return await self._ask(target, request)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise self._wrapped(error, target) from error

    async def _ask(self, target: URL, request: FetchRequest) -> Document | NotModified | _Redirect:
        session = await self._session_for(target)
        headers = {}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        if len(self._sockets) >= self._most_sockets:
            headers["Connection"] = "close"  # idle connections must not eat the process's file descriptors
        async with session.get(target, headers=headers, allow_redirects=False, proxy=self._settings.proxy) as answer:
            if answer.status == 200:
                return await self._document(target, answer)
            if answer.status == 304 and (request.etag or request.last_modified):
                return self._not_modified(answer)
            if answer.status in REDIRECTS:
                return _redirect(target, answer)
            if answer.status == 304:
                message = f"{shown(str(target))}: HTTP status 304 (not modified) to a request without validators"
                raise TransientFetchError(message)
            raise status_error(answer.status, of=shown(str(target)), retry_after=self._retry_after(answer))

    async def _session_for(self, target: URL) -> aiohttp.ClientSession:
        """Choose by the exact host. Behind a proxy the sockets see only the proxy, so the name is judged before."""
        host = target.raw_host or ""
        if host in self._listed:
            return self._open
        if self._settings.proxy is None:
            return self._guarded
        try:
            found = await self._lookup.addresses(host, target.port or 0)
        except OSError as error:
            if not may_be_public(host):
                raise PrivateAddress from error
            return self._open  # no name service on this side: the proxy looks it up
        if not all(is_public(str(info[4][0])) for info in found):
            raise PrivateAddress
        return self._open

    async def _document(self, target: URL, answer: aiohttp.ClientResponse) -> Document:
        url = str(target)
        limit = self._settings.max_bytes
        inflater = Inflater(answer.headers.get("Content-Encoding", ""), limit, of=shown(url))
        if (answer.content_length or 0) > limit:
            message = f"{shown(url)}: the document is longer than fetch.max_bytes ({limit} bytes)"
            raise TooLarge(message)
        async for chunk in answer.content.iter_chunked(CHUNK):
            inflater.feed(chunk)
        body = inflater.finish()
        if not body:
            message = f"{shown(url)}: the answer is empty"
            raise TransientFetchError(message)
        return Document(
            url=without_user(url),
            body=body,
            body_hash=hashlib.sha256(body).hexdigest(),
            content_type=validator(answer.headers.get("Content-Type")),
            etag=validator(answer.headers.get("ETag")),
            last_modified=validator(answer.headers.get("Last-Modified")),
            max_age=max_age(answer.headers.get("Cache-Control"), age=answer.headers.get("Age")),
            retry_after=self._retry_after(answer),
        )

    def _not_modified(self, answer: aiohttp.ClientResponse) -> NotModified:
        return NotModified(
            etag=validator(answer.headers.get("ETag")),
            last_modified=validator(answer.headers.get("Last-Modified")),
            max_age=max_age(answer.headers.get("Cache-Control"), age=answer.headers.get("Age")),
            retry_after=self._retry_after(answer),
        )

    def _retry_after(self, answer: aiohttp.ClientResponse) -> timedelta | None:
        text = answer.headers.get("Retry-After")
        return retry_after(text, date=answer.headers.get("Date"), now=self._now()) if text else None

    def _wrapped(self, error: Exception, target: URL) -> FetchError:
        """Return our error for one of aiohttp's, of the loop's or of the guard's."""
        of, host = shown(str(target)), target.host
        if isinstance(error, TimeoutError):
            return TransientFetchError(f"{of}: no whole answer within {self._settings.timeout.total_seconds():g} s")
        cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        if isinstance(cause, PrivateAddress):
            return RefusedAddress(
                f"{of}: {host} has a private address; list it in fetch.allow_hosts if that is intended"
            )
        if isinstance(error, aiohttp.InvalidURL):
            return FetchError(f"{of}: the address cannot be read")
        return TransientFetchError(f"{of}: {_in_words(error)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redirect:
    """Where an answer sends us, and whether for good."""

    url: str
    permanent: bool


class _Resolver(AbstractResolver):
    """Our look-up in the form that aiohttp's connector takes."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the host's addresses."""
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=found,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for found, _, protocol, _, address in await self._lookup.addresses(host, port, family)
        ]

    async def close(self) -> None:
        """Have nothing to close."""


def _checked(url: str, request: FetchRequest) -> str:
    """Return the address in the form that is sent; raise `FetchError` for one that is not to be asked."""
    problem = feed_address_problem(url)
    if problem is None:
        return requested(url)
    led = "" if url == request.url else f" redirects to {shown(url)}"
    message = f"{shown(request.url)}{led}: {problem}"
    raise FetchError(message)


def _redirect(target: URL, answer: aiohttp.ClientResponse) -> _Redirect:
    url = str(target)
    location = answer.headers.get("Location", "").strip()
    if not location:
        message = f"{shown(url)}: a redirect ({answer.status}) to nowhere"
        raise FetchError(message)
    try:
        return _Redirect(url=joined(url, location), permanent=answer.status in PERMANENT)
    except ValueError as error:
        message = f"{shown(url)}: a redirect to an address that cannot be read"
        raise FetchError(message) from error


def _loses_tls(before: str, after: str) -> bool:
    return before.startswith("https:") and after.startswith("http:")


def _in_words(error: Exception) -> str:
    """Tell what happened, without the texts of libraries, which may hold addresses."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not valid for this host and day"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its host name is not found"
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return "the proxy gives no connection"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return "no secure connection"
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        return f"no connection: {os.strerror(number) if number else type(error.os_error).__name__}"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer was cut short"
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | ConnectionError):
        return "the server closed the connection without a whole answer"
    if isinstance(error, aiohttp.ClientResponseError):
        return "the answer is no proper HTTP"
    return type(error).__name__
