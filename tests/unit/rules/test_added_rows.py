"""A newsroom's own rows work in every table, also for words that no lexicon has."""

from __future__ import annotations

import pytest

from rules import Article, compile_expression, load_arabic, read_expression
from rules.own_tables import TableSource, read_tables

ADDED = {
    "plurals.tsv": "سندوق\tسناديق\n",
    "plural_only.tsv": "زوبعات\n",
    "nisba.tsv": "طبشور\tطبشوري\n",
    "masdars.tsv": "شخبطة\tشخبط\tيشخبط\tشُخبط\tيُشخبط\n",
    "verbs.tsv": "تبغدد\tيتبغدد\t-\t-\n",
    "roles.tsv": "حكواتي\tحكواتية\n",
    "synonyms.tsv": "حافلة\tبولمان\n>عملة صعبة\tيورو\n",
    "names.tsv": "person\tميلينا دراغوفا\tملينة دراجوفا\n",
    "places.tsv": "بلدستان\tبلاد الستان\tبلدستاني\tبلدآباد\t-\n",
    "no_nisba.tsv": "بلجيكا\tلأن المحرر يريد ذلك\n",
    "not_family.tsv": "دفتر\tدفاتر\tلأن المحرر يريد ذلك\n",
}
ROWS, PROBLEMS = read_tables([TableSource(file=name, text=text) for name, text in ADDED.items()])
ARABIC = load_arabic(None, tuple((name, tuple(rows)) for name, rows in ROWS.items()))


def finds(term: str, text: str) -> bool:
    expression, problems = read_expression(term, concepts=())
    assert expression is not None, problems
    return compile_expression(expression, (), arabic=ARABIC).match(Article(text=text)) is not None


def test_the_rows_are_sound() -> None:
    assert PROBLEMS == ()


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("سندوق", "فتحوا السناديق الثلاثة"),
        ("زوبعات", "مرت الزوبعات بسلام"),
        ("طبشور", "لوحة طبشورية"),
        ("شخبطة", "كان الأطفال يشخبطون"),
        ("شخبطة", "شُخبطت الجدران"),
        ("تبغدد", "بدأت تتبغدد على جيرانها"),
        ("تبغدد", "تبغددوا كثيرًا"),
        ("حكواتي", "روت الحكواتية قصتها"),
        ("حافلة", "استقلوا البولمان"),
        ("بولمان", "حافلات المدرسة"),
        ("عملة صعبة", "تراجع اليورو"),
        ("ميلينا دراغوفا", "فازت ملينة دراجوفا بالجائزة"),
        ("بلدستان", "الحدود البلدستانية"),
        ("بلدستان", "عاد من بلاد الستان"),
        ("بلجيكا / مع النسبة", "الحكومة البلجيكية"),
        ("دفتر", "دفتران على الطاولة"),
    ],
)
def test_an_added_row_is_found(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("زوبعات", "مرت زوبعة واحدة"),
        ("طبشور / بلا نسبة", "لوحة طبشورية"),
        ("شخبطة / اسم فقط", "كان الأطفال يشخبطون"),
        ("تبغدد / بلفظه", "بدأت تتبغدد على جيرانها"),
        ("حافلة / بلا مرادفات", "استقلوا البولمان"),
        ("يورو", "شح العملة الصعبة"),
        ("بلجيكا", "الحكومة البلجيكية"),
        ("دفتر", "دفاتر المدرسة"),
    ],
)
def test_what_an_added_row_or_a_switch_takes_away_is_not_found(term: str, text: str) -> None:
    assert not finds(term, text)
