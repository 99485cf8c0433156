"""Days and clock times in Arabic; months by region, the double form where no region is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.words.plurals import Digits, digits_of

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

__all__ = ["clock", "day_and_clock", "recent"]

DAYS = ("الإثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
LEVANT = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني",
    "كانون الأول",
)  # fmt: skip
EGYPT = (
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip
MOROCCO = (
    "يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر",
)  # fmt: skip
ALGERIA = (
    "جانفي", "فيفري", "مارس", "أفريل", "ماي", "جوان", "جويلية", "أوت", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip
MAURITANIA = (
    "يناير", "فبراير", "مارس", "إبريل", "مايو", "يونيو", "يوليو", "أغشت", "شتمبر", "أكتوبر", "نوفمبر", "دجمبر",
)  # fmt: skip
DOUBLE = tuple(f"{levant}/{egypt}" for levant, egypt in zip(LEVANT, EGYPT, strict=True))
MONTHS = (
    dict.fromkeys(("LB", "SY", "JO", "PS", "IQ"), LEVANT)
    | dict.fromkeys(("EG", "SA", "AE", "QA", "KW", "BH", "OM", "YE", "SD", "LY", "SS", "SO", "DJ"), EGYPT)
    | {"MA": MOROCCO, "DZ": ALGERIA, "TN": ALGERIA, "MR": MAURITANIA}
)


def clock(moment: datetime, zone: tzinfo, digits: Digits = "latn") -> str:
    """Return ``18:42`` in a time zone."""
    return digits_of(f"{moment.astimezone(zone):%H:%M}", digits)


def day_and_clock(moment: datetime, zone: tzinfo, locale: str = "ar", digits: Digits = "latn") -> str:
    """Return ``الأربعاء 30 آب/أغسطس، 18:42``, with the months that the locale's region uses (``ar-LB``: آب)."""
    local = moment.astimezone(zone)
    months = MONTHS.get(locale.replace("_", "-").rpartition("-")[2].upper(), DOUBLE)
    text = f"{DAYS[local.weekday()]} {local.day} {months[local.month - 1]}، {local:%H:%M}"
    return digits_of(text, digits)


def recent(moment: datetime, now: datetime, zone: tzinfo, locale: str = "ar", digits: Digits = "latn") -> str:
    """Return ``اليوم 02:14``, ``أمس 23:50``, or the day and the time."""
    days = (now.astimezone(zone).date() - moment.astimezone(zone).date()).days
    if days in {0, 1}:
        return f"{'أمس' if days else 'اليوم'} {clock(moment, zone, digits)}"
    return day_and_clock(moment, zone, locale, digits)
