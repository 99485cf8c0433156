"""The life of the one reader of updates: Telegram down, refusing, taken by another; restarts, replays, backlogs, limits."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.chat import incoming as incoming_json
from bot.chat.turns import ATTEMPTS
from bot.clock import SystemClock
from bot.service.pace import Pace, Rate, SendLimits
from storage import InboxUpdate
from tests.fakes.telegram_faults import Fault
from tests.fakes.telegram_limits import FloodGate, FloodLimits
from tests.integration.chat_setup import ADMIN, BOT_ID, GROUP, GROUP_ADMIN, READER, Setup, chat_setup, until
from tests.unit.bot.chat.around import wrote

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BOT = BOT_ID
FAULTS = (Fault.server_error, Fault.reset_before, Fault.unauthorized, lambda **when: Fault.too_many(1, **when))


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[Setup]:
    async with chat_setup(tmp_path) as made:
        yield made


def old(setup: Setup, text: str, *, minutes: int = 60, chat: int = READER) -> int:
    """Let somebody have written a while ago."""
    message = {
        "message_id": setup.telegram.world.number(),
        "date": int(time.time()) - 60 * minutes,
        "chat": setup.telegram.world.find(chat).as_json(),
        "from": {"id": READER, "is_bot": False, "first_name": "قارئ"},
        "text": text,
    }
    return setup.telegram.update({"message": message})


async def test_with_telegram_down_at_the_start_it_answers_once_it_is_back(setup: Setup) -> None:
    await setup.telegram.stop()
    async with setup.running() as part:
        await until(lambda: part.updater.trouble is not None and part.updater.trouble.kind == "unreachable")
        await setup.telegram.start()
        assert (await setup.ask("/help")).plain
        assert part.updater.trouble is None


async def test_telegram_may_go_away_and_return(setup: Setup) -> None:
    async with setup.running() as part:
        await setup.ask("/help")
        await setup.telegram.stop()
        await until(lambda: part.updater.trouble is not None)
        await setup.telegram.start()
        await setup.ask("/status")
    assert len(setup.telegram.shown_in(READER)) == 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.unauthorized(method="getUpdates", times=2), "refused"),
        (Fault.unauthorized(method="getMe", times=2), "refused"),
        (
            Fault(method="getUpdates", status=409, description="Conflict: terminated by other getUpdates request"),
            "conflict",
        ),
        (Fault.server_error(method="getUpdates", times=3), "unreachable"),
        (Fault.reset_before(method="getUpdates", times=3), "unreachable"),
        (Fault.too_many(1, method="getUpdates"), "flood"),
        (Fault.bad_request("logged out", method="getUpdates"), "unreachable"),
        (Fault.server_error(method="getMe", times=3), "unreachable"),
    ],
)
async def test_no_refusal_ends_the_reading(setup: Setup, fault: Fault, kind: str) -> None:
    setup.telegram.fault(fault)
    seen: set[str] = set()
    async with setup.running() as part:
        await until(lambda: seen.update([part.updater.trouble.kind] if part.updater.trouble else []) or kind in seen)
        assert (await setup.ask("/help")).plain


async def test_a_webhook_left_behind_is_taken_away(setup: Setup) -> None:
    setup.telegram.world.webhook = "https://elsewhere.example/hook"
    async with setup.running():
        assert (await setup.ask("/help")).plain
    assert setup.telegram.world.webhook == ""
    assert setup.called("deleteWebhook")[0].get("drop_pending_updates") in {None, "false", "False", False}


@pytest.mark.parametrize(
    "body",
    [
        {"message": {"weird": True}},
        {"message": {"chat": {"id": "x", "type": "private"}, "date": 1, "text": "/help", "message_id": 1}},
        {"message": None},
        {"callback_query": {"id": "1", "from": {"id": 1, "is_bot": False}, "data": "h"}},
        {"my_chat_member": {"chat": {"id": 1, "type": "private"}}},
        {"purchased_paid_media": {"new": "kind"}},
        {},
    ],
)
async def test_a_strange_update_is_passed_over(setup: Setup, body: dict[str, object]) -> None:
    setup.telegram.update(body)
    async with setup.running():
        assert (await setup.ask("/help")).plain
        await setup.settled()
    assert len(setup.telegram.shown) == 1


async def test_edited_messages_and_channel_posts_do_not_even_come(setup: Setup) -> None:
    async with setup.running():
        await setup.ask("/help")
    wanted = {str(call["allowed_updates"]) for call in setup.called("getUpdates")}
    assert wanted == {'["message", "callback_query", "my_chat_member"]'}


async def test_what_was_answered_is_not_answered_again_when_telegram_repeats_it(setup: Setup) -> None:
    async with setup.running():
        await setup.ask("/help")
        await setup.settled()
    setup.telegram._next_update -= 1  # the confirmation got lost: the same number comes again
    setup.telegram.say(READER, "/help")
    async with setup.running():
        await setup.settled()
        await setup.ask("/status")
    assert len(setup.telegram.shown_in(READER)) == 2


async def test_numbers_that_start_again_further_down_are_read(setup: Setup) -> None:
    setup.telegram._next_update = 900_000_000
    async with setup.running():
        await setup.ask("/help")
        await setup.settled()
        setup.telegram._next_update = 1_000
        assert (await setup.ask("/status")).plain


async def test_what_was_read_before_the_end_is_answered_after_the_start(setup: Setup) -> None:
    setup.telegram.fault(Fault.server_error(method="sendMessage", times=None))
    async with setup.running():
        setup.telegram.say(READER, "/follow oil")
        await until(lambda: not setup.telegram.waiting_updates)
        (waiting,) = await setup.store.waiting_updates(BOT)
        assert "/follow oil" in waiting.payload
    setup.telegram.faults.clear()
    async with setup.running():
        (answer,) = await setup.answers()
        await setup.settled()
    assert "تتابع الآن" in answer.plain


async def test_an_answer_whose_acceptance_is_unknown_is_said_again_once(setup: Setup) -> None:
    setup.telegram.fault(Fault.reset_after(times=5))
    async with setup.running():
        setup.telegram.say(READER, "/help")
        await until(lambda: len(setup.telegram.shown_in(READER)) == 2)
        await setup.settled()
    assert len(setup.telegram.shown_in(READER)) == 2


async def test_an_update_that_ended_the_process_each_time_is_given_up(setup: Setup) -> None:
    async with setup.running():
        await setup.ask("/help")
        await setup.settled()
    (poison,) = await setup.store.take_in_updates(BOT, [stored(setup, "/status")])
    for _ in range(ATTEMPTS):
        await setup.store.begin_update(BOT, poison.update_id)
    async with setup.running():
        await setup.ask("/watchlists")
        await setup.settled()
    assert ["• هدنة غزة" in one.plain for one in setup.telegram.shown_in(READER)[1:]] == [True]


def stored(setup: Setup, text: str) -> InboxUpdate:
    """Return an update as the store has it after a process died over it."""
    setup.telegram._next_update += 1
    return InboxUpdate(update_id=setup.telegram._next_update - 1, payload=incoming_json.to_json(wrote(text)))


async def test_after_a_pause_changes_are_made_and_one_answer_is_given(setup: Setup) -> None:
    for text in (
        "/help",
        "/latest",
        "/follow oil",
        "/status",
        "/follow gaza-truce",
        "/unfollow oil",
        "/latest",
        "/status",
    ):
        old(setup, text)
    async with setup.running():
        (answer,) = await setup.answers()
        await setup.settled()
    assert len(setup.telegram.shown_in(READER)) == 1
    first, _, *rest = answer.plain.splitlines()
    assert first.startswith("نُفّذ ما طلبته قبل هذا. تتابع الآن: هدنة غزة")
    assert rest[0].startswith("الحالة")
    chat = await setup.store.telegram_chat(READER)
    assert await setup.store.followed(chat.id) == {"gaza-truce"}


async def test_a_flood_of_requests_is_answered_with_few(setup: Setup) -> None:
    for _ in range(60):
        setup.telegram.say(READER, "/latest")
    async with setup.running():
        await setup.settled()
    assert 1 <= len(setup.telegram.shown_in(READER)) <= 5


async def test_one_chats_trouble_holds_no_other_up(setup: Setup) -> None:
    setup.telegram.fault(Fault.server_error(chat=GROUP, times=None))
    async with setup.running():
        setup.telegram.say(GROUP, "/help", user=GROUP_ADMIN)
        assert (await setup.ask("/help")).plain


async def test_answers_keep_telegrams_limits(setup: Setup) -> None:
    setup.telegram.world.gate = FloodGate(FloodLimits(private=(1, 0.15), group=(3, 0.5), all=(30, 1.0)))
    limits = SendLimits(private=Rate(number=1, seconds=0.15), group=Rate(number=3, seconds=0.5))
    setup.pace = Pace(limits, SystemClock().monotonic)
    async with setup.running():
        for _ in range(4):
            setup.telegram.say(READER, "/help")
            setup.telegram.say(GROUP, "/help", user=GROUP_ADMIN)
        await setup.settled()
    assert len(setup.telegram.shown) == len(setup.called("sendMessage")) == 8


async def test_a_chat_that_is_closed_to_us_is_dead_until_somebody_writes_there(setup: Setup) -> None:
    setup.telegram.fault(Fault.blocked(READER, times=1))
    async with setup.running():
        setup.telegram.say(READER, "/help")
        await setup.settled()
        assert (await setup.store.telegram_chat(READER)).state == "dead"
        assert (await setup.ask("/help")).plain
        assert (await setup.store.telegram_chat(READER)).state == "live"


async def test_markup_that_is_refused_goes_as_plain_text(setup: Setup) -> None:
    setup.telegram.fault(Fault.bad_request("can't parse entities: something new"))
    async with setup.running():
        answer = await setup.ask("/help")
        await setup.settled()
    assert "/latest" in answer.plain
    assert len(setup.telegram.shown_in(READER)) == 1


async def test_an_answer_follows_a_group_that_moved(setup: Setup) -> None:
    setup.telegram.add_chat(-1007, "supergroup")
    setup.telegram.fault(Fault.migrated(GROUP, -1007))
    async with setup.running():
        setup.telegram.say(GROUP, "/help", user=GROUP_ADMIN)
        (answer,) = await setup.answers(1, -1007)
        await setup.settled()
    assert answer.plain


async def test_admins_hear_of_a_rival_for_the_token_once_it_lasts(setup: Setup) -> None:
    setup.telegram.fault(Fault(method="getUpdates", status=409, description="Conflict: terminated", times=None))
    async with setup.running() as part:
        await until(lambda: part.updater.trouble is not None)
        now = part.updater.trouble_since
        assert part.troubles(now) == ()
        (trouble,) = part.troubles(now + timedelta(minutes=2))
        assert trouble.subject == "برنامج آخر يقرأ رسائل البوت نفسه"
        setup.telegram.faults.clear()
        await setup.ask("/help")
        assert part.troubles(now + timedelta(minutes=2)) == ()


async def test_what_people_say_to_each_other_is_not_even_put_down(setup: Setup) -> None:
    setup.telegram.fault(Fault.server_error(method="sendMessage", times=None))
    async with setup.running():
        for text in ("حديث بين الناس", "/help", "حديث آخر"):
            setup.telegram.say(GROUP, text, user=GROUP_ADMIN)
        await until(lambda: not setup.telegram.waiting_updates)
        (waiting,) = await setup.store.waiting_updates(BOT)
    assert "/help" in waiting.payload


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_fails_and_however_often_it_dies_every_change_is_made_in_order(setup: Setup, seed: int) -> None:
    rng = random.Random(seed)
    chats = (READER, ADMIN, 78)
    setup.telegram.add_chat(78)
    wanted: dict[int, set[str]] = {chat: set() for chat in chats}
    for _ in range(6):
        for method in ("sendMessage", "getUpdates", "getMe"):
            setup.telegram.fault(rng.choice(FAULTS)(method=method, first=rng.randint(1, 4), times=rng.randint(1, 2)))
        async with setup.dying():
            for _ in range(rng.randint(3, 9)):
                chat, topic = rng.choice(chats), rng.choice(["oil", "gaza-truce"])
                follow = rng.random() < 0.6
                setup.telegram.say(chat, f"/{'follow' if follow else 'unfollow'} {topic}", user=chat)
                (wanted[chat].add if follow else wanted[chat].discard)(topic)
                await asyncio.sleep(rng.uniform(0, 0.02))
            await asyncio.sleep(rng.uniform(0, 0.1))
    setup.telegram.faults.clear()
    async with setup.running():
        await setup.settled()
        for chat in chats:
            assert await setup.ask("/status", chat, user=chat)
        await setup.settled()
    for chat in chats:
        known = await setup.store.telegram_chat(chat)
        assert await setup.store.followed(known.id) == wanted[chat], f"seed {seed}"
        assert known.state == "live"
