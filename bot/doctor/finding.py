"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "fail", "ok", "warn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, how it is, and what to do where it is not well. ``fail`` alone makes the exit status 1."""

    about: str
    level: Literal["ok", "warn", "fail"]
    text: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.level:<5}{self.about}: {self.text}{f'; {self.advice}' if self.advice else ''}"


def ok(about: str, text: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(about=about, level="ok", text=text)


def warn(about: str, text: str, advice: str = "") -> Finding:
    """Return a finding that wants attention and stops nothing."""
    return Finding(about=about, level="warn", text=text, advice=advice)


def fail(about: str, text: str, advice: str) -> Finding:
    """Return a finding that must be mended."""
    return Finding(about=about, level="fail", text=text, advice=advice)
