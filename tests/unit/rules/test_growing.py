"""One watchlist added or removed: the same answers as a ruleset compiled anew; rules not visited still match when they should."""

from __future__ import annotations

import gc
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Article, Ruleset, Watchlist, compile_expression, compile_ruleset, load_arabic, read_expression

ARABIC = load_arabic()
RULES = (
    "سلاح، ذخيرة",
    "سلاح\nصفقة",
    "سلاح\nصفقة، عقد\nوزير",
    "سلاح قرب 3 صفقة",
    "كوريا الشمالية\nسلاح أو صاروخ",
    "سلاح\nليس: صفقة",
    "سلاح / 2 مرات",
    "2 على الأقل من: سلاح، صفقة، وزير",
    "#سلاح",
    "سلاح\nإلا: سلاح الجو",
    "في العنوان: وزير",
    "مالي / مع: باماكو",
)
WORDS = (
    "سلاح",
    "الأسلحة",
    "وصفقة",
    "صفقات",
    "عقود",
    "الوزير",
    "وزيرة",
    "كوريا",
    "الشمالية",
    "الجو",
    "#سلاح",
    "مالي",
    "وباماكو",
    "في",
    ".",
)


def watchlist(number: int, scope: str = "topic") -> Watchlist:
    expression, problems = read_expression(RULES[number])
    assert expression is not None, problems
    return Watchlist(id=f"w{number}", name="", expression=expression, scope=scope)  # type: ignore[arg-type]


EVERY = [watchlist(number) for number in range(len(RULES))]
WHOLE = compile_ruleset(EVERY, (), arabic=ARABIC)
texts = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
articles = st.one_of(
    st.builds(lambda text: Article(text=text), texts),
    st.builds(lambda title, lead, body: Article(title=title, lead=lead, body=body), texts, texts, texts),
)


def answers(ruleset: Ruleset, article: Article) -> list[tuple[str | None, object]]:
    return [(match.watchlist, match.hits) for match in ruleset.match(article)]


@settings(max_examples=150, deadline=None)
@given(articles, st.sampled_from(("topic", "all", "lead", "title")))
def test_the_index_leaves_out_no_watchlist_that_matches(article: Article, scope: str):
    lists = [replace(each, scope=scope) for each in EVERY]
    ruleset = compile_ruleset(lists, (), arabic=ARABIC)
    alone = [
        (each.id, found.hits)
        for each in lists
        if (found := compile_expression(each.expression, scope=scope, arabic=ARABIC).match(article))
    ]
    assert answers(ruleset, article) == alone


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(len(RULES))), st.sets(st.integers(0, len(RULES) - 1)), articles)
def test_added_one_by_one_and_removed_the_rest_match_as_compiled_anew(
    order: list[int], gone: set[int], article: Article
):
    ruleset = compile_ruleset((), (), arabic=ARABIC)
    for number in order:
        ruleset = ruleset.with_watchlist(EVERY[number])
    for number in gone:
        ruleset = ruleset.without(f"w{number}")
    anew = compile_ruleset([EVERY[number] for number in order if number not in gone], (), arabic=ARABIC)
    assert answers(ruleset, article) == answers(anew, article)
    assert ruleset.digest == anew.digest


def test_a_watchlist_put_in_again_takes_its_old_place():
    changed = Watchlist(id="w0", name="", expression=watchlist(10).expression)
    ruleset = WHOLE.with_watchlist(changed)
    assert list(ruleset.watchlists) == list(WHOLE.watchlists)
    assert [match.watchlist for match in ruleset.match(Article(text="الوزير"))] == ["w0", "w10"]
    assert WHOLE.watchlists["w0"] is EVERY[0]


def test_one_that_is_off_or_unknown_changes_nothing():
    off = replace(EVERY[0], state="off")
    assert WHOLE.with_watchlist(off).match(Article(text="ذخيرة")) == ()
    assert WHOLE.without("nobody") is WHOLE


def test_a_ruleset_that_many_left_is_made_anew_and_matches_the_same():
    ruleset = compile_ruleset(EVERY[:2], (), arabic=ARABIC)
    for _ in range(1_010):
        ruleset = ruleset.with_watchlist(EVERY[3]).without("w3")
    assert [match.watchlist for match in ruleset.match(Article(text="صفقة سلاح"))] == ["w0", "w1"]


def test_hits_are_found_when_they_are_asked_for_and_stay_the_same():
    (match,) = compile_ruleset(EVERY[:1], (), arabic=ARABIC).match(Article(text="وبالأسلحة"))
    assert match.hits is match.hits
    assert "وبالأسلحة"[match.hits[0].start : match.hits[0].end] == "وبالأسلحة"


def test_a_round_up_matches_within_one_paragraph_only():
    both = compile_ruleset([watchlist(1)], (), arabic=ARABIC)
    scattered = {"lead": "سلاح في المخزن", "body": "سلاح وسلاح\nصفقة ثم صفقة ثم صفقة"}
    together = {"lead": "صفقة سلاح جديدة", "body": "طقس مشمس"}
    assert [match.suppress for match in both.match(Article(title="جولة الصحافة", **together))] == [None]
    assert [match.suppress for match in both.match(Article(title="جولة الصحافة", **scattered))] == ["roundup"]
    assert [match.suppress for match in both.match(Article(title="حريق في المخزن", **scattered))] == [None]


def test_many_watchlists_stay_out_of_the_collector_s_sight_and_it_works_on() -> None:
    expression, _ = read_expression("سلاح، ذخيرة")
    assert expression is not None
    many = [Watchlist(id=f"w{number}", name="w", expression=expression, scope="all") for number in range(500)]
    before = gc.get_freeze_count()
    try:
        assert len(compile_ruleset(many, (), arabic=ARABIC).match(Article(text="وصول الأسلحة"))) == 500
        assert gc.get_freeze_count() > before
        assert gc.isenabled()
    finally:
        gc.unfreeze()
