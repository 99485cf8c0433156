"""Decide: what a rule says, and which articles it matches. Pure: no I/O but reading its own tables, no asyncio."""

from rules.article import Article, Field, Hit, Match, Severity
from rules.problems import Position, Problem, nearest
from rules.watchlist import Concept, Example, Scope, Watchlist

__all__ = [
    "Article",
    "Concept",
    "Example",
    "Field",
    "Hit",
    "Match",
    "Position",
    "Problem",
    "Scope",
    "Severity",
    "Watchlist",
    "nearest",
]
