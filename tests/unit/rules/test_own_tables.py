from __future__ import annotations

import pytest

from rules.own_tables import TableSource, own_sources, read_table, read_tables


def read(name: str, text: str):
    return read_table(TableSource(file=f"tables/{name}", text=text), name)


def test_values_of_a_column_are_parted_by_the_arabic_comma():
    rows, problems = read("plurals.tsv", "# مفرد\tجمع\n\nسلاح\tأسلحة\nبحر\tبحار، بحور\n")
    assert problems == ()
    assert [row.columns for row in rows] == [(("سلاح",), ("أسلحة",)), (("بحر",), ("بحار", "بحور"))]


def test_a_dash_is_an_empty_column():
    rows, problems = read("places.tsv", "غزة\t-\tغزي، غزاوي\t-\t-\n")
    assert problems == ()
    assert rows[0].columns == (("غزة",), (), ("غزي", "غزاوي"), ())


def test_a_row_of_synonyms_that_begins_with_the_sign_goes_one_way():
    rows, _ = read("synonyms.tsv", "> طائرة\tمقاتلة\nاتفاق\tاتفاقية\n")
    assert [(row.one_way, row.values(0)) for row in rows] == [(True, ("طائرة",)), (False, ("اتفاق",))]


@pytest.mark.parametrize(
    ("name", "text", "place", "code"),
    [
        ("plurals.tsv", "سلاح أسلحة\n", "tables/plurals.tsv:1:1", "bad_columns"),
        ("plurals.tsv", "سلاح\tأسلحة\tx\n", "tables/plurals.tsv:1:1", "bad_columns"),
        ("plurals.tsv", "\n-\tأسلحة\n", "tables/plurals.tsv:2:1", "empty_column"),
        ("plurals.tsv", "بحر\tبحار،، بحور\n", "tables/plurals.tsv:1:10", "empty_value"),
        ("names.tsv", "شخص\tبوتين\n", "tables/names.tsv:1:1", "bad_kind"),
    ],
)
def test_a_wrong_row_is_told_with_its_place_and_left_out(name: str, text: str, place: str, code: str):
    rows, problems = read(name, text)
    assert rows == ()
    assert [(str(problem.at), problem.code) for problem in problems] == [(place, code)]


def test_a_table_of_another_name_is_told_with_the_nearest():
    rows, problems = read_tables([TableSource(file="tables/plural.tsv", text="")])
    assert rows == {}
    assert [problem.nearest for problem in problems] == ["plurals.tsv"]


def test_our_own_tables_hold_no_mistake():
    assert read_tables(own_sources())[1] == ()
