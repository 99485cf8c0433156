"""Lines of two directions: isolates around what is foreign, over bold and links alike, and none left open."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from rules import graphemes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.channels.alert_text import Span

__all__ = ["balanced", "isolated"]

FSI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
OPENERS = "\u2066\u2067\u2068"
FOREIGN = re.compile(
    r"[A-Za-z\u00c0-\u024f](?:[A-Za-z0-9\u00c0-\u024f .,'’&/+_@:-]*[A-Za-z0-9\u00c0-\u024f])?"  # a Latin name
    r"|\d[\d.,]*(?:\s?[-–—/]\s?\d[\d.,]*)+"  # a range or a score: around a dash it reads backwards without
)


def isolated(spans: list[Span]) -> list[Span]:
    """Return the spans with FSI and PDI around Latin names, ranges and scores that stand in no isolate yet.

    None ends within a letter.
    """
    plain = "".join(span.text for span in spans)
    if not FOREIGN.search(plain):
        return _whole_letters(spans)
    letters = _letter_starts(plain)
    before: dict[int, str] = {}
    for start, end in _outside(plain):
        for found in FOREIGN.finditer(plain, start, end):
            first, last = _letters_around(letters, found.start(), found.end())
            before[first] = before.get(first, "") + FSI
            before[last] = PDI + before.get(last, "")
    return _whole_letters(_edited(spans, {}, before))


def balanced(spans: Iterable[Span]) -> list[Span]:
    """Return the spans with every isolate closed in the line; what has no partner goes."""
    spans = list(spans)
    plain = "".join(span.text for span in spans)
    open_at: list[int] = []
    drop: set[int] = set()
    for place, character in enumerate(plain):
        if character in OPENERS:
            open_at.append(place)
        elif character == PDI and open_at:
            open_at.pop()
        elif character == PDI:
            drop.add(place)
    return _edited(spans, dict.fromkeys(drop | set(open_at), ""), {})


def _whole_letters(spans: list[Span]) -> list[Span]:
    """Return the spans such that none ends within a letter: an accent goes to the span that has its base."""
    text = "".join(span.text for span in spans)
    letters = _letter_starts(text)
    whole, place, end = [], 0, 0
    for span in spans:
        place += len(span.text)
        last = max(end, letters[bisect_left(letters, place)])
        whole.append(replace(span, text=text[end:last]))
        end = last
    return whole


def _letter_starts(text: str) -> list[int]:
    """Return where each letter as readers see it (grapheme) starts, and the end of the text."""
    return [*(start for start, _ in graphemes(text)), len(text)]


def _letters_around(letters: list[int], start: int, end: int) -> tuple[int, int]:
    return letters[bisect_right(letters, start) - 1], letters[bisect_left(letters, end)]


def _outside(plain: str) -> list[tuple[int, int]]:
    """Return the stretches that no isolate encloses."""
    stretches, depth, start = [], 0, 0
    for place, character in enumerate(plain):
        if character in OPENERS:
            if depth == 0:
                stretches.append((start, place))
            depth += 1
        elif character == PDI:
            depth -= 1
            start = place + 1
    stretches.append((start, len(plain)))
    return stretches


def _edited(spans: list[Span], instead: dict[int, str], before: dict[int, str]) -> list[Span]:
    """Return the spans with characters replaced and marks put in before others; places count over the whole line.

    A mark at a border goes to the span that ends there if it closes, to the one that begins there if it opens.
    """
    edited, place = [], 0
    for span in spans:
        pieces = []
        for offset, character in enumerate(span.text):
            mark = before.get(place + offset, "")
            pieces.append(mark if offset else mark.replace(PDI, ""))
            pieces.append(instead.get(place + offset, character))
        place += len(span.text)
        if span.text and PDI in before.get(place, ""):
            pieces.append(PDI)
        edited.append(replace(span, text="".join(pieces)))
    return edited
