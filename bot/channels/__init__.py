"""Deliver messages to chats."""

__all__: list[str] = []
