"""Dates as feeds write them: RFC 822, ISO 8601, and what Arabic newspapers make of both.

feedparser guesses where it cannot read: `2023/08/30 18:42` becomes November, `30-08-2023` the year 2030. A wrong date may keep
an article silent as old stock, none does no harm. So dates are read here, and what is not understood is no date.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

__all__ = ["read_date", "usable"]

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january يناير كانون-الثاني كانون-ثاني جانفي ينابر",
            "feb february فبراير شباط فيفري",
            "mar march مارس آذار اذار",
            "apr april أبريل ابريل إبريل نيسان أفريل افريل",
            "may مايو أيار ايار ماي",
            "jun june يونيو يونيه حزيران جوان",
            "jul july يوليو يوليه تموز يوليوز جويلية",
            "aug august أغسطس اغسطس آب اب غشت أوت اوت",
            "sep sept september سبتمبر أيلول ايلول شتنبر",
            "oct october أكتوبر اكتوبر تشرين-الأول تشرين-الاول تشرين-أول تشرين-اول",
            "nov november نوفمبر تشرين-الثاني تشرين-ثاني نونبر",
            "dec december ديسمبر كانون-الأول كانون-الاول كانون-أول كانون-اول دجنبر دجمبر",
        ),
        1,
    )
    for name in names.split()
}
ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "غرينتش": 0, "جرينتش": 0,
    "cet": 1, "west": 1, "bst": 1, "eet": 2, "cest": 2, "eest": 3, "msk": 3, "trt": 3, "مكة": 3,
    "ast": 3,  # in Arabic feeds Arabia's, not the Atlantic's
    "irst": 3.5, "gst": 4, "pkt": 5, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
NOISE = re.compile("[\u0640\u064b-\u0652\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Tatweel, marks and invisible characters."""
MONTH = r"(?P<month>[a-z]{3,9}|[\u0621-\u064a]+(?:[\s-](?:الأول|الاول|أول|اول|الثاني|ثاني))?)"
DAYS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<year>\d{4})(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{MONTH}(?:\s*/\s*[\u0621-\u064a]+)?[.\s،,-]+(?P<year>\d{{4}}|\d{{2}})(?![\d:])",
        rf"{MONTH}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s،,]+(?P<year>\d{{4}})(?!\d)",
        rf"{MONTH}\s+(?P<day>\d{{1,2}})\s+\d{{1,2}}:\d{{2}}:\d{{2}}(?:\s+[a-z]{{1,4}})?\s+(?P<year>\d{{4}})(?!\d)",
    )
)
CLOCK = re.compile(
    r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*(am\b|pm\b|a\.m\.|p\.m\.|صباحا|مساء|ظهرا|ص(?!\w)|م(?!\w))?"
)
OFFSET = re.compile(r"^\s*\(?(?:gmt|utc)?\s*([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)")
ZONE = re.compile(r"([a-z]{1,4}|غرينتش|جرينتش|مكة)\b")
EPOCH = re.compile(r"\d{10}(?:\d{3})?")
AFTERNOON = ("p", "م", "ظ")
LATER = timedelta(days=1)


def read_date(text: str) -> datetime | None:
    """Return a moment in UTC, or None where it is not understood; a moment without a zone is taken for UTC.

    ``Wed, 30 Aug 2023 18:42:00 +0300``, ``2023-08-30T18:42Z``, ``الأربعاء 30 آب/أغسطس 2023 06:42 م``, ``30/08/2023 18:42``
    (the day first; unless one number cannot be a month, nobody knows with AM and PM), ``1693410120``.
    """
    text = NOISE.sub("", text.translate(DIGITS)).strip().lower()[:200]
    if EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    try:
        return _in_utc(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        pass
    for pattern in DAYS:
        found = pattern.search(text)
        date = _date(found, text) if found else None
        if found and date:
            return _moment(date, _without(text, found))
    return None


def usable(moment: datetime | None, now: datetime) -> datetime | None:
    """Return the moment, or None where it lies more than a day ahead or before the web: such a date says nothing."""
    if moment is None or moment > now + LATER or moment.year < 1991:
        return None
    return moment


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _without(text: str, found: re.Match[str]) -> str:
    """Return a text without its date, so that the year is not taken for an offset; a clock within the date stays."""
    gone = found[0] if ":" not in found[0] else found["year"]
    return text.replace(gone, " ", 1)


def _moment(date: tuple[int, int, int], rest: str) -> datetime | None:
    clock = CLOCK.search(rest)
    hour, minute, second = _clock(clock) if clock else (0, 0, 0)
    try:
        return datetime(*date, hour, minute, second, tzinfo=UTC) - _offset(rest[clock.end() if clock else 0 :])
    except (ValueError, OverflowError):
        return None


def _date(found: re.Match[str], text: str) -> tuple[int, int, int] | None:
    parts = found.groupdict()
    year, day = int(parts["year"]), int(parts["day"])
    year += 2000 if year < 70 else 1900 if year < 100 else 0
    if parts.get("month"):
        month = MONTHS.get(re.sub(r"\s", "-", parts["month"]))
        return (year, month, day) if month else None
    month = int(parts["m"])
    if found.start("year") > found.start("day"):
        if month > 12:
            day, month = month, day
        elif day <= 12 and day != month and re.search(r"[ap]m\b", text):
            return None
    return year, month, day


def _clock(found: re.Match[str]) -> tuple[int, int, int]:
    hour, half = int(found[1]), found[4]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith(AFTERNOON) else 0)
    return hour, int(found[2]), int(found[3] or 0)


def _offset(rest: str) -> timedelta:
    """Return how far the written time is ahead of UTC, by what stands after the clock."""
    if found := OFFSET.search(rest):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return ahead if found[1] == "+" else -ahead
    named = [ZONES[name] for name in ZONE.findall(rest) if name in ZONES]
    return timedelta(hours=named[0]) if named else timedelta()
