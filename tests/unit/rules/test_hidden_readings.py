"""Words that a better known word of the same letters would hide: behind clitics, at the head of a phrase, beside verbs."""

from __future__ import annotations

import pytest

from tests.unit.rules.finding import finds


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("حل الدولتين", "تمسكت باريس بالسلام وحل الدولتين طريقًا إليه"),  # وحل is mud
        ("سد النهضة", "تتصل الأزمة بسد النهضة اتصالًا وثيقًا"),
        ("تل أبيب", "انفجار هز الأحياء بتل أبيب فجرًا"),
        ("حدة التوتر", "تفاقمت الخلافات وحدة التوتر لا تنحسر"),
    ],
)
def test_the_rest_of_a_phrase_tells_that_its_first_letter_is_a_clitic(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(("term", "text"), [("حدة", "وحدة الصف أولوية"), ("حل", "وحل الشوارع عرقل السير")])
def test_a_single_word_stays_hidden_in_another(term: str, text: str) -> None:
    assert not finds(term, text)


@pytest.mark.parametrize(
    ("term", "text", "said"),
    [
        ("بوتين", "سلم المبعوث رسالة لبوتين", True),  # the dual of lioness in dictionaries
        ("بوتين", "ولبوتين حسابات أخرى", True),
        ("عدن", "سمع دوي قوي بعدن ليلًا", True),
        ("كندا", "أطلق المتطوعون نداء أخيرًا", False),
        ("حلب", "تابع المزارعون أسعار حليب الأطفال", False),
    ],
)
def test_a_name_behind_a_clitic_beats_a_rare_form(term: str, text: str, *, said: bool) -> None:
    assert finds(term, text) is said


@pytest.mark.parametrize(
    ("term", "text", "said"),
    [
        ("قرية", "بقيت القريتان بلا ماء", True),
        ("قرية", "قراءة القرآن الكريم", False),
        ("مستوطنون", "مستوطن يعتدي على راع", True),
        ("إرهابيون", "حكم على إرهابي بالمؤبد", True),
        ("الكوريتين", "الكوريتان تعيدان خط الاتصال", True),
        ("الكوريتين", "كوريا الجنوبية ترفع التأهب", False),
        ("زعيم", "زعيمة المعارضة تقبل الدعوة", True),
    ],
)
def test_duals_and_plurals_that_the_lexicon_has_as_words_of_their_own(term: str, text: str, *, said: bool) -> None:
    assert finds(term, text) is said


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("تضخم", "سياسة جديدة للتضخم المزمن"),
        ("تمرد", "التمرد يتسع في الشرق"),
        ("حرس ثوري", "بيان باسم الحرس الثوري"),
        ("إصابة", "أصابت الشظايا مسعفًا"),
        ("إقالة", "أقالته الإدارة بعد الخسارة"),
        ("بدء", "بدأت الجولة الثانية"),
        ("إنشاء", "أنشأت الوزارة صندوقًا"),
        ("انتهاء", "تنتهي المهلة غدًا"),
        ("لقاء", "عبّر الطرفان عن أملهما بلقائهما المقبل"),
    ],
)
def test_a_noun_is_found_although_a_verb_has_its_letters(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(
    ("term", "text", "said"),
    [
        ("انهيار", "انهار المبنى على ساكنيه", True),
        ("نهر", "انهار المبنى على ساكنيه", False),
        ("نهر", "جفّت أنهار الشمال", True),
        ("نهر", "جفّت الانهار", True),
        ("انهيار", "جفّت أنهار الشمال", False),
    ],
)
def test_a_bare_alef_tells_the_verb_from_the_plural(term: str, text: str, *, said: bool) -> None:
    assert finds(term, text) is said


@pytest.mark.parametrize(
    ("term", "text", "said"),
    [
        ("مصرّ", "عادت البعثة من مِصْر", False),
        ("مصرّ", "الوزير مصرٌّ على الرحيل", True),
        ("مصرّ", "الوزير مُصِرّ على الرحيل", True),
        ("حمّام", "سباق الحَمَام الزاجل", False),
        ("حمّام", "الحمام التركي", True),
        ("مسيّرة", "مَسيرة فوق المدينة", True),
    ],
)
def test_a_typed_shadda_binds_where_the_text_tells_its_vowels(term: str, text: str, *, said: bool) -> None:
    assert finds(term, text) is said


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("طوارئ", "إعلان حالة الطوارىء"),
        ("شاطئ", "جثث على الشاطىء"),
        ("أغادير", "افتتاح الملعب في أڭادير"),
        ("قابس", "احتجاج في ڨابس على التلوث"),
        ("بنغازي", "مطار بن غازي يعود للعمل"),
        ("مئة", "مائة قتيل في يومين"),
    ],
)
def test_spellings_of_egypt_and_the_maghreb(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(
    ("term", "text", "said"),
    [
        ("موريتانيا", "الحكومة الموريتانية تعلق المفاوضات", True),  # the word stands in the state's full name too
        ("جيبوتي", "البحرية الجيبوتية تنقذ بحارة", True),
        ("محافظ", "اجتمع محافظو المصارف المركزية", True),
        ("محافظ", "سرقة محفظة سائح", False),
        ("هداف", "هدافو الدوري هذا الموسم", True),
        ("دفعة", "دفع الثمن باهظًا", False),
        ("إيقاف", "أوقف الحكم المباراة", True),
        ("إغراق", "أُغرقت سفينتان قبالة الساحل", True),
    ],
)
def test_words_that_stand_under_another_lemma(term: str, text: str, *, said: bool) -> None:
    assert finds(term, text) is said


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("مصري", "تعادل المنتخب المصرى مع ضيفه"),
        ("مصر", "قال الرئيس المصرى إن المحادثات مستمرة"),
        ("السعودية", "وصل الوفد السعودى فجرًا"),
        ("كوريا الشمالية", "ظهر الزعيم الكورى الشمالى في العرض"),
        ("مجلس عسكري", "قرر المجلس العسكرى تأجيل الاقتراع"),
        ("أراضي", "استصلاح الأراضى الزراعية"),
        ("حسني مبارك", "في عهد حسنى مبارك"),
    ],
)
def test_a_final_ya_is_found_without_its_dots_as_egypt_writes_it(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("اليمن", "أصيب في قدمه اليمنى"),
        ("علي", "جلس الوزير على المنصة"),
        ("محمد علي", "أكد محمد على أهمية اللقاء"),
        ("قتال", "نقل القتلى إلى المدينة"),
    ],
)
def test_a_word_of_its_own_without_dots_stays_itself(term: str, text: str) -> None:
    assert not finds(term, text)


