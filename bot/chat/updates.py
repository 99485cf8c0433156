"""One update of the Bot API, as JSON has it, read into `Incoming`. Pure, and lenient: what is strange is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, cast

from bot.chat.incoming import Incoming, Membership, Migrated, Place, Pressed, Wrote

__all__ = ["WANTED", "incoming_of"]

WANTED = ("message", "callback_query", "my_chat_member")
"""What Telegram is asked for. Edited messages and channel posts are no requests and do not even come."""
INSIDE = {"creator", "administrator", "member"}
WORDLESS = {
    "animation", "audio", "contact", "dice", "document", "location", "paid_media", "photo", "poll", "sticker", "story",
    "venue", "video", "video_note", "voice",
}  # fmt: skip
KINDS: Mapping[object, Literal["private", "group", "channel"]] = {
    "private": "private",
    "group": "group",
    "supergroup": "group",
    "channel": "channel",
}
Json = Mapping[str, object]


def incoming_of(update: Json, *, bot_id: int, now: datetime) -> Incoming | None:
    """Return what an update tells us, or None where it is nothing for us. Never raises for what an update holds."""
    try:
        return _incoming(update, bot_id, now)
    except (KeyError, TypeError, ValueError, OverflowError, OSError, AttributeError):
        return None


def _incoming(update: Json, bot_id: int, now: datetime) -> Incoming | None:
    if "message" in update:
        return _message(_child(update, "message"), bot_id, now)
    if "callback_query" in update:
        return _pressed(_child(update, "callback_query"), now)
    if "my_chat_member" in update:
        return _membership(_child(update, "my_chat_member"), now)
    return None


def _message(message: Json, bot_id: int, now: datetime) -> Incoming | None:
    at = _moment(message, now)
    place = _place(message)
    if "migrate_to_chat_id" in message:
        return Incoming(place=place, user=None, at=at, event=Migrated(to=_number(message["migrate_to_chat_id"])))
    if "migrate_from_chat_id" in message:
        old = Place(chat_id=_number(message["migrate_from_chat_id"]), kind="group")
        return Incoming(place=old, user=None, at=at, event=Migrated(to=place.chat_id))
    text = message.get("text")
    if message.get("is_automatic_forward") or not (isinstance(text, str) or WORDLESS & message.keys()):
        return None
    sender, behind = message.get("from"), message.get("sender_chat")
    as_chat = isinstance(behind, Mapping) and behind.get("id") == place.chat_id and place.kind == "group"
    user = None if behind else _user(sender)
    if user is None and not behind:
        return None
    event = Wrote(
        text=text if isinstance(text, str) else None,
        message_id=_number(message["message_id"]),
        to_us=_is_reply_to(message, bot_id),
        as_chat=as_chat,
    )
    return Incoming(place=place, user=user, at=at, event=event)


def _is_reply_to(message: Json, bot_id: int) -> bool:
    parent = message.get("reply_to_message")
    author = parent.get("from") if isinstance(parent, Mapping) else None
    return isinstance(author, Mapping) and author.get("id") == bot_id


def _pressed(query: Json, now: datetime) -> Incoming | None:
    message = query.get("message")
    data = query.get("data")
    user = _user(query.get("from"))
    if not isinstance(message, Mapping) or not isinstance(data, str) or user is None:
        return None
    event = Pressed(data=data, query_id=str(query["id"]), message_id=_number(message["message_id"]))
    return Incoming(place=_place(message), user=user, at=now, event=event)


def _membership(change: Json, now: datetime) -> Incoming:
    event = Membership(
        was_inside=_is_inside(_child(change, "old_chat_member")),
        is_inside=_is_inside(_child(change, "new_chat_member")),
    )
    return Incoming(place=_place(change), user=_user(change.get("from")), at=_moment(change, now), event=event)


def _is_inside(member: Json) -> bool:
    status = member.get("status")
    return status in INSIDE or (status == "restricted" and member.get("is_member") is True)


def _place(holder: Json) -> Place:
    chat = _child(holder, "chat")
    username = chat.get("username")
    thread = holder.get("message_thread_id") if holder.get("is_topic_message") else 0
    return Place(
        chat_id=_number(chat["id"]),
        kind=KINDS[chat["type"]],
        thread=_number(thread or 0),
        username=username if isinstance(username, str) else None,
    )


def _user(sender: object) -> int | None:
    """Return a person's id; other bots are nobody."""
    if not isinstance(sender, Mapping) or sender.get("is_bot"):
        return None
    return _number(sender["id"])


def _moment(holder: Json, now: datetime) -> datetime:
    date = holder.get("date")
    return datetime.fromtimestamp(date, UTC) if isinstance(date, int) and date > 0 else now


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        message = f"{value!r} is no number"
        raise TypeError(message)
    return value


def _child(holder: Json, name: str) -> Json:
    child = holder[name]
    if not isinstance(child, Mapping):
        message = f"{name} is no object"
        raise TypeError(message)
    return cast("Json", child)
