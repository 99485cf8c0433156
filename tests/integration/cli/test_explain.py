"""`marsad explain`: the forms of a term, the tree of a rule, and why it matches a text or not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RULES = """\
watchlists:
  - id: deals
    name: صفقات السلاح
    match: |
      مفهوم كوريا الشمالية
      سلاح أو ذخيرة قرب 3 صفقة، إمداد
      ليس: كرة القدم
    tests: {match: [بيونغيانغ تعلن إمداد], ignore: [كتاب]}
"""


@pytest.fixture
def rules(newsroom: Path) -> Path:
    (newsroom / "watchlists" / "w.yaml").write_text(RULES, "utf-8")
    return newsroom


def test_the_forms_of_a_term_are_grouped_by_phenomenon(marsad: Callable[..., object]) -> None:
    ran = marsad("explain", "سلاح")
    assert ran.status == 0, ran.err
    assert ran.lines[0] == "«سلاح»"
    assert any(line.startswith("  المفرد والجمع: أسلحة") for line in ran.lines)
    assert any(line.startswith("  المثنى: سلاحان") for line in ran.lines)


def test_what_looks_like_a_form_and_does_not_count_is_told(marsad: Callable[..., object]) -> None:
    (told,) = [line for line in marsad("explain", "جامعة").lines if line.startswith("  لا يُحسب:")]
    assert "جامع" in told


def test_a_place_is_told_with_its_nisba_and_other_names(marsad: Callable[..., object]) -> None:
    lines = marsad("explain", "كوريا الشمالية").lines
    assert any(line.startswith("  النسبة: ") and "كوري شمالي" in line for line in lines)


def test_several_terms_and_options_are_read_as_lines(marsad: Callable[..., object]) -> None:
    lines = marsad("explain", "سلاح / حرفيًا، #غزة").lines
    assert lines[:2] == ["«سلاح» (حرفيًا)", "  بهذه الأحرف وحدها: سلاح"]
    assert lines[3:] == ["«#غزة»", "  هذا الوسم وحده، كما كُتب"]
    assert marsad("explain", "سلاح قرب").status == 1


def test_the_terms_as_json(marsad: Callable[..., object]) -> None:
    (term,) = json.loads(marsad("explain", "سلاح", "--json").out)["terms"]
    assert term["term"] == "سلاح"
    forms = {group["why"]: group["forms"] for group in term["ways"][0]["words"][0]["forms"]}
    assert "أسلحة" in forms["number"]


def test_a_rule_by_its_id_is_shown_with_its_lines_and_forms(marsad: Callable[..., object], rules: Path) -> None:
    lines = marsad("explain", "deals").lines
    assert lines[:4] == [
        "صفقات السلاح (\u2068deals\u2069)",
        "  مفهوم كوريا الشمالية",
        "  سلاح أو ذخيرة قرب 3 صفقة، إمداد",
        "  ليس: كرة القدم",
    ]
    assert any(line.startswith("ذخيرة: ") for line in lines)
    assert marsad("explain", "nk").lines[0].startswith("كوريا الشمالية")


def test_yaml_prints_the_tree(marsad: Callable[..., object], rules: Path) -> None:
    assert marsad("explain", "deals", "--yaml").out == (
        "all:\n  - concept: nk\n  - any:\n      - near:\n          - any:\n              - سلاح\n              - ذخيرة\n"
        "          - صفقة\n        within: 3\n      - إمداد\n  - none:\n      - كرة القدم\n"
    )
    assert marsad("explain", "سلاح", "--yaml").out == "term: سلاح\n"


def test_a_text_is_explained_clause_by_clause(marsad: Callable[..., object], rules: Path) -> None:
    (rules / "a.txt").write_text("بيونغيانغ توقع صفقة كبيرة جديدة مهمة جدا لشراء سلاح", "utf-8")
    ran = marsad("explain", "deals", "--text-file", "a.txt")
    assert ran.status == 0
    assert ran.lines == [
        "لا يطابق: صفقات السلاح (\u2068deals\u2069)",
        "✓ «كوريا الشمالية»: وردت «بيونغيانغ» في النص",
        "✗ «سلاح أو ذخيرة قرب 3 صفقة، إمداد»: بين «صفقة» و«سلاح» 5 كلمات، والمسموح 3 كلمات",
        "✓ لا استبعاد: لم ترد «كرة القدم»",
    ]
    (rules / "b.txt").write_text("إمداد من بيونغيانغ وفريق كرة القدم", "utf-8")
    assert marsad("explain", "deals", "--text-file", "b.txt").lines == [
        "لا يطابق: صفقات السلاح (\u2068deals\u2069)",
        "✓ «كوريا الشمالية»: وردت «بيونغيانغ» في النص",
        "✓ «سلاح أو ذخيرة قرب 3 صفقة، إمداد»: وردت «إمداد» في النص",
        "✗ مستبعد: وردت «كرة القدم» في النص",
    ]
    row = json.loads(marsad("explain", "deals", "--text-file", "a.txt", "--json").out)
    assert (row["rule"], row["matches"]) == ("deals", False)
    assert [(clause["holds"], (clause["miss"] or {}).get("code")) for clause in row["clauses"]] == [
        (True, None),
        (False, "too_far"),
        (True, None),
    ]


def test_a_mistyped_id_is_told_with_the_nearest(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(RULES.replace("id: deals", "id: arms-deals"), "utf-8")
    ran = marsad("explain", "arms-deel")
    assert 'did you mean "arms-deals"?' in ran.err


def test_without_a_configuration_the_starters_are_explained(marsad: Callable[..., object]) -> None:
    assert marsad("explain", "earthquake", "--yaml").status == 0
    assert marsad("explain", "earthquake", "--text-file", "missing.txt").status == 2


def test_a_concept_is_told_by_its_lines(marsad: Callable[..., object], rules: Path) -> None:
    line = "مفهوم كوريا الشمالية (\u2068nk\u2069): كوريا الشمالية، بيونغيانغ"
    assert marsad("explain", "مفهوم كوريا الشمالية").lines == [line]
    assert marsad("explain", "deals").lines[-1] == line
    assert json.loads(marsad("explain", "deals", "--json").out)["concepts"] == ["nk"]


def test_a_word_that_stands_too_seldom_is_told_with_both_numbers(marsad: Callable[..., object], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("وصل السلاح إلى الميناء", "utf-8")
    told = marsad("explain", "سلاح / مرتان", "--text-file", "a.txt").lines
    assert told[1:] == ["✗ «سلاح»: وردت مرة واحدة، والمطلوب أن ترد مرتين"]


def test_a_mistake_elsewhere_is_told_and_stops_no_explanation(marsad: Callable[..., object], rules: Path) -> None:
    (rules / "watchlists" / "broken.yaml").write_text("watchlists:\n  - {id: broken, match: سلاح قرب صفقة}\n", "utf-8")
    for asked in ("سلاح", "deals"):
        ran = marsad("explain", asked)
        assert (ran.status, "أسلحة" in ran.out) == (0, True)
        assert ran.err.startswith("watchlists/broken.yaml:2:30: a number must follow")
    ran = marsad("explain", "broken")
    assert (ran.status, ran.out) == (1, "")
