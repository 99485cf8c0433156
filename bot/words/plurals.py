"""Counted nouns in the six classes that Arabic has (CLDR). The one door of Babel."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from babel.plural import PluralRule

__all__ = ["counted", "digits_of", "more_sources"]

Digits = Literal["latn", "arab"]
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

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
    "تنبيه": {
        "zero": "لا تنبيهات",
        "one": "تنبيه واحد",
        "two": "تنبيهان",
        "few": "{} تنبيهات",
        "many": "{} تنبيهًا",
        "other": "{} تنبيه",
    },
    "آخر يوم": {
        "zero": "",
        "one": "آخر يوم",
        "two": "آخر يومين",
        "few": "آخر {} أيام",
        "many": "آخر {} يومًا",
        "other": "آخر {} يوم",
    },
    "آخر ساعة": {
        "zero": "آخر ساعة",
        "one": "آخر ساعة",
        "two": "آخر ساعتين",
        "few": "آخر {} ساعات",
        "many": "آخر {} ساعة",
        "other": "آخر {} ساعة",
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
    "رسالة": {
        "zero": "لا رسائل",
        "one": "رسالة واحدة",
        "two": "رسالتان",
        "few": "{} رسائل",
        "many": "{} رسالة",
        "other": "{} رسالة",
    },
    "الملفات الأخرى": {
        "zero": "",
        "one": "لم يتأثر الملف الآخر.",
        "two": "لم يتأثر الملفان الآخران.",
        "few": "لم تتأثر الملفات الـ{} الأخرى.",
        "many": "لم تتأثر الملفات الـ{} الأخرى.",
        "other": "لم تتأثر الملفات الـ{} الأخرى.",
    },
    "أخطاء أخرى": {
        "zero": "",
        "one": "وخطأ آخر",
        "two": "وخطآن آخران",
        "few": "و{} أخطاء أخرى",
        "many": "و{} خطأً آخر",
        "other": "و{} خطأ آخر",
    },
    "وغيرها": {
        "zero": "",
        "one": "وواحد آخر",
        "two": "واثنان آخران",
        "few": "و{} آخرون",
        "many": "و{} آخرون",
        "other": "و{} آخرون",
    },
    "تغيّر": {
        "zero": "لم يتغيّر أي موضوع",
        "one": "تغيّر موضوع واحد",
        "two": "تغيّر موضوعان",
        "few": "تغيّرت {} مواضيع",
        "many": "تغيّر {} موضوعًا",
        "other": "تغيّر {} موضوع",
    },
    "آخر الأخبار": {
        "zero": "لا أخبار",
        "one": "آخر خبر",
        "two": "آخر خبرين",
        "few": "آخر {} أخبار",
        "many": "آخر {} خبرًا",
        "other": "آخر {} خبر",
    },
    "موضوع": {
        "zero": "لا مواضيع",
        "one": "موضوع واحد",
        "two": "موضوعان",
        "few": "{} مواضيع",
        "many": "{} موضوعًا",
        "other": "{} موضوع",
    },
    "تتابع منها": {
        "zero": "",
        "one": "تتابع واحدًا منها",
        "two": "تتابع اثنين منها",
        "few": "تتابع {} منها",
        "many": "تتابع {} منها",
        "other": "تتابع {} منها",
    },
    "ثانية": {
        "zero": "أقل من ثانية",
        "one": "ثانية واحدة",
        "two": "ثانيتان",
        "few": "{} ثوانٍ",
        "many": "{} ثانية",
        "other": "{} ثانية",
    },
    "دقيقة": {
        "zero": "",
        "one": "دقيقة واحدة",
        "two": "دقيقتان",
        "few": "{} دقائق",
        "many": "{} دقيقة",
        "other": "{} دقيقة",
    },
    "ساعة": {
        "zero": "",
        "one": "ساعة واحدة",
        "two": "ساعتان",
        "few": "{} ساعات",
        "many": "{} ساعة",
        "other": "{} ساعة",
    },
    "يوم": {
        "zero": "",
        "one": "يوم واحد",
        "two": "يومان",
        "few": "{} أيام",
        "many": "{} يومًا",
        "other": "{} يوم",
    },
    "قبل ثانية": {
        "zero": "الآن",
        "one": "قبل ثانية",
        "two": "قبل ثانيتين",
        "few": "قبل {} ثوانٍ",
        "many": "قبل {} ثانية",
        "other": "قبل {} ثانية",
    },
    "قبل دقيقة": {
        "zero": "",
        "one": "قبل دقيقة",
        "two": "قبل دقيقتين",
        "few": "قبل {} دقائق",
        "many": "قبل {} دقيقة",
        "other": "قبل {} دقيقة",
    },
    "قبل ساعة": {
        "zero": "",
        "one": "قبل ساعة",
        "two": "قبل ساعتين",
        "few": "قبل {} ساعات",
        "many": "قبل {} ساعة",
        "other": "قبل {} ساعة",
    },
    "قبل يوم": {
        "zero": "",
        "one": "قبل يوم",
        "two": "قبل يومين",
        "few": "قبل {} أيام",
        "many": "قبل {} يومًا",
        "other": "قبل {} يوم",
    },
    "منذ ثانية": {
        "zero": "منذ قليل",
        "one": "منذ ثانية",
        "two": "منذ ثانيتين",
        "few": "منذ {} ثوانٍ",
        "many": "منذ {} ثانية",
        "other": "منذ {} ثانية",
    },
    "منذ دقيقة": {
        "zero": "",
        "one": "منذ دقيقة",
        "two": "منذ دقيقتين",
        "few": "منذ {} دقائق",
        "many": "منذ {} دقيقة",
        "other": "منذ {} دقيقة",
    },
    "منذ ساعة": {
        "zero": "",
        "one": "منذ ساعة",
        "two": "منذ ساعتين",
        "few": "منذ {} ساعات",
        "many": "منذ {} ساعة",
        "other": "منذ {} ساعة",
    },
    "منذ يوم": {
        "zero": "",
        "one": "منذ يوم",
        "two": "منذ يومين",
        "few": "منذ {} أيام",
        "many": "منذ {} يومًا",
        "other": "منذ {} يوم",
    },
    "كل دقيقة": {
        "zero": "كل دقيقة",
        "one": "كل دقيقة",
        "two": "كل دقيقتين",
        "few": "كل {} دقائق",
        "many": "كل {} دقيقة",
        "other": "كل {} دقيقة",
    },
    "كل ساعة": {
        "zero": "كل ساعة",
        "one": "كل ساعة",
        "two": "كل ساعتين",
        "few": "كل {} ساعات",
        "many": "كل {} ساعة",
        "other": "كل {} ساعة",
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


@cache
def _rule() -> PluralRule:
    from babel import Locale  # loading it takes longer than a whole `marsad match`, which counts nothing

    return Locale("ar").plural_form


def digits_of(text: str, digits: Digits) -> str:
    """Return the text with its digits in the wanted set."""
    return text.translate(ARABIC) if digits == "arab" else text


def counted(number: int, noun: str, digits: Digits = "latn") -> str:
    """Return a number with its noun: ``لا أخبار``, ``خبران``, ``5 أخبار``, ``11 خبرًا``. Raise KeyError for other nouns."""
    return digits_of(NOUNS[noun][_rule()(number)].format(f"{number:,}"), digits)


def more_sources(number: int, digits: Digits = "latn") -> str:
    """Return ``ومصدران آخران``, ``و4 مصادر أخرى``."""
    return counted(number, "مصادر أخرى", digits)
