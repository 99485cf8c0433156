"""A newsroom's own rows work in every table, also for words that no lexicon has."""

from __future__ import annotations

import pytest

from rules import Article, RuleSource, compile_ruleset, load_arabic, read_rules
from rules.own_tables import COLUMNS, TableSource, read_tables
from tests.unit.rules.finding import finds

ADDED = {
    "plurals.tsv": "سندوق\tسناديق\n",
    "plural_only.tsv": "زوبعات\n",
    "nisba.tsv": "طبشور\tطبشوري\n",
    "masdars.tsv": "شخبطة\tشخبط\tيشخبط\tشُخبط\tيُشخبط\n",
    "verbs.tsv": "تبغدد\tيتبغدد\t-\t-\n",
    "roles.tsv": "حكواتي\tحكواتية\n",
    "synonyms.tsv": "حافلة\tبولمان\n>عملة صعبة\tيورو\n",
    "names.tsv": "person\tميلينا دراغوفا\tملينة دراجوفا\nperson\tفلاديمير بوتين\tسيد الكرملين\n",
    "places.tsv": "بلدستان\tبلاد الستان\tبلدستاني\tبلدآباد\t-\nالإمارات\tدار زايد\t-\t-\t-\n",
    "no_nisba.tsv": "بلجيكا\tلأن المحرر يريد ذلك\n",
    "not_family.tsv": "دفتر\tدفاتر\tلأن المحرر يريد ذلك\n",
    "designations.tsv": "ZQ\tزق\n",
    "both_readings.tsv": "كباب\tباب\nبجانب\tجان\n",
    "roundups.tsv": "قطوف المساء\n",
}
ROWS, PROBLEMS = read_tables([TableSource(file=name, text=text) for name, text in ADDED.items()])
ARABIC = load_arabic(None, tuple((name, tuple(rows)) for name, rows in ROWS.items()))


def test_the_rows_are_sound_and_every_table_has_some() -> None:
    assert PROBLEMS == ()
    assert ADDED.keys() == COLUMNS.keys()


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
        ("زق 5", "طائرة ZQ-5 جديدة"),
        ("باب", "دخلوا من كباب واسع"),
        ("جانب", "وقف بجانب الطريق"),
        ("فلاديمير بوتين", "وصل سيد الكرملين أمس"),
        ("سيد الكرملين", "وصل بوتين أمس"),
        ("الإمارات", "عادوا إلى دار زايد"),
        ("دار زايد", "الحكومة الإماراتية"),
    ],
)
def test_an_added_row_is_found(term: str, text: str) -> None:
    assert finds(term, text, ARABIC)


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
    assert not finds(term, text, ARABIC)


def test_an_added_title_of_a_round_up_keeps_a_match_back_whose_words_stand_in_different_paragraphs() -> None:
    text = "watchlists:\n  - id: a\n    in: all\n    match: |\n      سلاح\n      سفينة\n"
    watchlists = read_rules([RuleSource(file="a.yaml", text=text)]).watchlists
    article = Article(title="قطوف المساء", body="وصل سلاح إلى المرفأ.\n\nغادرت سفينة ركاب.")
    for arabic, kept_back in ((ARABIC, "roundup"), (load_arabic(), None)):
        (match,) = compile_ruleset(watchlists, (), arabic=arabic).match(article)
        assert match.suppress == kept_back
