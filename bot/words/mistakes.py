"""Mistakes of rule files in Arabic, for editors. A mistake that has no sentence here is told in the words of `marsad check`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.words.isolates import isolate, one_line
from bot.words.plurals import Digits, digits_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules import Problem

__all__ = ["mistake_lines", "mistake_words"]

LONGEST = 240

SENTENCES = {
    "unknown_key": "{found} غير معروفة.",
    "unknown_concept": "لا يوجد مفهوم باسم {found}.",
    "unknown_prefix": "بداية السطر {found} غير معروفة.",
    "unknown_option": "الخيار {found} غير معروف.",
    "bad_choice": "القيمة {found} غير مقبولة.",
    "duplicate_key": "{found} مكررة.",
    "duplicate_id": "المعرّف {found} مستعمل في قاعدة أخرى.",
    "duplicate_name": "الاسم {found} مستعمل في موضع آخر.",
    "no_match": "تنقص match: ما الذي يُبحث عنه؟",
    "no_id": "ينقص المعرّف id.",
    "bad_id": "المعرّف يُكتب بحروف لاتينية صغيرة وأرقام وشرطات.",
    "circular_concept": "المفهوم يعود إلى نفسه.",
    "no_distance": "near بلا within: كم كلمة يجوز أن تفصل؟",
    "bad_space": "في أول السطر مسافة غير عادية أو علامة جدولة؛ استعمل المسافات العادية.",
    "bad_indentation": "الإزاحة غير مستوية.",
    "arabic_comma": "الفاصلة العربية لا تفصل بين عناصر القائمة هنا.",
    "bare_list": "قائمة بلا كلمة تربطها.",
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
QUOTED = re.compile(r'"([^"]+)"')


def mistake_lines(problems: Sequence[Problem], digits: Digits = "latn") -> list[str]:
    """Return the mistakes of one file by line: ``السطر 7: «al» غير معروفة. هل تقصد all؟``."""
    ordered = sorted(problems, key=lambda each: each.at)
    owners = {id(each): _owner(each, ordered) for each in ordered if each.code == "stray_key"}
    told_by_another = {id(owner) for owner in owners.values() if owner}
    return [
        digits_of(f"السطر {each.at.line}: ", digits) + mistake_words(each, owner=owners.get(id(each)), digits=digits)
        for each in ordered
        if id(each) not in told_by_another
    ]


def _owner(stray: Problem, ordered: Sequence[Problem]) -> Problem | None:
    """Return the mistake of the block that misses the stray key: the nearest ``near`` above without its ``within``."""
    before = [each for each in ordered if each.code == "no_distance" and each.at.line <= stray.at.line]
    return before[-1] if before and QUOTED.findall(stray.message)[:1] == ["within"] else None


def mistake_words(problem: Problem, *, owner: Problem | None = None, digits: Digits = "latn") -> str:
    """Return one mistake as an Arabic sentence without its place."""
    named = [problem.found] if problem.found else QUOTED.findall(problem.message)
    if problem.code == "stray_key" and len(named) > 1:
        where = digits_of(f" في السطر {owner.at.line}", digits) if owner else ""
        return f"{_shown(named[0])} يخصّ {_shown(named[1])}{where}؛ أزِحه إلى اليمين"
    sentence = SENTENCES.get(problem.code)
    if sentence is None or ("{found}" in sentence and not named):
        return _shown(problem.message)
    told = sentence.format(found=f"«{_shown(named[0])}»" if named else "")
    near = f" هل تقصد {isolate(problem.nearest)}؟" if problem.nearest else ""
    return f"{told}{near}"


def _shown(text: str) -> str:
    return isolate(one_line(text)[:LONGEST])
