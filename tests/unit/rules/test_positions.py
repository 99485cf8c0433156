"""The traps of YAML as editors type it: each is told with its line and column, in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Mapping, Node, Scalar, Sequence, read_yaml


def told(text: str) -> list[str]:
    return [str(problem) for problem in read_yaml(text, "f.yaml")[1]]


def test_scalars_stay_text() -> None:
    node, problems = read_yaml("a: [NO, on, 010, 5:1, 2024-10-07, ~, 1.50]\n", "f.yaml")
    assert problems == ()
    assert isinstance(node, Mapping)
    listed = node.get("a")
    assert isinstance(listed, Sequence)
    assert [item.text for item in listed.items if isinstance(item, Scalar)] == [
        "NO", "on", "010", "5:1", "2024-10-07", "~", "1.50",
    ]  # fmt: skip


def test_an_empty_file_is_an_empty_mapping() -> None:
    node, problems = read_yaml("# nothing yet\n", "f.yaml")
    assert isinstance(node, Mapping)
    assert (node.entries, problems) == ((), ())


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1", "second time"),
        ("a:\n\t- سلاح\n", "2:1", "a tab in the indentation"),
        ("a:\n  - x\n\u00a0\u00a0- y\n", "3:1", "a no-break space in the indentation"),
        ("a: *سلاح\n", "1:4", "put the"),
        ("a: %5\n", "1:4", "put the whole value in quotes"),
        ("a: @user\n", "1:4", "put the whole value in quotes"),
        ("a: `x\n", "1:4", "put the whole value in quotes"),
        ('a:\n  - "فاغنر" العسكرية\n', "2:13", "text after a closing quote"),
        ("a:\n  - #غزة\n", "2:5", "starts a comment"),
        ("a: #غزة\n", "1:4", "starts a comment"),
        ("a: 'بلا نهاية\n", "", "never closed"),
        ("a: [x, y\n", "", "not closed"),
        ("a: b: c\n", "1:5", 'second ":"'),
        ("a: 1\n---\nb: 2\n", "2:1", "second document"),
        ("a: \x07x\n", "1:4", "control character"),
        ("? [a]\n: b\n", "1:3", "where a key should"),
        ("a:\u00a0سلاح\n", "1:3", "a no-break space where an ordinary space belongs"),
        ("a:\n  -\u00a0b: c\n", "2:4", "a no-break space where"),
        ("a:\tx\n", "1:3", "a tab where an ordinary space belongs"),
        ("a: !عاجل x\n", "1:4", 'may not begin with "!"'),
        ("a: &سلاح\n", "1:4", 'may not begin with "&"'),
        ("a: | سلاح\n", "1:6", 'in the line below "|"'),
        ("a: > سلاح\n", "1:6", 'in the line below "|"'),
        ("a: |\nسلاح\n", "2:1", 'a key without ":"'),
        ("a: 1\nb\n", "2:1", 'a key without ":"'),
        ("a:\n    - near: [x, y]\n   within: 10\n", "3:4", '"within" must stand in the same block'),
    ],
)
def test_a_trap_is_told_with_its_place(text: str, place: str, words: str) -> None:
    found = told(text)
    assert any(words in line and line.startswith(f"f.yaml:{place}") for line in found), found


def test_bidi_marks_around_keys_and_values_are_nothing() -> None:
    node, problems = read_yaml("\u200fmatch\u200f: \u200fسلاح\u200e\n", "f.yaml")
    assert problems == ()
    assert isinstance(node, Mapping)
    value = node.get("match")
    assert isinstance(value, Scalar)
    assert value.text == "سلاح"


@pytest.mark.parametrize("text", ["\u200fa:\n\u200f  - x\n  \u200f- y\n", "\ufeffa:\n\u200e\u200f  - x\n  - \u200fy\n"])
def test_bidi_marks_in_an_indentation_do_not_change_the_structure(text: str) -> None:
    node, problems = read_yaml(text, "f.yaml")
    assert problems == ()
    assert isinstance(node, Mapping)
    listed = node.get("a")
    assert isinstance(listed, Sequence)
    assert [item.text for item in listed.items if isinstance(item, Scalar)] == ["x", "y"]


def test_a_place_counts_the_marks_before_it() -> None:
    assert told("a: 1\n\u200f\u200fa: 2\n")[0].startswith("f.yaml:2:3: ")


def test_a_no_break_space_hides_no_other_mistake() -> None:
    assert [line.split(": ")[0] for line in told("a:\n\u00a0 b: 1\n  b: 2\n")] == ["f.yaml:2:1", "f.yaml:3:3"]


def test_values_without_their_quotes_hide_no_other_mistake() -> None:
    text = (
        "a:\n  - *سلاح\n  - %5\n  - @user\n  - &عاجل x\n  - \"فاغنر\" العسكرية\n  - 'x' y\nb: عاجل: هدنة\nc: `x\nb: 2\n"
    )
    assert [line.split(": ")[0].removeprefix("f.yaml:") for line in told(text)] == [
        "2:5", "3:5", "4:5", "5:5", "6:13", "7:9", "8:8", "9:4", "10:1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "a: &x سلاح\nb: *x\n",
        "a: \"x\" # ملاحظة\nb: 'y'\n",
        "a: {b: c, d: [\"x\", 'y']}\n",
        "a: https://n.example:80/x\nb: 12:30\n",
        "- a: x\n  b: 'y: z'\n",
        '"a": "b"\n',
        "a: |\n  *سلاح\n  x: y: z\n",
        "a: x # y: z\n",
        "a: !!str x\n",
        "'a b': c\n",
        "a: 'it''s'\n",
        'a: "x \\" y"\n',
    ],
)
def test_good_yaml_is_left_alone(text: str) -> None:
    assert told(text) == []


def test_in_literal_text_nothing_is_yaml() -> None:
    node, problems = read_yaml("a:\n  - b: |\n      ليس: #غزة\n      -\u00a0س\n      not:\u00a0ص\n    c: x\n", "f.yaml")
    assert problems == ()
    assert isinstance(node, Mapping)


def test_after_literal_text_lines_are_yaml_again() -> None:
    assert told("a:\n  - b: |\n      سلاح\n    c: #غزة\n")[0].startswith("f.yaml:4:8: ")


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a: &a [x, x]"] + [
        f"{name}: &{name} [*{before}, *{before}]" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    assert any("repeats a whole list" in line for line in told("\n".join(lines)))


@pytest.mark.parametrize("text", ["[" * 200_000, "a: " + "[" * 5_000 + "]" * 5_000, "- " * 3_000 + "x"])
def test_deep_nesting_is_refused_and_crashes_nothing(text: str) -> None:
    assert told(text)


def test_a_huge_file_is_refused() -> None:
    assert "too large" in told("a" * 6_000_000)[0]


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("match: |\n  سلاح\n  صفقة هنا\n", "هنا"),
        ("match: سلاح هنا\n", "هنا"),
        ('match: "سلاح هنا"\n', "هنا"),
        ("a:\n  - match: |\n      سطر\n      آخر هنا\n", "هنا"),
    ],
)
def test_a_scalar_knows_where_each_of_its_letters_stands(text: str, needle: str) -> None:
    node, _ = read_yaml(text, "f.yaml")
    while not isinstance(node, Scalar):
        node = node.entries[-1][1] if isinstance(node, Mapping) else node.items[0]  # type: ignore[union-attr]
    place = node.position_of(node.text.index(needle))
    assert text.split("\n")[place.line - 1][place.column - 1 :].startswith(needle)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab:-[]{}#&*!|>'\"%@` \n\tسلاح،\u200f\u00a0?,~0")), max_size=80))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    read_yaml(text, "f.yaml")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_no_unicode_makes_the_reader_raise(text: str) -> None:
    read_yaml(text, "f.yaml")


ROWS = st.builds(
    lambda indent, mark, key, value: f"{' ' * indent}{mark}{key}{value}",
    st.sampled_from([0, 0, 2, 2, 4, 4, 1, 6]),
    st.sampled_from(["", "", "- "]),
    st.sampled_from(["", "id: ", "match: ", "اسم:", "any:"]),
    st.sampled_from(
        ["سلاح، ذخيرة", "a b", "'q'", '"q"', "~", "", "# c", "x # c", "&a v", "*a", "!t v", "|", "|-", ">", "|2", "{a: }", "---",
         "[a, b]", "{a: b, c: [d]}", "[", "]", "{", "}", "[a: b]", "? k", "a: b", "«x»", "|#", "\u200fx", "a\ufeffb", "'a", '"b']
    ),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(ROWS, max_size=8).map("\n".join), st.sampled_from(["", "\n", "\n\n"]))
def test_the_compiled_parser_reads_nothing_otherwise_than_the_pure_one(text: str, end: str) -> None:
    node, problems = read_yaml(text + end, "f.yaml")
    surely, told = read_yaml(text + end, "f.yaml", compiled=False)
    assert problems == told
    assert node == surely
    assert places(node) == places(surely)


def places(node: Node | None) -> list[object]:
    """Return what equality leaves out: where the lines of block text begin, and what YAML ran together."""
    if isinstance(node, Scalar):
        return [node.source, node.folded]
    if isinstance(node, Sequence):
        return [place for item in node.items for place in places(item)]
    return [place for pair in node.entries for item in pair for place in places(item)] if node else []


def test_a_carriage_return_ends_a_line_as_yaml_has_it() -> None:
    node, problems = read_yaml("a: x\rb: *y\r\nc: z\n", "f")
    assert node is not None
    assert [str(problem.at) for problem in problems] == ["f:2:4"]
