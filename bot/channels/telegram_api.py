"""The door of python-telegram-bot for sending: a Bot that depends on no updater, and its errors as outcomes.

Its errors trap: `BadRequest` and `TimedOut` are `NetworkError`s, 401 and 404 both come as `InvalidToken`, and reading
``retry_after`` warns unless PTB_TIMEDELTA is set.
"""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx

os.environ.setdefault("PTB_TIMEDELTA", "1")

from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.channels.channel import AgainLater, DeadChat, NeverAccepted, UnknownOutcome

if TYPE_CHECKING:
    from bot.channels.channel import Outcome

__all__ = ["BotRequest", "ServerTrouble", "close_bot", "make_bot", "not_modified", "outcome_of", "seconds_of"]

READ_TIMEOUT_S = 30.0
"""The library's 5 s would make a slow answer a lost one."""
BASE_URL = "https://api.telegram.org/bot"
CONNECT_TIMEOUT_S = 10.0
POOL_TIMEOUT_S = 5.0
CONNECTIONS = 64

UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""The request did not leave."""
DEAD = (
    "chat not found", "user not found", "peer_id_invalid", "chat_id_invalid", "chat_id is empty", "need administrator rights",
    "not enough rights", "have no rights", "chat_write_forbidden", "chat_admin_required", "channel_private",
    "chat_restricted", "user_is_blocked", "message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid",
)  # fmt: skip
"""What a 400 says of a chat or thread that takes nothing; the Bot API has no codes for them. Compared in small letters:
the library writes the first one large."""


class ServerTrouble(NetworkError):
    """Report that Telegram answered 5xx: nothing was accepted, and the chat is not to blame."""


class BotRequest(HTTPXRequest):
    """Requests that tell a server's 5xx from a broken connection."""

    async def do_request(self, *arguments: object, **options: object) -> tuple[int, bytes]:
        """Ask as the library does. Raise `ServerTrouble` for 5xx."""
        status, body = await super().do_request(*arguments, **options)  # type: ignore[arg-type]  # handed through
        if status >= 500:
            message = f"Telegram answered with status {status}"
            raise ServerTrouble(message)
        return status, body


def make_bot(
    token: str, *, base_url: str | None = None, read_timeout: float = READ_TIMEOUT_S, connections: int = CONNECTIONS
) -> Bot:
    """Return a Bot that needs no `initialize`, so that it can be made while Telegram is down. `close_bot` ends it."""
    for chatty in ("httpx", "httpcore"):  # they tell each request's address, and that holds the token
        logging.getLogger(chatty).setLevel(logging.WARNING)
    request = BotRequest(
        connection_pool_size=connections,
        read_timeout=read_timeout,
        write_timeout=READ_TIMEOUT_S,
        connect_timeout=CONNECT_TIMEOUT_S,
        pool_timeout=POOL_TIMEOUT_S,
    )
    return Bot(token, base_url=base_url or BASE_URL, request=request, get_updates_request=request)


async def close_bot(bot: Bot) -> None:
    """Close the connections of a Bot that `make_bot` made."""
    await bot.request.shutdown()


def seconds_of(wait: float | timedelta) -> timedelta:
    """Return ``retry_after`` as a timedelta; the library is about to change its type."""
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)


def not_modified(error: TelegramError) -> bool:
    """Tell whether an edit was refused because the message shows that text already."""
    return isinstance(error, BadRequest) and "not modified" in error.message.casefold()


def outcome_of(error: TelegramError) -> Outcome:
    """Return what an error means for the message. Anything that may have been accepted is `UnknownOutcome`."""
    kind = type(error).__name__
    reason = error.message if error.message.startswith(f"{kind}: ") else f"{kind}: {error.message}"
    match error:
        case RetryAfter():
            return AgainLater(reason=reason, wait=seconds_of(error.retry_after), stops="chat")
        case ChatMigrated():
            return DeadChat(reason=reason, successor=str(error.new_chat_id))
        case Forbidden():
            return DeadChat(reason=reason)
        case InvalidToken():
            return AgainLater(reason=f"Telegram refuses the bot's token ({error.message})", stops="channel")
        case BadRequest():
            dead = any(words in error.message.casefold() for words in DEAD)
            return DeadChat(reason=reason) if dead else NeverAccepted(reason=reason)
        case ServerTrouble():
            return AgainLater(reason=error.message)
    return _of_connection(error, reason)


def _of_connection(error: TelegramError, reason: str) -> Outcome:
    cause = error.__cause__
    if isinstance(cause, httpx.PoolTimeout):
        return AgainLater(reason="all connections are busy", wait=timedelta(seconds=1))
    if isinstance(error, NetworkError | TimedOut) and isinstance(cause, UNSENT):
        return AgainLater(reason=f"Telegram cannot be reached: {type(cause).__name__}", stops="channel")
    return UnknownOutcome(reason=f"no answer from Telegram: {type(cause).__name__ if cause else reason}")
