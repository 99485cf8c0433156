"""Weapons, aircraft and devices that are letters and a number: إف 15 is written F-15, F 15, F15 and إف-15, too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rules.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.arabic import Arabic

__all__ = ["other_designations"]

JOINED = re.compile(r"([A-Za-z]+)(\d+)")


def other_designations(arabic: Arabic, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the phrase with each designation in it spelt otherwise: in the other script, in two words or one."""
    words = tuple(part for word in words for part in _parts(arabic, word))
    for at in range(len(words)):
        for length in (2, 1):
            key = " ".join(map(fold, words[at : at + length]))
            number = words[at + length] if at + length < len(words) else ""
            if not number.isdecimal():
                continue
            before, after = words[:at], words[at + length + 1 :]
            for said in arabic.designations.get(key, ()):
                yield (*before, *said.split(), number, *after)
                if said.isascii():
                    yield (*before, *(said + number).split(), *after)


def _parts(arabic: Arabic, word: str) -> tuple[str, ...]:
    found = JOINED.fullmatch(word)
    return found.groups() if found and fold(found[1]) in arabic.designations else (word,)
