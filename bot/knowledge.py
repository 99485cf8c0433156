"""Where the lexicon's cache lies on this machine, and the knowledge of Arabic opened with it. The one door of platformdirs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from bot.newsroom import gather_tables
from rules import load_arabic, read_tables
from rules.errors import MistakesFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.settings import Settings
    from rules import Arabic, TableSource

__all__ = ["arabic_with", "cache_folder", "known_arabic"]


def cache_folder() -> Path:
    """Return ``$MARSAD_CACHE``, else the user's cache folder; it is made when something is first kept there."""
    named = os.environ.get("MARSAD_CACHE")
    return Path(named) if named else platformdirs.user_cache_path("marsad", appauthor=False)


def known_arabic(settings: Settings | None = None) -> Arabic:
    """Return the knowledge of Arabic words, a newsroom's own tables added; it is opened once in a process.

    Raise `MistakesFound` where one of its tables cannot be read or holds a mistake.
    """
    tables, problems = gather_tables(settings)
    if problems:
        raise MistakesFound(problems)
    return arabic_with(tables)


def arabic_with(tables: Iterable[TableSource]) -> Arabic:
    """Return the knowledge of Arabic words with these tables added; raise `MistakesFound` for a mistake in them."""
    rows, problems = read_tables(tables)
    if problems:
        raise MistakesFound(problems)
    return load_arabic(cache_folder(), tuple(sorted(rows.items(), key=lambda item: item[0])))
