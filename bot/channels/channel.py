"""The Protocol of a channel: how a message reaches a chat, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from storage import Accepted, Chat, NeverAccepted, OutgoingMessage, UnknownOutcome

__all__ = ["Accepted", "AgainLater", "Channel", "DeadChat", "NeverAccepted", "Outcome", "UnknownOutcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainLater:
    """Not accepted now; nothing was shown. ``wait`` is what the channel asked for, or None: use the own back-off.

    ``stops`` says what has to wait: this message, the chat, or everything that goes through the channel.
    """

    reason: str
    wait: timedelta | None = None
    stops: Literal["message", "chat", "channel"] = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadChat:
    """The chat takes nothing any more; ``successor`` is the address that replaces it, where the channel told one."""

    reason: str
    successor: str | None = None


Outcome = Accepted | AgainLater | NeverAccepted | DeadChat | UnknownOutcome


class Channel(Protocol):
    """Deliver messages of one kind of chat. No verb raises for what the far side does: it answers an `Outcome`."""

    kind: Literal["telegram", "apprise", "webhook", "console"]
    can_edit: bool

    async def send(self, message: OutgoingMessage) -> Outcome:
        """Show the message as a new one."""
        ...

    async def edit(self, message: OutgoingMessage) -> Outcome:
        """Show the message's newest state in place of the one at ``message.remote_id``; only where ``can_edit``."""
        ...

    async def reply(self, message: OutgoingMessage) -> Outcome:
        """Show the message under the one at ``message.parent_remote_id``; as a new one where that is None."""
        ...

    async def number(self, chat: Chat) -> int | AgainLater | DeadChat | None:
        """Return the number that the far side knows the chat by, or why it cannot be told; None where chats have none."""
        ...

    async def check(self, chat: Chat) -> str | None:
        """Return why nothing can be sent to the chat, or None if all is well; shows nothing there."""
        ...

    async def close(self) -> None:
        """Give up connections."""
        ...
