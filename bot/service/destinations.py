"""Where a match goes. Pure: routes, followers and mutes in, chats and reasons out."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from storage import DeliveryCommit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.settings import Route
    from rules import Severity, Watchlist

__all__ = ["Destinations", "channels_of", "deliveries_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """What is known of destinations at one moment.

    ``channels`` maps the configuration's channel names to chats; ``followers`` a watchlist's id to the chats that follow
    it; ``mutes`` holds (chat, watchlist or ``*``).
    """

    channels: Mapping[str, int]
    routes: tuple[Route, ...] = ()
    followers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    mutes: frozenset[tuple[int, str]] = frozenset()

    def muted(self, chat_id: int, watchlist_id: str) -> bool:
        """Tell whether the watchlist, or everything, is muted in the chat."""
        return (chat_id, watchlist_id) in self.mutes or (chat_id, "*") in self.mutes


def channels_of(watchlist: Watchlist, severity: Severity, destinations: Destinations) -> tuple[str, ...]:
    """Return the channel names that a match of this severity goes to, in the order of the configuration.

    The watchlist's own ``channels`` come before routes; without any route a match goes to every channel. A trial is shown
    to nobody but the admins, so it has none.
    """
    if watchlist.state != "live":
        return ()
    if watchlist.channels is not None:
        return tuple(name for name in destinations.channels if name in watchlist.channels)
    if not destinations.routes:
        return tuple(destinations.channels)
    chosen: list[str] = []
    for route in destinations.routes:
        if not _admits(route, watchlist.id, severity):
            continue
        chosen += [name for name in route.to if name not in chosen]
        if not route.continues:
            break
    return tuple(name for name in chosen if name in destinations.channels)


def deliveries_of(
    watchlist: Watchlist, severity: Severity, destinations: Destinations, *, suppress: str | None = None
) -> tuple[DeliveryCommit, ...]:
    """Return one delivery a chat, or the one without chat where there is no destination.

    ``suppress`` is the reason for which the match must not alert anywhere (``first_fetch``, ``roundup``), or None.
    """
    chats = {destinations.channels[name] for name in channels_of(watchlist, severity, destinations)}
    if watchlist.state == "live":
        chats |= destinations.followers.get(watchlist.id, frozenset())
    if not chats:
        return (DeliveryCommit(chat_id=None, state="suppressed", reason="no_route"),)
    return tuple(_delivery(chat, watchlist.id, destinations, suppress) for chat in sorted(chats))


def _delivery(chat_id: int, watchlist_id: str, destinations: Destinations, suppress: str | None) -> DeliveryCommit:
    if suppress == "first_fetch":
        return DeliveryCommit(chat_id=chat_id, state="suppressed", reason="first_fetch")
    if suppress == "roundup":
        return DeliveryCommit(chat_id=chat_id, state="suppressed", reason="roundup")
    if destinations.muted(chat_id, watchlist_id):
        return DeliveryCommit(chat_id=chat_id, state="suppressed", reason="muted")
    return DeliveryCommit(chat_id=chat_id, state="pending")


def _admits(route: Route, watchlist_id: str, severity: Severity) -> bool:
    if route.severity and severity not in route.severity:
        return False
    return not route.watchlists or any(fnmatchcase(watchlist_id, pattern) for pattern in route.watchlists)
