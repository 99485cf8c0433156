"""What marsad knows of Arabic words: the lexicon and the own tables, ready to be asked by folded key.

A key is a word without marks, hamza seats and ى/ي evened out (`rules.text.fold`); a phrase's key is its words' keys with
single spaces. Values keep the spelling of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from rules.kept_families import KeptFamilies
from rules.lexicon import open_lexicon
from rules.own_tables import own_rows, own_sources
from rules.peeling import clitic_readings, readings
from rules.text import clean, fold, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rules.lexicon import Entry, Lexicon
    from rules.own_tables import TableRow
    from rules.peeling import Reading

__all__ = ["Arabic", "Place", "Verb", "key_of", "load_arabic"]

if TYPE_CHECKING:
    Rows = Mapping[str, Sequence[TableRow]]


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb by its third persons; ``short`` is the stem before consonant endings where it is another (قال: قل)."""

    past: str
    present: str
    passive_past: str = ""
    passive_present: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place: every spelling with the canonical first, its nisbas (may be phrases), and its capital or nothing."""

    spellings: tuple[str, ...]
    nisbas: tuple[str, ...]
    capital: str = ""


def _said(phrase: str) -> str:
    """Return a phrase of the tables without marks, its words parted by single spaces."""
    cleaned = clean(phrase)
    return cleaned if cleaned.isalpha() else " ".join(words_of(phrase))


def key_of(phrase: str) -> str:
    """Return the key of a word or phrase."""
    cleaned = clean(phrase)
    return fold(cleaned) if cleaned.isalpha() else " ".join(fold(word) for word in words_of(phrase))


class Arabic:
    """The knowledge that matching needs. Immutable once made; look-ups are remembered."""

    def __init__(
        self, lexicon: Lexicon, tables: Rows, *, digest: str = "", families: KeptFamilies | None = None
    ) -> None:
        self.lexicon = lexicon
        self.digest = digest
        self.families = families or KeptFamilies(None, b"")
        self._tables = tables
        self.plurals, self.singulars = self._two_ways("plurals.tsv")
        self.nisbas, self.bases_of_nisba = self._two_ways("nisba.tsv")
        self.feminines, self.masculines = self._two_ways("roles.tsv")
        self.plural_only = frozenset(key_of(row.values(0)[0]) for row in tables.get("plural_only.tsv", ()))
        self.no_nisba = frozenset(key_of(word) for row in tables.get("no_nisba.tsv", ()) for word in row.values(0))
        self.masdars = self._masdars()
        self.verbs = self._verbs()
        self.synonyms = self._synonyms()
        self.names = self._names()
        self.places = self._places()
        self.not_family = self._not_family()
        self.both_readings = {
            key_of(row.values(0)[0]): frozenset(map(key_of, row.values(1)))
            for row in tables.get("both_readings.tsv", ())
        }
        self.roundups = tuple(pattern for row in tables.get("roundups.tsv", ()) for pattern in row.values(0))
        self.entries = lru_cache(1 << 16)(lexicon.entries)
        self.knows = lru_cache(1 << 16)(self._knows)
        self.readings = lru_cache(1 << 15)(self._readings)
        self.behind_clitics = lru_cache(1 << 15)(self._behind_clitics)
        """The readings behind a clitic, also where a better known word hides them: «وحل» is mud, and also و + حل."""
        self.nouns = lru_cache(1 << 14)(self._nouns)

    @cached_property
    def own_words(self) -> frozenset[str]:
        """Return the keys of all single words of the own tables that are no names."""
        phrases: set[str] = {*self.plurals, *self.singulars, *self.nisbas, *self.feminines, *self.masculines}
        phrases |= {*self.bases_of_nisba, *self.plural_only, *self.masdars}
        phrases |= {key_of(nisba) for place in self.places.values() for nisba in place.nisbas}
        return frozenset(word for phrase in phrases for word in phrase.split())

    @cached_property
    def origins(self) -> frozenset[str]:
        """Return the keys of adjectives that say where someone is from (سوري): as terms they agree in gender and number."""
        sure = (place for key, place in self.places.items() if key not in self.no_nisba)
        return frozenset(key_of(nisba) for place in sure for nisba in place.nisbas if " " not in nisba)

    @cached_property
    def own_names(self) -> frozenset[str]:
        """Return the keys of all single words of names and places."""
        words = {word for phrase in (*self.names, *self.places) for word in phrase.split()}
        longer = (phrase.split() for phrase in (*self.names, *self.places) if " " in phrase)
        definite = {word for phrase in longer for word in phrase if word.startswith("ال") and len(word) > 4}
        return frozenset(
            words | {word[2:] for word in definite}
        )  # الموريتانية of the state's full name is ال + موريتانية

    def is_common(self, key: str) -> bool:
        """Tell whether the lexicon or the tables know the word as more than a name."""
        return key in self.own_words or key in self.lexicon

    def is_common_news(self, key: str) -> bool:
        """Tell whether the own tables have the word: then the news use it."""
        return key in self.own_words or key in self.own_names

    def is_strong(self, key: str) -> bool:
        """Tell whether the key is a name, a noun or a dictionary form, and no mere form of a verb."""
        if key in self.own_words or key in self.own_names:
            return True
        return any(entry.noun or entry.form == entry.lemma for entry in self.entries(key))

    def _nouns(self, lemma: str) -> tuple[str, ...]:
        """Return the forms of a lemma that are nouns or adjectives."""
        return tuple(entry.form for entry in self.lexicon.forms(lemma) if entry.noun)

    def lemmas(self, word: str) -> tuple[str, ...]:
        """Return the lemmas of which the word is a noun form; the word's own spelling of hamza counts where it has one."""
        key = fold(word)
        nouns = [entry for entry in self.entries(key) if entry.noun and _agree(entry.form, word)]
        same_end = [entry for entry in nouns if entry.form[-1] == word[-1]]  # «ذري» is no «ذرى»
        found = [entry.lemma for entry in same_end or nouns]
        if key in self.plurals or key in self.masdars:
            found.append(word)  # where the lexicon has the verb of these letters alone (عمل)
        return tuple(dict.fromkeys(found))

    def is_verb(self, word: str) -> bool:
        """Tell whether the word is the dictionary form of a verb and no noun."""
        key = fold(word)
        if key in self.verbs:
            own = (self.masdars, self.plurals, self.singulars, self.nisbas, self.feminines)
            return not any(key in table for table in own)
        found: Sequence[Entry] = self.entries(key)
        if len(key) < 4 or not found or any(entry.noun for entry in found):
            return False
        lemmas = {entry.lemma for entry in found if entry.lemma == entry.form and entry.lemma[0] != "ي"}
        return any(entry.form[0] == "ي" for lemma in lemmas for entry in self.lexicon.forms(lemma))

    def is_noun_too(self, word: str) -> bool:
        """Tell whether a verb's dictionary form is a noun of the same letters: «حرس», and the masdars «تضخم», «تراجع»."""
        if word.startswith("ت") and (len(word) == 4 or (len(word) == 5 and word[2] == "ا")):
            return True
        return any(entry.listed and entry.form == entry.lemma == word for entry in self.entries(fold(word)))

    def is_name_only(self, word: str) -> bool:
        """Tell whether the tables have a single word as a name, and the lexicon as no word that takes the article: بوتين."""
        key = fold(word)
        if word.startswith("ال"):
            return False
        return key in self.names and key not in self.own_words and not any(entry.listed for entry in self.entries(key))

    @cached_property
    def split_by_hamza(self) -> frozenset[str]:
        """Return the keys that a verb with a bare alef shares with a plural with a hamza: «انهار المبنى», «أنهار»."""
        verbs = (verb for found in self.masdars.values() for verb in found if verb.past.startswith("ا"))
        return frozenset(fold(verb.past) for verb in verbs if fold(verb.past) in self.singulars)

    def _knows(self, key: str) -> bool:
        return key in self.own_words or key in self.own_names or key in self.lexicon

    def _readings(self, cleaned: str) -> tuple[Reading, ...]:
        found = readings(cleaned, self.knows, self.is_strong, self.is_common_news, self.both_readings)
        return (*found, *(reading for reading in self.behind_clitics(cleaned) if self._is_named(cleaned, reading)))

    def _behind_clitics(self, cleaned: str) -> tuple[Reading, ...]:
        return tuple(clitic_readings(cleaned, self.is_common_news))

    def _is_named(self, cleaned: str, reading: Reading) -> bool:
        """Tell whether a name stands behind a clitic in what the lexicon has but as some form: «لبوتين» is no dual of لبوة."""
        key = fold(cleaned)
        if (reading.key not in self.names and reading.key not in self.places) or self.is_common_news(key):
            return False
        return not any(entry.listed and entry.form == entry.lemma for entry in self.entries(key))

    def _two_ways(self, name: str) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        there: dict[str, tuple[str, ...]] = {}
        back: dict[str, tuple[str, ...]] = {}
        for row in self._tables.get(name, ()):
            for first in row.values(0):
                others = tuple(clean(other) for other in row.values(1))
                there[key_of(first)] = (*there.get(key_of(first), ()), *others)
                for other in others:
                    back[key_of(other)] = (*back.get(key_of(other), ()), clean(first))
        return there, back

    def _masdars(self) -> dict[str, tuple[Verb, ...]]:
        found: dict[str, tuple[Verb, ...]] = {}
        for row in self._tables.get("masdars.tsv", ()):
            for masdar in row.values(0):
                key = key_of(masdar)
                found[key] = (*found.get(key, ()), _verb(row.columns[1:]))
        return found

    def _verbs(self) -> dict[str, tuple[Verb, ...]]:
        found: dict[str, tuple[Verb, ...]] = {}
        rows = [_verb(row.columns) for row in self._tables.get("verbs.tsv", ())]
        for verb in (*rows, *(verb for verbs in self.masdars.values() for verb in verbs)):
            key = key_of(verb.past)
            found[key] = (*found.get(key, ()), verb)
        return found

    def _synonyms(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in self._tables.get("synonyms.tsv", ()):
            members = [_said(value) for column in row.columns for value in column]
            for number, member in enumerate(members):
                if number == 0 or not row.one_way:
                    others = tuple(other for other in members if other != member)
                    found[key_of(member)] = (*found.get(key_of(member), ()), *others)
        return found

    def _names(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in self._tables.get("names.tsv", ()):
            spellings = tuple(map(_said, (*row.values(1), *row.values(2))))
            for spelling in spellings:
                found.setdefault(key_of(spelling), spellings)
        return found

    def _places(self) -> dict[str, Place]:
        found: dict[str, Place] = {}
        for row in self._tables.get("places.tsv", ()):
            code = "".join(row.values(4))
            official = [self.lexicon.territories[code]] if code in self.lexicon.territories else []
            spellings = tuple(dict.fromkeys(map(_said, (*row.values(0), *row.values(1), *official))))
            place = Place(spellings, tuple(map(_said, row.values(2))), "".join(row.values(3)))
            for spelling in spellings:
                found.setdefault(key_of(spelling), place)
        return found

    def _not_family(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for row in self._tables.get("not_family.tsv", ()):
            for word in row.values(0):
                found[key_of(word)] = (*found.get(key_of(word), ()), *row.values(1))
        return found


@lru_cache(8)
def load_arabic(cache: Path | None = None, tables: tuple[tuple[str, tuple[TableRow, ...]], ...] = ()) -> Arabic:
    """Return the knowledge: the lexicon by way of the cache folder, our tables, and a newsroom's own ``tables`` added."""
    rows = {name: list(found) for name, found in own_rows().items()}
    for name, added in tables:
        rows.setdefault(name, []).extend(added)
    digest = repr(tables) if tables else ""
    said = "".join(source.text for source in own_sources())
    return Arabic(open_lexicon(cache), rows, digest=digest, families=KeptFamilies(cache, (said + digest).encode()))


def _verb(columns: Sequence[tuple[str, ...]]) -> Verb:
    cells: Iterable[str] = (clean(column[0]) if column else "" for column in columns)
    return Verb(*cells)


def _agree(form: str, word: str) -> bool:
    """Tell whether the first letters agree: a bare alef in either stands for any."""
    first, other = form[:1], word[:1]
    return first == other or first not in "أإآ" or other not in "أإآ"
