"""The one sentence that shows why an alert came, with the words that matched marked in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules import Hit
    from storage import AlertArticle

__all__ = ["Evidence", "evidence_of"]

LONGEST = 220
"""Code points of a shown sentence; a phone shows about five lines of it."""

SENTENCE_END = re.compile(r"(?<!\d)[.!?؟](?=\s)|\n")
"""A full stop within a figure ends nothing; where one stands after an initial, the evidence is only shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A quoted sentence; ``marks`` are the matched words' places in ``text`` (code points, end exclusive)."""

    text: str
    marks: list[tuple[int, int]]


def evidence_of(article: AlertArticle) -> Evidence | None:
    """Return the sentence with the most different terms (the earlier one of equals), or None if only the title matched."""
    best: tuple[int, str, int, int, list[Hit]] | None = None
    for name, text in (("lead", article.lead), ("body", article.body)):
        hits = [hit for hit in article.hits if hit.field == name and hit.end <= len(text)]
        for start, end in _sentences(text) if hits else ():
            inside = [hit for hit in hits if start <= hit.start and hit.end <= end]
            score = len({hit.term for hit in inside})
            if score and (best is None or score > best[0]):
                best = (score, text, start, end, inside)
    return _quote(*best[1:]) if best else None


def _sentences(text: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for end in [match.end() for match in SENTENCE_END.finditer(text)] + [len(text)]:
        if text[start:end].strip():
            spans.append((start, end))
        start = end
    return spans


def _quote(text: str, start: int, end: int, hits: list[Hit]) -> Evidence:
    start, end, before, after = _cut(text, start, end, hits)
    head = f"«{before}"
    shift = len(head) - start
    # One line in, one line out, and every offset stays: white space becomes a space, one for one.
    quoted = re.sub(r"\s", " ", text[start:end])
    marks = [(hit.start + shift, hit.end + shift) for hit in hits if start <= hit.start and hit.end <= end]
    return Evidence(text=f"{head}{quoted}{after}»", marks=marks)


def _cut(text: str, start: int, end: int, hits: list[Hit]) -> tuple[int, int, str, str]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start <= LONGEST:
        return start, end, "", ""
    first = min(hit.start for hit in hits)
    left = max(start, min(first - LONGEST // 4, end - LONGEST))
    right = min(end, left + LONGEST)
    left, right = _to_words(text, start, end, left, right)
    return left, right, "…" if left > start else "", "…" if right < end else ""


def _to_words(text: str, start: int, end: int, left: int, right: int) -> tuple[int, int]:
    while left > start and not text[left - 1].isspace():
        left -= 1
    while right < end and right > left and not text[right].isspace():
        right -= 1
    return left, right
