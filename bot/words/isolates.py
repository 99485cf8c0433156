"""Marks that keep lines of two directions in order."""

from __future__ import annotations

import re

__all__ = ["isolate", "one_line"]

FSI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
LATIN = re.compile(r"[A-Za-z]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def isolate(text: str) -> str:
    """Return the text in isolates where it holds Latin letters, so that it does not turn the line around it."""
    return f"{FSI}{text}{PDI}" if LATIN.search(text) else text


def one_line(text: str) -> str:
    """Return the text on one line, free of control characters."""
    return " ".join(CONTROL.sub(" ", text).split()) if CONTROL.search(text) else text
