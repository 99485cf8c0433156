"""A place's adjective typed as a term, and other adjectives in -ي whose plural the tables know: both genders, all numbers."""

from __future__ import annotations

import pytest

from tests.unit.rules.finding import finds


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("سوري", "المعارضة السورية تجتمع"),
        ("سوري", "وصل لاجئون سوريون إلى المخيم"),
        ("تركي", "الليرة التركية تتراجع"),
        ("تركي", "مواطنون أتراك في المطار"),
        ("صيني", "سفن صينية في الميناء"),
        ("حوثي", "قذيفة أطلقتها الميليشيات الحوثية"),
        ("الحوثيون", "مسيّرة حوثية فوق المدينة"),
        ("أمازيغي", "الثقافة الأمازيغية"),
    ],
)
def test_an_adjective_of_origin_finds_both_genders_and_all_numbers(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("سوري", "أسوار المدينة القديمة"),
        ("سوري", "سوريا تعيد فتح المعبر"),
        ("وادي", "وادية"),
        ("تركي", "ترك العمل مبكرًا"),
    ],
)
def test_it_finds_no_word_of_like_letters(term: str, text: str) -> None:
    assert not finds(term, text)
