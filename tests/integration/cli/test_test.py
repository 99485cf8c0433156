"""`marsad test`: examples run, failures told, coverage counted, JUnit written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = """\
watchlists:
  - id: arms
    match: |
      مفهوم كوريا الشمالية
      سلاح، ذخيرة
      ليس: كرة القدم
    tests:
      match:
        - كوريا الشمالية ترسل سلاحًا إلى الحدود
        - title: خبر من بيونغيانغ
          lead: وصلت ذخيرة
      ignore:
        - فريق كوريا الشمالية بسلاح كرة القدم
        - سلاح جديد في المتحف
"""
BAD = """\
watchlists:
  - id: arms
    match: |
      صفقة سلاح
      ليس: كرة
    tests:
      match:
        - توقيع صفقة كبيرة تشمل سلاحا
        - <وصول شحنة> & "قمح"
      ignore:
        - صفقة سلاح في الميناء
"""


def test_examples_that_pass_end_with_0(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(GOOD, "utf-8")
    ran = marsad("test")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == "4 examples of 1 watchlist: 0 failed\n"


def test_a_failure_names_the_example_and_what_it_lacks(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(BAD, "utf-8")
    ran = marsad("test")
    assert ran.status == 1
    assert ran.lines == [
        "watchlists/w.yaml:8:11: arms: this example must match, and does not:",
        "    توقيع صفقة كبيرة تشمل سلاحا",
        "    ✗ «صفقة سلاح»: بين «صفقة» و«سلاحا» كلمتان، والمسموح لا كلمة",
        "watchlists/w.yaml:9:11: arms: this example must match, and does not:",
        '    <وصول شحنة> & "قمح"',
        "    ✗ «صفقة سلاح»: ينقصه «صفقة سلاح»",
        "watchlists/w.yaml:11:11: arms: this example must be left alone, and matches:",
        "    صفقة سلاح في الميناء",
        "    ✓ «صفقة سلاح»: وردت «صفقة سلاح» في النص",
        "    ✓ لا استبعاد: لم ترد «كرة»",
    ]
    assert ran.err == "3 examples of 1 watchlist: 3 failed\n"


def test_junit_holds_a_case_for_each_example(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(BAD, "utf-8")
    assert marsad("test", "--junit", "out.xml").status == 1
    root = ET.parse(newsroom / "out.xml").getroot()  # noqa: S314 - our own file
    assert (root.get("tests"), root.get("failures")) == ("3", "3")
    cases = root.findall("testsuite/testcase")
    assert [(case.get("classname"), case.get("file"), case.get("line")) for case in cases] == [
        ("arms", "watchlists/w.yaml", "8"),
        ("arms", "watchlists/w.yaml", "9"),
        ("arms", "watchlists/w.yaml", "11"),
    ]
    assert cases[1].get("name") == 'match: <وصول شحنة> & "قمح"'
    failure = cases[0].find("failure")
    assert failure is not None
    assert "كلمتان" in (failure.text or "")


def test_coverage_names_what_no_example_holds(marsad: Callable[..., object], newsroom: Path) -> None:
    text = GOOD.replace("سلاح، ذخيرة", "سلاح، ذخيرة، مدفع").replace("ليس: كرة القدم", "ليس: كرة القدم، مباراة")
    (newsroom / "watchlists" / "w.yaml").write_text(text, "utf-8")
    ran = marsad("test", "--coverage")
    assert ran.status == 0
    assert ran.lines == [
        "watchlists/w.yaml:5:20: arms: no example that matches holds «مدفع»",
        "watchlists/w.yaml:6:23: arms: no example that is ignored holds «مباراة»",
        "coverage: 4 of 6 words and concepts (67%)",
    ]


def test_only_the_files_that_are_named_are_tested(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "good.yaml").write_text(GOOD, "utf-8")
    (newsroom / "watchlists" / "bad.yaml").write_text(BAD.replace("id: arms", "id: deal"), "utf-8")
    assert marsad("test", "watchlists/good.yaml").status == 0
    assert marsad("test", "watchlists/bad.yaml").status == 1
    assert marsad("test", "watchlists").err.startswith("7 examples of 2 watchlists: 3 failed")
    draft = newsroom / "draft.yaml"
    draft.write_text(GOOD, "utf-8")
    assert marsad("test", "draft.yaml").err == "4 examples of 1 watchlist: 0 failed\n"


def test_without_a_configuration_the_starters_are_tested(marsad: Callable[..., object]) -> None:
    ran = marsad("test")
    assert ran.status == 0, ran.out
    assert " 0 failed" in ran.err


def test_a_mistake_in_a_file_is_told_and_nothing_is_run(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(
        GOOD.replace("match: |\n      مفهوم", "macth: |\n      مفهوم"), "utf-8"
    )
    ran = marsad("test")
    assert ran.status == 1
    assert 'watchlists/w.yaml:3:5: unknown key "macth"; did you mean "match"?' in ran.err
    assert marsad("test", "missing.yaml").status == 2


def test_an_example_with_a_source_is_held_against_the_tags_of_the_feed(
    marsad: Callable[..., object], newsroom: Path
) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(
        "watchlists:\n  - id: x\n    match: سلاح\n    sources: {include: [agency]}\n    tests:\n      match:\n"
        "        - {title: سلاح, source: almanara}\n        - سلاح في نص بلا مصدر\n      ignore:\n"
        "        - {title: سلاح, source: other}\n",
        "utf-8",
    )
    assert marsad("test").status == 0


def test_json_has_a_row_for_each_example(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(BAD, "utf-8")
    rows = [json.loads(line) for line in marsad("test", "--json").lines]
    assert [(row["line"], row["expected"], row["matched"], row["passed"]) for row in rows] == [
        (8, "match", False, False),
        (9, "match", False, False),
        (11, "ignore", True, False),
    ]
