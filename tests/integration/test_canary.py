"""No request leaves for a private address unless its host is listed: a canary that must never be reached."""

from __future__ import annotations

import ipaddress
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import psutil
import pytest

from bot.feeds.documents import Document, FetchRequest
from bot.feeds.fetch import Fetcher
from bot.feeds.guard import is_public
from bot.feeds.lookup import Lookup
from bot.settings import FetchSettings
from rules.errors import FetchError, RefusedAddress
from tests.fakes.feed_server import FeedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.feeds.guard import AddrInfo


class Canary:
    """Listens on every address of the machine, IPv6 too where there is one, and counts the connections."""

    def __init__(self) -> None:
        self.connections = 0
        self._sockets = [socket.create_server(("0.0.0.0", 0))]  # noqa: S104 - every address is the point
        self.port = self._sockets[0].getsockname()[1]
        with suppress(OSError):
            self._sockets.append(socket.create_server(("::", self.port), family=socket.AF_INET6))
        self._threads = [threading.Thread(target=self._serve, args=(one,), daemon=True) for one in self._sockets]

    def _serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                self.connections += 1
                with connection:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for listening in self._sockets:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        for thread in self._threads:
            thread.join(5)


LITERALS = """
127.0.0.1 127.0.0.2 127.255.255.254 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 017700000001 0177.0.0.1 0 0.0.0.0 0x0
[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:0.0.0.0] [::127.0.0.1] [::ffff:0:127.0.0.1]
localhost LOCALHOST localhost. ip6-localhost 127.0.0.1. ①②⑦.⓪.⓪.① 127。0。0。1 １２７.0.0.1 user@127.0.0.1 user:word@[::1]
""".split()  # noqa: SIM905 - a list of strings reads worse
NAMES = {
    "plain.example": ["127.0.0.1"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "zero.example": ["0.0.0.0"],  # noqa: S104 - an answer that leads to this machine
    "many.example": ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "192.168.1.1"],
    "metadata.example": ["169.254.169.254"],
    "number.example": ["2130706433"],
    "localhost": ["127.0.0.1"],
}
PUBLISHER = "publisher.example"
"""A listed name, on loopback, that redirects."""


def own_addresses() -> list[str]:
    """Return the machine's own addresses that are not public; the canary listens on them."""
    found = [
        address.address.partition("%")[0]
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family in {socket.AF_INET, socket.AF_INET6} and not is_public(address.address)
    ]
    return [f"[{one}]" if ":" in one else one for one in sorted(set(found))]


def answers(host: str, port: int, *rest: object) -> Sequence[AddrInfo]:
    """Answer the test's names from its table, and what the system reads as a number as the system does."""
    if host in {PUBLISHER, *NAMES}:
        return [_info(address, port) for address in NAMES.get(host, ["127.0.0.1"])]
    return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)


def _info(address: str, port: int) -> AddrInfo:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as listening:
        yield listening


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as started:
        yield started


async def tried(
    urls: list[str], lookup: Callable[..., Sequence[AddrInfo]] = answers, **changes: object
) -> dict[str, Document | FetchError]:
    """Fetch one address after the other, each with a fetcher that knows nothing of the others."""
    settings = replace(FetchSettings(timeout=timedelta(seconds=5), allow_hosts=(PUBLISHER,)), **changes)
    done: dict[str, Document | FetchError] = {}
    for url in urls:
        async with Fetcher(settings, version="1", lookup=Lookup(lookup)) as fetcher:
            try:
                answer = await fetcher.fetch(FetchRequest(url=url))
            except FetchError as error:
                done[url] = error
            else:
                assert isinstance(answer, Document)
                done[url] = answer
    return done


async def test_the_canary_sings_for_a_listed_host(canary: Canary) -> None:
    done = await tried([f"http://127.0.0.1:{canary.port}/"], allow_hosts=("127.0.0.1",))
    assert [answer.body for answer in done.values() if isinstance(answer, Document)] == [b"secret"]
    assert canary.connections == 1


async def test_no_form_of_a_private_address_reaches_it(canary: Canary) -> None:
    forms = [*LITERALS, *own_addresses()]
    done = await tried([f"http://{form}:{canary.port}/" for form in forms])
    assert [url for url, answer in done.items() if isinstance(answer, Document)] == []
    assert canary.connections == 0


