"""Open the channels that a configuration names: one object a kind, however many chats use it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bot.channels.alert_text import AlertStyle
from bot.channels.console_channel import ConsoleChannel
from bot.colour import colour_wanted
from bot.secrets import expand, secret_named
from rules.errors import MissingSecret
from storage import ChatAddress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.channels.channel import Channel
    from bot.logs import Logger
    from bot.settings import ChannelSettings, Settings

__all__ = ["alert_style", "chat_address", "open_channels"]


def open_channels(
    settings: Settings, feed_names: Mapping[str, str], *, log: Logger, console_only: bool = False
) -> dict[str, Channel]:
    """Return a channel for each kind in the configuration that this version can send to, and for Telegram with its token.

    ``console_only`` (a dry run) puts the console in place of every kind. What goes to a kind that cannot be sent to now
    waits in the database; that is told once here.
    """
    style = alert_style(settings, feed_names)
    console = ConsoleChannel(style, colour=colour_wanted(sys.stdout))
    kinds = {channel.kind for channel in settings.channels.values()}
    if console_only:
        return dict.fromkeys(kinds | {"console", "telegram"}, console)
    channels: dict[str, Channel] = {"console": console}
    telegram = _telegram(settings, style, log=log, wanted="telegram" in kinds)
    if telegram:
        channels["telegram"] = telegram
    for kind in sorted(kinds - {"console", "telegram"}):
        log.warning("channel_waits", kind=kind, reason="this version cannot send there yet; its messages are kept")
    return channels


def _telegram(settings: Settings, style: AlertStyle, *, log: Logger, wanted: bool) -> Channel | None:
    name = settings.telegram.token_env
    try:
        token = secret_named(name)
    except MissingSecret as error:
        token, reason = None, str(error)
    else:
        reason = f"{name} is not set; set it, or {name}_FILE to a file that holds the bot's token"
    if token is None:
        if wanted:
            log.error("channel_waits", kind="telegram", reason=f"{reason}; its messages are kept")
        return None
    # Loaded late: the library takes its time, and most commands need none of it.
    from bot.channels.telegram_channel import TelegramChannel

    return TelegramChannel(token, style, base_url=settings.telegram.base_url)


def chat_address(channel: ChannelSettings, *, as_written: bool = False) -> ChatAddress:
    """Return where a configured channel leads; ``as_written`` for a dry run, which goes nowhere.

    Raise `MissingSecret` where a Telegram address names what is not set. A Telegram address is no key: with ``${NAME}`` it
    is filled in, so that a chat is the same under its name and its number. Addresses of other kinds are keys: as written
    they are enough to know the chat by, and nothing of them is stored.
    """
    address = expand(channel.address) if channel.kind == "telegram" and not as_written else channel.address
    return ChatAddress(kind=channel.kind, address=address, thread=channel.thread)


def alert_style(settings: Settings, feed_names: Mapping[str, str]) -> AlertStyle:
    """Return how the configuration wants alerts to look."""
    return AlertStyle(zone=settings.timezone, locale=settings.locale, digits=settings.digits, feed_names=feed_names)
