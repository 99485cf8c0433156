"""Patterns that people write, with a time limit; letters as readers see them. The one door of the ``regex`` library.

The library is imported when something first needs it: most rules hold no pattern, and a command should start without it.
"""

from __future__ import annotations

import re
from time import perf_counter
from typing import TYPE_CHECKING

from rules.errors import MarsadError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BadPattern", "Pattern", "compile_pattern", "graphemes"]

LONGEST = 1_000
"""Characters of a pattern."""
LARGEST = 20_000
"""Signs of a pattern with its repetitions written out, as the library does with groups: ((a{30}){30}){30} takes seconds."""
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
        if _size(text) > LARGEST:
            message = f"its repetitions make more than {LARGEST:,} signs of it"
            raise BadPattern(message)
        import regex

        try:
            self._compiled = regex.compile(text)
        except (regex.error, OverflowError, RecursionError, ValueError) as error:
            raise BadPattern(str(error)) from error

    def find(self, text: str, left_s: list[float]) -> list[tuple[int, int]]:
        """Return the places (start, end) that the pattern finds, at most a hundred, empty ones left out.

        ``left_s`` holds one number, the seconds that patterns may still take on this article; what is used is taken off.
        """
        found: list[tuple[int, int]] = []
        limit = min(LIMIT_S, left_s[0])
        if limit <= 0:
            return found
        started = perf_counter()
        try:
            for place in self._compiled.finditer(text, timeout=limit):
                if place.end() > place.start():
                    found.append(place.span())
                if len(found) >= MOST_HITS:
                    break
        except TimeoutError:
            pass
        left_s[0] -= perf_counter() - started
        return found


def graphemes(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each letter as readers see it begins and ends, with its marks and joiners."""
    import regex

    return (found.span() for found in regex.finditer(r"\X", text))


TOKEN = re.compile(
    r"\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?[:=!<>#|a-zA-Z])?|\)|\{\s*(\d*)\s*(?:,\s*(\d*)\s*)?\}|.", re.DOTALL
)


def _size(text: str) -> int:
    """Return about how many signs a pattern is with its counted repetitions written out."""
    sizes: list[list[int]] = [[]]
    for found in TOKEN.finditer(text):
        sign = found[0]
        if sign[0] == "(":
            sizes.append([])
        elif sign == ")" and len(sizes) > 1:
            sizes[-2].append(sum(sizes.pop()) or 1)
        elif sign[0] == "{" and (found[1] or found[2]) and sizes[-1]:
            sizes[-1][-1] *= max(1, int((found[1] or "0")[:9]), int((found[2] or "0")[:9]))
        else:
            sizes[-1].append(1)
    return sum(map(sum, sizes))


def compile_pattern(text: str) -> Pattern:
    """Return the compiled pattern; raise `BadPattern` where it cannot be."""
    return Pattern(text)
