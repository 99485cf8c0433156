"""The lint of `marsad check`: what rules look like, and what the stored articles say of them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot import words
from bot.archive import article_text, pages
from bot.knowledge import known_arabic
from bot.loop import run_loop
from rules.errors import StorageError
from rules.lint import TermFigures, TermRules, lint_figures, lint_rules
from storage import open_sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.settings import Settings
    from rules import Problem, RuleFiles
    from storage import Store

__all__ = ["lint"]

SPANS = (*(timedelta(days=days) for days in range(30, 0, -1)), *(timedelta(hours=hours) for hours in range(23, 0, -1)))
MOST_ARTICLES = 3_000
"""Articles that are read; where there are more in the time, a shorter time is looked at and named."""


def lint(files: RuleFiles, settings: Settings | None, sources: Mapping[str, frozenset[str]]) -> list[Problem]:
    """Return the warnings about rules without mistakes; with figures where articles are stored."""
    rules = TermRules(files, known_arabic(settings))
    problems = lint_rules(files, rules)
    if settings is None or not settings.database.exists():
        return problems
    figures = TermFigures(rules)
    try:
        span = run_loop(_count(settings, figures, sources))
    except StorageError:
        return problems  # `marsad doctor` tells what is wrong with the database
    digits = settings.digits
    told = lint_figures(files, figures, words.within(span, digits), lambda number: words.counted(number, "مرة", digits))
    return sorted([*problems, *told], key=lambda problem: problem.at)


async def _count(settings: Settings, figures: TermFigures, sources: Mapping[str, frozenset[str]]) -> timedelta:
    """Count what the terms find in the newest articles, and return the time that was looked at."""
    now = datetime.now(UTC)
    store = await open_sqlite(settings.database, read_only=True)
    try:
        span, size = await _span(store, now)
        with click.progressbar(length=size, label="articles", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            async for page in pages(store, now - span):
                for article in page:
                    figures.add(article_text(article, sources))
                    bar.update(1)
    finally:
        await store.close()
    return span


async def _span(store: Store, now: datetime) -> tuple[timedelta, int]:
    """Return the longest time that holds no more articles than are read, and how many it holds."""
    for span in SPANS:
        size = await store.archive_size(since=now - span)
        if size <= MOST_ARTICLES:
            return span, size
    return span, size
