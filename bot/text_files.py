"""Text files that people write: read as UTF-8 with any line ends, or told with the place where they are something else."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from rules import Position, Problem
from rules.errors import MistakesFound

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_text_file"]


def read_text_file(path: Path, name: str) -> str:
    """Return a file's text; ``name`` is what problems call it. Raise `MistakesFound` where it cannot be read."""
    try:
        data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise MistakesFound([Problem(at=_top(name), code="unreadable", message=message)]) from error
    try:
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        message = "the file is not UTF-8 from here on; save it as UTF-8"
        at = _place(name, data[: error.start].decode("utf-8"))
        raise MistakesFound([Problem(at=at, code="not_utf8", message=message)]) from error


def _top(name: str) -> Position:
    return Position(file=name, line=1, column=1)


def _place(name: str, before: str) -> Position:
    return Position(file=name, line=before.count("\n") + 1, column=len(before) - before.rfind("\n"))
