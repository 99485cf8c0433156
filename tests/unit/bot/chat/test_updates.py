from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.chat.incoming import Incoming, Membership, Migrated, Place, Pressed, Wrote, from_json, to_json
from bot.chat.updates import incoming_of
from tests.unit.bot.chat.around import NOW

BOT = 4242
READER = {"id": 77, "is_bot": False, "first_name": "قارئ"}
US = {"id": BOT, "is_bot": True, "first_name": "راصد"}
PRIVATE = {"id": 77, "type": "private"}
GROUP = {"id": -100, "type": "supergroup", "title": "مكتب", "username": "Desk"}
AT = datetime(2026, 5, 1, 11, 59, tzinfo=UTC)


def read(kind: str, **body: object) -> Incoming | None:
    base = {"message_id": 5, "date": int(AT.timestamp()), "chat": PRIVATE, "from": READER}
    return incoming_of({"update_id": 1, kind: base | body}, bot_id=BOT, now=NOW)


def test_a_message_tells_where_who_when_and_what() -> None:
    assert read("message", text="/help") == Incoming(
        place=Place(chat_id=77, kind="private"), user=77, at=AT, event=Wrote(text="/help", message_id=5)
    )


def test_a_topic_of_a_forum_is_a_place_and_a_thread_of_replies_is_none() -> None:
    topic = read("message", chat=GROUP, text="x", message_thread_id=9, is_topic_message=True)
    replies = read("message", chat=GROUP, text="x", message_thread_id=9)
    assert topic is not None
    assert replies is not None
    assert topic.place == Place(chat_id=-100, kind="group", thread=9, username="Desk")
    assert replies.place.thread == 0


def test_a_reply_to_us_is_known_as_such() -> None:
    ours = read("message", chat=GROUP, text="x", reply_to_message={"from": US})
    others = read("message", chat=GROUP, text="x", reply_to_message={"from": READER})
    assert ours is not None
    assert others is not None
    assert isinstance(ours.event, Wrote)
    assert isinstance(others.event, Wrote)
    assert (ours.event.to_us, others.event.to_us) == (True, False)


def test_an_admin_who_hides_behind_the_group_writes_as_the_group() -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    hidden = read("message", chat=GROUP, **{"from": anonymous}, sender_chat=GROUP, text="/follow x")
    channel = read(
        "message", chat=GROUP, **{"from": anonymous}, sender_chat={"id": -5, "type": "channel"}, text="/follow x"
    )
    assert hidden is not None
    assert channel is not None
    assert isinstance(hidden.event, Wrote)
    assert isinstance(channel.event, Wrote)
    assert (hidden.user, hidden.event.as_chat) == (None, True)
    assert (channel.user, channel.event.as_chat) == (None, False)


@pytest.mark.parametrize(
    "body",
    [
        {"from": {"id": 5, "is_bot": True, "first_name": "بوت"}, "text": "/help"},
        {"chat": GROUP, "text": "/help", "is_automatic_forward": True, "sender_chat": {"id": -5, "type": "channel"}},
        {"new_chat_title": "عنوان"},
        {"chat": {"id": "77", "type": "private"}, "text": "/help"},
        {"chat": {"id": 77, "type": "planet"}, "text": "/help"},
        {"chat": {"id": 2**70, "type": "private"}, "text": "/help"},
        {"from": None, "text": "/help"},
    ],
)
def test_other_bots_service_messages_and_broken_ones_are_nothing(body: dict[str, object]) -> None:
    assert read("message", **body) is None


def test_a_picture_is_something_without_text() -> None:
    picture = read("message", photo=[], caption="الجديد")
    assert picture is not None
    assert picture.event == Wrote(text=None, message_id=5)


def test_a_group_that_moved_is_told_from_both_sides() -> None:
    old = read("message", chat={"id": -7, "type": "group"}, migrate_to_chat_id=-1007)
    new = read("message", chat={"id": -1007, "type": "supergroup"}, migrate_from_chat_id=-7)
    assert old is not None
    assert new is not None
    assert (old.place.chat_id, old.event) == (new.place.chat_id, new.event) == (-7, Migrated(to=-1007))


def test_a_pressed_button_is_of_the_moment_it_comes() -> None:
    query = {"id": "9", "from": READER, "data": "h", "message": {"message_id": 3, "date": 0, "chat": GROUP}}
    assert incoming_of({"update_id": 1, "callback_query": query}, bot_id=BOT, now=NOW) == Incoming(
        place=Place(chat_id=-100, kind="group", username="Desk"),
        user=77,
        at=NOW,
        event=Pressed(data="h", query_id="9", message_id=3),
    )


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        ({"status": "member"}, {"status": "kicked"}, Membership(was_inside=True, is_inside=False)),
        ({"status": "left"}, {"status": "administrator"}, Membership(was_inside=False, is_inside=True)),
        ({"status": "restricted", "is_member": False}, {"status": "restricted", "is_member": True},
         Membership(was_inside=False, is_inside=True)),
    ],
)  # fmt: skip
def test_membership_is_inside_or_not(before: dict[str, object], after: dict[str, object], event: Membership) -> None:
    change = read("my_chat_member", chat=GROUP, old_chat_member=before, new_chat_member=after)
    assert change is not None
    assert change.event == event
    assert from_json(to_json(change)) == change
