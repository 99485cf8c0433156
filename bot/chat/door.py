"""What the chat part needs of Telegram, as one Protocol: nothing but its door speaks the library's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.chat.answer import Answer
    from bot.chat.incoming import Incoming

__all__ = ["Door", "Me", "Trouble"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who the bot is to Telegram."""

    id: int
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why updates do not come: Telegram cannot be reached, refuses the token, has another reader, or wants us to wait."""

    kind: Literal["unreachable", "refused", "conflict", "flood"]
    reason: str
    wait: timedelta | None = None


class Door(Protocol):
    """Read, say, ask who is an admin. No verb raises for what the far side does."""

    async def introduce(self, menu: Sequence[tuple[str, str]]) -> Me | Trouble:
        """Ask who the bot is, end a webhook that would keep updates from us, and set the menu of commands."""
        ...

    async def updates(self, confirm: int | None, wait_s: float) -> list[Mapping[str, object]] | Trouble:
        """Return what came in, oldest first, as soon as there is anything; nothing after ``wait_s`` seconds.

        ``confirm`` tells Telegram to forget everything below that number; None forgets nothing.
        """
        ...

    async def say(self, incoming: Incoming, answer: Answer) -> None:
        """Show the answer where the question came from, however long that takes; give up only what can never be shown."""
        ...

    async def is_group_admin(self, chat_id: int, user: int) -> bool | None:
        """Tell whether somebody is an admin of a group; None where that cannot be known now."""
        ...
