"""Titles of a class that touches everything: press round-ups, live pages, horoscopes, "on this day"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.text import fold, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Roundups"]


class Roundups:
    """The patterns of such titles: phrases whose words stand in the title, at its start where ``^`` stands before them."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._at_start: list[tuple[str, ...]] = []
        self._anywhere: list[tuple[str, ...]] = []
        for pattern in patterns:
            words = _keys(pattern.removeprefix("^"))
            if words:
                (self._at_start if pattern.startswith("^") else self._anywhere).append(words)

    def names(self, title: str) -> bool:
        """Tell whether the title is of that class."""
        if not title or not (self._at_start or self._anywhere):
            return False
        words = _keys(title)
        if any(words[: len(pattern)] == pattern for pattern in self._at_start):
            return True
        return any(
            words[begin : begin + len(pattern)] == pattern
            for pattern in self._anywhere
            for begin in range(len(words) - len(pattern) + 1)
        )


def _keys(text: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in words_of(text))
