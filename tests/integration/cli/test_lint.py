"""The lint of `marsad check`: warnings with figures, at the word that they speak of; the exit status stays 0."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.integration.commits import Past

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def rules(newsroom: Path, *lines: str) -> None:
    match = "".join(f"      {line}\n" for line in lines)
    text = f"watchlists:\n  - id: x\n    match: |\n{match}    tests: {{match: [سلاح], ignore: [كتاب]}}\n"
    (newsroom / "watchlists" / "w.yaml").write_text(text, "utf-8")


def warned(ran: object) -> list[str]:
    assert ran.status == 0, ran.err
    return [line for line in ran.lines if line.startswith("watchlists/")]


def test_homographs_without_company_are_told_with_their_figure_and_headlines(
    marsad: Callable[..., object], newsroom: Path, stored: Callable[..., None]
) -> None:
    stored(
        Past(40, "الدعم المالي قديم"),
        Past(20, "عجز مالي في الموازنة"),
        Past(10, "تقرير مالي جديد"),
        Past(5, "انقلاب في مالي"),
        Past(1, "قرار مالي ومشروع مالي"),
        Past(0.5, "معرض الكتاب"),
    )
    rules(newsroom, "مالي، باماكو")
    assert warned(marsad("check")) == [
        "watchlists/w.yaml:4:7: warning: «مالي» وردت 5 مرات في آخر 30 يومًا، ولها معنى آخر؛ أضف كلمة بقربها أو «/ مع:»."
        " منها: «قرار مالي ومشروع مالي»؛ «انقلاب في مالي»؛ «تقرير مالي جديد»"
    ]
    rules(newsroom, "مالي / مع: باماكو")
    assert warned(marsad("check")) == []
    rules(newsroom, "مالي", "انقلاب")
    assert warned(marsad("check")) == []


def test_a_homograph_is_told_at_each_place_where_it_stands_alone_and_at_no_other(
    marsad: Callable[..., object], newsroom: Path, stored: Callable[..., None]
) -> None:
    stored(Past(5, "انقلاب في مالي"), Past(1, "قرار مالي"))
    (newsroom / "watchlists" / "a.yaml").write_text(
        "watchlists:\n  - id: a\n    match: |\n      زلزال\n      إلا: زلزال قرب 3 مالي\n      ليس: مالي\n"
        "    tests: {match: [زلزال], ignore: [كتاب]}\n",
        "utf-8",
    )
    (newsroom / "watchlists" / "b.yaml").write_text(
        "watchlists:\n  - {id: b, match: مالي, tests: {match: [مالي], ignore: [كتاب]}}\n"
        "  - {id: c, match: مالي, tests: {match: [مالي], ignore: [كتاب]}}\n",
        "utf-8",
    )
    told = [line.split(": ")[0] for line in warned(marsad("check")) if "معنى آخر" in line]
    assert told == ["watchlists/b.yaml:2:20", "watchlists/b.yaml:3:20"]


def test_words_never_seen_are_told_once_there_are_enough_articles(
    marsad: Callable[..., object], newsroom: Path, stored: Callable[..., None]
) -> None:
    rules(newsroom, "سلاح، قنبلة", "ليس: كرة القدم")
    stored(*(Past(1 + number / 1000, f"وصل سلاح رقم {number}") for number in range(200)))
    assert warned(marsad("check")) == ["watchlists/w.yaml:4:13: warning: لم ترد في آخر 30 يومًا: «قنبلة»"]
    assert warned(marsad("check", "--quick")) == []


def test_a_watchlist_tells_its_words_never_seen_in_one_line(
    marsad: Callable[..., object], newsroom: Path, stored: Callable[..., None]
) -> None:
    rules(newsroom, "سلاح، قنبلة، زلزال، بركان، تسونامي، جفاف، طاعون")
    stored(*(Past(1 + number / 1000, f"وصل سلاح رقم {number}") for number in range(200)))
    assert warned(marsad("check")) == [
        "watchlists/w.yaml:4:13: warning: لم ترد في آخر 30 يومًا: «قنبلة»، «زلزال»، «بركان»، «تسونامي»، «جفاف» وغيرها"
        " (6 في المجموع)"
    ]


def test_a_word_found_inside_another_word_is_told(
    marsad: Callable[..., object], newsroom: Path, stored: Callable[..., None]
) -> None:
    stored(*(Past(1 + number / 100, f"مناورات بحرية رقم {number}") for number in range(3)), Past(1, "حرية الصحافة"))
    rules(newsroom, "حرية")
    assert warned(marsad("check")) == [
        "watchlists/w.yaml:4:7: warning: «حرية» وُجدت داخل «بحرية» 3 مرات في آخر 30 يومًا؛ أضف «/ حرفيًا» أو «/ مع:»"
    ]
    stored(*(Past(1 + number / 100, f"معركة لتحرير المدينة رقم {number}") for number in range(3)))
    rules(newsroom, "تحرير")
    assert warned(marsad("check")) == []
    rules(newsroom, "حرية / حرفيًا")
    assert warned(marsad("check")) == []


def test_what_shows_in_the_rule_itself_needs_no_articles(marsad: Callable[..., object], newsroom: Path) -> None:
    rules(newsroom, "سلاح، أسلحة، صاروخ، بالستي، باليستي", "ب، في، كتاب", "صفقة سلاح / مع: من")
    assert warned(marsad("check")) == [
        "watchlists/w.yaml:4:13: warning: «أسلحة» زائدة: كل صيغها تجدها «سلاح»",
        "watchlists/w.yaml:4:35: warning: «باليستي» زائدة: كل صيغها تجدها «بالستي»",
        "watchlists/w.yaml:5:7: warning: «ب» حرف واحد، يطابق كل ما كُتب منفردًا؛ اكتب الكلمة كاملة",
        "watchlists/w.yaml:5:10: warning: «في» من أدوات الكلام، وردت في كل نص تقريبًا؛ احذفها أو اجعلها في عبارة",
        "watchlists/w.yaml:6:23: warning: «من» من أدوات الكلام، وردت في كل نص تقريبًا؛ احذفها أو اجعلها في عبارة",
    ]


def test_a_pattern_with_a_word_boundary_is_told(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(
        "watchlists:\n  - id: x\n    match: {regex: '\\bسلاح\\b'}\n    tests: {match: [سلاح], ignore: [كتاب]}\n",
        "utf-8",
    )
    (line,) = warned(marsad("check"))
    assert line.startswith("watchlists/w.yaml:3:20: warning: \\b لا تعرف السوابق العربية")


def test_mistakes_leave_the_lint_aside(marsad: Callable[..., object], newsroom: Path) -> None:
    rules(newsroom, "سلاح، أسلحة", "سلاح قرب صفقة")
    ran = marsad("check")
    assert ran.status == 1
    assert "زائدة" not in ran.out


def test_warnings_are_records_too(marsad: Callable[..., object], newsroom: Path) -> None:
    rules(newsroom, "سلاح، أسلحة")
    (row,) = [json.loads(line) for line in marsad("check", "--json").lines]
    assert (row["severity"], row["code"], row["line"], row["column"]) == ("warning", "redundant", 4, 13)


def test_a_word_beside_itself_with_an_option_is_told_with_the_option(
    marsad: Callable[..., object], newsroom: Path
) -> None:
    rules(newsroom, "غزة / بلفظه، غزة", "اسم محمد، محمد")
    assert warned(marsad("check")) == [
        "watchlists/w.yaml:4:7: warning: «غزة / بلفظه» زائدة: كل صيغها تجدها «غزة»",
        "watchlists/w.yaml:5:7: warning: «اسم محمد» زائدة: كل صيغها تجدها «محمد»",
    ]


def test_where_articles_are_many_the_figures_are_of_whole_days(
    marsad: Callable[..., object], newsroom: Path, stored: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.lint.MOST_ARTICLES", 50)
    stored(*(Past(0.1 + number / 5, f"عجز مالي رقم {number}") for number in range(100)))
    rules(newsroom, "مالي")
    (line,) = warned(marsad("check"))
    assert "«مالي» وردت 50 مرة في آخر 10 أيام" in line
