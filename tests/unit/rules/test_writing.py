"""Lines and tree mean the same: what is written down reads as the same expression, and matches the same articles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Article, Concept, RuleSource, compile_expression, read_expression, read_rules
from rules.expression import (
    AllOf,
    AtLeast,
    ConceptReference,
    Except,
    Expression,
    InField,
    Near,
    Not,
    Regex,
    Term,
    all_of,
    any_of,
    term_of,
)
from rules.writing import as_lines, as_tree, as_yaml

CONCEPTS = [
    Concept(id="north-korea", name="كوريا الشمالية", expression=Term(words="بيونغيانغ")),
    Concept(id="war-or-peace", name="الحرب أو السلم", expression=Term(words="حرب")),
]
NAMES = {concept.id: concept.name for concept in CONCEPTS}

WORDS = st.sampled_from(
    ["سلاح", "صفقة سلاح", "ذخيرة", "هدنة", "غزة", "#غزة", "10%", "القرار 1701", "F-16", "السلم أو الحرب", "قرب 10 أمتار",
     "سلاح، ذخيرة", "اسم الوردة", "ليس: كرة", "10,000 جندي", "أ. ف. ب", "a / b", "C# لغة", "قال «نعم» أمس", "# حرف", "ثم 3 أيام",
     "كم ~2", "مفهوم الدولة", "NO", "010", "5:1", "مجلس \"الأمن", "أو", "صفقة + سلاح", "-1", "at least 2 of: x", "it's", "*سلاح",
     "صفقة | سلاح", "-كرة", "قريب 10 أمتار", "صفقة ~2 سلاح", "مفهم كوريا الشمالية", "مفهوم: كوريا", "R AND D", "سلاح*", "/ حرفيًا",
     "في العنوان، هدنة", "2 على الأقل: س", "none: x"]
)  # fmt: skip
SMALL = st.integers(0, 12)


def terms(*, company: bool = True) -> st.SearchStrategy[Term]:
    plain = st.builds(
        term_of,
        words=WORDS,
        spelling=st.sampled_from(["forms", "forms", "forms", "as_written", "exact"]),
        name=st.sampled_from([False, False, True]),
        nisba=st.sampled_from([None, None, True, False]),
        synonyms=st.sampled_from([True, True, False]),
        noun_only=st.sampled_from([False, False, True]),
        times=st.sampled_from([1, 1, 2, 3, 11]),
        gap=st.sampled_from([0, 0, 2]),
    )
    if not company:
        return plain
    return st.builds(term_of, plain, company=st.none() | st.none() | expressions(depth=1, company=False))


def either(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.lists(parts, min_size=1, max_size=3).map(lambda found: any_of(found, at=None))


def expressions(*, depth: int = 2, company: bool = True) -> st.SearchStrategy[Expression]:
    leaf: st.SearchStrategy[Expression] = st.one_of(
        terms(company=company),
        st.sampled_from([ConceptReference(id="north-korea"), ConceptReference(id="war-or-peace")]),
    )
    if not depth:
        return leaf
    inner = expressions(depth=depth - 1, company=company)
    near = st.builds(
        lambda parts, within, ordered, same: Near(
            parts=tuple(parts), within=within, ordered=ordered, same_sentence=same
        ),
        st.lists(inner, min_size=2, max_size=3),
        SMALL,
        st.booleans(),
        st.sampled_from([True, True, False]),
    )
    some = st.lists(inner, min_size=2, max_size=3).flatmap(
        lambda parts: st.builds(AtLeast, count=st.integers(1, len(parts)), parts=st.just(tuple(parts)))
    )
    field = st.builds(InField, where=st.sampled_from(["title", "lead", "body"]), part=inner)
    negative = st.one_of(
        st.builds(Not, part=inner, anywhere=st.booleans()),
        st.builds(Except, part=inner),
    )
    every = st.builds(
        lambda first, rest: all_of([first, *rest], at=None), inner, st.lists(inner | negative, min_size=1, max_size=3)
    )
    return st.one_of(leaf, either(inner), near, some, field, every, st.just(Regex(pattern=r"F-\d+")))


def read(value: object) -> Expression:
    expression, problems = read_expression(value, concepts=CONCEPTS)
    assert expression is not None, [str(problem) for problem in problems]
    return expression


@settings(max_examples=150, deadline=None)
@given(expressions())
def test_a_tree_that_is_written_reads_as_the_same_expression(expression: Expression) -> None:
    assert read(as_tree(expression)) == expression


@settings(max_examples=150, deadline=None)
@given(expressions())
def test_the_tree_in_yaml_reads_as_the_same_expression(expression: Expression) -> None:
    concepts = "concepts:\n  - {id: north-korea, match: س}\n  - {id: war-or-peace, match: س}\n"
    shown = "\n" + as_yaml(as_tree(expression), 6)
    files = read_rules([RuleSource(file="f", text=f"{concepts}watchlists:\n  - id: x\n    match:{shown}")])
    assert files.mistakes == (), shown
    assert files.watchlists[0].expression == expression


LINE_PARTS = st.sampled_from(
    [
        "سلاح",
        "صفقة سلاح",
        "أسلحة أو ذخيرة",
        "سلاح قرب 3 صفقة",
        "أ قرب 2 ب أو ج ثم 4 د",
        "«السلم أو الحرب»",
        "اسم كيم جونغ أون",
        "مفهوم كوريا الشمالية",
        "مفهوم «الحرب أو السلم»",
        "وقف النار ~2",
        "#غزة",
        "10%",
        "سلاح / بلفظه",
        "سلاح / مرتان",
        "صاروخ / مع النسبة",
        "سلاح أو ذخيرة قرب 5 صفقة / حرفيًا",
        "قصف / اسم فقط",
        "هدنة / بلا مرادفات",
        "سلاح / 3 مرات",
        "مالي / مع: باماكو، الساحل / مرة",
        "مالي أو النيجر / مع: باماكو / بلا نسبة",
        "مالي / مع: جيش قرب 3 باماكو، مفهوم كوريا الشمالية / مرة",
        "أ أو ب ~3 قرب 2 ج ثم 4 د قرب 2 ه",
        "name كيم جونغ أون / as written",
        "#غزة أو #رفح قرب 3 هدنة",
        "«صفقة | سلاح» / no synonyms",
        "concept north-korea near 4 سلاح or ذخيرة",
    ]
)
HEADS = st.sampled_from(
    [
        "",
        "",
        "",
        "ليس: ",
        "ليس في أي مكان: ",
        "إلا: ",
        "في العنوان: ",
        "في المقدمة: ",
        "في المتن: ",
        "2 على الأقل من: ",
        "ليس: في العنوان: ",
        "ليس في أي مكان: في المتن: ",
        "إلا: في المقدمة: ",
        "ليس: 2 على الأقل من: ",
        "في العنوان: 2 على الأقل من: ",
        "ليس: في المقدمة: 2 على الأقل من: ",
    ]
)
LINES = st.lists(
    st.tuples(HEADS, st.lists(LINE_PARTS, min_size=2, max_size=4)).map(lambda line: line[0] + "، ".join(line[1])),
    min_size=1,
    max_size=4,
).map(lambda lines: "\n".join(["خبر", *lines]))


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_lines_to_tree_to_lines_is_the_same_expression(text: str) -> None:
    expression = read(text)
    tree = as_tree(expression)
    assert read(tree) == expression
    lines = as_lines(read(tree), NAMES)
    assert lines is not None
    assert read(lines) == expression


ARTICLES = [
    Article(
        title="خبر عن صفقة سلاح", lead="أسلحة وذخيرة", body="جيش مالي في باماكو. وقف إطلاق النار وهدنة في غزة #غزة"
    ),
    Article(title="صفقات الأسلحة بلغت 10%", body="سلاح وذخيرة وصفقة سلاح. قصف صاروخي وحرب وبيونغيانغ"),
    Article(text="سلاح قرب صفقة ثم السلم أو الحرب وكيم جونغ أون وهدنة خبر"),
]


@settings(max_examples=100, deadline=None)
@given(LINES)
def test_lines_and_their_tree_match_the_same_places(text: str) -> None:
    expression = read(text)
    back = read(as_tree(expression))
    for article in ARTICLES:
        assert compile_expression(expression, CONCEPTS).match(article) == compile_expression(back, CONCEPTS).match(
            article
        )


@pytest.mark.parametrize(
    "text",
    [
        "سلاح",
        "صفقة سلاح، توريد ذخيرة، سلاح أو ذخيرة قرب 10 صفقة أو شحنة أو إمداد أو محادثات",
        "مفهوم كوريا الشمالية\nسلاح\nليس: كرة القدم",
        "ليس في أي مكان: كرة\nسلاح\nإلا: براميل متفجرة",
        "في العنوان: هدنة، تهدئة\nفي المقدمة: غزة\nفي المتن: وسيط",
        "2 على الأقل من: سلاح، ذخيرة، صفقة",
        "وقف النار ~2 / بلا مرادفات\nسلاح / مرتان / مع: باماكو، الساحل",
        "سلاح / 3 مرات\nسلاح / 11 مرة",
        "مالي / مع: باماكو، الساحل / مرة، النيجر / مع: نيامي",
        "مالي / مع: باماكو / بلا نسبة، النيجر / بلا نسبة",
        "أ قرب 2 ب ثم 3 ج",
        "«السلم أو الحرب»",
        "مفهوم war-or-peace",
        "ليس: في العنوان: كرة\nسلاح",
    ],
)
def test_lines_are_written_as_an_editor_would_write_them(text: str) -> None:
    assert as_lines(read(text), NAMES) == text


@pytest.mark.parametrize(
    "tree",
    [
        {"near": ["أ", "ب"], "within": 3, "same_sentence": False},
        {"any": ["أ", {"all": ["ب", "ج"]}]},
        {"regex": "x+"},
        {"near": [{"near": ["أ", "ب"], "within": 3}, "ج"], "within": 3},
        {"term": "أ", "with": {"exact": "ب"}},
    ],
)
def test_what_lines_cannot_say_is_not_written_as_lines(tree: object) -> None:
    assert as_lines(read(tree), NAMES) is None
    assert read(as_tree(read(tree))) == read(tree)


def test_the_tree_is_shown_with_latin_keys_alone_and_arabic_lines_under_them() -> None:
    shown = as_yaml(as_tree(read("سلاح أو ذخيرة قرب 10 صفقة، هدنة\nليس: كرة القدم\nمالي / بلا نسبة / مع: باماكو")))
    assert shown == (
        "all:\n  - any:\n      - near:\n          - any:\n              - سلاح\n              - ذخيرة\n          - صفقة\n"
        "        within: 10\n      - هدنة\n  - none:\n      - كرة القدم\n  - term: مالي\n    nisba: false\n    with:\n"
        "      - باماكو\n"
    )


def test_a_group_is_dissolved_in_a_group_but_keeps_exceptions_of_its_own() -> None:
    assert read({"all": ["أ", {"all": ["ب", {"none": "ج"}]}]}) == read("أ\nب\nليس: ج")
    kept = read({"all": ["أ", {"all": ["ب", {"except": "ج"}]}]})
    assert isinstance(kept, AllOf)
    assert len(kept.parts) == 2
