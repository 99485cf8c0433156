"""Watchlists and concepts as values: what a file says once it has been read without mistakes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rules.article import Article, Severity
    from rules.expression import Expression
    from rules.problems import Position

__all__ = ["Concept", "Example", "Scope", "Watchlist"]

Scope = Literal["topic", "title", "lead", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text that the watchlist must match, or must leave alone."""

    article: Article
    should_match: bool
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """One watchlist. ``language`` is ``ar`` or ``any``; empty ``include`` admits every source; ``channels`` None: the routes."""

    id: str
    expression: Expression
    name: str
    severity: Severity = "normal"
    scope: Scope = "topic"
    language: Literal["ar", "any"] = "ar"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    channels: tuple[str, ...] | None = None
    cooldown: timedelta = timedelta()
    visibility: Literal["public", "private"] = "public"
    state: Literal["live", "trial", "off"] = "live"
    examples: tuple[Example, ...] = ()
    at: Position | None = field(default=None, compare=False, repr=False)
    named_at: tuple[tuple[str, Position], ...] = field(default=(), compare=False, repr=False)
    """Where each channel and source is named."""

    def place_of(self, name: str) -> Position | None:
        """Return where a channel or source is named, or where the watchlist stands."""
        return next((at for named, at in self.named_at if named == name), self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A named expression that watchlists share: ``مفهوم كوريا الشمالية``, by id or name."""

    id: str
    name: str
    expression: Expression
    at: Position | None = field(default=None, compare=False, repr=False)
