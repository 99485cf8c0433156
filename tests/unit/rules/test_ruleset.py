"""What expressions mean in an article: what the reference says of meaning, sentence by sentence, with exact places."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import (
    Article,
    Concept,
    RuleSource,
    compile_expression,
    compile_ruleset,
    language_of,
    read_expression,
    read_rules,
)


def hits(match: object, article: Article | str, *concepts: Concept) -> list[str] | None:
    expression, problems = read_expression(match, concepts=concepts)
    assert expression is not None, [str(problem) for problem in problems]
    whole = Article(text=article) if isinstance(article, str) else article
    found = compile_expression(expression, concepts).match(whole)
    if found is None:
        return None
    return [(getattr(whole, hit.field) or "")[hit.start : hit.end] for hit in found.hits]


def matches(match: object, article: Article | str) -> bool:
    return hits(match, article) is not None


@pytest.mark.parametrize(
    ("match", "text", "shown"),
    [
        ("سلاح", "ضُبطت شاحنة محملة بالسلاح قرب الحدود", ["بالسلاح"]),
        ("سلاح", "وبأسلحةٍ خفيفة", ["وبأسلحةٍ"]),
        ("سلاح", "للسلاح ثمن", ["للسلاح"]),
        ("سلاح", "سلّموا سلاحهم", ["سلاحهم"]),
        ("صفقة سلاح", "وُقّعت صفقات الأسلحة أمس", ["صفقات الأسلحة"]),
        ("صفقة سلاح", "وبصفقة سلاحٍ كبيرة", ["وبصفقة سلاحٍ"]),
        ("صفقة", "صفقتها الأخيرة", ["صفقتها"]),
        ("استيراد", "استوردت مصر قمحًا", ["استوردت"]),
        ("اجتماع", "اجتمعت اللجنة ثم اجتمعوا", ["اجتمعت", "اجتمعوا"]),
        ("هدنة", "هـــدنة مؤقتة", ["هـــدنة"]),
        ("أوروبا", "اوروبا تقرر", ["اوروبا"]),
        ("القرار 1701", "تطبيق القرار ١٧٠١ فورًا", ["القرار ١٧٠١"]),
        ("10%", "ارتفع ١٠٪ اليوم", ["١٠٪"]),
        ("10%", "ارتفع ٪١٠ اليوم", ["٪١٠"]),
        ("10%", "ارتفع 10 في المئة", ["10 في المئة"]),
        ("غزة", "وسم #غزة_تحت_القصف ينتشر", ["غزة"]),
        ("#غزة", "وسم #غزة ينتشر", ["غزة"]),
        ("IMF", "بعثة IMF تصل", ["IMF"]),
        ("brent", "خام Brent يصعد", ["Brent"]),
        ("وقف النار ~1", "وقف إطلاق النار", ["وقف", "النار"]),
        ("بيونغ يانغ", "ودعا بيونغ يانغ إلى", ["بيونغ يانغ"]),
    ],
)
def test_a_term_finds_its_forms_at_their_exact_places(match: str, text: str, shown: list[str]) -> None:
    assert hits(match, text) == shown


@pytest.mark.parametrize(
    ("match", "text"),
    [
        ("سلاح", "إصلاح الطريق"),
        ("صفقة سلاح", "صفقة انتقال اللاعب. سلاح الجناح"),
        ("مصر", "مصرف ومصرع"),
        ("IT", "it is late"),
        ("1701", "17010 مقالًا"),
        ("#غزة", "وسم #غزة_تحت_القصف ينتشر"),
        ("#غزة", "مدينة غزة"),
        ("كوريا الشمالية", "كوريا الجنوبية"),
        ("البحر الأحمر", "بحر أحمر من الشقائق"),
        ("سلاح / بلفظه", "أسلحة خفيفة"),
        ("سلاح / حرفيًا", "بالسلاح"),
    ],
)
def test_false_friends_stay_out(match: str, text: str) -> None:
    assert not matches(match, text)


@pytest.mark.parametrize(
    ("match", "text", "expected"),
    [
        ("صفقة قرب 2 سلاح", "صفقة كبيرة جدا سلاح", True),
        ("صفقة قرب 2 سلاح", "صفقة كبيرة جدا حقا سلاح", False),
        ("صفقة قرب 2 سلاح", "سلاح ثم صفقة", True),
        ("صفقة قرب 5 سلاح", "تمت صفقة. سلاح هنا", False),
        ("صفقة قرب 5 سلاح", "رقم الصفقة 5. سلاح جديد", False),
        ("صفقة قرب 5 سلاح", "صفقة د. محمد سلاح", True),
        ("صفقة قرب 5 سلاح", "صفقة بقيمة 6.9 مليار سلاح", True),
        ("صفقة قرب 5 سلاح", "صفقة؟ سلاح", False),
        ("صفقة قرب 5 سلاح", "صفقة\nسلاح", False),
        ("صفقة قرب 5 سلاح", "صفقة.. سلاح", True),
        ("صفقة سلاح قرب 2 هدنة", "هدنة بعد صفقة سلاح", True),
        ("نفط\nليس: برميل\nإلا: براميل متفجرة", "نفط وبراميل متفجرة", True),
        ("صفقة قرب 5 سلاح", "صفقة؛ سلاح", True),
        ("صفقة قرب 5 سلاح", "صفقة… سلاح", True),
        ("زلزال قرب 5 درجات", "زلزال بقوة 6.9 درجات", True),
        ("وكالة قرب 6 سلاح", "وكالة أ. ف. ب. سلاح", True),
        ("صفقة ثم 3 سلاح", "صفقة من سلاح", True),
        ("صفقة ثم 3 سلاح", "سلاح في صفقة", False),
        ({"near": ["صفقة", "سلاح"], "within": 5, "same_sentence": False}, "تمت صفقة. سلاح هنا", True),
        ("سلاح قرب 5 أسلحة", "سلاح واحد", False),
        ("سلاح قرب 5 أسلحة", "سلاح وأسلحة", True),
        ("سلاح / حرفيًا، سلاح قرب 0 سلاح", "سلاح وأسلحة", True),
        ({"near": [{"exact": "سلاح"}, "سلاح"], "within": 0}, "سلاح وأسلحة", True),
        ({"near": ["سلاح", {"exact": "سلاح"}], "within": 0}, "سلاح", False),
        ({"near": ["سلاح", {"exact": "سلاح"}, "صفقة"], "within": 0}, "صفقة سلاح وأسلحة", True),
        ({"near": [{"all": ["سلاح", "هدنة"]}, "صفقة"], "within": 3}, "صفقة سلاح", False),
        ({"near": [{"all": ["سلاح", "هدنة"]}, "صفقة"], "within": 3}, "صفقة سلاح. هدنة", True),
        ({"near": [{"term": "مالي", "with": "باماكو"}, "جيش"], "within": 3}, "جيش مالي", False),
        ({"near": [{"term": "مالي", "with": "باماكو"}, "جيش"], "within": 3}, "جيش مالي. باماكو", True),
        ({"near": [{"term": "سلاح", "times": 2}, "صفقة"], "within": 3}, "صفقة سلاح", False),
        (
            {"near": [{"near": ["سلاح", "هدنة"], "within": 5, "same_sentence": False}, "صفقة"], "within": 9},
            "سلاح. هدنة صفقة",
            False,
        ),
        ("أ قرب 1 ب قرب 1 ج", "ج س ب أ", True),
        ("أ قرب 1 ب قرب 1 ج", "ج س ب ص أ", False),
        ("2 على الأقل من: سلاح، صفقة، هدنة", "سلاح وهدنة", True),
        ("2 على الأقل من: سلاح، صفقة، هدنة", "سلاح فقط", False),
        ("سلاح / 3 مرات", "سلاح وسلاح", False),
        ("سلاح / 3 مرات", "سلاح وسلاح وسلاح", True),
        ("مالي / مع: باماكو", "الدعم المالي", False),
        ("مالي / مع: باماكو", "جيش مالي في باماكو", True),
        ("برميل\nإلا: براميل متفجرة", "براميل متفجرة على البلدة", False),
        ("برميل\nإلا: براميل متفجرة", "براميل متفجرة، وسعر برميل النفط", True),
        ("سلاح\nليس: كرة", "سلاح وكرة", False),
        ({"regex": r"F-\d+"}, "طائرات F-16 جديدة", True),
        ({"\u200fany\u200f": ["\u200fسلاح\u200e"]}, "سلاح جديد", True),
        ({"regex": r"(a+)+$"}, "a" * 5_000 + "b", False),
        ({"regex": "سلاح", "except": "سلاح أبيض"}, "عثر على سلاح أبيض", False),
        ({"regex": "سلاح", "except": "سلاح أبيض"}, "سلاح أبيض وسلاح ناري", True),
    ],
)
def test_structures_hold_as_they_should(match: object, text: str, expected: bool) -> None:
    assert matches(match, text) is expected


def topic(match: str, article: Article) -> bool:
    files = read_rules([RuleSource(file="f", text=f"watchlists:\n  - id: x\n    match: |\n      {match}\n")])
    return bool(compile_ruleset(files.watchlists, files.concepts).match(article))


def test_a_topic_holds_in_title_and_lead() -> None:
    assert topic("سلاح", Article(title="صفقة سلاح", body="خبر آخر"))
    assert topic("سلاح", Article(title="خبر", lead="وصل سلاح", body="كلام"))


def test_a_topic_that_the_top_does_not_name_needs_three_mentions_of_each_clause() -> None:
    top = {"title": "خبر عاجل اليوم", "lead": "تفاصيل لاحقًا"}
    assert not topic("سلاح", Article(**top, body="سلاح هنا وسلاح هناك"))
    assert topic("سلاح", Article(**top, body="سلاح هنا وسلاح هناك. والسلاح كثير"))


def test_without_a_summary_the_first_sixty_words_of_the_body_are_the_lead() -> None:
    far = "كلمة " * 60
    assert topic("سلاح", Article(title="خبر عاجل جدًا", body="كلمة " * 59 + "سلاح"))
    assert not topic("سلاح", Article(title="خبر عاجل جدًا", body=far + "سلاح"))


def test_a_title_repeated_in_the_text_counts_once() -> None:
    title = "وصول شحنة سلاح"
    assert not matches("سلاح / مرتان", Article(title=title, body=f"{title}. ثم انتهى الخبر"))
    assert matches("سلاح / مرتان", Article(title=title, body=f"{title}. سلاح آخر"))


def test_none_looks_at_title_and_lead_only_and_none_anywhere_at_all() -> None:
    article = Article(title="سلاح", lead="خبر", body="كرة القدم")
    assert matches("سلاح\nليس: كرة", article)
    assert not matches("سلاح\nليس في أي مكان: كرة", article)


def test_a_field_limit_looks_there_only_and_plain_text_satisfies_all() -> None:
    assert not matches("في العنوان: هدنة", Article(title="خبر", lead="هدنة"))
    assert matches("في العنوان: هدنة", Article(title="هدنة"))
    assert matches("في العنوان: هدنة", "نص عن هدنة")


def test_phrases_do_not_cross_fields() -> None:
    assert not matches("صفقة سلاح", Article(title="صفقة", lead="سلاح"))


def test_sources_are_admitted_by_id_or_tag() -> None:
    text = "watchlists:\n  - id: x\n    match: سلاح\n    sources: {include: [agency], exclude: [bad]}\n"
    files = read_rules([RuleSource(file="f", text=text)])
    ruleset = compile_ruleset(files.watchlists, ())
    assert ruleset.match(Article(title="سلاح", sources=frozenset({"a", "agency"})))
    assert not ruleset.match(Article(title="سلاح", sources=frozenset({"a"})))
    assert not ruleset.match(Article(title="سلاح", sources=frozenset({"agency", "bad"})))


def test_other_languages_are_left_out_unless_asked_for() -> None:
    english = Article(title="The minister spoke of Brent prices and سلاح today in London")
    assert language_of(english) == "und"
    assert not topic("Brent", english)
    assert topic("Brent", Article(title="خام Brent يصعد إلى أعلى مستوى"))
    assert topic("Brent", Article(title="Brent up"))


def test_an_off_watchlist_is_not_matched_and_a_trial_is() -> None:
    text = "watchlists:\n  - {id: x, match: سلاح, state: off}\n  - {id: y, match: سلاح, state: trial}\n"
    files = read_rules([RuleSource(file="f", text=text)])
    found = compile_ruleset(files.watchlists, ()).match(Article(title="سلاح"))
    assert [match.watchlist for match in found] == ["y"]


def test_concepts_are_found_by_their_words() -> None:
    from rules.expression import AnyOf, Term

    concept = Concept(id="nk", name="ك", expression=AnyOf(parts=(Term(words="بيونغيانغ"), Term(words="كيم جونغ أون"))))
    assert hits("مفهوم nk", "زار كيم جونغ أون المصنع", concept) == ["كيم جونغ أون"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_is_matched_without_an_error_and_places_lie_within_it(text: str, title: str) -> None:
    expression, _ = read_expression("سلاح، a، 1، #غزة، أ قرب 3 ب، وقف النار ~2")
    assert expression is not None
    found = compile_expression(expression).match(Article(title=title, body=text))
    for hit in found.hits if found else ():
        field = title if hit.field == "title" else text
        assert 0 <= hit.start < hit.end <= len(field)


def test_a_megabyte_of_text_takes_no_more_than_a_moment() -> None:
    expression, _ = read_expression("سلاح قرب 10 صفقة\nهدنة")
    assert expression is not None
    compiled = compile_expression(expression)
    assert compiled.match(Article(body="سلاح كبير وصفقة. " * 60_000)) is None
    assert compiled.match(Article(body="ا" * 1_000_000 + "#" * 10_000 + "\u200f" * 10_000)) is None
