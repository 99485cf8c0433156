"""Clause by clause: what holds and where, and what a clause that fails lacks."""

from __future__ import annotations

import pytest

from rules import Article, Concept, read_expression
from rules.explain import Explanation, Miss, explain, label_of
from rules.expression import Term
from rules.watchlist import Watchlist

CONCEPTS = [Concept(id="nk", name="كوريا الشمالية", expression=Term(words="بيونغيانغ"))]


def explained(match: object, article: Article | str, scope: str = "all") -> Explanation:
    expression, problems = read_expression(match, concepts=CONCEPTS)
    assert expression is not None, problems
    return explain(expression, CONCEPTS, Article(text=article) if isinstance(article, str) else article, scope=scope)


def miss(match: object, article: Article | str, scope: str = "all") -> Miss:
    found = explained(match, article, scope)
    assert not found.matches
    (lacking,) = found.lacking
    assert lacking.miss is not None
    return lacking.miss


@pytest.mark.parametrize(
    ("match", "text", "code", "missing", "have", "need"),
    [
        ("صفقة، إمداد", "تعاون بين البلدين", "absent", ("صفقة", "إمداد"), 0, 0),
        ("صفقة سلاح", "خبر عابر", "absent", ("صفقة سلاح",), 0, 0),
        ("صفقة سلاح", "توقيع صفقة كبيرة", "scattered", ("سلاح",), 0, 0),
        ("صفقة سلاح", "صفقة كبيرة تشمل سلاحا", "scattered", (), 2, 0),
        ("صفقة سلاح", "تمت الصفقة. وصل السلاح", "other_sentence", (), 0, 0),
        ("صفقة قرب 1 سلاح", "صفقة كبيرة جدا سلاح", "too_far", (), 2, 1),
        ("صفقة قرب 1 سلاح", "صفقة كبيرة", "scattered", ("سلاح",), 0, 0),
        ("صفقة قرب 5 سلاح", "صفقة. سلاح", "other_sentence", (), 0, 0),
        ("صفقة ثم 5 سلاح", "سلاح في صفقة", "wrong_order", (), 0, 0),
        ("سلاح / 3 مرات", "سلاح وسلاح", "too_few", (), 2, 3),
        ("مالي / مع: باماكو", "جيش مالي", "no_company", ("باماكو",), 0, 0),
        ("2 على الأقل من: سلاح، صفقة، هدنة", "سلاح وحده", "some_of", ("صفقة", "هدنة"), 1, 2),
        ("مفهوم كوريا الشمالية", "خبر من سيول", "absent", ("كوريا الشمالية",), 0, 0),
        ("سلاح\nليس: كرة", "سلاح وكرة", "excluded", (), 0, 0),
    ],
)
def test_the_nearest_miss_of_a_clause(
    match: str, text: str, code: str, missing: tuple[str, ...], have: int, need: int
) -> None:
    found = miss(match, text)
    assert (found.code, found.missing, found.have, found.need) == (code, missing, have, need)


@pytest.mark.parametrize(
    ("match", "text", "found"),
    [
        ("برميل\nإلا: برميل متفجر", "قصف بالبراميل المتفجرة", ["بالبراميل"]),
        ("برميل قرب 3 سقوط\nإلا: برميل متفجر", "سقوط البراميل المتفجرة", ["البراميل"]),
        ("برميل / مرتان\nإلا: برميل متفجر", "البراميل المتفجرة وبرميل نفط", ["البراميل"]),
    ],
)
def test_a_part_that_stands_in_an_exception_only_is_told_so(match: str, text: str, found: list[str]) -> None:
    lacking = miss(match, text)
    assert lacking.code == "excepted"
    assert [text[hit.start : hit.end] for hit in lacking.found] == found


def test_the_word_that_is_spelled_most_like_the_missing_one_is_named() -> None:
    assert miss("تعاونية", "تعاون بين البلدين").nearest == "تعاون"
    assert miss("صفقة", "خبر قديم").nearest is None


def test_what_stands_in_another_field_only_is_told_with_its_places() -> None:
    found = miss("في العنوان: هدنة", Article(title="خبر", body="هدنة ثم هدنة"))
    assert (found.code, found.have, found.found[0].field) == ("elsewhere", 2, "body")
    far = Article(title="خبر", lead="موجز", body="هدنة")
    assert miss("هدنة", far, "topic").code == "elsewhere"


def test_a_topic_by_frequency_is_told_as_such_and_the_clause_that_is_too_rare_too() -> None:
    often = Article(title="خبر", lead="موجز", body="هدنة ثم هدنة ثم هدنة. غزة وغزة وغزة")
    assert explained("هدنة\nغزة", often, "topic").by_topic
    rare = Article(title="خبر", lead="موجز", body="هدنة ثم هدنة ثم هدنة. غزة وغزة")
    found = miss("هدنة\nغزة", rare, "topic")
    assert (found.code, found.have, found.need) == ("too_few", 2, 3)


def test_clauses_that_hold_name_their_places_and_how_often() -> None:
    found = explained("سلاح، ذخيرة\nليس: كرة\nإلا: سلاح أبيض", "سلاح أبيض وسلاح وذخيرة")
    assert found.matches
    assert [(clause.kind, clause.holds, clause.label) for clause in found.clauses] == [
        ("find", True, "سلاح أو ذخيرة"),
        ("exclude", True, "كرة"),
        ("except", True, "سلاح أبيض"),
    ]
    assert (found.clauses[0].count, len(found.clauses[0].hits)) == (2, 2)


def test_what_bars_a_watchlist_is_told_before_its_clauses() -> None:
    expression = Term(words="سلاح")
    article = Article(text="سلاح", sources=frozenset({"a"}))

    def barred(**options: object) -> str | None:
        return explain(Watchlist(id="x", name="x", expression=expression, **options), [], article).barred

    assert barred(state="off") == "off"
    assert barred(include=("b",)) == "include"
    assert barred(exclude=("a",)) == "exclude"
    assert barred() is None
    english = Article(title="The minister spoke of prices and سلاح today in London")
    assert explain(Watchlist(id="x", name="x", expression=expression), [], english).barred == "language"


def test_an_explanation_agrees_with_the_match() -> None:
    for match in ("سلاح\nهدنة", "سلاح قرب 2 هدنة، غزة", "2 على الأقل من: سلاح، هدنة، غزة\nليس: كرة"):
        for text in ("سلاح", "سلاح وهدنة", "غزة", "غزة وسلاح وكرة", "هدنة بعيدة جدا جدا جدا عن سلاح"):
            found = explained(match, text)
            assert found.matches == (not found.lacking), (match, text)


def test_labels_are_short() -> None:
    expression, _ = read_expression("أ، ب، ج، د، هـ، و")
    assert expression is not None
    assert label_of(expression, {}) == "أ أو ب أو ج أو د أو …"
