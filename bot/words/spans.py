"""Lengths of time in Arabic: how long ago, since when, how long. One and two print no digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.words.plurals import counted

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.words.plurals import Digits

__all__ = ["ago", "every", "lasting", "since", "within"]

UNITS = ((86_400, "يوم"), (3_600, "ساعة"), (60, "دقيقة"), (1, "ثانية"))
LONG_DAY_S = 2 * 86_400
"""Under two days hours say more than days: ``منذ 30 ساعة``."""


def ago(span: timedelta, digits: Digits = "latn") -> str:
    """Return ``قبل 40 ثانية``, ``قبل دقيقتين``; ``الآن`` for less than a second."""
    number, unit = _largest(span)
    return counted(number, f"قبل {unit}", digits)


def since(span: timedelta, digits: Digits = "latn") -> str:
    """Return ``منذ 5 ساعات``."""
    number, unit = _largest(span)
    return counted(number, f"منذ {unit}", digits)


def within(span: timedelta, digits: Digits = "latn") -> str:
    """Return ``آخر 30 يومًا``, ``آخر ساعتين``: in the largest unit of which it is a whole number, at least a minute."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes % 60:
        return counted(minutes, "آخر دقيقة", digits)
    hours = minutes // 60
    return counted(hours, "آخر ساعة", digits) if hours % 24 else counted(hours // 24, "آخر يوم", digits)


def every(span: timedelta, digits: Digits = "latn") -> str:
    """Return ``كل 12 دقيقة``, ``كل ساعتين``: in minutes under two hours."""
    minutes = max(1, round(span.total_seconds() / 60))
    return counted(round(minutes / 60), "كل ساعة", digits) if minutes >= 120 else counted(minutes, "كل دقيقة", digits)


def lasting(span: timedelta, digits: Digits = "latn") -> str:
    """Return a length in its two largest units: ``دقيقتان و10 ثوانٍ``, ``3 ساعات``; one and two of the smaller print none."""
    seconds = max(0, round(span.total_seconds()))
    parts: list[str] = []
    for size, unit in UNITS:
        number, seconds = divmod(seconds, size)
        if number or (unit == "ثانية" and not parts):
            parts.append(counted(number, unit, digits))
        elif parts:
            break
        if len(parts) == 2:
            break
    return " و".join(parts)


def _largest(span: timedelta) -> tuple[int, str]:
    seconds = max(0, int(span.total_seconds()))
    for size, unit in UNITS:
        if seconds >= (LONG_DAY_S if unit == "يوم" else size):
            return seconds // size, unit
    return 0, "ثانية"
