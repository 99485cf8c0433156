"""Where the lexicon's cache lies on this machine, and the knowledge of Arabic opened with it. The one door of platformdirs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from rules import load_arabic

if TYPE_CHECKING:
    from rules import Arabic

__all__ = ["cache_folder", "known_arabic"]


def cache_folder() -> Path:
    """Return ``$MARSAD_CACHE``, else the user's cache folder; it is made when something is first kept there."""
    named = os.environ.get("MARSAD_CACHE")
    return Path(named) if named else platformdirs.user_cache_path("marsad", appauthor=False)


def known_arabic() -> Arabic:
    """Return the knowledge of Arabic words; it is opened once in a process."""
    return load_arabic(cache_folder())
