"""Open the channels that a configuration names: one object a kind, however many chats use it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from bot.channels.alert_text import AlertStyle
from bot.channels.console_channel import ConsoleChannel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from bot.channels.channel import Channel
    from bot.logs import Logger
    from bot.settings import Settings

__all__ = ["alert_style", "colour_wanted", "open_channels"]


def open_channels(
    settings: Settings, feed_names: Mapping[str, str], *, log: Logger, console_only: bool = False
) -> dict[str, Channel]:
    """Return a channel for each kind in the configuration that this version can send to.

    ``console_only`` (a dry run) puts the console in place of every kind. What goes to a kind that cannot be sent to yet
    waits in the database; that is told once here.
    """
    console = ConsoleChannel(alert_style(settings, feed_names), colour=colour_wanted(sys.stdout))
    kinds = {channel.kind for channel in settings.channels.values()}
    if console_only:
        return dict.fromkeys(kinds | {"console"}, console)
    for kind in sorted(kinds - {"console"}):
        log.warning("channel_waits", kind=kind, reason="this version cannot send there yet; its messages are kept")
    return {"console": console}


def alert_style(settings: Settings, feed_names: Mapping[str, str]) -> AlertStyle:
    """Return how the configuration wants alerts to look."""
    return AlertStyle(zone=settings.timezone, locale=settings.locale, digits=settings.digits, feed_names=feed_names)


def colour_wanted(stream: TextIO) -> bool:
    """Tell whether to mark words with colour: on a terminal, unless NO_COLOR is set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")
