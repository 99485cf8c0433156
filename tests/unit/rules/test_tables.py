"""The tables that marsad ships: as many rows as promised, clean letters, no row that contradicts another."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest
from babel import Locale

from rules.own_tables import own_rows, own_sources
from rules.text import clean, fold

ROWS = own_rows()
TEXTS = {source.file: source.text for source in own_sources()}
PROMISED = {
    "plurals.tsv": 1_000,
    "plural_only.tsv": 50,
    "nisba.tsv": 150,
    "masdars.tsv": 700,
    "verbs.tsv": 140,
    "roles.tsv": 150,
    "synonyms.tsv": 150,
    "names.tsv": 300,
    "places.tsv": 340,
    "no_nisba.tsv": 20,
    "not_family.tsv": 100,
    "roundups.tsv": 100,
    "designations.tsv": 40,
}
NEVER_MASDARS = {"قول", "عمل", "حكم", "علم"}
MARKS = re.compile("[\u064b-\u0652]")
ARABIC_WORD = re.compile("[\u0621-\u063a\u0641-\u0652]+")
LATIN_WORD = re.compile(r"i?[A-Z][A-Za-z0-9-]*|mpox")
NUMBER = re.compile(r"\d+")
SOUND = "ُ"


def values(name: str) -> list[tuple[str, str]]:
    """Every (first column, value) of a table; reasons (the last column of two tables) are prose and left out."""
    prose = {"no_nisba.tsv": 1, "not_family.tsv": 2}.get(name, 99)
    skip = {0, 4} if name in {"names.tsv", "places.tsv"} else set()
    found = []
    for row in ROWS[name]:
        for number, column in enumerate(row.columns[:prose]):
            if name in {"masdars.tsv", "synonyms.tsv", "not_family.tsv"}:
                column = tuple(map(unbracketed, column))
            if number in skip and not (name == "places.tsv" and number == 0):
                continue
            found += [(" ".join(row.values(0)), value) for value in column]
    return found


def unbracketed(form: str) -> str:
    """A verb's form without the brackets that say: these letters are another word's."""
    return re.sub(r"^\((.+)\)$|^\[(.+)\]$", r"\1\2", form)


def spelt(word: str) -> str:
    """A word as texts spell it: the dots of ى come and go, a written hamza stands."""
    return clean(word).replace("ى", "ي")


def shared_plurals() -> set[str]:
    lines = TEXTS["plurals.tsv"].splitlines()
    return {
        word.strip()
        for line in lines
        if line.startswith("# shared:")
        for word in line.removeprefix("# shared:").split("،")
    }


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_a_table_holds_at_least_as_many_rows_as_promised(name: str) -> None:
    assert len(ROWS[name]) >= PROMISED[name]


@pytest.mark.parametrize("name", sorted(set(PROMISED) - {"masdars.tsv", "synonyms.tsv"}))
def test_no_row_stands_twice(name: str) -> None:
    number = 1 if name == "names.tsv" else 0
    kinds = Counter(
        (row.values(0) if name == "names.tsv" else (), value) for row in ROWS[name] for value in row.values(number)
    )
    assert [key for key, count in kinds.items() if count > 1] == []


def test_no_masdar_stands_twice_with_one_verb() -> None:
    verbs = Counter((row.values(0), row.values(1) or row.values(2)) for row in ROWS["masdars.tsv"])
    assert [key for key, count in verbs.items() if count > 1] == []


def test_no_set_of_synonyms_holds_another() -> None:
    sets = [
        (row.one_way, frozenset(value for column in row.columns for value in column)) for row in ROWS["synonyms.tsv"]
    ]
    assert [pair for at, pair in enumerate(sets) for other in sets[:at] if pair[1] <= other[1]] == []


def test_no_symmetric_synonym_stands_in_two_sets() -> None:
    members = Counter(
        value for row in ROWS["synonyms.tsv"] if not row.one_way for column in row.columns for value in column
    )
    assert [value for value, count in members.items() if count > 1] == []


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_letters_are_plain_and_of_one_script(name: str) -> None:
    assert TEXTS[name] == unicodedata.normalize("NFC", TEXTS[name])
    assert not re.search("[\u0640\u00a0\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufb50-\ufeff]", TEXTS[name])
    assert not re.search(r"[ \t]+$", TEXTS[name], re.MULTILINE)
    for first, value in values(name):
        for word in re.split(r"[ \-+]+", value.removeprefix("^").removesuffix(".")):
            plain = word == "" or any(kind.fullmatch(word) for kind in (ARABIC_WORD, LATIN_WORD, NUMBER))
            assert plain, (first, value)


def test_marks_stand_only_where_they_tell_words_apart() -> None:
    marked = {"masdars.tsv", "verbs.tsv"}
    for name in set(PROMISED) - marked:
        stray = [value for _, value in values(name) if re.search("[\u064b-\u0650\u0652]", value)]
        assert set(stray) <= {"عُمان", "سلطنة عُمان", "عَمّان"}, name


def test_a_plural_has_one_singular_unless_it_is_marked_as_shared() -> None:
    singulars: dict[str, set[str]] = {}
    for row in ROWS["plurals.tsv"]:
        for plural in row.values(1):
            singulars.setdefault(fold(clean(plural)), set()).add(row.values(0)[0])
    shared = {plural for plural, words in singulars.items() if len(words) > 1}
    assert shared == {fold(clean(plural)) for plural in shared_plurals()}


def test_a_singular_is_not_among_its_own_plurals() -> None:
    assert [row.values(0) for row in ROWS["plurals.tsv"] if row.values(0)[0] in row.values(1)] == []


def test_a_plural_that_stands_alone_is_nobodys_role_or_place() -> None:
    alone = {row.values(0)[0] for row in ROWS["plural_only.tsv"]}
    assert alone.isdisjoint(word for row in ROWS["roles.tsv"] for word in row.values(0))
    assert alone.isdisjoint(word for row in ROWS["places.tsv"] for word in row.values(0))


def test_a_relational_noun_is_not_a_place() -> None:
    places = {word for row in ROWS["places.tsv"] for number in (0, 1) for word in row.values(number)}
    nouns = {row.values(0)[0] for row in ROWS["nisba.tsv"]}
    assert nouns & places <= {"خليج"}
    assert nouns.isdisjoint(row.values(0)[0] for row in ROWS["no_nisba.tsv"])


def test_every_adjective_ends_as_an_adjective_does() -> None:
    for name, number in (("nisba.tsv", 1), ("places.tsv", 2)):
        for row in ROWS[name]:
            assert all(any(part.endswith("ي") for part in word.split()) for word in row.values(number)), row.columns


def test_a_place_without_adjective_by_default_is_a_place() -> None:
    places = {word for row in ROWS["places.tsv"] for number in (0, 1, 3) for word in row.values(number)}
    known = {fold(clean(word)) for word in places}
    assert [row.values(0) for row in ROWS["no_nisba.tsv"] if fold(clean(row.values(0)[0])) not in known] == []


def test_no_table_gives_a_word_what_must_never_be_its_form() -> None:
    given: dict[str, set[str]] = {}
    for name, numbers in (("plurals.tsv", (1,)), ("nisba.tsv", (1,)), ("roles.tsv", (1,)), ("places.tsv", (1, 2))):
        for row in ROWS[name]:
            for number in numbers:
                given.setdefault(fold(clean(row.values(0)[0])), set()).update(row.values(number))
    for row in ROWS["synonyms.tsv"]:
        members = [value for column in row.columns for value in column]
        for member in members[:1] if row.one_way else members:
            given.setdefault(fold(clean(member)), set()).update(set(members) - {member})
    for row in ROWS["masdars.tsv"]:
        given.setdefault(fold(clean(row.values(0)[0])), set()).update(
            MARKS.sub("", form) for number in (1, 3) for form in row.values(number) if form == unbracketed(form)
        )
    for row in ROWS["not_family.tsv"]:
        word, forbidden = row.values(0)[0], set(row.values(1))
        forms = given.get(fold(clean(word)), set())
        assert {spelt(form) for form in forms}.isdisjoint(spelt(form) for form in forbidden), word
        assert word not in forbidden


def test_the_masdars_that_say_too_much_stand_in_no_table_of_verbs() -> None:
    assert NEVER_MASDARS.isdisjoint(row.values(0)[0] for row in ROWS["masdars.tsv"])


@pytest.mark.parametrize(("name", "first"), [("masdars.tsv", 1), ("verbs.tsv", 0)])
def test_verbs_are_conjugated_in_the_third_person(name: str, first: int) -> None:
    for row in ROWS[name]:
        past, imperfect, passive_past, passive_imperfect = (
            tuple(map(unbracketed, row.values(first + step))) for step in range(4)
        )
        assert past or name == "masdars.tsv", row.columns
        assert len(imperfect) == 1 or (name == "masdars.tsv" and past), row.columns
        assert all(form[0] == "ي" for form in imperfect), row.columns
        assert all(form[0] == "ي" for form in passive_imperfect), row.columns
        for active, passive in ((past, passive_past), (imperfect, passive_imperfect)):
            for form in passive:
                same = bool(active) and MARKS.sub("", form) == MARKS.sub("", active[0])
                assert not same or SOUND in form, f"{form} must be marked: its letters are those of {active}"


def test_brackets_stand_around_whole_forms_that_marks_can_tell_apart() -> None:
    for row in ROWS["masdars.tsv"]:
        for form in (form for number in range(1, 5) for form in row.values(number) if set(form) & set("()[]")):
            assert unbracketed(form) != form
            assert not set(unbracketed(form)) & set("()[]")


def test_a_verb_whose_middle_is_weak_or_doubled_tells_its_stem_before_consonants() -> None:
    for name, first in (("masdars.tsv", 1), ("verbs.tsv", 0)):
        for row in ROWS[name]:
            for past in map(unbracketed, row.values(first)):
                doubled, bare = past.endswith("ّ"), MARKS.sub("", past)
                hollow = len(bare) >= 3 and bare[-2] == "ا" and not bare.startswith("آ")
                if doubled or hollow:
                    assert row.values(first + 4), row.columns


def test_a_verb_stands_in_one_of_the_two_tables() -> None:
    masdars = {MARKS.sub("", unbracketed(word)) for row in ROWS["masdars.tsv"] for word in row.values(1)}
    verbs = {MARKS.sub("", word) for row in ROWS["verbs.tsv"] for word in row.values(0)}
    assert masdars & verbs == set()


def test_a_feminine_belongs_to_one_masculine_and_is_no_place() -> None:
    women = Counter(word for row in ROWS["roles.tsv"] for word in row.values(1))
    spelt_twice = {"قاضية"}  # قاضي and قاض are one word
    assert {word for word, count in women.items() if count > 1} <= spelt_twice
    assert set(women).isdisjoint(word for row in ROWS["places.tsv"] for word in row.values(0))
    assert set(women).isdisjoint(row.values(0)[0] for row in ROWS["masdars.tsv"])


def test_every_state_has_a_code_that_the_locale_data_know() -> None:
    names = Locale("ar").territories
    codes = [code for row in ROWS["places.tsv"] for code in row.values(4)]
    assert [code for code in codes if code not in names] == []
    assert len(codes) == len(set(codes))
    assert len([row for row in ROWS["places.tsv"] if row.values(3) and row.values(4)]) >= 180


def test_names_list_no_spelling_that_the_matcher_evens_out() -> None:
    for row in ROWS["names.tsv"]:
        spellings = Counter(
            fold(clean(word)) for word in (*row.values(1), *row.values(2)) if not set(word) & set("أإآ")
        )
        assert [word for word, count in spellings.items() if count > 1] == [], row.columns


def test_a_spelling_leads_to_one_name() -> None:
    owners: dict[str, set[str]] = {}
    for row in ROWS["names.tsv"]:
        for word in (*row.values(1), *row.values(2)):
            owners.setdefault(fold(clean(word)), set()).add(row.values(1)[0])
    assert {word: names for word, names in owners.items() if len(names) > 1} == {}


def test_titles_of_round_ups_are_phrases_that_say_a_class() -> None:
    for row in ROWS["roundups.tsv"]:
        words = row.values(0)[0].removeprefix("^").split()
        assert "^" not in "".join(words)
        assert len(words) >= 2 or row.values(0)[0].startswith("^")
