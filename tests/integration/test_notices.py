"""Notices to admins and the heartbeat, through the real service: store, outbox, sender, and a Bot API over HTTP."""

from __future__ import annotations

import asyncio
import io
import json
import random
import sqlite3
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.config import read_settings
from bot.secrets import know_settings
from bot.service.service import open_service
from bot.web.health import checks_of
from rules.errors import MissingSecret
from storage import FeedRecord, FeedUpdate, Lease, Sighting
from tests.fakes.clocks import HandClock
from tests.fakes.feed_server import FeedServer, rss
from tests.fakes.feed_texts import Item
from tests.fakes.telegram_server import TOKEN, FakeTelegram, Fault, FloodLimits
from tests.integration.commits import article, match, to
from tests.integration.test_store_contract import poll

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from bot.service.service import Service

    Newsroom = Callable[..., AbstractAsyncContextManager[Service]]

ADMIN, DESK = 1234, -100123
GOOD = "watchlists:\n  - id: arms\n    name: السلاح\n    match: سلاح\n    tests: {match: [سلاح], ignore: [معرض]}\n"
ISOLATES = dict.fromkeys(map(ord, "\u2068\u2069\u200f"))
BEGIN = datetime(2026, 5, 1, 7, 12, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("told")


@pytest.fixture
def clock() -> HandClock:
    return HandClock(BEGIN)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(limits=FloodLimits(scale=10_000)) as server:
        server.add_chat(ADMIN)
        server.add_chat(DESK, "channel", username="desk")
        yield server


@pytest.fixture
def newsroom(tmp_path: Path, telegram: FakeTelegram, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    (tmp_path / "watchlists").mkdir()
    for number in range(3):
        text = GOOD if number == 0 else GOOD.replace("arms", f"more-{number}")
        (tmp_path / "watchlists" / ("arms.yaml" if number == 0 else f"more-{number}.yaml")).write_text(text, "utf-8")

    @asynccontextmanager
    async def opened(extra: str = "", *, bot: bool = True) -> AsyncIterator[Service]:
        file = tmp_path / "marsad.yaml"
        desk = 'desk: {telegram: "@desk"}, ' if bot else ""
        file.write_text(
            "watchlists: [watchlists/]\ntimezone: Asia/Beirut\n"
            f"telegram: {{base_url: '{telegram.base_url}', admins: [{ADMIN}]}}\n"
            f"channels: {{{desk}screen: {{console: true}}}}\n{extra}",
            "utf-8",
        )
        monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
        if bot:
            monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
        settings = read_settings(file)
        know_settings(settings)
        async with open_service(settings, clock=clock, rng=random.Random(1)) as service:
            yield service

    return opened


async def deliver(service: Service, clock: HandClock) -> None:
    """Send what is due until nothing is; each turn a minute later."""
    for _ in range(8):
        async with asyncio.TaskGroup() as group:
            await service.sender.start_due(group)
        clock.pass_by(timedelta(minutes=1))


def read(telegram: FakeTelegram) -> list[str]:
    return [one.plain.translate(ISOLATES) for one in telegram.shown_in(ADMIN)]


async def test_broken_rules_are_told_once_and_once_when_they_are_mended(
    newsroom: Newsroom, telegram: FakeTelegram, clock: HandClock, tmp_path: Path
) -> None:
    file = tmp_path / "watchlists" / "arms.yaml"
    async with newsroom() as service:
        await service.store.sync_feeds([], clock.now())
        assert await service.watch.notices.look() == 0
        file.write_text(GOOD.replace("match: سلاح\n", "match:\n      al: [سلاح]\n"), "utf-8")
        await service.rules.load()
        assert await service.watch.notices.look() == 1
        assert await service.watch.notices.look() == 0
        await deliver(service, clock)
        assert read(telegram) == [
            "تعذّر تحميل ملف القواعد، والرصد مستمر بالنسخة السابقة (10:12)\n"
            "الملف: arms.yaml\n"
            "السطر 5: «al» غير معروفة. هل تقصد all؟\n"
            "لم يتأثر الملفان الآخران."
        ]
        await poll_stored(service, clock)
        file.write_text(GOOD.replace("match: سلاح\n", "match: ذخيرة\n"), "utf-8")
        await service.rules.load()
        assert await service.watch.notices.look() == 1
        await deliver(service, clock)
        assert read(telegram)[1].startswith("صُحّح arms.yaml عند 10:")
        assert read(telegram)[1].endswith("تغيّر موضوع واحد: +0 −1 تنبيه في آخر 7 أيام")
        assert await service.watch.notices.look() == 0


async def poll_stored(service: Service, clock: HandClock) -> None:
    """Put an article about weapons into the archive."""
    await service.store.sync_feeds([FeedRecord(id="a", url="https://a.example/", source="config")], clock.now())
    one = article("1", sighting=Sighting(feed_id="a", seen_at=clock.now()))
    one = replace(one, revision=replace(one.revision, title="وصول سلاح إلى الميناء", lead="وصل سلاح إلى الميناء"))
    await poll(service.store, one, now=clock.now())


async def test_a_trouble_is_not_told_again_after_a_restart(
    newsroom: Newsroom, telegram: FakeTelegram, clock: HandClock, tmp_path: Path
) -> None:
    async with newsroom() as service:
        (tmp_path / "watchlists" / "arms.yaml").write_text("watchlists:\n  - id: x\n    macht: نفط\n", "utf-8")
        await service.rules.load()
        await service.watch.notices.look()  # the process ends before it is sent
    async with newsroom() as service:
        assert await service.watch.notices.look() == 0
        await deliver(service, clock)
        assert len(read(telegram)) == 1
        (tmp_path / "watchlists" / "arms.yaml").write_text(GOOD, "utf-8")
        await service.rules.load()
        assert await service.watch.notices.look() == 1


async def test_a_dead_channel_and_what_failed_are_told_to_the_admins_while_others_go_on(
    newsroom: Newsroom, telegram: FakeTelegram, clock: HandClock
) -> None:
    async with newsroom() as service:
        chats = {chat.address.address: chat.id for chat in await service.store.chats()}
        await poll_match(service, clock, chats["@desk"])
        kicked = Fault(
            kind="answer",
            method="sendMessage",
            status=403,
            description="Forbidden: bot was kicked from the channel chat",
        )
        telegram.fault(kicked)
        await deliver(service, clock)
        assert await service.watch.notices.look() == 1
        await deliver(service, clock)
        (text,) = read(telegram)
        assert text.startswith("وجهات لم تعد متاحة، وما ينتظرها لا يُرسل:\n• telegram:@desk")
    async with newsroom() as service:  # each start tries it again: that alone is not its return
        assert await service.watch.notices.look() == 0
        await poll_match(service, clock, chats["@desk"], "2")
        await deliver(service, clock)
        assert await service.watch.notices.look() == 1
        await deliver(service, clock)
        assert read(telegram)[1] == "وجهات عادت متاحة:\n• telegram:@desk"


async def poll_match(service: Service, clock: HandClock, chat: int, guid: str = "1") -> None:
    await service.store.sync_feeds([FeedRecord(id="a", url="https://a.example/", source="config")], clock.now())
    await poll(service.store, article(guid, match(to(chat))), now=clock.now())


async def test_a_feed_that_fails_for_a_day_is_told_once_and_once_when_it_is_back(
    newsroom: Newsroom, telegram: FakeTelegram, clock: HandClock
) -> None:
    async with newsroom("feeds: [{id: alwiam, url: 'https://alwiam.example/rss', name: الوئام}]\n") as service:

        async def polled(*, fetched: bool) -> None:
            lease = Lease(token="t", until=clock.now() + timedelta(minutes=1))
            await service.store.hasten_feeds()
            await service.store.claim_due_feeds(clock.now(), lease, limit=1, longest_wait=timedelta(days=1))
            update = FeedUpdate(
                feed_id="alwiam", lease_token="t", now=clock.now(), next_at=clock.now(), interval_s=60,
                fetched=fetched, last_error=None if fetched else "HTTP status 403",
            )  # fmt: skip
            await (service.store.commit_unchanged([update]) if fetched else service.store.fail_poll(update))

        await polled(fetched=False)
        assert await service.watch.notices.look() == 0
        clock.pass_by(timedelta(hours=25))
        await polled(fetched=False)
        assert await service.watch.notices.look() == 1
        clock.pass_by(timedelta(hours=25))
        assert await service.watch.notices.look() == 0
        await polled(fetched=True)
        assert await service.watch.notices.look() == 1
        await deliver(service, clock)
        first, second = read(telegram)
        assert first == "خلاصات متوقفة منذ يوم أو أكثر:\n• الوئام، منذ أمس 10:12، HTTP status 403"
        assert second == "خلاصات عادت إلى العمل:\n• الوئام"


async def test_without_a_bot_admins_read_on_the_console_and_in_the_log(
    newsroom: Newsroom, clock: HandClock, tmp_path: Path, capsys: pytest.CaptureFixture[str], told: io.StringIO
) -> None:
    async with newsroom(bot=False) as service:
        (tmp_path / "watchlists" / "arms.yaml").write_text("watchlists:\n  - id: x\n    macht: نفط\n", "utf-8")
        await service.rules.load()
        assert await service.watch.notices.look() == 1
        await deliver(service, clock)
        assert "تعذّر تحميل ملف القواعد" in told.getvalue()
    assert "الملف: " in capsys.readouterr().out


async def test_a_disk_that_is_nearly_full_is_told_and_is_well_again_at_twice_the_room(
    newsroom: Newsroom, telegram: FakeTelegram, clock: HandClock
) -> None:
    async with newsroom() as service:
        room = [150_000_000]
        service.watch.notices._free = lambda database: room[0]
        assert await service.watch.notices.look() == 1
        room[0] = 300_000_000
        assert await service.watch.notices.look() == 0
        room[0] = 500_000_000
        assert await service.watch.notices.look() == 1
        await deliver(service, clock)
        assert read(telegram)[0] == "القرص يوشك أن يمتلئ:\n• بقي 150 ميغابايت"


async def test_the_line_of_the_day_comes_once_a_day_over_restarts_and_jumps_also_when_nothing_came(
    newsroom: Newsroom, telegram: FakeTelegram, clock: HandClock
) -> None:
    beat = "heartbeat: {at: '09:00'}\n"
    async with newsroom(beat) as service:
        assert not await service.watch.heartbeat.tell()  # 10:12 at the first start: the day is half over
        clock.moment = datetime(2026, 5, 2, 5, 59, tzinfo=UTC)
        assert not await service.watch.heartbeat.tell()
        clock.moment = datetime(2026, 5, 2, 6, 0, tzinfo=UTC)
        assert await service.watch.heartbeat.tell()
        assert not await service.watch.heartbeat.tell()
    async with newsroom(beat) as service:
        assert not await service.watch.heartbeat.tell()
        clock.moment -= timedelta(hours=5)  # the clock is set back behind the time of the day
        assert not await service.watch.heartbeat.tell()
        clock.pass_by(timedelta(hours=6))
        assert not await service.watch.heartbeat.tell()
        clock.moment = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)  # three days down: one line
        assert await service.watch.heartbeat.tell()
        assert not await service.watch.heartbeat.tell()
        await deliver(service, clock)
    assert read(telegram) == ["الحالة: يعمل · المصادر: 0 من 0 تعمل · آخر 24 ساعة: لا مقالات · لا مطابقات"] * 2


async def test_the_dead_mans_address_is_asked_while_the_service_is_well_and_appears_in_no_log(
    newsroom: Newsroom, clock: HandClock, told: io.StringIO, planted: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PING_KEY", planted.key)
    with FeedServer() as server:
        address = server.url("/ping/${PING_KEY}")
        extra = f"heartbeat: {{at: '09:00', url: '{address}'}}\n"
        async with newsroom(extra) as service:  # a private address that is not listed
            assert await service.watch.heartbeat.ping_if_due()
            assert "ping_failed" in told.getvalue()
            assert "fetch.allow_hosts" in told.getvalue()
        assert not server.requests
        async with newsroom(extra + "fetch: {allow_hosts: [127.0.0.1]}\n") as service:
            assert await service.watch.heartbeat.ping_if_due()
            assert not await service.watch.heartbeat.ping_if_due()
            clock.pass_by(timedelta(minutes=6))
            assert not await service.watch.heartbeat.ping_if_due()  # no tick for six minutes: stuck, so no sign of life
            assert "ping_withheld" in told.getvalue()
        assert [request.path for request in server.requests] == [f"/ping/{planted.key}"]
    assert planted.key not in told.getvalue()


async def test_the_running_service_serves_its_pages_and_ends_with_them(newsroom: Newsroom, clock: HandClock) -> None:
    stop = asyncio.Event()
    async with newsroom("web: {listen: '127.0.0.1:0'}\n") as service:
        running = asyncio.create_task(service.run(stop))
        async with asyncio.timeout(10):
            while service.watch.web.address is None:  # noqa: ASYNC110 - it is told in no other way
                await asyncio.sleep(0.02)
        base = "http://{}:{}".format(*service.watch.web.address)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{base}/healthz") as answer:
                assert (answer.status, json.loads(await answer.text())["status"]) == (200, "ok")
            async with session.get(f"{base}/metrics") as answer:
                text = await answer.text()
        assert "marsad_up 1.0" in text
        assert "marsad_ruleset_version 1.0" in text
        assert TOKEN not in text
        stop.set()
        async with asyncio.timeout(10):
            await running
        assert service.watch.web.address is None


async def test_a_telegram_address_may_come_from_the_environment_and_one_that_is_not_set_is_told_at_the_start(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    routes = "routes: [{to: [screen]}]\n"
    async with newsroom(routes):
        pass
    file = tmp_path / "marsad.yaml"
    file.write_text(file.read_text("utf-8").replace("@desk", "${DESK}"), "utf-8")
    settings = read_settings(file)
    with pytest.raises(MissingSecret, match="set the variable DESK"):
        async with open_service(settings):
            pass
    monkeypatch.setenv("DESK", "@desk")
    async with open_service(settings) as service:
        assert sum(chat.address.kind == "telegram" for chat in await service.store.chats()) == 1


async def test_a_desk_that_cannot_commit_is_stuck_after_five_minutes_and_well_again_when_it_can(
    newsroom: Newsroom, clock: HandClock, tmp_path: Path
) -> None:
    with FeedServer() as server:
        server.page("/rss", rss([Item(guid="1", title="وصول شحنة سلاح")]), hold=0.3)
        feeds = f"feeds: [{{id: a, url: '{server.url('/rss')}'}}]\nfetch: {{allow_hosts: [127.0.0.1]}}\n"
        async with newsroom(feeds, bot=False) as service, asyncio.TaskGroup() as group:
            desk = group.create_task(service.poller.serve_desk())
            assert await service._start_polls(group) == 1
            other = sqlite3.connect(tmp_path / "marsad.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")  # the answer is still held back
            async with asyncio.timeout(20):
                while service._signs.desk_since is None:  # noqa: ASYNC110 - a sign, not an event
                    await asyncio.sleep(0.02)
            clock.pass_by(timedelta(seconds=301))
            service._signs.ticked()
            checks = checks_of(await service.watch.monitor.vitals())
            assert {name for name, check in checks.items() if not check.ok} == {"desk", "database"}
            other.execute("ROLLBACK")
            other.close()
            await service.poller.drain()
            clock.pass_by(timedelta(seconds=5))
            checks = checks_of(await service.watch.monitor.vitals())
            assert all(check.ok for check in checks.values()), checks
            assert service.tally.new_articles == 1
            desk.cancel()


async def test_a_broken_list_of_feeds_is_told_once_and_once_when_it_is_mended(
    newsroom: Newsroom, telegram: FakeTelegram, clock: HandClock, tmp_path: Path
) -> None:
    good = '<opml version="2.0"><body><outline xmlUrl="https://a.example/rss" text="a"/></body></opml>'
    file = tmp_path / "feeds.opml"
    file.write_text(good, "utf-8")
    async with newsroom("feeds_file: feeds.opml\n") as service:
        assert await service.watch.notices.look() == 0
        file.write_text(good.replace("</body>", ""), "utf-8")
        assert await service.feeds.load() is False
        assert [await service.watch.notices.look() for _ in range(2)] == [1, 0]
        file.write_text(good, "utf-8")
        assert await service.feeds.load() is True
        assert [await service.watch.notices.look() for _ in range(2)] == [1, 0]
        await deliver(service, clock)
    broken, mended = read(telegram)
    assert broken.startswith("تعذّر تحميل قائمة المصادر، والرصد مستمر بالقائمة السابقة:")
    assert "feeds.opml" in broken
    assert mended.splitlines()[0] == "صُحّحت قائمة المصادر:"
