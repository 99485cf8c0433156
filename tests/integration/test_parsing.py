"""Documents through real worker processes: hostile ones cost their feed a round, and nobody else."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import psutil
import pytest

from bot.feeds.documents import Document
from bot.feeds.parsing import ParserPool
from rules.errors import ParseError
from tests.fakes.feed_texts import (
    billion_laughs,
    deeply_nested,
    external_entity,
    long_author,
    many_attributes,
    rss,
    sample,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.feeds.documents import FeedDocument

HANG = many_attributes(120_000)
"""feedparser is quadratic on attributes; for these it takes more than a minute."""


def document(body: bytes, content_type: str | None = None) -> Document:
    return Document(url="https://news.example/feed", body=body, body_hash="", content_type=content_type)


@asynccontextmanager
async def pool(**changes: object) -> AsyncIterator[ParserPool]:
    async with ParserPool(**{"workers": 1, **changes}) as opened:
        yield opened


async def parsed(body: bytes, **changes: object) -> FeedDocument:
    async with pool(**changes) as opened:
        return await opened.parse(document(body))


async def test_a_feed_comes_back_whole() -> None:
    feed = await parsed(
        rss(sample("a", 5), more="<ttl>60</ttl><skipHours><hour>3</hour></skipHours><language>ar</language>")
    )
    assert [entry.guid for entry in feed.entries] == [f"a-{number}" for number in range(5)]
    assert all(entry.published_at and entry.published_at.tzinfo for entry in feed.entries)
    assert (feed.ttl, feed.skip_hours, feed.language) == (timedelta(hours=1), frozenset({3}), "ar")


async def test_a_document_that_hangs_is_killed_at_the_deadline_and_the_next_one_is_read() -> None:
    async with pool(deadline=timedelta(seconds=1)) as opened:
        with pytest.raises(ParseError, match="stopped twice"):
            await opened.parse(document(HANG))
        assert len((await opened.parse(document(rss(sample("a"))))).entries) == 3


async def test_a_hanging_document_keeps_no_other_feed_waiting() -> None:
    async with pool(workers=2, deadline=timedelta(minutes=2)) as opened:
        hanging = asyncio.create_task(opened.parse(document(HANG)))
        for number in range(20):
            assert (await opened.parse(document(rss(sample(f"f{number}"))))).entries
        assert not hanging.done()
        hanging.cancel()
        await asyncio.wait([hanging])
        assert hanging.cancelled()
        assert (await opened.parse(document(rss(sample("a"))))).entries


async def test_a_worker_that_dies_is_replaced_and_its_document_tried_again() -> None:
    async with pool() as opened:
        await opened.parse(document(rss(sample("a"))))
        (first,) = opened.pids
        os.kill(first, signal.SIGKILL)
        assert (await opened.parse(document(rss(sample("b"))))).entries[0].guid == "b-0"
        (second,) = opened.pids
        assert first != second


async def test_a_document_is_tried_twice_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the interpreter notes each start, and dies as soon as a document comes."""
    starts = tmp_path / "starts"
    script = tmp_path / "worker"
    ready = "\\000\\000\\000\\005ready"
    script.write_text(f"#!/bin/sh\necho started >> {starts}\nprintf '{ready}'\nread anything\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    async with pool() as opened:
        with pytest.raises(ParseError, match="stopped twice"):
            await opened.parse(document(b"<rss>\n</rss>"))
    assert starts.read_text().split() == ["started", "started"]


async def test_a_worker_is_used_again_for_the_next_document() -> None:
    async with pool() as opened:
        await opened.parse(document(rss(sample("a"))))
        (first,) = opened.pids
        with pytest.raises(ParseError):
            await opened.parse(document(b"<html><title>Blocked</title></html>"))
        await opened.parse(document(rss(sample("b"))))
        assert opened.pids == [first]


async def test_no_worker_is_left_behind() -> None:
    async with pool(workers=2) as opened:
        await asyncio.gather(*(opened.parse(document(rss(sample(name)))) for name in "abcd"))
        started = opened.pids
        assert len(started) == 2
    assert not any(psutil.pid_exists(pid) for pid in started)


# --- limits -------------------------------------------------------------------------------------------------------------


async def test_entities_that_stand_for_a_billion_words_stay_few() -> None:
    feed = await parsed(billion_laughs())
    assert len(feed.entries[0].title) < 1000


async def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("سر الدولة")
    feed = await parsed(external_entity(secret.as_uri()))
    assert "سر" not in feed.entries[0].title


async def test_deep_nesting_costs_nothing_but_the_depth() -> None:
    assert (await parsed(deeply_nested())).entries[0].lead == "نص"
    escaped = "&lt;div&gt;" * 50_000 + "نص" + "&lt;/div&gt;" * 50_000
    body = f"<rss version='2.0'><channel><item><title>خبر</title><description>{escaped}</description></item></channel></rss>"
    assert (await parsed(body.encode())).entries[0].title == "خبر"


async def test_deeply_nested_json_is_refused_and_the_worker_lives() -> None:
    async with pool() as opened:
        with pytest.raises(ParseError):
            await opened.parse(document(b'{"items":' + b"[" * 200_000))
        with pytest.raises(ParseError):
            await opened.parse(document(b'{"version":"https://jsonfeed.org/version/1","items":' + b'[{"a":' * 100_000))
        before = opened.pids
        assert (await opened.parse(document(rss(sample("a"))))).entries
        assert opened.pids == before


@pytest.mark.parametrize("length", [16_000, 400_000])
async def test_an_author_like_an_endless_address_costs_no_time(length: int) -> None:
    assert (await parsed(long_author(length))).entries[0].title == "خبر"
    in_cdata = long_author(length).replace(b"<author>", b"<author><![CDATA[").replace(b"</author>", b"]]></author>")
    assert (await parsed(in_cdata)).entries[0].title == "خبر"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_AS holds on Linux")
async def test_a_document_that_wants_too_much_memory_marks_its_feed_and_no_more() -> None:
    entries = rss(sample("a", 450)).replace("قال".encode(), "قال ".encode() * 4_000)
    async with pool() as opened:
        await opened.parse(document(rss(sample("a"))))
        needed = psutil.Process(opened.pids[0]).memory_info().vms
    async with pool(memory_bytes=needed + 40_000_000) as opened:
        with pytest.raises(ParseError, match="memory"):
            await opened.parse(document(entries))
        assert (await opened.parse(document(rss(sample("a"))))).entries


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prlimit is Linux's")
async def test_workers_run_under_limits() -> None:
    async with pool(memory_bytes=500_000_000, deadline=timedelta(seconds=7)) as opened:
        await opened.parse(document(rss(sample("a"))))
        worker = psutil.Process(opened.pids[0])
        assert worker.rlimit(psutil.RLIMIT_AS)[0] == 500_000_000
        assert worker.rlimit(psutil.RLIMIT_CORE)[0] == 0
        used = worker.cpu_times()
        assert worker.rlimit(psutil.RLIMIT_CPU)[0] <= used.user + used.system + 7 + 1


async def test_signals_to_the_whole_group_do_not_end_a_worker() -> None:
    async with pool() as opened:
        await opened.parse(document(rss(sample("a"))))
        before = opened.pids
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(before[0], number)
        await opened.parse(document(rss(sample("b"))))
        assert opened.pids == before


PARENT = """
import asyncio
from bot.feeds.documents import Document
from bot.feeds.parsing import ParserPool
from tests.fakes.feed_texts import many_attributes, rss, sample

async def main():
    async with ParserPool(workers=2) as pool:
        body = rss(sample("a"))
        await asyncio.gather(*(pool.parse(Document(url="https://a.example", body=body, body_hash="")) for _ in range(2)))
        print(*pool.pids, flush=True)
        await pool.parse(Document(url="https://a.example", body=many_attributes(), body_hash=""))

asyncio.run(main())
"""


@pytest.mark.crash
def test_killing_the_parent_ends_its_workers_even_in_the_middle_of_a_document() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    with parent:
        workers = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(workers) == 2
        time.sleep(0.2)
        parent.kill()
    gone, alive = psutil.wait_procs(workers, timeout=10)
    assert (len(gone), alive) == (2, [])
