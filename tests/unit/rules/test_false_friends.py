"""Frequent words that folding or inflection could take for a form of a rarer one; each was seen in news."""

from __future__ import annotations

import pytest

from rules import Article, compile_expression, read_expression

STRANGERS = [
    ("آلة", "المدينة التي سقطت"),
    ("آلية", "نقل المصابون إليه"),
    ("لسان", "خلال السنة الماضية"),
    ("سلم", "استقبل سلمان الوفد"),
    ("جد", "وصفه بأنه مهم جدا"),
    ("أم", "أما الوفد فغادر"),
    ("أب", "إبان الأزمة"),
    ("ضم", "ضمان القرض"),
    ("خطوة", "خطأ في الحساب"),
    ("ولد", "ولدى الوزارة خطة"),
    ("إبعاد", "بعد ساعات من الإعلان"),
    ("إعلام", "رفعت أعلام في الساحة"),
    ("توقيع", "توقع الخبراء هطول المطر"),
    ("تشكيل", "يشكل القرار خطرا"),
    ("نقل", "نقلت عن مصدر مطلع"),
    ("مقاومة", "قامت الوزارة بحملة"),
    ("توريد", "وردت أنباء متضاربة"),
    ("حاج", "سكان القرية بحاجة إلى ماء"),
    ("مستوطن", "إخلاء مستوطنة قديمة"),
    ("مدرس", "افتتاح مدرسة جديدة"),
]
FORMS = [
    ("آلة", "آلات حديثة في المصنع"),
    ("آلية", "آليات عسكرية على الطريق"),
    ("سلم", "حفظ السلم الأهلي"),
    ("جد", "أجداد من القرية"),
    ("أم", "أمهات الطلاب"),
    ("إبعاد", "قرار بإبعاد ناشط"),
    ("توقيع", "وقعت الشركتان العقد"),
    ("مقاومة", "قاومت البلدة الحصار"),
    ("ولد", "أولاد يلعبون"),
    ("مستوطن", "مستوطنون قرب البلدة"),
]


def finds(term: str, text: str) -> bool:
    expression, problems = read_expression(term, concepts=())
    assert expression is not None, problems
    return compile_expression(expression, ()).match(Article(text=text)) is not None


@pytest.mark.parametrize(("term", "text"), STRANGERS)
def test_a_word_of_like_letters_is_not_found(term: str, text: str) -> None:
    assert not finds(term, text)


@pytest.mark.parametrize(("term", "text"), FORMS)
def test_its_own_forms_are_found_all_the_same(term: str, text: str) -> None:
    assert finds(term, text)