@pytest.mark.parametrize(
    ("term", "text", "said"),
    [
        ("ماكرون", "رسالة من ماكرون ولماكرون", True),
        ("ماكرون", "خطة ماكرة لخصم ماكر", False),
        ("طالبان", "الوزيران طالبا بوقف النار", False),
        ("آبل", "أرباح شركة أبل تتراجع", True),
        ("حماس", "خطاب حماسي قبل المباراة", False),
        ("صفد", "خرج من الأصفاد", False),
    ],
)
def test_a_name_that_the_lexicon_takes_for_a_form_has_no_plural_nor_gender(term: str, text: str, *, said: bool) -> None:
    assert finds(term, text) is said


@pytest.mark.parametrize("text", ["انهارت الأبنية", "المبنى ينهار", "انهاروا من التعب"])
def test_a_verb_is_the_verb_where_a_plural_is_written_with_a_hamza(text: str) -> None:
    assert finds("انهار", text)


def test_the_shadda_of_the_article_is_none_of_the_word() -> None:
    assert finds("دَيْن", "سداد الدَّين العام")
    assert not finds("دَيْن", "تعاليم الدِّين")


@pytest.mark.parametrize("term", ["اسم جان لوك ميلانشون", "جان-لوك ميلانشون"])
def test_a_name_in_two_parts_is_found_joined(term: str) -> None:
    assert finds(term, "انتقد جانلوك ميلانشون القرار")


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("حزام ناسف", "ضبط أحزمة ناسفة في المستودع"),
        ("برنامج سري", "كشف التقرير عن البرامج السرية"),
        ("قرار ملزم", "لم تصدر القمة قرارات ملزمة"),
        ("مرض مزمن", "أصحاب الأمراض المزمنة"),
    ],
)
def test_an_adjective_behind_a_plural_is_found_though_its_feminine_is_a_noun_too(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(
    ("term", "text"), [("سوق عمل", "تراجعت سوق العملة"), ("مدير مكتب", "عين مدير مكتبة"), ("سري", "وصلت سرية مشاة")]
)
def test_a_noun_behind_a_noun_takes_no_feminine(term: str, text: str) -> None:
    assert not finds(term, text)


@pytest.mark.parametrize(
    ("term", "text", "said"),
    [
        ("أصيب", "أصيبوا بجروح طفيفة", True),
        ("أصيب", "قد يصاب بالعدوى", True),
        ("أصيب", "أصاب الحارس القائم", False),
        ("اغتيل", "اغتيلت أمام منزلها", True),
        ("حوكم", "سيحاكم غيابيًا", True),
        ("عبء", "أعباء المعيشة", True),
        ("يهدد", "هددت الشركة بالانسحاب", True),
        ("يهدد", "تلقى تهديدات", False),
    ],
)
def test_a_passive_or_imperfect_of_letters_of_its_own_is_a_verb_too(term: str, text: str, *, said: bool) -> None:
    assert finds(term, text) is said


@pytest.mark.parametrize(
    ("term", "text"), [("لقي مصرعه", "لقوا مصرعهم غرقًا"), ("أعلن مسؤوليته", "أعلنت مسؤوليتها عن الهجوم")]
)
def test_a_set_phrase_typed_with_a_pronoun_takes_any(term: str, text: str) -> None:
    assert finds(term, text)


def test_an_adjective_typed_in_the_feminine_has_the_spellings_of_its_masculine() -> None:
    assert finds("صواريخ باليستية", "إطلاق الصواريخ البالستية")
    assert finds("صواريخ باليستية", "صاروخ بالستي جديد")


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("ولي العهد", "استقبل ولى العهد ضيفه"),
        ("محافظ بني سويف", "افتتح محافظ بنى سويف المدرسة"),
        ("10%", "نمو بنسبة 10 فى المئة"),
        ("10%", "نمو بنسبة 10\u200f% هذا العام"),
        ("10 في المئة", "\u200fنمو \u200f10 \u200fفي \u200fالمائه"),
    ],
)
def test_a_phrase_tells_what_a_word_without_dots_is_and_a_percentage_is_one_in_any_spelling(
    term: str, text: str
) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(("term", "text"), [("قتل مدنيين", "بين القتلى مدنيين"), ("10%", "نمو بنسبة 110 فى المئة")])
def test_and_what_it_is_not(term: str, text: str) -> None:
    assert not finds(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("مدينه", "نزح السكان من المدن الساحلية"),
        ("غزه", "العائلات الغزية تنزح"),
        ("وزاره الخارجيه", "وزارات الخارجية العربية"),
        ("الرئيس المصرى", "وصل الرئيس المصري"),
        ("قاضى", "قرر القضاة التأجيل"),
        ("مستشفي", "مستشفيات الشمال بلا وقود"),
    ],
)
def test_a_term_typed_with_other_last_letters_stands_for_the_same(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [("يحيى", "زار يحيى المعرض"), ("منه", "أقرب منه"), ("حمل عمله", "حمل عمله معه"), ("قرى", "القرى النائية")],
)
def test_a_word_that_ends_so_by_itself_stays_as_typed(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("دولة", "مساعدات للدول النامية"),
        ("دولة", "قدمت لدول الجوار"),
        ("جزيرة", "وجزر المحيط"),
        ("البوسنة والهرسك", "رئاسة البوسنة والهرسك"),
        ("باب", "فتحت بابها للزوار"),
        ("أثر", "ترك أثره في الناس"),
        ("قوة", "مهمة جديدة لقوة حفظ السلام"),
        ("دين", "رواتب وديون متأخرة"),
    ],
)
def test_a_word_inside_a_name_of_several_is_no_name_with_its_clitic(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(
    ("term", "text", "said"),
    [
        ("عصائب أهل الحق", "نفت عصائب أهل الحق التهمة", True),
        ("اسم نادي السد", "فاز نادي السد", True),
        ("اسم نادي السد", "نادي سد وهمي", False),
        ("أهل الحق / بلفظه", "أهل الحق", True),
        ("عبد الله", "هو عبد له", False),
    ],
)
def test_a_name_keeps_an_article_before_two_letters(term: str, text: str, *, said: bool) -> None:
    assert finds(term, text) is said


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("قوارب الموت", "غرق قوارب الموت"),
        ("أنبوب الغاز", "تفجير أنبوب الغاز"),
        ("التهاب كبد", "عشرات الإصابات بالتهاب كبد حاد"),
        ("ضيوف الرحمن", "وصول ضيوف الرحمن"),
        ("وقف الأعمال العدائية", "دعت إلى وقف الأعمال العدائية"),
        ("الكرملين", "مقربون للكرملين"),
    ],
)
def test_a_phrase_finds_itself_where_dictionaries_have_the_article_or_what_looks_like_it(term: str, text: str) -> None:
    assert finds(term, text)
