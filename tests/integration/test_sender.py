"""The sender, its queues and Telegram's limits: real store, HTTP, a Bot API that refuses what the real one refuses."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.channels.alert_text import AlertStyle
from bot.channels.telegram_channel import TelegramChannel
from bot.logs import logger_of
from bot.service.sender import Sender
from rules.errors import StorageFull
from storage import ChatAddress, open_sqlite
from storage.sqlite_store import SqliteStore
from tests.fakes.clocks import FastClock
from tests.fakes.telegram_server import TOKEN, FakeTelegram, Fault, FloodLimits
from tests.integration.commits import NOW, article, match, to
from tests.integration.test_store_contract import books, poll, prepare

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from storage import Store

DESK, FORUM = -100123, -100777
SPEED = 60.0
NEARLY = 0.95
"""The record has the wall clock, a moment after the limits have looked at theirs."""
STYLE = AlertStyle(zone=ZoneInfo("UTC"), locale="ar", digits="latn", feed_names={})


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(limits=FloodLimits(scale=SPEED)) as opened:
        opened.add_chat(DESK, "channel", username="desk")
        yield opened


@pytest.fixture
async def channel(server: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    opened = TelegramChannel(TOKEN, STYLE, base_url=server.base_url, read_timeout=1.5)
    yield opened
    await opened.close()


class Desk:
    """One service's sending half, and what it takes to fill its queue."""

    def __init__(self, store: Store, channel: TelegramChannel, clock: FastClock, on_unknown: str = "resend") -> None:
        self.store = store
        self.clock = clock
        self.sender = Sender(
            store,
            {"telegram": channel},
            on_unknown=on_unknown,
            token="ours",
            clock=clock,
            rng=random.Random(1),
            log=logger_of("test"),
        )

    async def chat(self, address: str | int, thread: int = 0) -> int:
        named = ChatAddress(kind="telegram", address=str(address), thread=thread)
        return (await self.store.sync_chats([named]))[named].id

    async def publish(self, count: int, *chats: int, first: int = 0) -> list[str]:
        """Commit alerts, the newest first as feeds have them; return their titles in order of publication."""
        made = []
        for number in range(first, first + count):
            one = article(f"{number:03}", match(*map(to, chats)))
            published = NOW + timedelta(seconds=number)
            made.append(replace(one, revision=replace(one.revision, published_at=published)))
        await poll(self.store, *reversed(made))
        return [one.revision.title for one in made]

    async def pump(self, done: Callable[[], bool], seconds: float = 60) -> None:
        """Keep sending until something holds, as the service's ticks do."""
        end = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            while not done():
                assert time.monotonic() < end, "waited in vain"
                await self.sender.start_due(group)
                await asyncio.sleep(0.002)
            await self.sender.drain()


@pytest.fixture
async def desk(store: Store, channel: TelegramChannel) -> Desk:
    await prepare(store)
    return Desk(store, channel, FastClock(SPEED))


def titles(server: FakeTelegram, chat: int) -> list[str]:
    return [one.plain.splitlines()[1] for one in server.shown_in(chat)]


def refused(server: FakeTelegram) -> int:
    """How many sendMessage calls were not accepted."""
    return sum(name == "sendMessage" for name, _ in server.calls) - len(server.shown)


async def test_60_alerts_at_once_to_a_channel_arrive_complete_in_order_and_within_the_limits(
    desk: Desk, server: FakeTelegram
) -> None:
    expected = await desk.publish(60, await desk.chat("@desk"))
    await desk.pump(lambda: len(server.shown) == 60)
    assert titles(server, DESK) == expected
    assert refused(server) == 0, "Telegram had to refuse nothing"
    assert await books(desk.store) == {"sent": 60}
    times = [one.at for one in server.shown]
    assert all(later - earlier >= NEARLY * 60 / SPEED for earlier, later in zip(times, times[20:], strict=False))


async def test_a_channel_named_twice_gets_each_alert_once(desk: Desk, server: FakeTelegram) -> None:
    chats = [await desk.chat(address) for address in ("@desk", DESK, "@DESK")]
    expected = await desk.publish(2, *chats)
    await desk.pump(lambda: len(server.shown) >= 2)
    expected += await desk.publish(2, *chats, first=2)
    await desk.pump(lambda: len(server.shown) >= 4)
    assert titles(server, DESK) == expected
    assert await desk.store.next_due() is None
    assert await books(desk.store) == {"sent": 4}


