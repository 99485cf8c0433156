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
        self._by_first: dict[str, list[tuple[tuple[str, ...], bool]]] = {}
        """For the first word of each pattern all its words, and whether they must stand at the start."""
        for pattern in patterns:
            words = _keys(pattern.removeprefix("^"))
            if words:
                self._by_first.setdefault(words[0], []).append((words, pattern.startswith("^")))

    def names(self, title: str) -> bool:
        """Tell whether the title is of that class."""
        words = _keys(title)
        return any(
            words[begin : begin + len(pattern)] == pattern
            for begin, word in enumerate(words)
            for pattern, at_start in self._by_first.get(word, ())
            if not (at_start and begin)
        )


def _keys(text: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in words_of(text))
