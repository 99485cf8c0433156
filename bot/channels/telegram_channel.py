"""Telegram: alerts as messages of a bot, through a Bot of its own that works whether or not anyone reads updates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.channels.alert_text import alert_lines
from bot.channels.channel import Accepted, AgainLater, DeadChat, NeverAccepted
from bot.channels.telegram_api import READ_TIMEOUT_S, close_bot, make_bot, not_modified, outcome_of
from bot.channels.telegram_html import telegram_text, web_address
from bot.secrets import expand
from rules.errors import MissingSecret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Message

    from bot.channels.alert_text import AlertStyle
    from bot.channels.channel import Outcome
    from bot.channels.telegram_html import TelegramText
    from storage import Chat, OutgoingMessage

__all__ = ["TelegramChannel"]

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
OPEN = "فتح الخبر"


class TelegramChannel:
    """Send to Telegram. Answers outcomes and never raises for what Telegram or the network does."""

    kind: Literal["telegram", "apprise", "webhook", "console"] = "telegram"
    can_edit = True

    def __init__(
        self,
        token: str,
        style: AlertStyle,
        *,
        base_url: str | None = None,
        read_timeout: float = READ_TIMEOUT_S,
    ) -> None:
        self._bot = make_bot(token, base_url=base_url, read_timeout=read_timeout)
        self._style = style
        self._numbers: dict[str, int] = {}
        self._flooded: set[int] = set()

    async def send(self, message: OutgoingMessage) -> Outcome:
        """Show the message as a new one."""
        return await self._show(message, self._sending(message, None))

    async def reply(self, message: OutgoingMessage) -> Outcome:
        """Show the message under the one it belongs to, as a new one where that is gone."""
        return await self._show(message, self._sending(message, message.parent_remote_id))

    async def edit(self, message: OutgoingMessage) -> Outcome:
        """Show the newest state in place of the message; one that shows it already is a success."""
        if message.remote_id is None:
            return await self.send(message)
        number = int(message.remote_id)

        async def call(chat: int, text: str, mode: ParseMode | None, *, buttons: bool) -> Message | bool:
            return await self._bot.edit_message_text(
                text,
                chat,
                number,
                parse_mode=mode,
                link_preview_options=NO_PREVIEW,
                reply_markup=_buttons(message) if buttons else None,
            )

        return await self._show(message, call)

    async def number(self, chat: Chat) -> int | AgainLater | DeadChat:
        """Return Telegram's number of the chat; a @name is asked for once: names and numbers would count as two chats."""
        try:
            return await self._number(chat)
        except TelegramError as error:
            outcome = outcome_of(error)  # only a question was asked: what is not final is safe to try again
            return outcome if isinstance(outcome, AgainLater | DeadChat) else AgainLater(reason=outcome.reason)  # type: ignore[union-attr]
        except MissingSecret as error:
            return AgainLater(reason=str(error))

    async def check(self, chat: Chat) -> str | None:
        """Return why nothing can be sent to the chat; asks for the bot's own place there."""
        try:
            me = await self._bot.get_me()
            member = await self._bot.get_chat_member(await self._number(chat), me.id)
        except TelegramError as error:
            outcome = outcome_of(error)
            return None if isinstance(outcome, Accepted) else outcome.reason
        except MissingSecret as error:
            return str(error)
        if member.status in {"left", "kicked"}:
            return f"the bot is not in the chat ({member.status}); add it"
        if getattr(member, "can_post_messages", True) is False:
            return "the bot may not post in the channel; give it the right to post messages"
        return None

    async def close(self) -> None:
        """Give up connections."""
        await close_bot(self._bot)

    # --- one message ----------------------------------------------------------------------------------------------------

    def _sending(self, message: OutgoingMessage, parent: str | None) -> Callable[..., Awaitable[Message]]:
        under = ReplyParameters(int(parent), allow_sending_without_reply=True) if parent else None

        async def call(chat: int, text: str, mode: ParseMode | None, *, buttons: bool) -> Message:
            return await self._bot.send_message(
                chat,
                text,
                parse_mode=mode,
                link_preview_options=NO_PREVIEW,
                message_thread_id=_topic(message.chat),
                reply_parameters=under,
                reply_markup=_buttons(message) if buttons else None,
            )

        return call

    async def _show(self, message: OutgoingMessage, call: Callable[..., Awaitable[Message | bool]]) -> Outcome:
        text = telegram_text(alert_lines(message, _style_of(message.chat, self._style)))
        chat = await self.number(message.chat)
        if not isinstance(chat, int):
            return chat
        try:
            shown = await _marked_up_or_plain(call, chat, text)
        except TelegramError as error:
            if message.remote_id is not None and not_modified(error):
                return Accepted(remote_id=message.remote_id, tg_id=chat)
            return self._in_flood(chat, outcome_of(error))
        self._flooded.clear()
        number = message.remote_id if isinstance(shown, bool) else str(shown.message_id)
        return Accepted(remote_id=str(number), tg_id=chat)

    async def _number(self, chat: Chat) -> int:
        address = expand(chat.address.address)
        known = chat.tg_id or self._numbers.get(address)
        if known is None and not address.lstrip("-").isdigit():
            known = (await self._bot.get_chat(address)).id
        self._numbers[address] = known if known is not None else int(address)
        return self._numbers[address]

    def _in_flood(self, chat: int, outcome: Outcome) -> Outcome:
        """Tell a chat's own 429 from the bot's: the second chat refused with no acceptance between means all must wait."""
        if not isinstance(outcome, AgainLater) or outcome.stops != "chat":
            return outcome
        self._flooded.add(chat)
        if len(self._flooded) < 2:
            return outcome
        return AgainLater(reason=outcome.reason, wait=outcome.wait, stops="channel")


async def _marked_up_or_plain(
    call: Callable[..., Awaitable[Message | bool]], chat: int, text: TelegramText
) -> Message | bool:
    """Call with markup; if Telegram refuses it for anything but the chat, once more without what it does not like."""
    try:
        return await call(chat, text.markup, ParseMode.HTML, buttons=True)
    except BadRequest as error:
        if not_modified(error) or not isinstance(outcome_of(error), NeverAccepted):
            raise
        if "button" in error.message.casefold():
            return await call(chat, text.markup, ParseMode.HTML, buttons=False)
        return await call(chat, text.plain, None, buttons=False)


def _topic(chat: Chat) -> int | None:
    """Return the forum topic; 1 is the general one, which Telegram refuses to be told by number."""
    return chat.address.thread if chat.address.thread > 1 else None


def _style_of(chat: Chat, style: AlertStyle) -> AlertStyle:
    """Return how this chat wants its alerts: its own time zone and months where it has chosen them."""
    zone = ZoneInfo(chat.timezone) if chat.timezone else style.zone
    return replace(style, zone=zone, locale=chat.locale or style.locale)


def _buttons(message: OutgoingMessage) -> InlineKeyboardMarkup | None:
    address = message.articles[0].url if message.articles else ""
    if not web_address(address):
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(OPEN, url=address)]])
