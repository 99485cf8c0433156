"""The lines of a watchlist: each construct in Arabic and English, and what is told of mistakes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Concept, read_expression
from rules.expression import AllOf, AnyOf, AtLeast, ConceptReference, Except, Expression, InField, Near, Not, Term

CONCEPTS = [Concept(id="north-korea", name="كوريا الشمالية", expression=Term(words="بيونغيانغ"))]


def t(words: str, **options: object) -> Term:
    return replace(Term(words=words), **options)


def read(text: object) -> Expression:
    expression, problems = read_expression(text, concepts=CONCEPTS)
    assert expression is not None, [str(problem) for problem in problems]
    return expression


def told(text: object) -> list[str]:
    return [str(problem) for problem in read_expression(text, concepts=CONCEPTS)[1]]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("سلاح", t("سلاح")),
        ("صفقة سلاح", t("صفقة سلاح")),
        ("سلاح، ذخيرة", AnyOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("سلاح, ذخيرة", AnyOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("سلاح؛ ذخيرة", AnyOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("10,000 جندي", t("10,000 جندي")),
        ("سلاح\nصفقة", AllOf(parts=(t("سلاح"), t("صفقة")))),
        ("سلاح أو ذخيرة", AnyOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("سلاح or ذخيرة", AnyOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("سلاح قرب 10 صفقة", Near(parts=(t("سلاح"), t("صفقة")), within=10)),
        ("سلاح near ١٠ صفقة", Near(parts=(t("سلاح"), t("صفقة")), within=10)),
        ("سلاح ثم 3 صفقة", Near(parts=(t("سلاح"), t("صفقة")), within=3, ordered=True)),
        ("سلاح then 3 صفقة", Near(parts=(t("سلاح"), t("صفقة")), within=3, ordered=True)),
        ("أ قرب 5 ب قرب 5 ج", Near(parts=(t("أ"), t("ب"), t("ج")), within=5)),
        (
            "سلاح أو ذخيرة قرب 10 صفقة أو شحنة، هدنة",
            AnyOf(
                parts=(
                    Near(
                        parts=(
                            AnyOf(parts=(t("سلاح"), t("ذخيرة"))),
                            AnyOf(parts=(t("صفقة"), t("شحنة"))),
                        ),
                        within=10,
                    ),
                    t("هدنة"),
                )
            ),
        ),
        ("سلاح\nليس: كرة", AllOf(parts=(t("سلاح"), Not(part=t("كرة"))))),
        ("سلاح\nnot: كرة", AllOf(parts=(t("سلاح"), Not(part=t("كرة"))))),
        ("سلاح\nليس في أي مكان: كرة", AllOf(parts=(t("سلاح"), Not(part=t("كرة"), anywhere=True)))),
        ("سلاح\nnot anywhere: كرة", AllOf(parts=(t("سلاح"), Not(part=t("كرة"), anywhere=True)))),
        ("برميل\nإلا: براميل متفجرة", AllOf(parts=(t("برميل"), Except(part=t("براميل متفجرة"))))),
        ("برميل\nexcept: براميل متفجرة", AllOf(parts=(t("برميل"), Except(part=t("براميل متفجرة"))))),
        ("في العنوان: هدنة", InField(where="title", part=t("هدنة"))),
        ("in title: هدنة", InField(where="title", part=t("هدنة"))),
        ("في المقدمة: هدنة، تهدئة", InField(where="lead", part=AnyOf(parts=(t("هدنة"), t("تهدئة"))))),
        ("in lead: هدنة", InField(where="lead", part=t("هدنة"))),
        ("2 على الأقل من: أ، ب، ج", AtLeast(count=2, parts=(t("أ"), t("ب"), t("ج")))),
        ("at least 2 of: أ, ب, ج", AtLeast(count=2, parts=(t("أ"), t("ب"), t("ج")))),
        ("مفهوم كوريا الشمالية", ConceptReference(id="north-korea")),
        ("concept north-korea", ConceptReference(id="north-korea")),
        ("اسم محمد علي", t("محمد علي", name=True)),
        ("name محمد علي", t("محمد علي", name=True)),
        ("سلاح / بلفظه", t("سلاح", spelling="as_written")),
        ("سلاح / as written", t("سلاح", spelling="as_written")),
        ("سلاح / حرفيًا", t("سلاح", spelling="exact")),
        ("سلاح / exact", t("سلاح", spelling="exact")),
        ("صاروخ / مع النسبة", t("صاروخ", nisba=True)),
        ("روسيا / بلا نسبة", t("روسيا", nisba=False)),
        ("روسيا / no nisba / مرتان", t("روسيا", nisba=False, times=2)),
        ("سلاح / 3 مرات", t("سلاح", times=3)),
        ("سلاح / 3 times", t("سلاح", times=3)),
        ("سلاح / بلا مرادفات", t("سلاح", synonyms=False)),
        ("قصف / اسم فقط", t("قصف", noun_only=True)),
        (
            "مالي / مع: باماكو، الساحل",
            t("مالي", company=AnyOf(parts=(t("باماكو"), t("الساحل")))),
        ),
        ("مالي / with: باماكو / بلا نسبة", t("مالي", company=t("باماكو"), nisba=False)),
        ("وقف النار ~2", t("وقف النار", gap=2)),
        ("سلاح # تعليق\n# سطر تعليق\n", t("سلاح")),
        ("#غزة", t("#غزة")),
        ("«السلم أو الحرب»", t("السلم أو الحرب")),
        ('"سلاح، ذخيرة"', t("سلاح، ذخيرة")),
        ("10%", t("10%")),
        ("القرار 1701", t("القرار 1701")),
        ("\u200fسلاح\u200f، \u202bذخيرة\u202c", AnyOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("سلاح + صفقة", AllOf(parts=(t("سلاح"), t("صفقة")))),
        ("سلاح\n+ صفقة", AllOf(parts=(t("سلاح"), t("صفقة")))),
        ("«سلاح + صفقة»", t("سلاح + صفقة")),
        ("سلاح; ذخيرة", AnyOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("سلاح او ذخيرة أَوْ صفقة", AnyOf(parts=(t("سلاح"), t("ذخيرة"), t("صفقة")))),
        ("سلاح أو ذخيرة، صفقة", AnyOf(parts=(t("سلاح"), t("ذخيرة"), t("صفقة")))),
        ("سلاح قُرْبَ ٣ صفقة", Near(parts=(t("سلاح"), t("صفقة")), within=3)),
        ("سلاح قرب10 صفقة", Near(parts=(t("سلاح"), t("صفقة")), within=10)),
        ("سلاح NEAR ۷ صفقة", Near(parts=(t("سلاح"), t("صفقة")), within=7)),
        ("سلاح ثُمَّ 3 صفقة", Near(parts=(t("سلاح"), t("صفقة")), within=3, ordered=True)),
        (
            "أ قرب 5 ب ثم 2 ج",
            Near(parts=(Near(parts=(t("أ"), t("ب")), within=5), t("ج")), within=2, ordered=True),
        ),
        ("سلاح\nلَيْسَ : كرة", AllOf(parts=(t("سلاح"), Not(part=t("كرة"))))),
        ("سلاح\nليس： كرة", AllOf(parts=(t("سلاح"), Not(part=t("كرة"))))),
        ("سلاح\n\u200fليس\u200f:\u200f كرة", AllOf(parts=(t("سلاح"), Not(part=t("كرة"))))),
        ("سلاح\nNOT: كرة", AllOf(parts=(t("سلاح"), Not(part=t("كرة"))))),
        ("سلاح\nليس في اي مكان: كرة", AllOf(parts=(t("سلاح"), Not(part=t("كرة"), anywhere=True)))),
        ("سلاح\nليس فى أيّ مكان: كرة", AllOf(parts=(t("سلاح"), Not(part=t("كرة"), anywhere=True)))),
        ("برميل\nالا: براميل متفجرة", AllOf(parts=(t("برميل"), Except(part=t("براميل متفجرة"))))),
        ("برميل\nإلّا: براميل متفجرة", AllOf(parts=(t("برميل"), Except(part=t("براميل متفجرة"))))),
        ("في المقدمه: هدنة", InField(where="lead", part=t("هدنة"))),
        ("في المتن: هدنة", InField(where="body", part=t("هدنة"))),
        ("in body: هدنة", InField(where="body", part=t("هدنة"))),
        ("سلاح\nليس: في العنوان: كرة", AllOf(parts=(t("سلاح"), Not(part=InField(where="title", part=t("كرة")))))),
        ("في العنوان: 2 على الأقل من: أ، ب", InField(where="title", part=AtLeast(count=2, parts=(t("أ"), t("ب"))))),
        ("٢ على الاقل من: أ، ب، ج", AtLeast(count=2, parts=(t("أ"), t("ب"), t("ج")))),
        ("2 على الأقل من: أ أو ب، ج", AtLeast(count=2, parts=(AnyOf(parts=(t("أ"), t("ب"))), t("ج")))),
        ("مفهوم «كوريا الشمالية»", ConceptReference(id="north-korea")),
        ("مَفهوم كوريا الشماليّة", ConceptReference(id="north-korea")),
        ("Concept كوريا الشمالية", ConceptReference(id="north-korea")),
        ("إسم محمد علي", t("محمد علي", name=True)),
        ("«اسم الوردة»", t("اسم الوردة")),
        ("اسم محمد علي / حرفيًا", t("محمد علي", spelling="exact")),
        ("سلاح /بلفظه", t("سلاح", spelling="as_written")),
        ("سلاح/ حرفياً", t("سلاح", spelling="exact")),
        ("سلاح / حرفيا", t("سلاح", spelling="exact")),
        ("سلاح \u200f/\u200f بلفظه", t("سلاح", spelling="as_written")),
        ("كورونا/كوفيد", t("كورونا/كوفيد")),
        ("سلاح أو ذخيرة / بلفظه", AnyOf(parts=(t("سلاح", spelling="as_written"), t("ذخيرة", spelling="as_written")))),
        (
            "مفهوم كوريا الشمالية قرب 5 سلاح / حرفيًا",
            Near(parts=(ConceptReference(id="north-korea"), t("سلاح", spelling="exact")), within=5),
        ),
        (
            "مالي / مع: باماكو، الساحل / مرة، نيامي",
            AnyOf(parts=(t("مالي", company=AnyOf(parts=(t("باماكو"), t("الساحل")))), t("نيامي"))),
        ),
        ("مالي / مَع： باماكو", t("مالي", company=t("باماكو"))),
        ("سلاح / ٣ مرّات", t("سلاح", times=3)),
        ("سلاح / 11 مرة", t("سلاح", times=11)),
        ("وقف النار ~٢ / بلفظه", t("وقف النار", gap=2, spelling="as_written")),
        ("وقف النار~2", t("وقف النار", gap=2)),
        ("سلاح ## تعليق", t("سلاح")),
        ("سلاح #", t("سلاح")),
        ("#غزة أو #رفح", AnyOf(parts=(t("#غزة"), t("#رفح")))),
        ("«# رقم»", t("# رقم")),
        ("C# لغة", t("C# لغة")),
        ("“سلاح”، 'ذخيرة'", AnyOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("«انفجار قرب 10 منازل»", t("انفجار قرب 10 منازل")),
        ("عاجل: هدنة", t("عاجل: هدنة")),
        ("” “ سلاح", t("سلاح")),
        ("  سلاح   ثقيل  \n\n\t", t("سلاح ثقيل")),
        ("سلاح\r\nصفقة\r\n", AllOf(parts=(t("سلاح"), t("صفقة")))),
    ],
)
def test_a_construct_reads_as_its_expression(text: str, expression: Expression) -> None:
    assert read(text) == expression


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "1:1", "no words"),
        ("ليس: كرة", "1:1", "only exclusions"),
        ("سلاح،، ذخيرة", "1:6", "a comma too many"),
        ("سلاح قرب صفقة", "1:6", "a number must follow"),
        ("سلاح قرب 10", "", "a word is missing"),
        ("سلاح / بلفضه", "1:8", 'did you mean "بلفظه"?'),
        ("مفهوم كوريا الشماليه", "1:7", 'did you mean "كوريا الشمالية"?'),
        ("سلاح\nإلى: كرة", "2:1", 'did you mean "إلا:"?'),
        ("سلاح\nليس:", "2:1", "nothing follows"),
        ("4 على الأقل من: أ، ب", "", "4 of 2"),
        ("مفهوم كوريا الشمالية / بلفظه", "", "options belong to words"),
        ("…", "1:1", "no letter and no digit"),
        ("_", "1:1", "no letter and no digit"),
        ("سلاح ليس: كرة", "1:6", "begins a line"),
        ("سلاح، إلا: براميل", "1:7", "begins a line"),
        ("في العنوان: إلا: براميل", "1:13", "begins a line"),
        ("2 على الأقل من: أ، ليس: ب", "1:20", "begins a line"),
        ("انتهت الحرب. بدأ السلام", "1:1", "the end of a sentence"),
        ("سلاح قرب 1001 صفقة", "1:6", "between 0 and 1000"),
        (f"سلاح قرب {'9' * 5000} صفقة", "1:6", "between 0 and 1000"),
        ("وقف النار ~21", "1:10", "between 0 and 20"),
        ("سلاح / 101 مرة", "1:8", "between 1 and 100"),
        ("سلاح أو ذخيرة / مرتان", "1:1", "one word or phrase only"),
        ("سلاح / بلفظه / حرفيًا", "1:16", "contradicts"),
        ("مالي / مع:", "1:8", "nothing follows"),
        ("انفجار قرب المطار", "1:8", "stands in quotes"),
        ("سلاح أو", "", "a word is missing"),
        ("، سلاح", "1:1", "a comma too many"),
        ("سلاح\n" * 3 + "صفقة / صح", "4:8", "expected one of"),
        (" قرب 1 ".join(["سلاح"] * 30), "1:1", "more than 20"),
        ("،" * 1000, "1:1", "a comma too many"),
        (f"{'9' * 5000} على الأقل من: أ، ب", "", "cannot be asked for"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, place: str, words: str) -> None:
    assert any(words in line and line.startswith(f"match:{place}") for line in told(text)), told(text)


def test_a_head_without_its_colon_is_a_warning_and_its_words_are_looked_for() -> None:
    expression, problems = read_expression("سلاح\nليس كرة القدم")
    assert expression == AllOf(parts=(t("سلاح"), t("ليس كرة القدم")))
    assert [(str(problem.at), problem.code, problem.warning) for problem in problems] == [
        ("match:2:1", "missing_colon", True)
    ]


def test_ten_thousand_terms_are_refused_where_the_limit_is_passed() -> None:
    line = "، ".join(f"كلمة{number:05}" for number in range(10_000))
    problems = told(line)
    assert problems == [f"match:1:{1 + 5_000 * 11}: more than 5000 terms in one watchlist; part it into several"]


def test_a_very_long_text_is_refused() -> None:
    assert "500000 are read" in told("س" * 500_001)[0]


PIECES = 'سلاح ، أو قرب 10 ثم ليس: إلا: / مع: ~2 # #غزة « » " + 2 على الأقل من: مفهوم اسم بلفظه'


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from([*PIECES.split(), " ", "\n"]), max_size=20))
def test_no_lines_make_the_reader_raise(words: list[str]) -> None:
    read_expression(" ".join(words), concepts=CONCEPTS)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=100))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    read_expression(text, concepts=CONCEPTS)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("2 على الأقل: سلاح، ذخيرة", "1:1: ", 'did you mean "2 على الأقل من:"?'),
        ("على الأقل 2 من: سلاح، ذخيرة", "1:1: ", 'did you mean "2 على الأقل من:"?'),
        ("اثنان على الأقل من: سلاح، ذخيرة", "1:1: ", 'did you mean "2 على الأقل من:"?'),
        ("at lest 2 of: سلاح, ذخيرة", "1:1: ", 'did you mean "at least 2 of:"?'),
        ("at least two of: سلاح, ذخيرة", "1:1: ", 'did you mean "at least 2 of:"?'),
        ("none: سلاح", "1:1: ", 'did you mean "not:"?'),
        ("مفهوم: كوريا الشمالية", "1:1: ", '"مفهوم" takes no colon: مفهوم كوريا الشمالية'),
        ("سلاح / ثلاث مرات", "1:8: ", 'did you mean "3 مرات"?'),
        ("مالي / مع باماكو", "1:8: ", 'did you mean "مع:"?'),
        ("سلاح /", "1:7: ", 'nothing follows "/"'),
        ("سلاح\nفي العنوان، هدنة", "2:1: warning", '"في العنوان:" begins a line'),
        ("سلاح قريب 10 صفقة", "1:6: warning", 'did you mean "قرب 10"?'),
        ("سلاح بالقرب من ١٠ صفقة", "1:6: warning", 'did you mean "قرب 10"?'),
        ("سلاح قرب: 10 صفقة", "1:6: warning", 'did you mean "قرب 10"?'),
        ("مفهم كوريا الشمالية", "1:1: warning", 'did you mean "مفهوم كوريا الشمالية"?'),
        ("صفقة ~2 سلاح", "1:6: warning", '"~" with its number stands at the end of a phrase'),
        ("سلاح | ذخيرة", "1:6: warning", '"|" means nothing here'),
        ("سلاح AND ذخيرة", "1:6: warning", '"AND" means nothing here'),
        ("سلاح، -كرة", "1:7: warning", '"-" means nothing here'),
        ("سلاح*", "1:5: warning", '"*" means nothing here'),
    ],
)
def test_what_would_be_looked_for_as_words_and_never_found_is_told(text: str, place: str, words: str) -> None:
    (line,) = told(text)
    assert line.startswith(f"match:{place}"), line
    assert words in line


@pytest.mark.parametrize(
    "text",
    ["وقف النار ~2", "«صفقة ~2 سلاح»", "قرب 10 أمتار في «قريب 10 أمتار»", "الحرس الثوري", "C++", "AT&T", "-10 درجات",
     "«سلاح | ذخيرة»", "الاتفاق النووي", "concept", "المفهوم الجديد"],
)  # fmt: skip
def test_words_that_are_meant_as_they_stand_are_not_doubted(text: str) -> None:
    assert [line for line in told(text) if "warning" in line] == []
