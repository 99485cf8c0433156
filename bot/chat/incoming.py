"""What comes in from people, as plain values that survive a restart as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

__all__ = ["Incoming", "Membership", "Migrated", "Place", "Pressed", "Wrote", "from_json", "to_json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it came from: Telegram's chat, and the topic of a forum (0: none)."""

    chat_id: int
    kind: Literal["private", "group", "channel"]
    thread: int = 0
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """Somebody wrote. ``text`` is None for what is not text.

    ``to_us`` is True for a reply to the bot; ``as_chat`` for an admin who writes under the group's own name.
    """

    text: str | None
    message_id: int
    to_us: bool = False
    as_chat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Somebody pressed a button under a message of ours; ``message_id`` None where that is too old to be named."""

    data: str
    query_id: str
    message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The bot was let in, or put out: whether it was inside before, and whether it is now."""

    was_inside: bool
    is_inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """The group has become the supergroup ``to``."""

    to: int


Event = Wrote | Pressed | Membership | Migrated


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One thing that happened. ``user`` is None where nobody in particular did it; ``at`` is Telegram's time."""

    place: Place
    user: int | None
    at: datetime
    event: Event


EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in (Wrote, Pressed, Membership, Migrated)}


def to_json(incoming: Incoming) -> str:
    """Return it as one line of JSON."""
    values = {
        "place": asdict(incoming.place),
        "user": incoming.user,
        "at": incoming.at.timestamp(),
        "kind": type(incoming.event).__name__,
        "event": asdict(incoming.event),
    }
    return json.dumps(values, ensure_ascii=True)  # a lone surrogate is text for Telegram, and none for SQLite


def from_json(text: str) -> Incoming:
    """Return what `to_json` wrote. Raise ValueError, KeyError or TypeError for anything else."""
    values = json.loads(text)
    return Incoming(
        place=Place(**values["place"]),
        user=values["user"],
        at=datetime.fromtimestamp(values["at"], UTC),
        event=EVENTS[values["kind"]](**values["event"]),
    )
