"""English counts for the summaries of commands: ``1 mistake``, ``2,000 matches``."""

from __future__ import annotations

__all__ = ["many"]


def many(number: int, one: str, more: str | None = None) -> str:
    """Return a number with its noun in the right number; ``more`` where the plural is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
