"""The service polls a press that misbehaves: every fault is written on its feed's row, and nothing else suffers."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.config import read_settings
from bot.feeds.parsing import ParserPool
from bot.service.service import open_service
from tests.fakes.clocks import MovableClock
from tests.fakes.feed_server import Fault, FeedServer, rss
from tests.fakes.feed_texts import Item, many_attributes, sample

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from bot.feeds.documents import Document, FeedDocument
    from bot.service.service import Service
    from storage import FeedState

    Newsroom = Callable[..., AbstractAsyncContextManager[Service]]

WATCHLISTS = "watchlists: [{id: arms, match: 'سلاح، أسلحة', tests: {match: [وصلت أسلحة], ignore: [معرض]}}]\n"
HTML = "<!DOCTYPE html><html><head><title>الموقع محجوب</title></head><body>خطأ</body></html>".encode()


class CountingParsers(ParserPool):
    """Real workers, and how many documents they were asked for."""

    asked = 0

    async def parse(self, document: Document) -> FeedDocument:
        self.asked += 1
        return await super().parse(document)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as started:
        yield started


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def parsers() -> list[CountingParsers]:
    """The parsers of each service that a test opened."""
    return []


@pytest.fixture
def newsroom(tmp_path: Path, server: FeedServer, clock: MovableClock, parsers: list[CountingParsers]) -> Newsroom:
    @asynccontextmanager
    async def opened(
        *paths: str,
        fetch: str = "timeout: 5s",
        interval: str | None = "5m",
        localhost: tuple[str, ...] = (),
        allow: str = "127.0.0.1",
    ) -> AsyncIterator[Service]:
        def address(path: str) -> str:
            return server.url(path, host="localhost" if path in localhost else "127.0.0.1")

        own = f", interval: {interval}" if interval else ""
        feeds = "\n".join(f'  - {{id: "{path.strip("/")}", url: "{address(path)}"{own}}}' for path in paths)
        file = tmp_path / "marsad.yaml"
        (tmp_path / "watchlists").mkdir(exist_ok=True)
        (tmp_path / "watchlists" / "all.yaml").write_text(WATCHLISTS, "utf-8")
        file.write_text(
            f"watchlists: [watchlists/]\nfetch: {{{fetch}, on_first_fetch: alert, allow_hosts: [{allow}]}}\n"
            f"channels: {{screen: {{console: true}}}}\nfeeds:\n{feeds}\n",
            "utf-8",
        )
        parsers.append(CountingParsers(deadline=timedelta(seconds=2)))
        async with open_service(read_settings(file), clock=clock, rng=random.Random(1), parser=parsers[-1]) as service:
            yield service

    return opened


async def row(service: Service, feed: str) -> FeedState:
    return next(state for state in await service.store.feed_states() if state.id == feed)


# --- the fault matrix ---------------------------------------------------------------------------------------------------

FAULTS: dict[Fault, str] = {
    Fault.NEVER_ANSWERS: "no whole answer within",
    Fault.SLOW_HEADERS: "no whole answer within",
    Fault.SLOW_BODY: "no whole answer within",
    Fault.STALLS: "no whole answer within",
    Fault.RESET_AT_ONCE: "closed the connection",
    Fault.RESET_MID_BODY: "cut short",
    Fault.CUT_SHORT: "cut short",
    Fault.CLOSES_AT_ONCE: "closed the connection",
    Fault.ENDLESS: "fetch.max_bytes",
    Fault.ENDLESS_ANNOUNCED: "fetch.max_bytes",
    Fault.HUGE_HEADERS: "no proper HTTP",
    Fault.NOT_HTTP: "no proper HTTP",
    Fault.GZIP_BOMB: "fetch.max_bytes",
    Fault.GZIP_TWICE_BOMB: "fetch.max_bytes",
    Fault.GZIP_DAMAGED: "damaged",
    Fault.GZIP_CUT: "cut short",
    Fault.BROTLI: "not asked for",
}
STATUSES = {
    400: "400",
    401: "password",
    403: "refuses",
    404: "no such page",
    410: "withdrawn",
    429: "too often",
    500: "500",
    503: "service",
}
DOCUMENTS = {
    "html": (HTML, "HTML page titled «الموقع محجوب»"),
    "text": (b"hello", "no feed"),
    "json": (b'{"error": 1}', "no JSON Feed"),
    "empty": (b"", "empty"),
    "spaces": (b"  \n ", "empty"),
    "attributes": (many_attributes(120_000), "stopped twice"),
    "nested-json": (b'{"items":' + b"[" * 100_000, "JSON cannot be read"),
}
STRANGE = {
    "mojibake": "".join(chr(byte) for byte in rss(sample("m"))).encode(),
    "truncated": rss(sample("t"))[:-40],
    "windows": rss(sample("w"), declaration="<?xml version='1.0'?>").decode().encode("cp1256"),
}
"""Documents that are odd, and yet hold entries."""


async def test_every_fault_is_written_on_its_row_and_healthy_feeds_all_land(
    newsroom: Newsroom, server: FeedServer
) -> None:
    expected: dict[str, str] = {}
    for fault, words in FAULTS.items():
        server.page(f"/{fault.name}", rss(sample("x")), fault=fault)
        expected[fault.name] = words
    for status, words in STATUSES.items():
        server.page(f"/status-{status}", rss(sample("x")), status=status)
        expected[f"status-{status}"] = words
    for name, (body, words) in DOCUMENTS.items():
        server.page(f"/{name}", body)
        expected[name] = words
    server.page("/loop", status=302, headers={"Location": "/loop"})
    server.page("/inside", status=302, headers={"Location": server.url("/secret", host="localhost")})
    expected |= {"loop": "redirects", "inside": "private address"}
    for name, body in STRANGE.items():
        server.page(f"/{name}", body)
    healthy = [f"healthy-{number}" for number in range(8)]
    for name in healthy:
        server.publish(f"/{name}", *sample(name), Item(f"{name}-arms", f"وصول شحنة أسلحة إلى ميناء {name}"))
    paths = [f"/{name}" for name in [*expected, *STRANGE, *healthy]]
    async with newsroom(*paths, fetch="timeout: 4s, max_bytes: 2MB, per_host: 20") as service:
        report = await service.poll_once()
        states = {state.id: state for state in await service.store.feed_states()}
        found = await service.store.latest(limit=100)
    assert report.polled == len(paths)
    assert report.failed == len(expected)
    told = {name: states[name].last_error for name in expected}
    assert {name: error for name, error in told.items() if expected[name] not in (error or "")} == {}
    assert all(states[name].failures == 1 and states[name].first_fetched_at is None for name in expected)
    assert all(states[name].last_error is None and states[name].first_fetched_at for name in [*healthy, *STRANGE])
    assert report.matches == len(healthy)
    assert len(found) == len(healthy)
    assert states["status-410"].gone_at
    assert server.asked("/secret") == []


async def test_a_host_with_many_hanging_feeds_does_not_take_every_place(newsroom: Newsroom, server: FeedServer) -> None:
    hanging = [f"/hanging-{number:03}" for number in range(150)]
    for path in hanging:
        server.page(path, fault=Fault.NEVER_ANSWERS)
    server.publish("/healthy", *sample("healthy"))
    stop = asyncio.Event()
    async with newsroom(
        *hanging, "/healthy", fetch="timeout: 60s", interval="1s", localhost=("/healthy",), allow="127.0.0.1, localhost"
    ) as service:
        running = asyncio.create_task(service.run(stop))
        async with asyncio.timeout(20):
            while len(server.asked("/healthy")) < 2:  # noqa: ASYNC110 - the server lives in another thread
                await asyncio.sleep(0.05)
        assert len([asked for asked in server.requests if asked.path in hanging]) == 2
        stop.set()
        async with asyncio.timeout(10):
            await running


async def test_feeds_that_wait_for_their_host_are_all_polled(newsroom: Newsroom, server: FeedServer) -> None:
    paths = [f"/feed-{number:03}" for number in range(120)]
    for path in paths:
        server.publish(path, *sample(path, 1))
    async with newsroom(*paths, fetch="per_host: 1") as service:
        report = await service.poll_once()
    assert (report.polled, report.new_articles, report.failed) == (120, 120, 0)
    assert server.most_at_once["127.0.0.1"] == 1


async def test_a_running_service_goes_on_polling_healthy_feeds_beside_hanging_ones(
    newsroom: Newsroom, server: FeedServer
) -> None:
    for number in range(6):
        server.page(f"/hanging-{number}", fault=Fault.NEVER_ANSWERS)
    server.publish("/healthy", *sample("healthy"))
    paths = ["/healthy", *(f"/hanging-{number}" for number in range(6))]
    stop = asyncio.Event()
    async with newsroom(*paths, fetch="timeout: 30s, per_host: 10", interval="1s") as service:
        running = asyncio.create_task(service.run(stop))
        async with asyncio.timeout(20):
            while len(server.asked("/healthy")) < 3:  # noqa: ASYNC110 - the server lives in another thread
                await asyncio.sleep(0.05)
        stop.set()
        async with asyncio.timeout(10):
            await running


# --- rounds -------------------------------------------------------------------------------------------------------------


async def test_validators_are_stored_with_every_200_and_sent_back_as_they_came(
    newsroom: Newsroom, server: FeedServer
) -> None:
    body = rss(sample("a"))
    rounds = [
        {"etag": '"one"', "modified": "Tue, 24 Nov 2026 10:00:00 GMT"},
        {"status": 500, "etag": '"wrong"'},
        {"etag": '"one"'},  # answers 304
        {"body": body + b" ", "etag": 'W/"two"'},
        {"body": body + b"  "},
        {"body": body + b"  "},
    ]
    async with newsroom("/a") as service:
        for fields in rounds:
            server.page("/a", **{"body": body, **fields})
            await service.poll_once(every=True)
        state = await row(service, "a")
    sent = [
        (asked.headers.get("if-none-match"), asked.headers.get("if-modified-since"), asked.status)
        for asked in server.asked("/a")
    ]
    first = ('"one"', "Tue, 24 Nov 2026 10:00:00 GMT")
    assert sent == [
        (None, None, 200), (*first, 500), (*first, 304), (*first, 200), ('W/"two"', None, 200), (None, None, 200),
    ]  # fmt: skip
    assert (state.etag, state.last_modified) == (None, None)


async def test_the_same_body_is_not_parsed_again(
    newsroom: Newsroom, server: FeedServer, parsers: list[CountingParsers]
) -> None:
    server.page("/a", rss(sample("a")))
    async with newsroom("/a") as service:
        first = await service.poll_once(every=True)
        second = await service.poll_once(every=True)
    assert (first.unchanged, second.unchanged) == (0, 1)
    assert parsers[0].asked == 1


async def test_a_permanent_redirect_is_remembered_and_the_listed_address_asked_no_more(
    newsroom: Newsroom, server: FeedServer
) -> None:
    server.page("/a", status=301, headers={"Location": "/moved"})
    server.publish("/moved", *sample("a"))
    async with newsroom("/a") as service:
        for _ in range(3):
            await service.poll_once(every=True)
        assert (await row(service, "a")).effective_url == server.url("/moved")
    assert len(server.asked("/a")) == 1
    assert [asked.status for asked in server.asked("/moved")] == [200, 304, 304]


@pytest.mark.parametrize("end", [{"status": 404}, {"status": 410}, {"body": HTML}])
async def test_where_a_remembered_redirect_ends_for_good_the_listed_address_is_asked_again(
    newsroom: Newsroom, server: FeedServer, end: dict[str, object]
) -> None:
    server.page("/a", status=301, headers={"Location": "/moved"})
    server.publish("/moved", *sample("a"))
    async with newsroom("/a") as service:
        await service.poll_once(every=True)
        server.page("/moved", **end)
        del server.pages["/a"]
        server.publish("/a", *sample("a"), Item("a-9", "وصول شحنة أسلحة"))
        report = await service.poll_once(every=True)
        state = await row(service, "a")
    assert (report.failed, report.new_articles) == (0, 4)
    assert (state.effective_url, state.last_error, state.gone_at) == (None, None, None)


async def test_a_passing_failure_behind_a_remembered_redirect_asks_once(newsroom: Newsroom, server: FeedServer) -> None:
    server.page("/a", status=301, headers={"Location": "/moved"})
    server.publish("/moved", *sample("a"))
    async with newsroom("/a") as service:
        await service.poll_once(every=True)
        server.page("/moved", status=503)
        await service.poll_once(every=True)
        state = await row(service, "a")
    assert len(server.asked("/a")) == 1
    assert state.effective_url == server.url("/moved")


async def test_a_gone_feed_is_not_asked_again(newsroom: Newsroom, server: FeedServer) -> None:
    server.page("/a", status=410)
    async with newsroom("/a") as service:
        for _ in range(3):
            await service.poll_once(every=True)
        assert (await row(service, "a")).gone_at
    assert len(server.asked("/a")) == 1


@pytest.mark.parametrize(
    ("fields", "least", "most"),
    [
        ({"status": 503, "headers": {"Retry-After": "7200"}}, 120, 121),
        (
            {
                "status": 429,
                "headers": {"Retry-After": "Tue, 24 Nov 2026 12:00:00 GMT", "Date": "Tue, 24 Nov 2026 10:00:00 GMT"},
            },
            120,
            121,
        ),
        ({"headers": {"Retry-After": "7200"}}, 120, 121),
        ({"status": 500}, 4, 6),
        ({"headers": {"Cache-Control": "max-age=1800"}}, 27, 34),
        ({"body": rss(sample("a"), more="<ttl>30</ttl>")}, 27, 34),
        ({}, 4, 6),
    ],
)
async def test_the_next_poll_is_as_far_away_as_the_answer_asks(
    newsroom: Newsroom, server: FeedServer, clock: MovableClock, fields: dict[str, object], least: int, most: int
) -> None:
    server.page("/a", **{"body": rss(sample("a")), **fields})
    async with newsroom("/a", interval=None) as service:
        await service.poll_once()
        wait = ((await row(service, "a")).next_at or clock.now()) - clock.now()
    assert timedelta(minutes=least) <= wait + timedelta(seconds=30) <= timedelta(minutes=most)


async def test_what_a_feed_asks_for_holds_after_a_304_too(
    newsroom: Newsroom, server: FeedServer, clock: MovableClock
) -> None:
    server.page("/a", rss(sample("a"), more="<ttl>120</ttl>"), etag=True)
    async with newsroom("/a", interval=None) as service:
        await service.poll_once(every=True)
        await service.poll_once(every=True)
        wait = ((await row(service, "a")).next_at or clock.now()) - clock.now()
    assert [asked.status for asked in server.asked("/a")] == [200, 304]
    assert wait > timedelta(minutes=100)


@pytest.mark.parametrize("back", [timedelta(hours=3), timedelta(days=3)])
@pytest.mark.parametrize("restart", [False, True])
async def test_a_clock_set_back_does_not_silence_a_feed(
    newsroom: Newsroom, server: FeedServer, clock: MovableClock, back: timedelta, restart: bool
) -> None:
    server.publish("/a", *sample("a"))
    clock.shift = back
    async with newsroom("/a") as service:
        await service.poll_once()
        if not restart:
            clock.shift = timedelta()
            await service.poll_once()
    clock.shift = timedelta()
    if restart:
        async with newsroom("/a") as service:
            await service.poll_once()
    assert len(server.asked("/a")) == 2


async def test_a_restart_neither_skips_nor_storms(newsroom: Newsroom, server: FeedServer, clock: MovableClock) -> None:
    server.publish("/a", *sample("a"))
    for _ in range(3):
        async with newsroom("/a") as service:
            await service.poll_once()
    assert len(server.asked("/a")) == 1
    clock.shift = timedelta(minutes=6)
    async with newsroom("/a") as service:
        await service.poll_once()
    assert len(server.asked("/a")) == 2


async def test_a_host_that_is_not_listed_is_refused_and_its_row_says_what_to_do(
    newsroom: Newsroom, server: FeedServer
) -> None:
    server.publish("/a", *sample("a"))
    async with newsroom("/a", localhost=("/a",)) as service:
        await service.poll_once()
        state = await row(service, "a")
    assert "fetch.allow_hosts" in (state.last_error or "")
    assert server.requests == []
