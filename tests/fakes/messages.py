"""A message as the store hands it to a channel: one sample, changed where a test cares."""

from __future__ import annotations

from dataclasses import replace

from storage import AlertArticle, Chat, ChatAddress, OutgoingMessage

__all__ = ["outgoing"]


def outgoing(
    *articles: AlertArticle, to: str = "telegram", address: str = "-100", thread: int = 0, **changes: object
) -> OutgoingMessage:
    """Return an alert to a chat at this address; ``to`` is the kind of chat."""
    made = OutgoingMessage(
        id=1,
        chat=Chat(id=1, address=ChatAddress(kind=to, address=address, thread=thread)),
        kind="alert",
        severity="high",
        story_id=1,
        wanted_rev=1,
        shown_rev=0,
        remote_id=None,
        parent_remote_id=None,
        attempts=0,
        doubtful=False,
        articles=articles,
    )
    return replace(made, **changes)
