"""Whether to mark words with colour."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["colour_wanted"]


def colour_wanted(stream: TextIO) -> bool:
    """Tell whether to mark words with colour: on a terminal, unless NO_COLOR is set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")
