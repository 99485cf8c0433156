"""The web server and the monitoring pages over real HTTP and a real database."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import sqlite3
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.logs import logger_of
from bot.secrets import know
from bot.service.signs import Signs
from bot.web.metrics import Metrics
from bot.web.monitor import Counts, Monitor
from bot.web.server import Answer, WebServer
from storage import ChatAddress, NoticeCommit, open_sqlite
from tests.fakes.clocks import HandClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.web.server import Asked
    from storage import SqliteStore


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("told")


async def listening(server: WebServer) -> tuple[str, int]:
    async with asyncio.timeout(10):
        while server.address is None:  # noqa: ASYNC110 - the server tells it in no other way
            await asyncio.sleep(0.01)
    return server.address


@asynccontextmanager
async def serving(pages: dict, *, listen: str = "127.0.0.1:0", clock: HandClock | None = None) -> AsyncIterator[str]:
    server = WebServer(listen, pages, clock=clock or HandClock(NOW), log=logger_of("test"))
    task = asyncio.create_task(server.run())
    try:
        yield "http://{}:{}".format(*await listening(server))
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def ask(url: str, method: str = "GET", **options: object) -> tuple[int, str, dict[str, str]]:
    async with aiohttp.ClientSession() as session, session.request(method, url, **options) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "marsad.db")
    yield opened
    await opened.close()


class Watched:
    """A monitor with its parts in the test's hands."""

    def __init__(self, store: SqliteStore, database: Path) -> None:
        self.clock = HandClock(NOW)
        self.signs = Signs(self.clock)
        self.counts = Counts(polled=3, unchanged=1)
        self.metrics = Metrics()
        self.monitor = Monitor(
            store,
            signs=self.signs,
            metrics=self.metrics,
            counts=lambda: self.counts,
            kinds=("console",),
            database=database,
            version="0.1.0",
            clock=self.clock,
        )


@pytest.fixture
async def watched(store: SqliteStore, tmp_path: Path) -> AsyncIterator[Watched]:
    made = Watched(store, tmp_path / "marsad.db")
    yield made
    await made.monitor.close()


async def health(watched: Watched, base: str) -> tuple[int, set[str]]:
    status, text, _ = await ask(f"{base}/healthz")
    record = json.loads(text)
    assert (status == 200) == (record["status"] == "ok")
    return status, {name for name, check in record["checks"].items() if not check["ok"]}


async def test_a_living_service_is_200_and_a_stuck_scheduler_or_desk_503(watched: Watched) -> None:
    async with serving(watched.monitor.pages()) as base:
        assert await health(watched, base) == (200, set())
        watched.clock.pass_by(timedelta(seconds=40))
        assert await health(watched, base) == (503, {"scheduler"})
        watched.signs.ticked()
        watched.signs.desk_begins()
        assert await health(watched, base) == (200, set())
        watched.clock.pass_by(timedelta(seconds=400))
        watched.signs.ticked()
        assert await health(watched, base) == (503, {"desk"})
        watched.signs.desk_ends()
        assert await health(watched, base) == (200, set())


async def test_a_jump_of_the_wall_clock_alone_makes_nobody_stuck(watched: Watched) -> None:
    async with serving(watched.monitor.pages()) as base:
        watched.clock.moment += timedelta(days=3)
        assert await health(watched, base) == (200, set())
        watched.clock.moment -= timedelta(days=9)
        assert await health(watched, base) == (200, set())


async def test_an_outbox_that_stands_still_is_503(watched: Watched, store: SqliteStore) -> None:
    chats = await store.sync_chats([ChatAddress(kind="console", address="one")])
    commit = NoticeCommit(chats=tuple(chat.id for chat in chats.values()), texts=(("نص", "low"),))
    await store.post_notices(commit, watched.clock.now())
    async with serving(watched.monitor.pages()) as base:
        watched.clock.pass_by(timedelta(seconds=600))
        watched.signs.ticked()
        assert await health(watched, base) == (200, set())
        watched.clock.pass_by(timedelta(seconds=400))
        watched.signs.ticked()
        assert await health(watched, base) == (503, {"outbox"})


async def test_a_database_that_another_process_has_locked_is_503_until_it_is_free(
    watched: Watched, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "marsad.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with serving(watched.monitor.pages()) as base:
        assert await health(watched, base) == (503, {"database"})
        other.execute("ROLLBACK")
        other.close()
        async with asyncio.timeout(15):
            while await health(watched, base) != (200, set()):
                await asyncio.sleep(0.05)
                watched.clock.seconds += 0.5
                watched.signs.ticked()


async def test_metrics_are_prometheus_text_with_the_ledgers_figures(watched: Watched, store: SqliteStore) -> None:
    chats = await store.sync_chats([ChatAddress(kind="console", address="secret-desk")])
    commit = NoticeCommit(chats=tuple(chat.id for chat in chats.values()), texts=(("نص", "low"),))
    await store.post_notices(commit, watched.clock.now())
    watched.clock.pass_by(timedelta(seconds=120))
    async with serving(watched.monitor.pages()) as base:
        status, text, headers = await ask(f"{base}/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'marsad_messages{kind="notice",state="pending"} 1.0' in text
    assert "marsad_oldest_due_seconds 120.0" in text
    assert 'marsad_polls_total{outcome="new"} 2.0' in text
    assert "marsad_wal_bytes" in text
    assert "secret-desk" not in text


async def test_head_is_answered_and_what_is_not_served_is_404_or_405(watched: Watched) -> None:
    async with serving(watched.monitor.pages()) as base:
        status, text, headers = await ask(f"{base}/healthz", "HEAD")
        assert (status, text) == (200, "")
        assert headers["Server"] == "marsad"
        assert (await ask(f"{base}/"))[0] == 404
        assert (await ask(f"{base}/healthz", "POST"))[0] == 405


async def test_a_page_that_fails_is_500_without_its_words_and_a_secret_never_leaves(
    planted: object, told: io.StringIO
) -> None:
    async def fails(asked: Asked) -> Answer:
        raise RuntimeError(planted.secret)

    async def tells(asked: Asked) -> Answer:
        return Answer(text=f"body {asked.body.decode()} {planted.secret} /bot{planted.token}/x")

    know(planted.secret)
    async with serving({("GET", "/fails"): fails, ("POST", "/hook"): tells}) as base:
        assert (await ask(f"{base}/fails"))[:2] == (500, "internal error\n")
        assert (await ask(f"{base}/hook", "POST", data=b"x"))[:2] == (200, "body x *** /bot***/x")
        assert (await ask(f"{base}/hook", "POST", data=io.BytesIO(b"x" * 1_100_000)))[0] == 413
    assert "page_failed" in told.getvalue()
    assert planted.secret not in told.getvalue()


async def test_a_port_in_use_is_told_and_taken_when_it_is_free(told: io.StringIO) -> None:
    async def page(asked: Asked) -> Answer:
        return Answer(text="here")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = WebServer(f"127.0.0.1:{port}", {("GET", "/"): page}, clock=HandClock(NOW), log=logger_of("test"))
        task = asyncio.create_task(server.run())
        await asyncio.sleep(0.2)
        assert server.address is None
        assert not task.done()
    await listening(server)
    assert (await ask(f"http://127.0.0.1:{port}/"))[1] == "here"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "web_not_listening" in told.getvalue()
