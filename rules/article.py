"""What the matcher reads and what it answers: articles in, matches out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Article", "Field", "Hit", "Match", "Severity"]

Field = Literal["title", "lead", "body", "text"]
Severity = Literal["low", "normal", "high", "critical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The text to match, and where it came from.

    ``lead`` is the feed's own summary; leave it empty and the matcher derives one from the body (its first 60 words).
    ``text`` replaces all three fields for plain text: it satisfies every field limit and every ``in``.
    ``sources`` holds the ids and tags of every feed in which the article was sighted.
    """

    title: str = ""
    lead: str = ""
    body: str = ""
    text: str | None = None
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Hit:
    """A place in the text: Unicode code points of the original field, ``end`` exclusive; ``term`` as the rule has it."""

    field: Field
    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One watchlist that matched an article, and why.

    ``watchlist`` is None for an expression that stands in no watchlist. ``suppress`` names the final reason for
    which the match must not alert (``roundup``), or is None. ``hits`` are sorted by field and place, without doubles.
    """

    watchlist: str | None
    severity: Severity
    hits: tuple[Hit, ...]
    suppress: str | None = None