async def test_readers_get_one_a_second_and_all_of_them_together_25(desk: Desk, server: FakeTelegram) -> None:
    readers = range(1, 41)
    for reader in readers:
        server.add_chat(reader)
    expected = await desk.publish(3, *[await desk.chat(reader) for reader in readers])
    await desk.pump(lambda: len(server.shown) == 120)
    assert all(titles(server, reader) == expected for reader in readers)
    assert refused(server) == 0
    times = [one.at for one in server.shown]
    assert all(later - earlier >= NEARLY * 1 / SPEED for earlier, later in zip(times, times[30:], strict=False))


async def test_threads_of_a_forum_share_its_limit(desk: Desk, server: FakeTelegram) -> None:
    server.add_chat(FORUM, "supergroup", threads=(5, 7))
    await desk.publish(15, await desk.chat(FORUM, 5), await desk.chat(FORUM, 7))
    await desk.pump(lambda: len(server.shown) == 30)
    assert refused(server) == 0


async def test_a_restart_keeps_the_limits(desk: Desk, server: FakeTelegram, channel: TelegramChannel) -> None:
    one = await desk.chat("@desk")
    await desk.publish(20, one)
    await desk.pump(lambda: len(server.shown) == 20)
    again = Desk(desk.store, channel, desk.clock)
    await again.sender.start()
    await again.publish(3, one, first=20)
    await again.pump(lambda: len(server.shown) == 23)
    assert refused(server) == 0
    times = [one.at for one in server.shown]
    assert times[20] - times[0] >= NEARLY * 60 / SPEED


async def test_a_429_waits_as_long_as_told_drops_nothing_and_stops_only_its_chat(
    desk: Desk, server: FakeTelegram
) -> None:
    server.add_chat(77)
    server.fault(Fault.too_many(180, chat=DESK, first=2))
    expected = await desk.publish(4, await desk.chat(DESK), await desk.chat(77))
    await desk.pump(lambda: len(server.shown) == 8)
    assert titles(server, DESK) == titles(server, 77) == expected
    desk_times = [one.at for one in server.shown_in(DESK)]
    assert desk_times[1] - desk_times[0] >= 180 / SPEED
    assert server.shown_in(77)[-1].at < desk_times[1]
    assert await books(desk.store) == {"sent": 8}


async def test_a_dead_chat_is_marked_its_alerts_are_suppressed_and_others_go_on(
    desk: Desk, server: FakeTelegram
) -> None:
    server.add_chat(77)
    server.fault(Fault.blocked(77, first=2))
    dead = await desk.chat(77)
    expected = await desk.publish(3, dead, await desk.chat(DESK))
    await desk.pump(lambda: len(server.shown) == 4 and len(server.faults.struck) == 1)
    await desk.publish(1, dead, first=3)
    await desk.pump(lambda: not desk.sender.busy)
    assert titles(server, DESK) == expected
    report = await desk.store.audit(since=None, now=NOW)
    assert report.balanced
    assert sum(row.suppressed.get("dead_chat", 0) for row in report.rows) == 3
    assert sum(row.sent for row in report.rows) == 4
    assert next(chat for chat in await desk.store.chats() if chat.id == dead).dead_reason.startswith("Forbidden")


async def test_a_migrated_group_is_followed_and_remembered(desk: Desk, server: FakeTelegram) -> None:
    server.add_chat(-55, "group")
    server.add_chat(-100555, "supergroup")
    server.fault(Fault.migrated(-55, to=-100555, first=2))
    old = await desk.chat(-55)
    expected = await desk.publish(4, old)
    await desk.pump(lambda: len(server.shown) == 4)
    assert titles(server, -55) + titles(server, -100555) == expected
    await desk.publish(1, old, first=4)
    await desk.pump(lambda: len(server.shown) == 5)
    assert len(server.shown_in(-100555)) == 4
    assert sum(str(values.get("chat_id")) == "-55" for _, values in server.calls) == 1
    assert await books(desk.store) == {"sent": 5}
    gone = next(chat for chat in await desk.store.chats() if chat.id == old)
    assert gone.successor_id == await desk.chat(-55) == await desk.chat(-100555)


