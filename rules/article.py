"""What the matcher reads and what it answers: articles in, matches out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules.expression import Expression

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


class Match:
    """One watchlist that matched an article, and why.

    ``watchlist`` is None for an expression that stands in no watchlist. ``suppress`` names the final reason for
    which the match must not alert (``roundup``), or is None. ``hits`` are sorted by field and place, without doubles; the
    matcher hands in how to find those ``of`` an expression, which is done when they are first asked for.
    """

    __slots__ = ("_hits", "_of", "severity", "suppress", "watchlist")

    def __init__(
        self,
        *,
        watchlist: str | None,
        severity: Severity,
        hits: tuple[Hit, ...] | Callable[[Expression], tuple[Hit, ...]],
        of: Expression | None = None,
        suppress: str | None = None,
    ) -> None:
        self.watchlist = watchlist
        self.severity = severity
        self.suppress = suppress
        self._hits = hits
        self._of = of

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Return the places in the text."""
        if not isinstance(self._hits, tuple):
            self._hits = self._hits(self._of) if self._of is not None else ()
        return self._hits

    def _told(self) -> tuple[str | None, Severity, tuple[Hit, ...], str | None]:
        return self.watchlist, self.severity, self.hits, self.suppress

    def __eq__(self, other: object) -> bool:
        return self._told() == other._told() if isinstance(other, Match) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._told())

    def __repr__(self) -> str:
        return "Match(watchlist={!r}, severity={!r}, hits={!r}, suppress={!r})".format(*self._told())
