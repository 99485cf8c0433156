"""Rule files and the tree: every mistake of every file at once, with its place and the nearest valid word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Article, RuleFiles, RuleSource, Watchlist, read_rules
from rules.expression import AllOf, AnyOf, AtLeast, ConceptReference, Except, InField, Near, Not, Regex, Term

TESTED = "    tests: {match: [سلاح], ignore: [كتاب]}\n"


def read(*texts: str) -> RuleFiles:
    return read_rules([RuleSource(file=f"{number}.yaml", text=text) for number, text in enumerate(texts, 1)])


def told(*texts: str) -> list[str]:
    return [str(problem) for problem in read(*texts).problems]


def one(body: str) -> Watchlist:
    files = read(f"watchlists:\n  - id: x\n{body}")
    assert files.mistakes == (), told(f"watchlists:\n  - id: x\n{body}")
    return files.watchlists[0]


def t(words: str, **options: object) -> Term:
    return Term(words=words, **options)


def test_only_id_and_match_are_required() -> None:
    watchlist = one("    match: سلاح\n")
    assert (watchlist.name, watchlist.severity, watchlist.scope, watchlist.language) == ("x", "normal", "topic", "ar")
    assert (watchlist.channels, watchlist.visibility, watchlist.state) == (None, "public", "live")


def test_every_key_is_read() -> None:
    watchlist = one(
        "    name: صفقات السلاح\n    severity: high\n    match: |\n      سلاح\n      صفقة\n    in: all\n    language: any\n"
        "    sources: {include: [agency], exclude: [almidan]}\n    channels: [desk]\n    cooldown: 30m\n"
        "    visibility: private\n    state: trial\n"
        "    tests:\n      match: [وصل سلاح, {title: صفقة, lead: سلاح, source: agency}]\n      ignore: [كتاب]\n"
    )
    assert watchlist.expression == AllOf(parts=(t("سلاح"), t("صفقة")))
    assert (watchlist.include, watchlist.exclude, watchlist.channels) == (("agency",), ("almidan",), ("desk",))
    assert watchlist.cooldown == timedelta(minutes=30)
    assert watchlist.examples[1].article == Article(title="صفقة", lead="سلاح", sources=frozenset({"agency"}))
    assert [example.should_match for example in watchlist.examples] == [True, True, False]


@pytest.mark.parametrize(
    ("tree", "expression"),
    [
        ("any: [سلاح, ذخيرة]", AnyOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("all: [سلاح, ذخيرة]", AllOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("any: [NO, 010, 5:1]", AnyOf(parts=(t("NO"), t("010"), t("5:1")))),
        (
            "all: [سلاح]\n      none: [كرة, ملعب]",
            AllOf(parts=(t("سلاح"), Not(part=AnyOf(parts=(t("كرة"), t("ملعب")))))),
        ),
        ("any: [سلاح]\n      none_anywhere: [كرة]", AllOf(parts=(t("سلاح"), Not(part=t("كرة"), anywhere=True)))),
        ("any: [برميل]\n      except: [براميل متفجرة]", AllOf(parts=(t("برميل"), Except(part=t("براميل متفجرة"))))),
        ("near: [سلاح, صفقة]\n      within: 10", Near(parts=(t("سلاح"), t("صفقة")), within=10)),
        (
            "{near: [سلاح, صفقة], within: ١٠, ordered: نعم, same_sentence: لا}",
            Near(parts=(t("سلاح"), t("صفقة")), within=10, ordered=True, same_sentence=False),
        ),
        ("{at_least: 2, of: [أ, ب, ج]}", AtLeast(count=2, parts=(t("أ"), t("ب"), t("ج")))),
        ("{concept: nk}", ConceptReference(id="nk")),
        ("{concept: كوريا الشمالية}", ConceptReference(id="nk")),
        ("{name: محمد علي}", t("محمد علي", name=True)),
        ("{title: هدنة}", InField(where="title", part=t("هدنة"))),
        ("{lead: {any: [هدنة, تهدئة]}}", InField(where="lead", part=AnyOf(parts=(t("هدنة"), t("تهدئة"))))),
        ("{body: [هدنة, تهدئة]}", InField(where="body", part=AnyOf(parts=(t("هدنة"), t("تهدئة"))))),
        (
            "{term: مالي, times: 3, nisba: false, with: [باماكو, الساحل]}",
            t("مالي", times=3, nisba=False, company=AnyOf(parts=(t("باماكو"), t("الساحل")))),
        ),
        ("{exact: سلاح}", t("سلاح", spelling="exact")),
        ("{regex: 'F-\\d+'}", Regex(pattern="F-\\d+")),
        ("any: [«سلاح», “ذخيرة”]", AnyOf(parts=(t("سلاح"), t("ذخيرة")))),
        ("any: ['«السلم، الحرب»', س]", AnyOf(parts=(t("السلم، الحرب"), t("س")))),
        ("any: [وقف النار ~2, س]", AnyOf(parts=(t("وقف النار", gap=2), t("س")))),
        ("any: [سلاح, {any: [ذخيرة, صفقة]}]", AnyOf(parts=(t("سلاح"), t("ذخيرة"), t("صفقة")))),
        (
            "all: [سلاح, {none: كرة}]\n      title: هدنة",
            AllOf(parts=(t("سلاح"), Not(part=t("كرة")), InField(where="title", part=t("هدنة")))),
        ),
        ("{term: سلاح, gap: 1, synonyms: لا, noun_only: نعم}", t("سلاح", gap=1, synonyms=False, noun_only=True)),
        ("{exact: سلاح, gap: 2}", t("سلاح", spelling="exact", gap=2)),
        ("{as_written: سلاح, times: ٣}", t("سلاح", spelling="as_written", times=3)),
    ],
)
def test_a_tree_reads_as_its_expression(tree: str, expression: object) -> None:
    files = read(
        f"watchlists:\n  - id: x\n    match:\n      {tree}\n{TESTED}",
        "concepts:\n  - {id: nk, name: كوريا الشمالية, match: بيونغيانغ}\n",
    )
    assert files.mistakes == ()
    assert files.watchlists[0].expression == expression


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("watchlist: []\n", "1:1", 'did you mean "watchlists"?'),
        ("watchlists:\n  - id: x\n    al: [a]\n    match: س\n", "3:5", 'unknown key "al"'),
        ("watchlists:\n  - match: سلاح\n", "2:5", 'needs an "id"'),
        ("watchlists:\n  - id: Bad Id\n    match: سلاح\n", "2:9", "small Latin letters"),
        ("watchlists:\n  - id: x\n", "2:5", 'needs "match"'),
        ("watchlists:\n  - id: x\n    match: سلاح\n  - id: x\n    match: سلاح\n", "4:9", "is taken; the first is at"),
        ("watchlists:\n  - id: x\n    severity: hihg\n    match: سلاح\n", "3:15", 'did you mean "high"?'),
        ("watchlists:\n  - id: x\n    match: {regex: '((س{90}){90}){90}'}\n", "3:20", "its repetitions make more than"),
        ("watchlists:\n  - id: x\n    cooldown: soon\n    match: سلاح\n", "3:15", "takes a duration"),
        ("watchlists:\n  - id: x\n    cooldown: 999999999w\n    match: سلاح\n", "3:15", "takes a duration"),
        (
            'watchlists:\n  - id: x\n    match: {regex: "\\bسلاح"}\n',
            "3:20",
            "between double quotes YAML makes a backspace",
        ),
        ("watchlists:\n  - id: x\n    match: [سلاح, ذخيرة]\n", "3:12", "did you mean any?"),
        ("watchlists:\n  - id: x\n    match:\n      any: []\n", "4:12", "is empty"),
        ("watchlists:\n  - id: x\n    match:\n      none: [كرة]\n", "4:7", '"none" alone'),
        ("watchlists:\n  - id: x\n    match:\n      any: [س]\n      within: 10\n", "5:7", 'belongs to "near"'),
        (
            "watchlists:\n  - id: x\n    match:\n      any:\n        - تسونامي\n"
            "        - near: [زلزال, بحر]\n        - within: 10\n",
            "6:17",
            'needs "within"',
        ),
        ("watchlists:\n  - id: x\n    match: {near: [سلاح], within: 3}\n", "3:19", "two words or more"),
        ("watchlists:\n  - id: x\n    match: {at_least: 3, of: [أ, ب]}\n", "", "3 of 2"),
        ("watchlists:\n  - id: x\n    match:\n      at_least:\n      of: [أ, ب]\n", "", "needs a number"),
        ("watchlists:\n  - id: x\n    match:\n      near: [أ, ب]\n      within:\n", "", 'needs "within"'),
        ("watchlists:\n  - id: x\n    match: {regex: '('}\n", "3:20", "cannot be read"),
        ("watchlists:\n  - id: x\n    match: {concept: nik}\n", "3:22", "no concept is called"),
        ("watchlists:\n  - id: x\n    match: |\n      سلاح\n      سلاح قرب صفقة\n", "5:12", "a number must follow"),
        ("watchlists:\n  - id: x\n    match: س\n    tests: {match: [عاجل: هدنة]}\n", "4:21", "in quotes"),
        ("concepts:\n  - {id: a, match: مفهوم b}\n  - {id: b, match: مفهوم a}\n", "2:5", "in a circle: a -> b -> a"),
        ("watchlists: سلاح\n", "1:13", "takes a list"),
        ("watchlists:\n  -\n", "2:4", "an empty item"),
        ("watchlists:\n  - id:x\n", "2:5", 'a space belongs after "id:"'),
        ("watchlists:\n  - id: x\n    match: س\n    within: 10\n", "4:5", '"within" belongs under "match"'),
        (
            "watchlists:\n  - id: x\n    match:\n      any:\n        - عاجل: هدنة\n",
            "5:11",
            "put the whole text in quotes",
        ),
        ("watchlists:\n  - id: x\n    match: س\n    channels: [desk، soc]\n", "4:16", "the Arabic comma"),
        ("watchlists:\n  - id: x\n    match: >\n      سلاح\n      صفقة\n", "3:12", "runs these rows together"),
        ("watchlists:\n  - id: x\n    match: سلاح\n      صفقة\n", "3:12", "runs these rows together"),
        ("watchlists:\n  - id: x\n    match:\n      any: [س, {none: [ص]}]\n", "4:12", '"none" alone'),
        ("watchlists:\n  - id: x\n    match:\n      title: {none: ص}\n", "4:14", '"none" alone'),
        ("watchlists:\n  - id: x\n    match: {any: [_]}\n", "3:19", "no letter"),
        ("watchlists:\n  - id: x\n    match: {any: ['حرب. سلم']}\n", "3:19", "end of a sentence"),
        ("watchlists:\n  - id: x\n    match: {near: [س, ص], within: 2000}\n", "3:35", "between 0 and 1000"),
        (
            f"watchlists:\n  - id: x\n    match: {{near: [{', '.join(['س'] * 21)}], within: 3}}\n",
            "3:19",
            "more than 20 parts",
        ),
        ("watchlists:\n  - id: x\n    match: {any: ['س ~99']}\n", "3:19", "between 0 and 20"),
        (
            "watchlists:\n  - id: x\n    match: |\n      سلاح\n      سلاح قرب صفقة\n    in: all\n",
            "5:12",
            "a number must",
        ),
        ("watchlists:\n  - id: x\n    match: |2\n       سلاح قرب صفقة\n    in: all\n", "4:13", "a number must"),
        ("watchlists:\n  - id: x\u2028\n    match: س\n", "2:10", "U+2028"),
        ("watchlists:\n  - id: x\x85\n    match: س\n", "2:10", "U+0085"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, place: str, words: str) -> None:
    assert any(words in line and line.startswith(f"1.yaml:{place}") for line in told(text)), told(text)


def test_the_arabic_comma_in_a_term_reads_as_or_with_a_notice() -> None:
    files = read("watchlists:\n  - id: x\n    match:\n      any: [هدنة، تهدئة]\n" + TESTED)
    assert files.mistakes == ()
    assert files.watchlists[0].expression == AnyOf(parts=(t("هدنة"), t("تهدئة")))
    assert 'the Arabic comma in "هدنة، تهدئة" reads as "or"' in str(files.problems[0])
    assert str(files.problems[0]).startswith("1.yaml:4:13: warning: ")


def test_a_watchlist_without_tests_is_a_warning() -> None:
    files = read("watchlists:\n  - id: x\n    match: سلاح\n")
    assert files.mistakes == ()
    assert "has no tests" in str(files.problems[0])


def test_one_mistake_does_not_hide_the_others_nor_the_good_ones() -> None:
    good = f"  - id: good\n    match: سلاح\n{TESTED}"
    files = read(
        "watchlists:\n  - id: x\n    macht: سلاح\n  - id: y\n    severity: loud\n    match: سلاح\n" + good,
        "watchlists:\n\t- tab\n",
        "watchlists:\n" + good,
    )
    assert [watchlist.id for watchlist in files.watchlists] == ["good"]
    places = [f"{problem.at.file}:{problem.at.line}" for problem in files.mistakes]
    assert places == ["1.yaml:2", "1.yaml:3", "1.yaml:5", "2.yaml:2", "3.yaml:2"]


def test_an_unknown_key_of_an_expression_is_told_once() -> None:
    assert [line for line in told("watchlists:\n  - id: x\n    match:\n      al: [س]\n") if "no tests" not in line] == [
        '1.yaml:4:7: unknown key "al"; did you mean "all"?'
    ]


def test_a_hashtag_after_a_prefix_is_a_term() -> None:
    watchlist = one("    match: |\n      سلاح\n      ليس: #غزة\n")
    assert watchlist.expression == AllOf(parts=(t("سلاح"), Not(part=t("#غزة"))))


def test_too_many_terms_are_refused_with_their_place() -> None:
    terms = "، ".join(f"كلمة{number}" for number in range(6_000))
    assert any("more than 5000 terms" in line for line in told(f"watchlists:\n  - id: x\n    match: {terms}\n"))


def test_an_expression_too_deep_is_refused() -> None:
    deep = "{any: [" * 45 + "س" + "]}" * 45
    assert any("levels deep" in line for line in told(f"watchlists:\n  - id: x\n    match: {deep}\n"))


def test_a_hashtag_in_a_block_of_lines_is_no_comment() -> None:
    assert one("    match: |\n      سلاح\n      ليس: #غزة\n").expression == AllOf(
        parts=(t("سلاح"), Not(part=t("#غزة")))
    )


def test_concepts_nested_too_deep_are_refused() -> None:
    chain = "".join(f"  - {{id: c{number}, match: مفهوم c{number + 1}}}\n" for number in range(1_000))
    lines = told(f"concepts:\n{chain}  - {{id: c1000, match: سلاح}}\n")
    assert any("1.yaml:2:5" in line and "concepts within concepts more than 10 deep" in line for line in lines)


def test_concepts_that_multiply_are_refused() -> None:
    ten = ", ".join("{concept: c%d}" for _ in range(10))
    chain = "".join(f"  - {{id: c{number}, match: {{any: [{ten % ((number + 1,) * 10)}]}}}}\n" for number in range(8))
    lines = told(f"concepts:\n{chain}  - {{id: c8, match: سلاح}}\n")
    assert any("1.yaml:2:5" in line and "50,000 are the most" in line for line in lines)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    read(text, f"watchlists:\n  - id: x\n    match: {text}\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- " * 2_000_000, "1.yaml:1:103: nested more than 50 levels deep"),
        (
            f"watchlists:\n  - id: x\n    match: |\n      سلاح{' ' * 450_000}قرب صفقة\n{TESTED}",
            '1.yaml:4:450011: a number must follow "قرب"',
        ),
    ],
)
def test_very_long_rows_are_read_in_one_go(text: str, line: str) -> None:
    """Looked at anew from each of their signs, they took hours."""
    assert told(text)[0].startswith(line)


def test_a_key_of_another_language_of_queries_is_answered_with_ours() -> None:
    head = "watchlists:\n  - id: x\n    match:\n      any: [سلاح]\n"
    assert told(f"{head}      not: [كرة]\n{TESTED}") == ['1.yaml:5:7: unknown key "not"; did you mean "none"?']
    (line,) = told(f"{head}      xyz: [كرة]\n{TESTED}")
    assert "expected one of: any, all, none" in line


def test_a_quote_that_is_never_closed_is_told_where_it_opens() -> None:
    assert told(f'watchlists:\n  - id: x\n    match: "سلاح\n{TESTED}') == [
        "1.yaml:3:12: a quote is opened and never closed"
    ]


def test_a_long_circle_of_concepts_is_told_in_short() -> None:
    circle = "".join(f"  - {{id: c{number}, match: مفهوم c{(number + 1) % 40}}}\n" for number in range(40))
    assert told(f"concepts:\n{circle}") == [
        "1.yaml:2:5: concepts in a circle: c0 -> c1 -> c2 -> c3 -> c4 -> c5 -> c6 -> c7 -> c8 -> c9 -> … -> c0"
    ]
