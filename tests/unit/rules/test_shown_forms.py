"""What explain lists of a term: words that a reader takes for words; the rest is named by its kind and counts all the same."""

from __future__ import annotations

import pytest

from rules import explain_term, load_arabic
from rules.expression import Term

ARABIC = load_arabic()


def shown(words: str) -> dict[str, list[str]]:
    (word, *_) = explain_term(Term(words=words), ARABIC).ways[0].words
    return {group.why: list(group.forms) for group in word.shown}


def also(words: str) -> tuple[str, ...]:
    return explain_term(Term(words=words), ARABIC).ways[0].words[0].also


@pytest.mark.parametrize(
    ("words", "why", "forms"),
    [
        ("سلاح", "number", ["أسلحة"]),
        ("مدينة", "number", ["مدن", "مدائن"]),
        ("مدينة", "dual", ["مدينتان", "مدينتين"]),
        ("وزير", "number", ["وزراء"]),
        ("حظر", "verb", ["حظرت", "حظروا", "يحظر", "تحظر", "يحظرون"]),
        ("تصدير", "verb", ["صدّر", "صدّرت", "صدّروا", "يصدّر", "يصدّرون"]),
        ("تصدير", "nisba", ["تصديري", "تصديرية"]),
        ("انفجار", "number", ["انفجارات"]),
        ("روسيا", "nisba", ["روسي", "روسية", "روس", "روسيات", "روسيون"]),
        ("قبرص", "nisba", ["قبرصي", "قبرصية", "قبارصة", "قبرصيون", "قبرصيات"]),
        ("استقال", "person", ["استقالت", "استقالوا", "يستقيل", "تستقيل", "يستقيلون"]),
        ("كبير", "synonym", ["كبرى"]),
        ("أبو", "case", ["أبا", "أبي"]),
    ],
)
def test_words_are_listed_in_their_own_spelling(words: str, why: str, forms: list[str]):
    assert [form for form in shown(words)[why] if form != words] == forms


@pytest.mark.parametrize(
    "words", ["إيراني", "حظر", "عراقي", "كبير", "زيلينسكي", "باليستي", "نفط", "حريق", "قاضي", "آلية"]
)
def test_no_ending_that_only_a_rule_makes_is_listed(words: str):
    forms = [form for group in shown(words).values() for form in group if form != words]
    assert not [
        form
        for form in forms
        if form.endswith(("انا", "ونا", "ينا", "تا", "يي")) or (form[-1] == "ا" and form[:-1] in forms)
    ]
    assert "حظرات" not in forms
    assert len(forms) < 20


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("سلاح", "accusative"),
        ("مدينة", "ha"),
        ("مدينة", "construct"),
        ("إيراني", "numbers"),
        ("حظر", "persons"),
        ("حظر", "regular"),
        ("زيلينسكي", "spellings"),
        ("كبير", "synonyms"),
    ],
)
def test_what_counts_without_being_listed_is_named_by_its_kind(words: str, kind: str):
    assert kind in also(words)


def test_a_form_that_the_lexicon_spells_without_hamza_is_shown_with_it():
    assert all(form[0] == "إ" for form in shown("إيراني")["agreement"])


def test_a_name_split_at_any_place_counts_and_is_not_listed():
    ways = explain_term(Term(words="زيلينسكي"), ARABIC).ways
    assert not any(way.listed for way in ways if way.why == "spelling" and len(way.words) == 2)
    assert any(way.listed for way in explain_term(Term(words="عبدالله"), ARABIC).ways if way.why == "spelling")


def test_a_word_left_out_is_told_once_and_without_its_endings():
    out = [each.form for each in explain_term(Term(words="وزير"), ARABIC).kept_out]
    assert "وزارة" in out
    assert not {"وزاره", "وزارت", "وزارتان"} & set(out)


def test_what_counts_after_all_is_not_told_as_left_out():
    assert "برلماني" not in [each.form for each in explain_term(Term(words="برلمان"), ARABIC).kept_out]


def test_a_phrase_is_not_said_with_a_word_twice():
    said = [" ".join(word.word for word in way.words) for way in explain_term(Term(words="طائرة مسيّرة"), ARABIC).ways]
    assert not [phrase for phrase in said if "طائرة طائرة" in phrase]
