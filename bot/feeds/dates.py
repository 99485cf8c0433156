"""Dates as Arabic feeds write them, which feedparser does not know."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

__all__ = ["arabic_date", "usable"]

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "يناير كانون-الثاني جانفي ينابر",
            "فبراير شباط فيفري",
            "مارس آذار اذار",
            "أبريل ابريل إبريل نيسان أفريل",
            "مايو أيار ايار ماي",
            "يونيو يونيه حزيران جوان",
            "يوليو يوليه تموز يوليوز جويلية",
            "أغسطس اغسطس آب اب غشت أوت",
            "سبتمبر أيلول ايلول شتنبر",
            "أكتوبر اكتوبر تشرين-الأول تشرين-الاول",
            "نوفمبر تشرين-الثاني نونبر",
            "ديسمبر كانون-الأول كانون-الاول دجنبر",
        ),
        1,
    )
    for name in names.split()
}
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
DATE = re.compile(
    r"(\d{1,2})\s+([\u0621-\u064a]+(?:[\s-](?:الأول|الاول|الثاني))?)(?:\s*/\s*[\u0621-\u064a]+)?[\s،,]+(\d{4})"
)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(ص|م|صباحا|صباحًا|مساء|مساءً)?")
OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d{2}):?(\d{2})\s*$")
LATER = timedelta(days=1)


def arabic_date(text: str) -> datetime | None:
    """Return the moment of ``الأربعاء 30 آب 2023 18:42 +0300`` and its like, in UTC; None where it is no such date."""
    text = text.translate(DIGITS)
    found = DATE.search(text)
    month = MONTHS.get(re.sub(r"\s", "-", found[2])) if found else None
    if not found or not month:
        return None
    clock = CLOCK.search(text, found.end())
    hour, minute = (int(clock[1]), int(clock[2])) if clock else (0, 0)
    if clock and clock[4]:
        hour = hour % 12 + (12 if clock[4].startswith("م") else 0)
    offset = OFFSET.search(text)
    shift = timedelta(hours=int(offset[2]), minutes=int(offset[3])) if offset else timedelta()
    try:
        moment = datetime(int(found[3]), month, int(found[1]), hour, minute, int((clock and clock[3]) or 0), tzinfo=UTC)
    except ValueError:
        return None
    return moment - (shift if offset and offset[1] == "+" else -shift)


def usable(moment: datetime | None, now: datetime) -> datetime | None:
    """Return the moment, or None where it lies more than a day ahead or before the web: such a date says nothing."""
    if moment is None or moment > now + LATER or moment.year < 1991:
        return None
    return moment
