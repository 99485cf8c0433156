"""The fake Bot API behaves as the real one is documented to, seen through python-telegram-bot."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.request import HTTPXRequest

from tests.fakes.telegram_markup import MarkupError, read_markup
from tests.fakes.telegram_server import TOKEN, FakeTelegram, Fault, FloodLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

READER, DESK = 77, -100123
SLOW = FloodLimits(scale=0.05)
"""Windows twenty times as long: a slow machine must not slip out of them."""


@pytest.fixture(autouse=True)
def _waits_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(limits=FloodLimits(scale=1000)) as opened:
        opened.add_chat(READER)
        opened.add_chat(DESK, "channel", username="desk", title="مكتب الأخبار")
        yield opened


@pytest.fixture
async def bot(server: FakeTelegram) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=server.base_url, request=HTTPXRequest(read_timeout=5)) as opened:
        yield opened


async def test_a_message_is_accepted_recorded_and_answered_in_the_real_shape(server: FakeTelegram, bot: Bot) -> None:
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("فتح الخبر", url="https://news.example/1")]])
    sent = await bot.send_message("@desk", "خبر <b>عاجل</b> &amp; مهم", parse_mode="HTML", reply_markup=keys)
    assert (sent.chat.id, sent.text, sent.entities[0].type) == (DESK, "خبر عاجل & مهم", "bold")
    (shown,) = server.shown
    assert (shown.plain, shown.message_id, shown.thread) == ("خبر عاجل & مهم", sent.message_id, 0)
    assert shown.buttons == [{"text": "فتح الخبر", "url": "https://news.example/1"}]
    reply = await bot.send_message(DESK, "متابعة", reply_parameters=ReplyParameters(sent.message_id))
    assert reply.reply_to_message is not None
    assert server.shown[-1].reply_to == sent.message_id


async def test_an_edit_shows_the_new_text_and_the_same_text_is_refused(server: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_message(READER, "أول")
    await asyncio.sleep(0.01)
    await bot.edit_message_text("ثان", READER, sent.message_id)
    assert [one.plain for one in server.shown_in(READER)] == ["أول", "ثان"]
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("ثان", READER, sent.message_id)


async def test_chat_and_member_are_told(server: FakeTelegram, bot: Bot) -> None:
    chat = await bot.get_chat("@desk")
    assert (chat.id, chat.type, chat.title) == (DESK, "channel", "مكتب الأخبار")
    member = await bot.get_chat_member(DESK, bot.id)
    assert (member.status, member.can_post_messages) == ("administrator", True)
    server.world.chats[DESK].rights = "kicked"
    assert (await bot.get_chat_member(DESK, bot.id)).status == "kicked"
    with pytest.raises(Forbidden):
        await bot.send_message(DESK, "نص")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<b>غير مغلق", "Can't find end tag"),
        ("<b><i>متشابك</b></i>", "Unmatched end tag"),
        ("<div>وسم</div>", "Unsupported start tag"),
        ("نص </b>", "Unexpected end tag"),
        ("3 < 4", "reserved"),
        ("أ & ب", "reserved"),
        ("أ &nbsp; ب", "Unsupported entity"),
        ("<a>رابط</a>", "must have its own attributes"),
        ("<a href='x'>رابط</a>", "Unclosed start tag"),
    ],
)
async def test_markup_that_telegram_would_not_show_is_refused(
    server: FakeTelegram, bot: Bot, text: str, complaint: str
) -> None:
    with pytest.raises(MarkupError, match=complaint):
        read_markup(text)
    with pytest.raises(BadRequest, match="parse entities"):
        await bot.send_message(READER, text, parse_mode="HTML")
    assert server.shown == []


async def test_the_length_counts_utf_16_units_after_entities(server: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(DESK, "<b>" + "&amp;" * 4096 + "</b>", parse_mode="HTML")
    await bot.send_message(READER, "😀" * 2048)
    for text in ("", "  \n", "😀" * 2048 + "."):
        with pytest.raises(BadRequest, match=r"(?i)message (text is empty|is too long)"):
            await bot.send_message(DESK, text)
    assert len(server.shown) == 2


@pytest.mark.parametrize(("chat", "number"), [(READER, 1), (DESK, 20)])
async def test_the_limit_of_a_chat_is_answered_with_429_and_the_wait(chat: int, number: int) -> None:
    async with FakeTelegram(limits=SLOW) as server, Bot(TOKEN, base_url=server.base_url) as bot:
        server.add_chat(chat, "private" if chat > 0 else "channel")
        for _ in range(number):
            await bot.send_message(chat, "نص")
        with pytest.raises(RetryAfter) as told:
            await bot.send_message(chat, "نص")
        wait = told.value.retry_after.total_seconds()
        assert 1 <= wait <= (20 if chat > 0 else 1200)
        assert len(server.shown) == number


async def test_the_limit_of_all_chats_together_is_30_a_second() -> None:
    async with FakeTelegram(limits=SLOW) as server, Bot(TOKEN, base_url=server.base_url) as bot:
        for chat in range(1, 33):
            server.add_chat(chat)
            server.world.gate.count(chat + 1000, time.monotonic())
        with pytest.raises(RetryAfter):
            await bot.send_message(1, "نص")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.blocked(READER), Forbidden),
        (Fault.chat_not_found(READER), BadRequest),
        (Fault.migrated(READER, to=-100999), ChatMigrated),
        (Fault.too_many(3), RetryAfter),
        (Fault.server_error(502), NetworkError),
        (Fault.unauthorized(), InvalidToken),
        (Fault.reset_before(), NetworkError),
        (Fault.bad_request("can't parse entities: odd"), BadRequest),
    ],
)
async def test_a_fault_strikes_the_call_it_is_for_and_nothing_is_shown(
    server: FakeTelegram, bot: Bot, fault: Fault, error: type[Exception]
) -> None:
    server.fault(fault)
    with pytest.raises(error):
        await bot.send_message(READER, "نص")
    assert server.shown == []
    await bot.send_message(DESK, "نص")
    assert len(server.shown) == 1


@pytest.mark.parametrize("fault", [Fault.reset_after(), Fault.lost_answer()])
async def test_a_lost_answer_leaves_an_accepted_message(server: FakeTelegram, bot: Bot, fault: Fault) -> None:
    server.fault(fault)
    with pytest.raises((NetworkError, TimedOut)):
        await bot.send_message(READER, "نص", read_timeout=0.5)
    assert [one.answered for one in server.shown] == [False]


async def test_faults_strike_from_the_nth_call_on_and_so_many_times(server: FakeTelegram, bot: Bot) -> None:
    server.fault(Fault.server_error(first=2, times=2))
    outcomes = []
    for _ in range(4):
        try:
            await bot.send_message(DESK, "نص")
            outcomes.append("ok")
        except NetworkError:
            outcomes.append("no")
    assert outcomes == ["ok", "no", "no", "ok"]


async def polled(server: FakeTelegram, times: int) -> None:
    while sum(name == "getUpdates" for name, _ in server.calls) < times:  # noqa: ASYNC110 - a list tells nobody
        await asyncio.sleep(0.01)


async def test_updates_wait_are_confirmed_by_offset_and_have_one_owner(server: FakeTelegram, bot: Bot) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=5, read_timeout=10))
    await polled(server, 1)
    number = server.say(READER, "/latest 3")
    (update,) = await waiting
    assert (update.update_id, update.message.text, update.message.entities[0].type) == (
        number,
        "/latest 3",
        "bot_command",
    )
    assert [one.update_id for one in await bot.get_updates()] == [number]
    assert await bot.get_updates(offset=number + 1) == ()
    assert server.waiting_updates == 0
    first = asyncio.create_task(bot.get_updates(timeout=20, read_timeout=30))
    await polled(server, 4)
    async with Bot(TOKEN, base_url=server.base_url) as stranger:
        second = asyncio.create_task(stranger.get_updates(timeout=20, read_timeout=30))
        with pytest.raises(Conflict):
            await first
        server.say(READER, "نص")
        assert len(await second) == 1


async def test_a_button_pressed_comes_as_a_callback_query(server: FakeTelegram, bot: Bot) -> None:
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("الأقدم", callback_data="older")]])
    await bot.send_message(READER, "نص", reply_markup=keys)
    server.press_button(server.shown[0], "older")
    (update,) = await bot.get_updates()
    assert update.callback_query.data == "older"
    assert update.callback_query.message.chat.id == READER
    assert await bot.answer_callback_query(update.callback_query.id)


async def test_a_server_that_went_away_comes_back_on_its_port(server: FakeTelegram, bot: Bot) -> None:
    await server.stop()
    with pytest.raises(NetworkError):
        await bot.send_message(READER, "نص")
    await server.start()
    await bot.send_message(READER, "نص")
    assert len(server.shown) == 1
