"""Fetching over real HTTP on loopback, from a server that misbehaves on demand."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socket
import zlib
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from bot.feeds.documents import Document, FetchRequest, NotModified
from bot.feeds.fetch import Fetcher
from bot.feeds.inflate import TooLarge
from bot.feeds.lookup import Lookup
from bot.settings import FetchSettings
from rules.errors import FetchError, GoneFeed, TransientFetchError
from tests.fakes.feed_server import Fault, FeedServer, rss
from tests.fakes.feed_texts import sample

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.feeds.guard import AddrInfo

FEED = rss(sample("a"))
SHORT = timedelta(seconds=0.4)
HOSTS = ("127.0.0.1", "one.example", "two.example", "xn--mgbx5cf.example")
"""Listed names; all of them live on loopback."""


@pytest.fixture(scope="module")
def server() -> Iterator[FeedServer]:
    with FeedServer() as started:
        yield started


@pytest.fixture(autouse=True)
def empty(server: FeedServer) -> None:
    server.pages.clear()
    server.requests.clear()
    server.most_at_once.clear()


def on_loopback(host: str, port: int, *rest: object) -> list[AddrInfo]:
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]


@asynccontextmanager
async def fetching(**changes: object) -> AsyncIterator[Fetcher]:
    settings = replace(FetchSettings(allow_hosts=HOSTS, timeout=timedelta(seconds=20)), **changes)
    async with Fetcher(settings, version="9.9", lookup=Lookup(on_loopback)) as fetcher:
        yield fetcher


async def fetch(url: str, *, etag: str | None = None, last_modified: str | None = None, **changes: object) -> Document:
    async with fetching(**changes) as fetcher:
        answer = await fetcher.fetch(FetchRequest(url=url, etag=etag, last_modified=last_modified))
    assert isinstance(answer, Document)
    return answer


async def refusal(url: str, **changes: object) -> FetchError:
    with pytest.raises(FetchError) as refused:
        await fetch(url, **changes)
    return refused.value


# --- what is asked ------------------------------------------------------------------------------------------------------


async def test_a_feed_is_asked_once_without_cookies_referer_or_added_parameters(server: FeedServer) -> None:
    server.page("/feed?q=1&v=2", FEED, headers={"Set-Cookie": "id=1; Path=/"})
    async with fetching() as fetcher:
        for _ in range(2):
            await fetcher.fetch(FetchRequest(url=server.url("/feed?q=1&v=2")))
    asked = server.requests
    assert [request.path for request in asked] == ["/feed?q=1&v=2"] * 2
    assert all(set(request.headers) == {"host", "user-agent", "accept", "accept-encoding"} for request in asked)


async def test_the_user_agent_names_the_program_its_address_and_the_contact(server: FeedServer) -> None:
    server.page("/feed", FEED)
    await fetch(server.url("/feed"), contact="mailto:desk@news.example")
    agent = server.requests[0].headers["user-agent"]
    assert agent.startswith("marsad/9.9 (+https://")
    assert agent.endswith("; mailto:desk@news.example)")


@pytest.mark.parametrize(
    ("etag", "modified"),
    [
        ('"33a64df551"', "Tue, 24 Nov 2026 10:00:00 GMT"),
        ('W/"weak"', None),
        ("bare-without-quotes", "2026-11-24 10:00"),
        ('"a,b \\"c', "Tue, 24 Nov 2026 10:00:00 +0300"),
        ('"مرصد"', None),
        ("0", "0"),
    ],
)
async def test_validators_go_back_exactly_as_they_came(server: FeedServer, etag: str, modified: str | None) -> None:
    server.page("/feed", FEED, etag=etag, modified=modified)
    async with fetching() as fetcher:
        first = await fetcher.fetch(FetchRequest(url=server.url("/feed")))
        assert isinstance(first, Document)
        assert (first.etag, first.last_modified) == (etag, modified)
        second = await fetcher.fetch(FetchRequest(url=server.url("/feed"), etag=etag, last_modified=modified))
    assert isinstance(second, NotModified)
    again = server.requests[1].headers
    assert (again.get("if-none-match"), again.get("if-modified-since")) == (etag, modified)


async def test_a_redirect_is_asked_with_the_same_validators(server: FeedServer) -> None:
    server.page("/old", status=302, headers={"Location": "/new"})
    server.page("/new", FEED, etag='"1"')
    async with fetching() as fetcher:
        answer = await fetcher.fetch(FetchRequest(url=server.url("/old"), etag='"1"'))
    assert isinstance(answer, NotModified)


async def test_a_304_that_nobody_asked_for_is_a_passing_failure(server: FeedServer) -> None:
    server.page("/feed", status=304)
    assert isinstance(await refusal(server.url("/feed")), TransientFetchError)


async def test_a_proxy_from_the_environment_is_not_used(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_tcp_port}")
    server.page("/feed", FEED)
    assert (await fetch(server.url("/feed"))).body == FEED


async def test_a_configured_proxy_is_asked_for_the_whole_address(server: FeedServer) -> None:
    server.page("/feed", FEED)
    answer = await fetch("http://one.example:1/feed", proxy=server.url(""))
    assert answer.body == FEED
    assert server.requests[0].headers["host"] == "one.example:1"


# --- what arrives -------------------------------------------------------------------------------------------------------


async def test_a_document_is_handed_on_as_bytes_with_its_hash(server: FeedServer) -> None:
    server.page("/feed", FEED, content_type="text/html; charset=windows-1256")
    answer = await fetch(server.url("/feed"))
    assert answer.body == FEED
    assert answer.body_hash == hashlib.sha256(FEED).hexdigest()
    assert answer.content_type == "text/html; charset=windows-1256"
    assert answer.url == server.url("/feed")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("gzip", gzip.compress(FEED)),
        ("x-gzip", gzip.compress(FEED)),
        ("GZIP", gzip.compress(FEED[:50]) + gzip.compress(FEED[50:])),
        ("gzip", gzip.compress(FEED) + bytes(8)),
        ("deflate", zlib.compress(FEED)),
        ("deflate", zlib.compress(FEED, wbits=-15)),
        ("identity", FEED),
        ("gzip, identity", gzip.compress(FEED)),
        ("gzip,gzip", gzip.compress(gzip.compress(FEED))),
        ("deflate, gzip", gzip.compress(zlib.compress(FEED))),
    ],
)
async def test_compressed_bodies_are_inflated(server: FeedServer, name: str, body: bytes) -> None:
    server.page("/feed", body, headers={"Content-Encoding": name})
    assert (await fetch(server.url("/feed"))).body == FEED


async def test_a_body_as_long_as_the_cap_arrives_and_one_byte_more_does_not(server: FeedServer) -> None:
    server.page("/feed", FEED)
    assert (await fetch(server.url("/feed"), max_bytes=len(FEED))).body == FEED
    assert isinstance(await refusal(server.url("/feed"), max_bytes=len(FEED) - 1), TooLarge)


CAPPED = [Fault.ENDLESS, Fault.ENDLESS_ANNOUNCED, Fault.GZIP_BOMB, Fault.GZIP_TWICE_BOMB]
SLOW = [Fault.NEVER_ANSWERS, Fault.SLOW_HEADERS, Fault.SLOW_BODY, Fault.STALLS]
BROKEN = {
    Fault.RESET_AT_ONCE: "the server closed the connection",
    Fault.CLOSES_AT_ONCE: "the server closed the connection",
    Fault.RESET_MID_BODY: "cut short",
    Fault.CUT_SHORT: "cut short",
    Fault.HUGE_HEADERS: "no proper HTTP",
    Fault.NOT_HTTP: "no proper HTTP",
    Fault.GZIP_DAMAGED: "damaged",
    Fault.GZIP_CUT: "cut short",
}


@pytest.mark.parametrize("fault", CAPPED)
async def test_a_body_past_the_cap_is_given_up_while_it_streams(server: FeedServer, fault: Fault) -> None:
    server.page("/feed", FEED, fault=fault)
    refused = await refusal(server.url("/feed"), max_bytes=1_000_000)
    assert isinstance(refused, TooLarge)
    assert "fetch.max_bytes" in str(refused)


@pytest.mark.parametrize("fault", SLOW)
async def test_a_server_that_keeps_us_waiting_costs_no_more_than_the_time_limit(
    server: FeedServer, fault: Fault
) -> None:
    server.page("/feed", FEED, fault=fault)
    refused = await refusal(server.url("/feed"), timeout=SHORT)
    assert isinstance(refused, TransientFetchError)
    assert "within 0.4 s" in str(refused)


@pytest.mark.parametrize("fault", BROKEN)
async def test_a_broken_answer_is_a_passing_failure_told_in_words(server: FeedServer, fault: Fault) -> None:
    server.page("/feed", FEED, fault=fault)
    refused = await refusal(server.url("/feed"))
    assert isinstance(refused, TransientFetchError)
    assert BROKEN[fault] in str(refused)


async def test_a_port_that_nobody_listens_on_is_told_in_words(unused_tcp_port: int) -> None:
    refused = await refusal(f"http://127.0.0.1:{unused_tcp_port}/feed")
    assert isinstance(refused, TransientFetchError)
    assert str(refused).endswith("no connection: Connection refused")


async def test_a_server_without_tls_behind_https_is_told_in_words(server: FeedServer) -> None:
    refused = await refusal(server.url("/feed").replace("http:", "https:"))
    assert isinstance(refused, TransientFetchError)
    assert str(refused).endswith(("no secure connection", "Connection reset by peer"))


async def test_a_name_that_does_not_exist_is_told_in_words() -> None:
    def nowhere(*_: object) -> list[AddrInfo]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with Fetcher(FetchSettings(), version="1", lookup=Lookup(nowhere)) as fetcher:
        with pytest.raises(TransientFetchError, match="its host name is not found"):
            await fetcher.fetch(FetchRequest(url="https://nowhere.example/feed"))


async def test_an_encoding_that_nobody_asked_for_is_refused(server: FeedServer) -> None:
    server.page("/feed", FEED, fault=Fault.BROTLI)
    assert "not asked for" in str(await refusal(server.url("/feed")))
    assert "br" not in server.requests[0].headers["accept-encoding"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip at all",
        b"HTTP/1.1 302 Found\r\nLocation: http://%zz:port/\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    ],
)
async def test_an_answer_that_breaks_the_rules_of_http_is_a_failure_like_any_other(
    server: FeedServer, answer: bytes
) -> None:
    server.page("/feed", answer, fault=Fault.RAW)
    await refusal(server.url("/feed"), timeout=timedelta(seconds=2))


async def test_an_empty_answer_is_a_passing_failure(server: FeedServer) -> None:
    server.page("/feed", b"")
    assert isinstance(await refusal(server.url("/feed")), TransientFetchError)


async def test_every_fault_has_its_test() -> None:
    assert {*CAPPED, *SLOW, *BROKEN, Fault.GZIP_TWICE, Fault.BROTLI, Fault.RAW} == set(Fault)


async def test_after_every_fault_the_same_fetcher_still_works(server: FeedServer) -> None:
    for fault in Fault:
        server.page(f"/{fault.name}", FEED, fault=fault)
    server.page("/feed", FEED)
    async with fetching(timeout=SHORT, max_bytes=1_000_000, per_host=50) as fetcher:
        faulty = (fetcher.fetch(FetchRequest(url=server.url(f"/{fault.name}"))) for fault in Fault)
        done = await asyncio.gather(*faulty, return_exceptions=True)
        answer = await fetcher.fetch(FetchRequest(url=server.url("/feed")))
    assert [item for item in done if not isinstance(item, FetchError | Document)] == []
    assert isinstance(answer, Document)


# --- statuses -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 599])
async def test_a_status_that_may_pass_is_a_passing_failure(server: FeedServer, status: int) -> None:
    server.page("/feed", FEED, status=status)
    refused = await refusal(server.url("/feed"))
    assert isinstance(refused, TransientFetchError)
    assert str(status) in str(refused)


@pytest.mark.parametrize("status", [201, 204, 206, 300, 400, 401, 402, 403, 404, 406, 451])
async def test_any_other_status_without_a_document_is_a_lasting_failure(server: FeedServer, status: int) -> None:
    server.page("/feed", b"" if status == 204 else FEED, status=status)
    refused = await refusal(server.url("/feed"))
    assert type(refused) is FetchError
    assert str(status) in str(refused)


async def test_410_says_that_the_feed_is_gone(server: FeedServer) -> None:
    server.page("/feed", status=410)
    assert isinstance(await refusal(server.url("/feed")), GoneFeed)


@pytest.mark.parametrize("status", [200, 304, 403, 429, 503])
async def test_retry_after_in_seconds_is_heard_with_every_status(server: FeedServer, status: int) -> None:
    server.page("/feed", FEED, status=status, headers={"Retry-After": "120"})
    async with fetching() as fetcher:
        try:
            answer = await fetcher.fetch(FetchRequest(url=server.url("/feed"), etag='"1"'))
        except FetchError as error:
            answer = error
    assert answer.retry_after == timedelta(seconds=120)


async def test_retry_after_as_a_date_counts_from_the_servers_own_clock(server: FeedServer) -> None:
    wrong = datetime(2031, 1, 1, tzinfo=UTC)
    later = format_datetime(wrong + timedelta(minutes=7), usegmt=True)
    server.page("/feed", status=503, headers={"Retry-After": later, "Date": format_datetime(wrong, usegmt=True)})
    assert (await refusal(server.url("/feed"))).retry_after == timedelta(minutes=7)


async def test_cache_control_tells_how_long_the_answer_stays_fresh(server: FeedServer) -> None:
    server.page("/feed", FEED, headers={"Cache-Control": "public, max-age=900", "Age": "300"})
    assert (await fetch(server.url("/feed"))).max_age == timedelta(minutes=10)


# --- redirects ----------------------------------------------------------------------------------------------------------


def chain(server: FeedServer, *statuses: int) -> str:
    for number, status in enumerate(statuses):
        server.page(f"/{number}", status=status, headers={"Location": f"/{number + 1}"})
    server.page(f"/{len(statuses)}", FEED)
    return server.url("/0")


async def test_five_redirects_are_followed_and_six_are_not(server: FeedServer) -> None:
    assert (await fetch(chain(server, *[302] * 5))).url == server.url("/5")
    assert "more than 5 redirects" in str(await refusal(chain(server, *[302] * 6)))


async def test_a_loop_of_redirects_ends(server: FeedServer) -> None:
    server.page("/a", status=301, headers={"Location": "/b"})
    server.page("/b", status=301, headers={"Location": "/a"})
    assert type(await refusal(server.url("/a"))) is FetchError
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ((301,), "/1"),
        ((308, 301, 301), "/3"),
        ((301, 302), "/1"),
        ((301, 307, 301), "/1"),
        ((302, 301), None),
        ((303,), None),
        ((), None),
    ],
)
async def test_only_an_unbroken_chain_of_permanent_redirects_is_remembered(
    server: FeedServer, statuses: tuple[int, ...], moved_to: str | None
) -> None:
    answer = await fetch(chain(server, *statuses))
    assert answer.moved_to == (server.url(moved_to) if moved_to else None)


async def test_a_permanent_redirect_is_remembered_with_a_304_too(server: FeedServer) -> None:
    server.page("/old", status=301, headers={"Location": "/new"})
    server.page("/new", FEED, etag='"1"')
    async with fetching() as fetcher:
        answer = await fetcher.fetch(FetchRequest(url=server.url("/old"), etag='"1"'))
    assert isinstance(answer, NotModified)
    assert answer.moved_to == server.url("/new")


async def test_a_redirect_that_ends_in_a_failure_is_not_remembered(server: FeedServer) -> None:
    server.page("/old", status=301, headers={"Location": "/new"})
    assert "/new: HTTP status 404" in str(await refusal(server.url("/old")))


@pytest.mark.parametrize("location", ["", "file:///etc/passwd", "ftp://one.example/", "javascript:1", "http://[::1"])
async def test_a_redirect_to_no_web_address_is_refused(server: FeedServer, location: str) -> None:
    server.page("/feed", status=302, headers={"Location": location})
    assert type(await refusal(server.url("/feed"))) is FetchError
    assert len(server.requests) == 1


async def test_a_redirect_to_raw_arabic_letters_is_followed(server: FeedServer) -> None:
    server.page("/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1", FEED)
    server.page("/feed", status=302, headers={"Location": "/أخبار"})
    assert (await fetch(server.url("/feed"))).body == FEED


async def test_the_time_limit_holds_for_all_hops_together(server: FeedServer) -> None:
    for number in range(5):
        server.page(f"/{number}", status=302, headers={"Location": f"/{number + 1}"}, hold=0.15)
    server.page("/5", FEED)
    assert isinstance(await refusal(server.url("/0"), timeout=SHORT), TransientFetchError)
    assert len(server.requests) < 5


async def test_a_user_and_password_stay_with_their_host(server: FeedServer) -> None:
    server.page("/feed", status=302, headers={"Location": server.url("/here")})
    server.page("/here", status=302, headers={"Location": server.url("/there", host="one.example")})
    server.page("/there", FEED)
    answer = await fetch(server.url("/feed").replace("//", "//desk:secret@"))
    assert [("authorization" in request.headers) for request in server.requests] == [True, True, False]
    assert "secret" not in answer.url


# --- turns --------------------------------------------------------------------------------------------------------------


async def test_a_host_is_asked_by_so_many_at_once_as_per_host_says(server: FeedServer) -> None:
    for number in range(6):
        server.page(f"/{number}", FEED, hold=0.05)
    async with fetching(per_host=2) as fetcher:
        urls = [server.url(f"/{number}", host=host) for number in range(6) for host in ("one.example", "two.example")]
        await asyncio.gather(*(fetcher.fetch(FetchRequest(url=url)) for url in urls))
    assert dict(server.most_at_once) == {"one.example": 2, "two.example": 2}


async def test_names_of_one_host_share_its_turns_whatever_their_case(server: FeedServer) -> None:
    for number in range(6):
        server.page(f"/{number}", FEED, hold=0.05)
    async with fetching(per_host=1) as fetcher:
        urls = [server.url(f"/{number}", host=("one.example", "ONE.Example")[number % 2]) for number in range(6)]
        await asyncio.gather(*(fetcher.fetch(FetchRequest(url=url)) for url in urls))
    assert sum(server.most_at_once.values()) == 1


async def test_the_wait_for_a_turn_does_not_count_against_the_time_limit(server: FeedServer) -> None:
    for number in range(4):
        server.page(f"/{number}", FEED, hold=0.2)
    async with fetching(per_host=1, timeout=SHORT) as fetcher:
        answers = await asyncio.gather(*(fetcher.fetch(FetchRequest(url=server.url(f"/{n}"))) for n in range(4)))
    assert all(isinstance(answer, Document) for answer in answers)


async def test_a_hanging_host_does_not_keep_another_waiting(server: FeedServer) -> None:
    for number in range(200):
        server.page(f"/{number}", FEED, fault=Fault.NEVER_ANSWERS)
    server.page("/feed", FEED)
    async with fetching(per_host=2) as fetcher, asyncio.TaskGroup() as group:
        hanging = [
            group.create_task(fetcher.fetch(FetchRequest(url=server.url(f"/{number}", host="one.example"))))
            for number in range(200)
        ]
        answer = await fetcher.fetch(FetchRequest(url=server.url("/feed", host="two.example")))
        for task in hanging:
            task.cancel()
    assert isinstance(answer, Document)


async def test_connections_are_kept_and_used_again(server: FeedServer) -> None:
    server.page("/feed", FEED)
    ports = set()
    async with fetching() as fetcher:
        for _ in range(5):
            await fetcher.fetch(FetchRequest(url=server.url("/feed")))
            ports.add(server.requests[-1].peer_port)
    assert len(ports) == 1
