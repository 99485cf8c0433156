"""Marks that keep lines of two directions in order."""

from __future__ import annotations

import re

__all__ = ["isolate", "isolate_runs", "one_line"]

FSI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
LATIN = re.compile(r"[A-Za-z]")
RUN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ .&'’+/_-]{1,2}[A-Za-z0-9]+)*|\d+(?:[-–/]\d+)+")
"""Latin names, and ranges and scores: after an Arabic letter ``5-1`` shows as ``1-5``."""
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""Also embeddings, overrides and isolates of the publisher's: an unclosed one would turn the rest of the message."""


def isolate(text: str) -> str:
    """Return the text in isolates where it holds Latin letters, so that it does not turn the line around it."""
    return f"{FSI}{text}{PDI}" if LATIN.search(text) else text


def isolate_runs(text: str) -> str:
    """Return the text with each Latin name, range or score within it in isolates."""
    return RUN.sub(lambda found: f"{FSI}{found[0]}{PDI}", text)


def one_line(text: str) -> str:
    """Return the text on one line, free of control characters and of marks that turn its direction."""
    return " ".join(CONTROL.sub(" ", text).split()) if CONTROL.search(text) else text
