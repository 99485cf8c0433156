"""Random input for what reads the outside world: `make fuzz` runs each for SECONDS, the suite for half a second."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.feeds.decode import decode, repaired
from bot.feeds.documents import Document, FetchRequest
from bot.feeds.fetch import Fetcher
from bot.feeds.inflate import Inflater
from bot.feeds.parser import parse_document
from bot.settings import FetchSettings
from rules.errors import FetchError, ParseError
from tests.fakes.feed_server import Fault, FeedServer
from tests.fakes.feed_texts import atom, billion_laughs, external_entity, json_feed, rdf, rss, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = float(os.environ.get("MARSAD_FUZZ_SECONDS", "0.5"))
BASE = time.time_ns() if "MARSAD_FUZZ_SECONDS" in os.environ else 0
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SEEDS = [
    *(write(sample("a", 2)) for write in (rss, atom, rdf, json_feed)),
    rss(sample("a", 2)).decode().encode("cp1256"),
    rss(sample("a", 2)).decode().encode("utf-16"),
    billion_laughs()[:2000],
    external_entity("file:///etc/hostname"),
]
PIECES = [
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"<!DOCTYPE",
    b"<![",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xd8",
]
PIECES += [
    b"&#0;",
    b"&#xFFFF;",
    b"&#55555555555;",
    b"%",
    b"xml:base='http://['",
    b" xmlns='x'",
    b"{",
    b"[",
    b'"',
    b"\\u",
    b"\r\n",
    b"\r\n\r\n",
]


def rounds() -> Iterator[random.Random]:
    """Yield a source of chance for each round, until the time is over; a failure names the round."""
    end, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        seed = f"{BASE}/{number}"
        number += 1
        try:
            yield random.Random(seed)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise


def mutated(rng: random.Random, body: bytes) -> bytes:
    data = bytearray(body)
    for _ in range(rng.randint(1, 8)):
        at, length = rng.randrange(len(data) + 1), rng.choice((0, 1, 2, 20, 200))
        what = rng.choice(
            (rng.choice(PIECES), bytes([rng.randrange(256)]), bytes(data[at : at + length]) * rng.randint(0, 3))
        )
        data[at : at + rng.choice((0, 0, length))] = what
    return bytes(data)


def test_a_mutated_document_is_a_feed_or_told_to_be_none() -> None:
    for rng in rounds():
        body = mutated(rng, rng.choice(SEEDS))
        said = rng.choice(
            (None, "text/xml; charset=utf-8", "text/xml; charset=windows-1256", "text/html; charset=iso-8859-1")
        )
        try:
            feed = parse_document(
                Document(url="https://news.example/feed", body=body, body_hash="", content_type=said), NOW
            )
        except ParseError:
            continue
        for entry in feed.entries:
            assert entry.title or entry.lead or entry.body, (rng, body)
            assert entry.link == "" or entry.link.startswith(("http://", "https://")), body
            assert entry.published_at is None or entry.published_at <= NOW + timedelta(days=1), body
            (entry.title + entry.lead + entry.body + entry.link + (entry.guid or "")).encode()


def test_any_bytes_are_decoded() -> None:
    for rng in rounds():
        text, _ = decode(mutated(rng, rng.choice(SEEDS)), rng.choice((None, "x; charset=arabic", "x; charset=utf-16")))
        repaired(text).encode("utf-8", "surrogatepass")


def test_any_bytes_are_inflated_within_the_cap_or_refused() -> None:
    import gzip

    whole = gzip.compress(SEEDS[0])
    for rng in rounds():
        inflater = Inflater(rng.choice(("gzip", "deflate", "gzip, gzip", "")), 10_000)
        body = mutated(rng, whole)
        try:
            while body:
                size = rng.randint(1, 500)
                inflater.feed(body[:size])
                body = body[size:]
            assert len(inflater.finish()) <= 10_000
        except FetchError:
            continue


@pytest.mark.timeout(600)
async def test_any_answer_is_a_document_or_a_failure() -> None:
    head = (
        b'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Encoding: identity\r\nETag: "x"\r\nLast-Modified: y\r\n'
    )
    answers = [
        head + b"Content-Length: 1000\r\n\r\n" + SEEDS[0][:1000],
        head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n6\r\n</rss>\r\n0\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: /feed\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nRetry-After: Fri, 01 May 2026 12:05:00 GMT\r\nCache-Control: max-age=5\r\nAge: 1\r\n\r\n",
    ]
    settings = FetchSettings(timeout=timedelta(seconds=0.3), allow_hosts=("127.0.0.1",))
    with FeedServer() as server:
        async with Fetcher(settings, version="1") as fetcher:
            for rng in rounds():
                server.page("/feed", mutated(rng, rng.choice(answers)), fault=Fault.RAW)
                try:
                    await fetcher.fetch(FetchRequest(url=server.url("/feed"), etag='"x"'))
                except FetchError:
                    continue
