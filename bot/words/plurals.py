"""Counted nouns in the six classes that Arabic has (CLDR). The one door of Babel."""

from __future__ import annotations

from typing import Literal

from babel import Locale

__all__ = ["counted", "digits_of", "more_sources"]

Digits = Literal["latn", "arab"]
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
RULE = Locale("ar").plural_form

NOUNS: dict[str, dict[str, str]] = {
    "خبر": {
        "zero": "لا أخبار",
        "one": "خبر واحد",
        "two": "خبران",
        "few": "{} أخبار",
        "many": "{} خبرًا",
        "other": "{} خبر",
    },
    "مصدر": {
        "zero": "لا مصادر",
        "one": "مصدر واحد",
        "two": "مصدران",
        "few": "{} مصادر",
        "many": "{} مصدرًا",
        "other": "{} مصدر",
    },
    "مطابقة": {
        "zero": "لا مطابقات",
        "one": "مطابقة واحدة",
        "two": "مطابقتان",
        "few": "{} مطابقات",
        "many": "{} مطابقة",
        "other": "{} مطابقة",
    },
    "مقال": {
        "zero": "لا مقالات",
        "one": "مقال واحد",
        "two": "مقالان",
        "few": "{} مقالات",
        "many": "{} مقالًا",
        "other": "{} مقال",
    },
    "كلمة": {
        "zero": "لا كلمة",
        "one": "كلمة واحدة",
        "two": "كلمتان",
        "few": "{} كلمات",
        "many": "{} كلمة",
        "other": "{} كلمة",
    },
    "مرة": {
        "zero": "ولا مرة",
        "one": "مرة واحدة",
        "two": "مرتين",
        "few": "{} مرات",
        "many": "{} مرة",
        "other": "{} مرة",
    },
    "آخر الأخبار": {
        "zero": "لا أخبار",
        "one": "آخر خبر",
        "two": "آخر خبرين",
        "few": "آخر {} أخبار",
        "many": "آخر {} خبرًا",
        "other": "آخر {} خبر",
    },
    "مصادر أخرى": {
        "zero": "",
        "one": "ومصدر آخر",
        "two": "ومصدران آخران",
        "few": "و{} مصادر أخرى",
        "many": "و{} مصدرًا آخر",
        "other": "و{} مصدر آخر",
    },
}


def digits_of(text: str, digits: Digits) -> str:
    """Return the text with its digits in the wanted set."""
    return text.translate(ARABIC) if digits == "arab" else text


def counted(number: int, noun: str, digits: Digits = "latn") -> str:
    """Return a number with its noun: ``لا أخبار``, ``خبران``, ``5 أخبار``, ``11 خبرًا``. Raise KeyError for other nouns."""
    return digits_of(NOUNS[noun][RULE(number)].format(f"{number:,}"), digits)


def more_sources(number: int, digits: Digits = "latn") -> str:
    """Return ``ومصدران آخران``, ``و4 مصادر أخرى``."""
    return counted(number, "مصادر أخرى", digits)
