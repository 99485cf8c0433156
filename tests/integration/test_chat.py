"""Talking with the bot over a fake Telegram: commands, buttons, who may see and change what."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.settings import Route
from storage import ChatAddress
from tests.fakes.telegram_faults import Fault
from tests.integration.chat_setup import ADMIN, BOT_ID, GROUP, GROUP_ADMIN, READER, Setup, chat_setup, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[Setup]:
    async with chat_setup(tmp_path) as made:
        yield made


def names(text: str) -> set[str]:
    return {name for name in ("هدنة غزة", "النفط وأوبك", "ملف سري", "ملف المكتب", "تجربة الزلازل") if name in text}


async def test_following_by_name_is_remembered_after_a_restart(setup: Setup) -> None:
    async with setup.running():
        answer = await setup.ask("/follow هدنه غزه")
        assert "تتابع الآن" in answer.plain
        assert "هدنة غزة" in answer.plain
    chat = await setup.store.telegram_chat(READER)
    assert await setup.store.followers(["gaza-truce"]) == {"gaza-truce": frozenset({chat.id})}
    async with setup.running():
        assert "تتابعه" in (await setup.ask("/watchlists")).plain
        assert "أُلغيت متابعة" in (await setup.ask("ألغِ هدنة غزة")).plain
    assert await setup.store.followed(chat.id) == frozenset()


async def test_the_menu_is_set_in_arabic(setup: Setup) -> None:
    async with setup.running():
        await until(lambda: bool(setup.telegram.world.commands))
    _, commands = setup.telegram.world.commands[-1]
    assert [each["command"] for each in commands] == ["latest", "watchlists", "follow", "unfollow", "status", "help"]


@pytest.mark.parametrize(
    "text",
    [
        "/latest 0", "/latest 999", "/latest -1", "/latest ٣", "/latest 😀", "/latest <b>&amp;</b>", "/follow", "/unfollow",
        "/follow " + "غ" * 4000, "/latest \u202e\u0007\u200b", "/watch سلاح", "/frobnicate", "/frobnicate <i>", "/start",
        "/start no-such-code-1234567", "<b>مرحبا", "a\u202eb", "/status", "/help", "لماذا", "/invite", "/audit",
    ],
)  # fmt: skip
async def test_odd_input_gets_one_answer_that_telegram_takes(setup: Setup, text: str) -> None:
    async with setup.running():
        answer = await setup.ask(text)
        await setup.settled()
    assert answer.plain.strip()
    assert len(setup.telegram.shown_in(READER)) == 1
    assert not [call for call in setup.called("sendMessage") if "parse_mode" not in call]


async def test_buttons_answer_their_query_and_change_the_list_in_place(setup: Setup) -> None:
    async with setup.running():
        listed = await setup.ask("/watchlists")
        after = await setup.press(listed, "متابعة: هدنة غزة")
        await setup.settled()
    assert after.method == "editMessageText"
    assert after.message_id == listed.message_id
    assert "إلغاء: هدنة غزة" in [button["text"] for button in after.buttons]
    assert [call["text"] for call in setup.called("answerCallbackQuery")] == ["تتابعه الآن"]
    chat = await setup.store.telegram_chat(READER)
    assert await setup.store.followed(chat.id) == {"gaza-truce"}


async def test_a_list_that_was_deleted_comes_anew(setup: Setup) -> None:
    async with setup.running():
        listed = await setup.ask("/watchlists")
        setup.telegram.fault(Fault.bad_request("message to edit not found", method="editMessageText"))
        after = await setup.press(listed, "متابعة: هدنة غزة")
    assert after.method == "sendMessage"


async def test_only_group_admins_change_what_a_group_follows(setup: Setup) -> None:
    async with setup.running():
        assert "مشرفو المجموعة وحدهم" in (await setup.ask("/follow oil", GROUP, user=READER)).plain
        assert "تتابع الآن" in (await setup.ask("/follow oil", GROUP, user=GROUP_ADMIN)).plain
        assert "مشرفو المجموعة وحدهم" in (await setup.ask("/unfollow oil", GROUP, user=READER)).plain
        assert "هدنة غزة" in (await setup.ask("/watchlists", GROUP, user=READER)).plain
    chat = await setup.store.telegram_chat(GROUP)
    assert await setup.store.followed(chat.id) == {"oil"}


async def test_a_forum_topic_follows_on_its_own(setup: Setup) -> None:
    async with setup.running():
        answer = await setup.ask("/follow oil", GROUP, user=GROUP_ADMIN, thread=5)
    assert answer.thread == 5
    general, topic = await setup.store.telegram_chat(GROUP), await setup.store.telegram_chat(GROUP, thread=5)
    assert await setup.store.followed(general.id) == frozenset()
    assert await setup.store.followed(topic.id) == {"oil"}


async def test_words_in_a_group_are_left_alone_unless_they_reply_to_the_bot(setup: Setup) -> None:
    async with setup.running():
        answer = await setup.ask("/help", GROUP, user=READER)
        setup.telegram.say(GROUP, "الجديد", user=READER)
        setup.telegram.say(GROUP, "ما رأيكم في هذا؟", user=READER, reply_to=answer)
        replied = await setup.ask("الجديد", GROUP, user=READER, reply_to=answer)
        await setup.settled()
    assert len(setup.telegram.shown_in(GROUP)) == 2
    assert "لا أخبار بعد" in replied.plain


@pytest.mark.parametrize(
    ("chat", "user", "seen"),
    [
        (READER, READER, {"هدنة غزة", "النفط وأوبك"}),
        (ADMIN, ADMIN, {"هدنة غزة", "النفط وأوبك", "ملف سري", "ملف المكتب", "تجربة الزلازل"}),
        (GROUP, ADMIN, {"هدنة غزة", "النفط وأوبك", "ملف المكتب"}),
        (GROUP, READER, {"هدنة غزة", "النفط وأوبك", "ملف المكتب"}),
    ],
)
async def test_private_topics_and_trials_are_seen_by_whom_they_are_for(
    setup: Setup, chat: int, user: int, seen: set[str]
) -> None:
    desk = await setup.store.sync_chats([ChatAddress(kind="telegram", address=str(GROUP))])
    setup.channels = {"desk": next(iter(desk.values())).id, "other": 9999}
    routes = (Route(watchlists=("secret", "on-trial"), to=("other",)), Route(to=("desk",)))
    setup.settings = replace(setup.settings, routes=routes)
    async with setup.running():
        assert names((await setup.ask("/watchlists", chat, user=user)).plain) == seen
        for hidden in {"ملف سري", "تجربة الزلازل"} - seen:
            answer = await setup.ask(f"/latest {hidden}", chat, user=user)
            assert "لا موضوع باسم" in answer.plain
            assert hidden not in "".join(str(button["text"]) for button in answer.buttons)


async def test_a_private_topic_is_not_followed_by_a_guess(setup: Setup) -> None:
    async with setup.running():
        assert "لا موضوع باسم" in (await setup.ask("/follow secret")).plain
        assert "تتابع الآن" in (await setup.ask("/follow secret", ADMIN, user=ADMIN)).plain
        await setup.ask("/watchlists")
        pressed = setup.telegram.shown_in(READER)[-1]
        setup.telegram.press_button(pressed, "f:secret")
        await setup.settled()
    chat = await setup.store.telegram_chat(READER)
    assert await setup.store.followed(chat.id) == frozenset()
    assert setup.called("answerCallbackQuery")[-1]["text"] == "لم يعد هذا الموضوع متاحًا هنا."


async def test_by_invitation_a_link_admits_one_chat_once(setup: Setup) -> None:
    setup.telegram.add_chat(78)
    async with setup.running(access="invited"):
        assert "بالدعوة فقط" in (await setup.ask("/follow oil")).plain
        invitation = await setup.ask("/invite", ADMIN, user=ADMIN)
        (code,) = set(re.findall(r"\?start=([\w-]+)", invitation.plain))
        assert "قُبلت الدعوة" in (await setup.ask(f"/start {code}")).plain
        assert "تتابع الآن" in (await setup.ask("/follow oil")).plain
        assert "غير صالحة" in (await setup.ask(f"/start {code}", 78, user=78)).plain
        assert "بالدعوة فقط" in (await setup.ask("/latest", 78, user=78)).plain
    async with setup.running(access="invited"):
        assert "تتابعه" in (await setup.ask("/watchlists")).plain


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("هدنة غزة", "لا أخبار بعد في «هدنة غزة»"),
        ("هدنة غزا", "لا موضوع باسم «هدنة غزا». هل تقصد:"),
        ("صباح الخير", "لم أفهم «صباح الخير»"),
    ],
)
async def test_a_name_alone_asks_for_its_news_and_a_slip_gets_a_hint(setup: Setup, text: str, begins: str) -> None:
    async with setup.running():
        answer = await setup.ask(text)
    assert re.sub("[\u2066-\u2069]", "", answer.plain).startswith(begins)


async def test_an_invitation_is_for_admins_to_give(setup: Setup) -> None:
    async with setup.running():
        assert "لا أعرف الأمر" in (await setup.ask("/invite")).plain


async def test_the_bot_put_out_of_a_group_is_a_dead_chat_and_let_in_again_a_living_one(setup: Setup) -> None:
    chat = await setup.store.telegram_chat(GROUP)

    def membership(before: str, now: str) -> None:
        shape = {"user": {"id": BOT_ID, "is_bot": True, "first_name": "راصد"}}
        setup.telegram.update(
            {
                "my_chat_member": {
                    "chat": setup.telegram.world.find(GROUP).as_json(),
                    "from": {"id": GROUP_ADMIN, "is_bot": False, "first_name": "قارئ"},
                    "date": 1_800_000_000,
                    "old_chat_member": {"status": before, **shape},
                    "new_chat_member": {"status": now, **shape},
                }
            }
        )

    async def state() -> str:
        await setup.settled()
        return (await setup.store.telegram_chat(GROUP)).state

    async with setup.running():
        membership("member", "kicked")
        assert await state() == "dead"
        assert setup.telegram.shown_in(GROUP) == []
        membership("left", "member")
        assert await state() == "live"
        (greeting,) = await setup.answers(1, GROUP)
    assert "مشرفو المجموعة" in greeting.plain
    assert (await setup.store.telegram_chat(GROUP)).id == chat.id


async def test_a_group_that_becomes_a_supergroup_keeps_what_it_follows(setup: Setup) -> None:
    setup.telegram.add_chat(-7, "group", admins=(GROUP_ADMIN,))
    setup.telegram.add_chat(-1007, "supergroup", admins=(GROUP_ADMIN,))
    async with setup.running():
        await setup.ask("/follow oil", -7, user=GROUP_ADMIN)
        shape = {"id": -7, "type": "group", "title": "مجموعة"}
        message = {"message_id": 999, "date": 1_800_000_000, "chat": shape, "migrate_to_chat_id": -1007}
        setup.telegram.update({"message": message})
        await setup.settled()
        assert "تتابعه" in (await setup.ask("/watchlists", -1007, user=READER)).plain
    moved = await setup.store.telegram_chat(-1007)
    assert await setup.store.followed(moved.id) == {"oil"}


async def test_status_tells_admins_more_than_others(setup: Setup) -> None:
    async with setup.running():
        ours, theirs = await setup.ask("/status", ADMIN, user=ADMIN), await setup.ask("/status")
    assert "اليوم: لا مقالات · لا مطابقات" in ours.plain
    assert "اليوم هنا: لا مطابقات" in theirs.plain
