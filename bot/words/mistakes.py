"""Mistakes of rule files in Arabic, for editors. A mistake that has no sentence here is told in the words of `marsad check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.words.isolates import isolate, one_line

if TYPE_CHECKING:
    from rules import Problem

__all__ = ["mistake_words"]

LONGEST = 240

SENTENCES = {
    "unknown_key": "{found} غير معروفة.",
    "unknown_concept": "لا يوجد مفهوم باسم {found}.",
    "unknown_prefix": "بداية السطر {found} غير معروفة.",
    "unknown_option": "الخيار {found} غير معروف.",
    "bad_choice": "القيمة {found} غير مقبولة.",
    "duplicate_key": "المفتاح مكرر.",
    "duplicate_id": "المعرّف مستعمل في قاعدة أخرى.",
    "duplicate_name": "الاسم مستعمل في موضع آخر.",
    "no_id": "ينقص المعرّف id.",
    "bad_id": "المعرّف يُكتب بحروف لاتينية صغيرة وأرقام وشرطات.",
    "circular_concept": "المفهوم يعود إلى نفسه.",
    "no_distance": "near بلا within: كم كلمة يجوز أن تفصل؟",
    "stray_key": "المفتاح ليس في مكانه؛ راجع الإزاحة.",
    "bad_space": "في أول السطر مسافة غير عادية أو علامة جدولة؛ استعمل المسافات العادية.",
    "bad_indentation": "الإزاحة غير مستوية.",
    "arabic_comma": "الفاصلة العربية لا تفصل بين عناصر القائمة هنا.",
    "bare_list": "قائمة بلا كلمة تربطها؛ هل تقصد any؟",
    "only_negative": "الاستثناء وحده لا يكفي: ينقص ما يُبحث عنه.",
    "empty": "الموضع فارغ.",
    "empty_value": "المفتاح بلا قيمة.",
    "not_utf8": "الملف ليس بترميز UTF-8.",
    "unreadable": "الملف لا يُقرأ.",
    "bad_regex": "التعبير النمطي غير صحيح.",
    "no_letters": "العبارة بلا حروف ولا أرقام.",
    "too_large": "الملف أكبر مما يجوز.",
    "too_deep": "التداخل أعمق مما يجوز.",
    "bad_duration": "المدة تُكتب مثل 30m أو 2h.",
    "bad_number": "يُنتظر هنا عدد.",
    "bad_boolean": "يُنتظر هنا نعم أو لا.",
    "lost_hashtag": "علامة # بعد مسافة تبدأ تعليقًا؛ ضع الوسم بين علامتي اقتباس.",
}
NESTED = "within يخصّ near في السطر الذي قبله؛ أزِحه إلى اليمين"


def mistake_words(problem: Problem) -> str:
    """Return one mistake as an Arabic sentence without its place."""
    if problem.code == "stray_key" and problem.found == "within":
        return NESTED
    sentence = SENTENCES.get(problem.code)
    if sentence is None or ("{found}" in sentence and not problem.found):
        return isolate(one_line(problem.message)[:LONGEST])
    told = sentence.format(found=f"«{isolate(one_line(problem.found or '')[:LONGEST])}»")
    near = f" هل تقصد {isolate(problem.nearest)}؟" if problem.nearest else ""
    return f"{told}{near}"
