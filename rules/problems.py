"""Mistakes in files that people write: where, what was expected, and the nearest valid word."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Position", "Problem", "nearest"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Position:
    """A place in a file; line and column count from 1, columns in Unicode code points."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake or warning.

    ``code`` names the kind of problem for programs and translations (``unknown_key``, ``bad_duration`` …);
    ``found`` and ``nearest`` hold the words that the message speaks of, where it does.
    """

    at: Position
    message: str
    code: str
    warning: bool = False
    found: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        return f"{self.at}: {'warning: ' if self.warning else ''}{self.message}"


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most like the word, or None if none is like it (difflib's ratio of 0.6 or more)."""
    found = difflib.get_close_matches(word, list(candidates), n=1)
    return found[0] if found else None
