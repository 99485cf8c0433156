"""What the fake Bot API knows: chats, messages, updates; and its methods, in the real answers' shapes."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.fakes.telegram_limits import FloodGate, FloodLimits, whole_seconds
from tests.fakes.telegram_markup import Markup, MarkupError, read_markup, units

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["BOT", "ApiError", "FakeChat", "Shown", "World"]

BOT = {"id": 4242424242, "is_bot": True, "first_name": "راصد", "username": "rasid_test_bot"}
LONGEST_TEXT = 4096
MEMBER_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip
OBEYED = {
    "setMyCommands", "deleteMyCommands", "setMyName", "setMyDescription", "setMyShortDescription", "setChatMenuButton",
    "sendChatAction", "answerCallbackQuery", "deleteMessage", "pinChatMessage", "leaveChat", "logOut", "close",
}  # fmt: skip


class ApiError(Exception):
    """An answer that is not ok."""

    def __init__(self, status: int, description: str, parameters: dict[str, int] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


@dataclass(kw_only=True)
class FakeChat:
    """A chat. ``rights`` is the bot's place in it: administrator, member, left or kicked; ``threads`` its topics.

    ``admins`` are the people who are administrators; all others are members.
    """

    id: int
    type: Literal["private", "group", "supergroup", "channel"] = "private"
    title: str = "دردشة"
    username: str | None = None
    rights: Literal["administrator", "member", "left", "kicked"] = "administrator"
    can_post: bool = True
    threads: tuple[int, ...] = ()
    admins: tuple[int, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the shape of the Bot API's Chat."""
        shape: dict[str, object] = {"id": self.id, "type": self.type}
        shape |= {"first_name": self.title} if self.type == "private" else {"title": self.title}
        shape |= {"username": self.username} if self.username else {}
        return shape | ({"is_forum": True} if self.threads else {})


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One accepted sendMessage or editMessageText: what the reader of the chat sees, and when it was accepted."""

    at: float
    method: str
    chat: int
    thread: int
    message_id: int
    text: str
    plain: str
    entities: list[dict[str, object]] = field(default_factory=list)
    reply_to: int | None = None
    reply_markup: object = None
    answered: bool = True

    @property
    def buttons(self) -> list[dict[str, object]]:
        """Return the inline buttons in reading order."""
        rows = self.reply_markup.get("inline_keyboard", []) if isinstance(self.reply_markup, dict) else []
        return [button for row in rows for button in row]


class World:
    """Chats and messages. `call` answers a method or raises `ApiError`; what was accepted stands in ``shown``."""

    def __init__(self, limits: FloodLimits, keep: Callable[[Shown], None] | None = None) -> None:
        self.chats: dict[int, FakeChat] = {}
        self.shown: list[Shown] = []
        self.calls: list[tuple[str, dict[str, object]]] = []
        self.commands: list[tuple[dict[str, object], list[dict[str, str]]]] = []
        self.gate = FloodGate(limits)
        self.webhook = ""
        self._keep = keep or (lambda _: None)
        self._next_message = 1

    def add_chat(self, chat: FakeChat) -> FakeChat:
        """Let the bot reach a chat."""
        self.chats[chat.id] = chat
        return chat

    def load(self, shown: list[Shown]) -> None:
        """Take up a record that an earlier process wrote."""
        self.shown = list(shown)
        self._next_message = max([0, *(one.message_id for one in shown)]) + 1

    def find(self, reference: object) -> FakeChat:
        """Return the chat of an id or @name. Raise `ApiError` 400 where there is none."""
        text = str(reference)
        for chat in self.chats.values():
            if text == str(chat.id) or (chat.username and text.lower() == f"@{chat.username.lower()}"):
                return chat
        if not text:
            raise ApiError(400, "Bad Request: chat_id is empty")
        raise ApiError(400, "Bad Request: chat not found")

    def call(self, method: str, values: Mapping[str, object], *, answered: bool = True) -> object:
        """Answer a method of the Bot API."""
        self.calls.append((method, dict(values)))
        known = {
            "getMe": lambda: (
                BOT | {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
            ),
            "sendMessage": lambda: self._send(values, answered=answered),
            "editMessageText": lambda: self._edit(values, answered=answered),
            "editMessageReplyMarkup": lambda: self._edit_markup(values),
            "getChat": lambda: self._chat(self.find(values.get("chat_id", ""))),
            "getChatMember": lambda: self._member(self.find(values.get("chat_id", "")), values),
            "setWebhook": lambda: self._set_webhook(str(values.get("url", ""))),
            "deleteWebhook": lambda: self._set_webhook(""),
            "getMyCommands": lambda: self.commands[-1][1] if self.commands else [],
        }
        if method == "setMyCommands":
            self._set_commands(values)
        if method in OBEYED:
            return True
        if method not in known:
            raise ApiError(404, "Not Found")
        return known[method]()

    # --- methods ------------------------------------------------------------------------------------------------------

    def _send(self, values: Mapping[str, object], *, answered: bool) -> dict[str, object]:
        chat = self.find(values.get("chat_id", ""))
        self._admit(chat)
        markup = self._text(values)
        thread = int(values.get("message_thread_id") or 0)
        if thread and thread not in chat.threads:
            raise ApiError(400, "Bad Request: message thread not found")
        reply_to = self._reply_to(chat, values)
        self._flood(chat)
        return self._accept("sendMessage", chat, values, markup, self.number(), thread, reply_to, answered=answered)

    def _edit(self, values: Mapping[str, object], *, answered: bool) -> dict[str, object]:
        chat = self.find(values.get("chat_id", ""))
        self._admit(chat)
        number = int(values.get("message_id") or 0)
        before = self.newest(chat.id, number)
        if before is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        markup = self._text(values)
        same_buttons = _json(values.get("reply_markup")) == before.reply_markup
        if same_buttons and (markup.plain, [one.as_json() for one in markup.entities]) == (
            before.plain,
            before.entities,
        ):
            raise ApiError(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
                " as a current content and reply markup of the message",
            )
        self._flood(chat)
        return self._accept(
            "editMessageText", chat, values, markup, number, before.thread, before.reply_to, answered=answered
        )

    def _edit_markup(self, values: Mapping[str, object]) -> dict[str, object]:
        chat = self.find(values.get("chat_id", ""))
        before = self.newest(chat.id, int(values.get("message_id") or 0))
        if before is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        markup = Markup(plain=before.plain)
        return self._accept(
            "editMessageReplyMarkup", chat, {**values, "text": before.text}, markup, before.message_id, before.thread,
            before.reply_to, answered=True,
        )  # fmt: skip

    def newest(self, chat: int, message_id: int) -> Shown | None:
        """Return the newest state of a message, or None if the chat has none of that number."""
        return next((one for one in reversed(self.shown) if (one.chat, one.message_id) == (chat, message_id)), None)

    def _admit(self, chat: FakeChat) -> None:
        if chat.rights == "kicked":
            raise ApiError(403, f"Forbidden: bot was kicked from the {chat.type} chat")
        if chat.rights == "left":
            raise ApiError(403, f"Forbidden: bot is not a member of the {chat.type} chat")
        if chat.type == "channel" and not chat.can_post:
            raise ApiError(400, "Bad Request: need administrator rights in the channel chat")

    def _text(self, values: Mapping[str, object]) -> Markup:
        source = str(values.get("text", ""))
        mode = str(values.get("parse_mode") or "")
        if mode and mode.upper() != "HTML":
            raise ApiError(400, "Bad Request: unsupported parse_mode")
        try:
            markup = read_markup(source) if mode else Markup(plain=source)
        except MarkupError as error:
            raise ApiError(400, f"Bad Request: can't parse entities: {error}") from error
        if not markup.plain.strip():
            raise ApiError(400, "Bad Request: message text is empty")
        if units(markup.plain) > LONGEST_TEXT:
            raise ApiError(400, "Bad Request: message is too long")
        return markup

    def _reply_to(self, chat: FakeChat, values: Mapping[str, object]) -> int | None:
        given = _json(values.get("reply_parameters"))
        number = given.get("message_id") if isinstance(given, dict) else values.get("reply_to_message_id")
        if not number:
            return None
        if self.newest(chat.id, int(number)):
            return int(number)
        if isinstance(given, dict) and given.get("allow_sending_without_reply"):
            return None
        raise ApiError(400, "Bad Request: message to be replied not found")

    def _flood(self, chat: FakeChat) -> None:
        wait = self.gate.wait(chat.id, private=chat.type == "private", now=time.monotonic())
        if wait > 0:
            seconds = whole_seconds(wait)
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        self.gate.count(chat.id, time.monotonic())

    def number(self) -> int:
        """Take the next message number."""
        number, self._next_message = self._next_message, self._next_message + 1
        return number

    def _accept(
        self, method: str, chat: FakeChat, values: Mapping[str, object], markup: Markup, number: int, thread: int,
        reply_to: int | None, *, answered: bool,
    ) -> dict[str, object]:  # fmt: skip
        one = Shown(
            at=time.time(),
            method=method,
            chat=chat.id,
            thread=thread,
            message_id=number,
            text=str(values.get("text", "")),
            plain=markup.plain,
            entities=[entity.as_json() for entity in markup.entities],
            reply_to=reply_to,
            reply_markup=_json(values.get("reply_markup")),
            answered=answered,
        )
        self._keep(one)
        self.shown.append(one)
        return self.message(one, chat)

    def message(self, one: Shown, chat: FakeChat) -> dict[str, Any]:
        """Return the shape of the Bot API's Message."""
        shape: dict[str, Any] = {
            "message_id": one.message_id,
            "date": int(one.at),
            "chat": chat.as_json(),
            "text": one.plain,
        }
        shape |= {"sender_chat": chat.as_json()} if chat.type == "channel" else {"from": BOT}
        shape |= {"entities": one.entities} if one.entities else {}
        shape |= {"message_thread_id": one.thread, "is_topic_message": True} if one.thread else {}
        shape |= {"reply_markup": one.reply_markup} if one.reply_markup else {}
        shape |= {"edit_date": int(one.at)} if one.method.startswith("edit") else {}
        parent = self.newest(chat.id, one.reply_to) if one.reply_to else None
        return shape | ({"reply_to_message": self.message(parent, chat) | {"reply_to_message": None}} if parent else {})

    def _chat(self, chat: FakeChat) -> dict[str, object]:
        gifts = dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
        )
        return chat.as_json() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}

    def _member(self, chat: FakeChat, values: Mapping[str, object]) -> dict[str, object]:
        number = int(values.get("user_id") or 0)
        if number != BOT["id"]:
            person = {"user": {"id": number, "is_bot": False, "first_name": "قارئ"}}
            if number not in chat.admins:
                return person | {"status": "member"}
            return person | {"status": "administrator"} | dict.fromkeys(MEMBER_RIGHTS, True)
        shape: dict[str, object] = {"status": chat.rights, "user": BOT}
        if chat.rights == "kicked":
            return shape | {"until_date": 0}
        if chat.rights != "administrator":
            return shape
        return (
            shape | dict.fromkeys(MEMBER_RIGHTS, True) | {"can_post_messages": chat.can_post, "can_edit_messages": True}
        )

    def _set_webhook(self, url: str) -> bool:
        self.webhook = url
        return True

    def _set_commands(self, values: Mapping[str, object]) -> None:
        listed = _json(values.get("commands")) or []
        self.commands.append((_json(values.get("scope")) or {"type": "default"}, listed))

    def record(self) -> list[dict[str, object]]:
        """Return all that was accepted, as JSON has it."""
        return [asdict(one) for one in self.shown]


def _json(value: object) -> object:
    return json.loads(value) if isinstance(value, str) and value else value or None