async def test_no_answer_of_the_name_service_reaches_it(canary: Canary) -> None:
    done = await tried([f"http://{name}:{canary.port}/" for name in NAMES])
    assert {url: type(answer) for url, answer in done.items() if type(answer) is not RefusedAddress} == {}
    assert canary.connections == 0


async def test_no_redirect_of_a_listed_host_reaches_it(canary: Canary, server: FeedServer) -> None:
    targets = [f"http://{form}:{canary.port}/" for form in [*LITERALS, *own_addresses(), *NAMES]]
    targets += [f"//{form}:{canary.port}/" for form in ("127.0.0.1", "[::1]", "plain.example")]
    for number, target in enumerate(targets):
        status = (301, 302, 303, 307, 308)[number % 5]
        server.page(f"/{number}", status=status, headers={"Location": target})
    done = await tried([server.url(f"/{number}", host=PUBLISHER) for number in range(len(targets))])
    assert [url for url, answer in done.items() if isinstance(answer, Document)] == []
    assert len(server.requests) == len(targets)
    assert canary.connections == 0


async def test_https_is_guarded_as_well(canary: Canary) -> None:
    done = await tried([f"https://{form}:{canary.port}/" for form in ("127.0.0.1", "[::1]", "plain.example")])
    assert {type(answer) for answer in done.values()} == {RefusedAddress}
    assert canary.connections == 0


async def test_a_name_that_is_bound_anew_between_two_looks_does_not_reach_it(canary: Canary) -> None:
    looks: list[str] = []

    def rebinding(host: str, port: int, *rest: object) -> Sequence[AddrInfo]:
        looks.append(host)
        return [_info("192.0.2.1" if len(looks) == 1 else "127.0.0.1", port)]

    settings = FetchSettings(timeout=timedelta(seconds=5))
    async with Fetcher(settings, version="1", lookup=Lookup(rebinding)) as fetcher:
        for _ in range(3):
            with pytest.raises(RefusedAddress):
                await fetcher.fetch(FetchRequest(url=f"http://rebinding.example:{canary.port}/"))
    assert looks
    assert canary.connections == 0


@pytest.mark.parametrize("listed", ["localhost", "127.0.0.2", "[::1]", "sub.plain.example", "example"])
async def test_a_listed_host_opens_no_other_host(canary: Canary, listed: str) -> None:
    done = await tried(
        [f"http://{host}:{canary.port}/" for host in ("127.0.0.1", "plain.example")], allow_hosts=(listed,)
    )
    assert {type(answer) for answer in done.values()} == {RefusedAddress}
    assert canary.connections == 0


async def test_behind_a_proxy_names_with_private_addresses_are_refused(canary: Canary, server: FeedServer) -> None:
    urls = [f"http://{form}:{canary.port}/" for form in (*LITERALS, *NAMES)]
    done = await tried(urls, proxy=server.url(""))
    reached = [request.path for request in server.requests]
    assert [url for url, answer in done.items() if isinstance(answer, Document)] == []
    assert reached == []
    assert canary.connections == 0


async def test_behind_a_proxy_a_public_name_unknown_here_is_left_to_the_proxy(server: FeedServer) -> None:
    server.page("/feed", b"<rss/>")
    url = "http://unknown.example:1/feed"
    assert isinstance((await tried([url], proxy=server.url("")))[url], Document)


async def test_a_refusal_names_the_host_and_the_way_out(canary: Canary) -> None:
    url = f"http://plain.example:{canary.port}/feed?token=secret"
    refused = str((await tried([url]))[url])
    assert "plain.example" in refused
    assert "fetch.allow_hosts" in refused
    assert "secret" not in refused


def test_most_forms_lead_to_this_machine_indeed() -> None:
    """The table would prove nothing if the system read none of its forms as an address of this machine."""
    reaching = []
    for form in LITERALS:
        host = form.rpartition("@")[2].strip("[]")
        with suppress(OSError, UnicodeError):
            address = socket.getaddrinfo(host, 80, 0, socket.SOCK_STREAM)[0][4][0]
            found = ipaddress.ip_address(address)
            reaching.append(getattr(found, "ipv4_mapped", None) or found)
    assert sum(address.is_loopback or address.is_unspecified for address in reaching) >= 15
