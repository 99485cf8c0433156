"""The Telegram channel against a Bot API that speaks HTTP: each trouble and what it means for the message."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.channels.alert_text import AlertStyle
from bot.channels.channel import Accepted, AgainLater, DeadChat, NeverAccepted, UnknownOutcome
from bot.channels.telegram_channel import TelegramChannel
from rules import Hit
from storage import AlertArticle, OutgoingMessage
from tests.fakes.messages import outgoing
from tests.fakes.telegram_server import TOKEN, FakeTelegram, Fault, FloodLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DESK, READER, FORUM = -100123, 77, -100777
STYLE = AlertStyle(zone=ZoneInfo("UTC"), locale="ar", digits="latn", feed_names={"alufuq": "الأفق"})


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(limits=FloodLimits(scale=100_000)) as opened:
        opened.add_chat(DESK, "channel", username="desk")
        opened.add_chat(READER)
        opened.add_chat(FORUM, "supergroup", threads=(5,))
        yield opened


@pytest.fixture
async def channel(server: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    opened = TelegramChannel(TOKEN, STYLE, base_url=server.base_url)
    yield opened
    await opened.close()


@pytest.fixture
async def hasty(server: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    """One that does not wait long for answers."""
    opened = TelegramChannel(TOKEN, STYLE, base_url=server.base_url, read_timeout=0.3)
    yield opened
    await opened.close()


def message(address: str | int = DESK, *, thread: int = 0, **changes: object) -> OutgoingMessage:
    title = "وصول شحنة أسلحة إلى الميناء"
    told = AlertArticle(
        article_id=1,
        feed_id="alufuq",
        url="https://news.example/1?a=1&b=2",
        title=title,
        lead="رست السفينة فجرًا وعليها أسلحة خفيفة & ذخيرة <كثيرة>.",
        body="",
        published_at=datetime(2026, 5, 1, 9, 30, tzinfo=UTC),
        seen_at=datetime(2026, 5, 1, 9, 31, tzinfo=UTC),
        watchlists={"arms": "السلاح"},
        hits=(Hit(field="lead", start=27, end=32, term="سلاح"),),
    )
    return outgoing(told, address=str(address), thread=thread, **changes)


async def test_an_alert_arrives_as_html_with_its_link_and_button(
    server: FakeTelegram, channel: TelegramChannel
) -> None:
    outcome = await channel.send(message())
    (shown,) = server.shown
    assert outcome == Accepted(remote_id=str(shown.message_id), tg_id=DESK)
    assert shown.plain.splitlines() == [
        "عالية · السلاح",
        "وصول شحنة أسلحة إلى الميناء",
        "الأفق · الجمعة 1 أيار/مايو، 09:30",
        "",
        "\u200f«رست السفينة فجرًا وعليها أسلحة خفيفة & ذخيرة <كثيرة>.»",
    ]
    assert [(entity["type"], entity.get("url")) for entity in shown.entities] == [
        ("text_link", "https://news.example/1?a=1&b=2"),
        ("bold", None),
    ]
    assert shown.buttons == [{"text": "فتح الخبر", "url": "https://news.example/1?a=1&b=2"}]


async def test_a_name_is_resolved_once_and_the_number_used_from_then_on(
    server: FakeTelegram, channel: TelegramChannel
) -> None:
    for _ in range(2):
        assert await channel.send(message("@desk")) == Accepted(remote_id=str(len(server.shown)), tg_id=DESK)
    assert [name for name, _ in server.calls] == ["getChat", "sendMessage", "sendMessage"]
    assert {str(values["chat_id"]) for name, values in server.calls if name == "sendMessage"} == {str(DESK)}
    remembered = message("@renamed")
    await channel.send(replace(remembered, chat=replace(remembered.chat, tg_id=DESK)))
    assert len(server.shown) == 3


async def test_a_thread_gets_what_is_for_it(server: FakeTelegram, channel: TelegramChannel) -> None:
    assert isinstance(await channel.send(message(FORUM, thread=5)), Accepted)
    assert server.shown[0].thread == 5
    assert isinstance(await channel.send(message(FORUM, thread=6)), DeadChat)
    assert isinstance(await channel.send(message(FORUM, thread=1)), Accepted)
    assert server.shown[1].thread == 0, "the general topic has no number"


async def test_a_reply_stands_under_its_alert_or_alone_where_that_is_gone(
    server: FakeTelegram, channel: TelegramChannel
) -> None:
    outcome = await channel.send(message())
    assert isinstance(outcome, Accepted)
    assert isinstance(await channel.reply(message(kind="reply", parent_remote_id=outcome.remote_id)), Accepted)
    assert server.shown[1].reply_to == server.shown[0].message_id
    assert server.shown[1].plain.startswith("متابعة للخبر أعلاه\n")
    assert isinstance(await channel.reply(message(kind="reply", parent_remote_id="4040")), Accepted)
    assert server.shown[2].reply_to is None


async def test_an_edit_changes_the_message_and_one_without_a_change_is_a_success(
    server: FakeTelegram, channel: TelegramChannel
) -> None:
    sent = await channel.send(message())
    assert isinstance(sent, Accepted)
    newer = message(remote_id=sent.remote_id, severity="critical")
    for _ in range(2):
        assert await channel.edit(newer) == Accepted(remote_id=sent.remote_id, tg_id=DESK)
    assert [one.method for one in server.shown] == ["sendMessage", "editMessageText"]
    assert server.shown[1].plain.startswith("قصوى")


async def test_refused_markup_goes_out_again_as_plain_text(server: FakeTelegram, channel: TelegramChannel) -> None:
    server.fault(Fault.bad_markup(times=None))
    assert isinstance(await channel.send(message()), Accepted)
    (shown,) = server.shown
    assert shown.entities == []
    assert shown.buttons == []
    assert "https://news.example/1?a=1&b=2" in shown.plain.splitlines()


async def test_a_refused_button_goes_and_the_rest_stays(server: FakeTelegram, channel: TelegramChannel) -> None:
    server.fault(Fault.bad_request("inline keyboard button URL 'https://x.y' is invalid: Wrong HTTP URL"))
    assert isinstance(await channel.send(message()), Accepted)
    (shown,) = server.shown
    assert shown.buttons == []
    assert [entity["type"] for entity in shown.entities] == ["text_link", "bold"]


async def test_a_chat_named_by_a_variable_is_the_variables(
    server: FakeTelegram, channel: TelegramChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = await channel.send(message("${DESK_CHAT}"))
    assert isinstance(waits, AgainLater)
    assert "DESK_CHAT" in waits.reason
    monkeypatch.setenv("DESK_CHAT", str(DESK))
    assert await channel.send(message("${DESK_CHAT}")) == Accepted(remote_id="1", tg_id=DESK)


async def test_what_is_refused_as_plain_text_too_is_given_up(server: FakeTelegram, channel: TelegramChannel) -> None:
    server.fault(Fault.bad_request("message is too long", times=None))
    assert isinstance(await channel.send(message()), NeverAccepted)
    assert [name for name, _ in server.calls] == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.kicked(DESK), DeadChat(reason="Forbidden: bot was kicked from the channel chat")),
        (Fault.chat_not_found(DESK), DeadChat(reason="BadRequest: Chat not found")),
        (
            Fault.bad_request("need administrator rights in the channel chat"),
            DeadChat(reason="BadRequest: Need administrator rights in the channel chat"),
        ),
        (Fault.server_error(502), AgainLater(reason="Telegram answered with status 502")),
        (Fault.unauthorized(), AgainLater(reason="Telegram refuses the bot's token (Unauthorized)", stops="channel")),
    ],
)
async def test_a_refusal_is_told_for_what_it_is(
    server: FakeTelegram, channel: TelegramChannel, fault: Fault, expected: object
) -> None:
    server.fault(fault)
    assert await channel.send(message()) == expected
    assert server.shown == []


async def test_a_migrated_group_names_its_successor(server: FakeTelegram, channel: TelegramChannel) -> None:
    server.add_chat(-55, "group")
    server.fault(Fault.migrated(-55, to=-100555))
    outcome = await channel.send(message(-55))
    assert isinstance(outcome, DeadChat)
    assert outcome.successor == "-100555"


async def test_a_flooded_chat_waits_alone_and_a_flooded_bot_waits_whole(
    server: FakeTelegram, channel: TelegramChannel
) -> None:
    server.fault(Fault.too_many(7, times=2))
    first = await channel.send(message())
    assert isinstance(first, AgainLater)
    assert (first.wait, first.stops) == (timedelta(seconds=7), "chat")
    second = await channel.send(message(READER))
    assert isinstance(second, AgainLater)
    assert (second.wait, second.stops) == (timedelta(seconds=7), "channel")
    assert isinstance(await channel.send(message()), Accepted)
    server.fault(Fault.too_many(7))
    third = await channel.send(message(READER))
    assert isinstance(third, AgainLater)
    assert third.stops == "chat"


@pytest.mark.parametrize("fault", [Fault.reset_after(), Fault.lost_answer(), Fault.reset_before(), Fault.slow(0.6)])
async def test_an_answer_that_does_not_come_leaves_the_outcome_unknown(
    server: FakeTelegram, hasty: TelegramChannel, fault: Fault
) -> None:
    server.fault(fault)
    assert isinstance(await hasty.send(message()), UnknownOutcome)


async def test_a_server_that_is_away_at_the_start_stops_the_channel_until_it_returns(server: FakeTelegram) -> None:
    await server.stop()
    channel = TelegramChannel(TOKEN, STYLE, base_url=server.base_url)
    outcome = await channel.send(message("@desk"))
    assert isinstance(outcome, AgainLater)
    assert outcome.stops == "channel"
    await server.start()
    assert isinstance(await channel.send(message("@desk")), Accepted)
    await channel.close()


async def test_a_lost_answer_to_a_question_leaves_nothing_in_doubt(
    server: FakeTelegram, hasty: TelegramChannel
) -> None:
    server.fault(Fault.lost_answer(method="getChat"))
    assert isinstance(await hasty.send(message("@desk")), AgainLater)
    assert server.shown == []


async def test_check_tells_what_keeps_messages_from_a_chat(server: FakeTelegram, channel: TelegramChannel) -> None:
    desk = message("@desk").chat
    assert await channel.check(desk) is None
    server.world.chats[DESK].can_post = False
    assert "right to post" in str(await channel.check(desk))
    server.world.chats[DESK].rights = "left"
    assert "add it" in str(await channel.check(desk))
    assert "Chat not found" in str(await channel.check(message("@nobody").chat))
    assert server.shown == []
    server.fault(Fault.unauthorized(method="getMe"))
    assert "token" in str(await channel.check(desk))


async def test_the_token_is_in_no_reason_log_or_repr(
    server: FakeTelegram, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    said = [repr(channel), str(channel)]
    for fault in (
        Fault.reset_after(),
        Fault.unauthorized(),
        Fault.server_error(),
        Fault.too_many(1),
        Fault.kicked(DESK),
    ):
        server.fault(fault)
        said.append(str(await channel.send(message())))
        server.faults.clear()
    await server.stop()
    said.append(str(await channel.send(message())))
    assert TOKEN.partition(":")[2] not in " ".join([*said, caplog.text])