async def test_telegram_away_at_the_start_costs_few_attempts_and_nothing_is_lost(
    desk: Desk, server: FakeTelegram
) -> None:
    await server.stop()
    for reader in range(1, 31):
        server.add_chat(reader)
    await desk.publish(2, *[await desk.chat(reader) for reader in range(1, 31)])
    began = desk.clock.monotonic()
    await desk.pump(lambda: desk.clock.monotonic() - began > 40)
    await server.start()
    await desk.pump(lambda: len(server.shown) == 60)
    assert await books(desk.store) == {"sent": 60}
    attempts = [message_attempts for (message_attempts,) in await rows(desk.store, "SELECT attempts FROM messages")]
    assert sum(attempts) - 60 <= 25 + 10, "one burst, then one trial at a time"


@pytest.mark.parametrize("fault", [Fault.server_error(502, times=2), Fault.unauthorized(times=2, method="sendMessage")])
async def test_a_refusal_that_is_not_the_chats_fault_is_tried_again_in_order(
    desk: Desk, server: FakeTelegram, fault: Fault
) -> None:
    server.fault(fault)
    expected = await desk.publish(3, await desk.chat(DESK))
    await desk.pump(lambda: len(server.shown) == 3)
    assert titles(server, DESK) == expected
    assert await books(desk.store) == {"sent": 3}


@pytest.mark.parametrize("fault", [Fault.reset_after(), Fault.lost_answer()])
async def test_a_lost_answer_is_on_record_and_sent_again(desk: Desk, server: FakeTelegram, fault: Fault) -> None:
    server.fault(fault)
    expected = await desk.publish(2, await desk.chat(DESK))
    await desk.pump(lambda: len(server.shown) == 3)
    assert titles(server, DESK) == [expected[0], *expected]
    assert await books(desk.store) == {"sent": 2}
    assert (await desk.store.audit(since=None, now=NOW)).unknowns == 1


async def test_a_lost_answer_is_not_sent_again_where_the_operator_wants_that(
    store: Store, server: FakeTelegram, channel: TelegramChannel
) -> None:
    await prepare(store)
    desk = Desk(store, channel, FastClock(SPEED), on_unknown="skip")
    server.fault(Fault.reset_after())
    expected = await desk.publish(2, await desk.chat(DESK))
    await desk.pump(lambda: len(server.shown) == 2)
    assert titles(server, DESK) == expected
    assert await books(desk.store) == {"sent": 1, "failed": 1}


async def test_a_line_that_swallows_every_answer_is_not_flooded(desk: Desk, server: FakeTelegram) -> None:
    server.fault(Fault.reset_after(times=None))
    await desk.publish(1, await desk.chat(DESK))
    began = desk.clock.monotonic()
    await desk.pump(lambda: desk.clock.monotonic() - began > 60)
    assert len(server.shown) <= 6, "2, 4, 8, 16, 32 seconds lie between"
    assert (await desk.store.audit(since=None, now=NOW)).unknowns == len(server.shown)


class FullDisk(SqliteStore):
    """A store whose disk is full for a while, exactly when the outcome of a send is to be written."""

    refusals = 4

    async def finish_send(self, *arguments: object) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StorageFull("no room")
        await super().finish_send(*arguments)


async def test_an_outcome_that_cannot_be_written_is_kept_and_its_message_never_sent_again(
    tmp_path: Path, server: FakeTelegram, channel: TelegramChannel
) -> None:
    opened = await open_sqlite(tmp_path / "full.db")
    opened.__class__ = FullDisk
    await prepare(opened)
    desk = Desk(opened, channel, FastClock(SPEED))
    expected = await desk.publish(3, await desk.chat(DESK))
    await desk.pump(lambda: len(server.shown) == 3)
    assert titles(server, DESK) == expected
    assert await books(opened) == {"sent": 3}
    assert opened.refusals == 0
    await opened.close()


async def rows(store: SqliteStore, sql: str) -> list[tuple[int, ...]]:
    return await store._read(lambda connection: connection.execute(sql).fetchall())
