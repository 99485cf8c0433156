from __future__ import annotations

import pytest

from rules import explain_term, load_arabic
from rules.expression import Term

ARABIC = load_arabic()


def groups(words: str, **options: object) -> dict[str, set[str]]:
    told = explain_term(Term(words=words, **options), ARABIC)
    return {group.why: {*group.forms, *group.before_pronouns} for word in told.ways[0].words for group in word.groups}


@pytest.mark.parametrize(
    ("words", "why", "forms"),
    [
        ("صاروخ", "number", {"صواريخ"}),
        ("صاروخ", "nisba", {"صاروخية", "صاروخيان"}),
        ("صفقة", "dual", {"صفقتان", "صفقتين"}),
        ("وزير", "feminine", {"وزيرة"}),
        ("قصف", "verb", {"يقصف", "تقصف", "قصفوا"}),
        ("اعتقل", "person", {"يعتقل", "اعتقلوا", "تعتقل"}),
        ("روسيا", "nisba", {"روسي", "روسية", "روس"}),
    ],
)
def test_forms_are_told_by_the_phenomenon_they_come_from(words: str, why: str, forms: set[str]):
    assert forms <= groups(words)[why]


def test_a_form_that_stands_only_before_pronouns_is_told_apart():
    told = explain_term(Term(words="صفقة"), ARABIC)
    assert "صفقت" in told.ways[0].words[0].groups[0].before_pronouns


def test_other_ways_to_say_a_phrase_are_told_with_their_reason():
    told = explain_term(Term(words="كوريا الشمالية"), ARABIC)
    said = {(way.why, " ".join(word.word for word in way.words)) for way in told.ways}
    assert ("nisba", "كوري شمالي") in said


def test_what_looks_alike_and_is_kept_out_is_told_with_the_word_that_it_belongs_to():
    told = explain_term(Term(words="بحر"), ARABIC)
    assert ("بحرين", "البحرين") in {(kept.form, kept.belongs_to) for kept in told.kept_out}


def test_a_switch_takes_its_group_away():
    assert "nisba" not in groups("روسيا", nisba=False)
    assert "verb" not in groups("قصف", noun_only=True)


def test_a_hashtag_has_no_other_forms():
    assert explain_term(Term(words="#غزة"), ARABIC).ways == ()
