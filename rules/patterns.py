"""Patterns that people write, with a time limit. The one door of the ``regex`` library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rules.errors import MarsadError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BadPattern", "Pattern", "compile_pattern"]

LONGEST = 1_000
"""Characters of a pattern."""
LIMIT_S = 0.05
"""Seconds one search may take; `re` hangs on three of six hostile patterns, `regex` can be told to stop."""
MOST_HITS = 100


class BadPattern(MarsadError):
    """Report that a pattern cannot be compiled; the message says where."""


class Pattern:
    """A compiled pattern. `find` never takes long: a search that reaches the limit finds nothing more."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            message = f"longer than {LONGEST} characters"
            raise BadPattern(message)
        if not text:
            message = "it is empty"
            raise BadPattern(message)
        try:
            self._compiled = regex.compile(text)
        except (regex.error, OverflowError, RecursionError, ValueError) as error:
            raise BadPattern(str(error)) from error

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places (start, end) that the pattern finds, at most a hundred, empty ones left out."""
        count = 0
        try:
            for found in self._compiled.finditer(text, timeout=LIMIT_S):
                if found.end() > found.start():
                    yield found.start(), found.end()
                    count += 1
                if count >= MOST_HITS:
                    return
        except TimeoutError:
            return


def compile_pattern(text: str) -> Pattern:
    """Return the compiled pattern; raise `BadPattern` where it cannot be."""
    return Pattern(text)
