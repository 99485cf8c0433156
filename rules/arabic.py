"""What marsad knows of Arabic words: the lexicon and the own tables, ready to be asked by folded key.

A key is a word without marks, hamza seats and ى/ي evened out (`rules.text.fold`); a phrase's key is its words' keys with
single spaces. Values keep the spelling of the tables.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rules.kept import Kept
from rules.lexicon import open_lexicon
from rules.own_tables import own_rows, own_sources
from rules.peeling import HAMZAS, clitic_readings, readings
from rules.stop_words import PARTICLES
from rules.text import fold
from rules.word_tables import word_tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rules.lexicon import Entry, Lexicon
    from rules.own_tables import TableRow
    from rules.peeling import Reading
    from rules.word_tables import WordTables

__all__ = ["Arabic", "load_arabic"]

CLITICS = "وفبكل"


class Arabic:
    """The knowledge that matching needs. Immutable once made; look-ups are remembered."""

    def __init__(self, lexicon: Lexicon, tables: WordTables, kept: Kept, *, digest: str = "") -> None:
        self.lexicon = lexicon
        self.kept = kept
        self.digest = digest
        self.plurals, self.singulars = tables.plurals, tables.singulars
        self.nisbas, self.bases_of_nisba = tables.nisbas, tables.bases_of_nisba
        self.feminines, self.masculines = tables.feminines, tables.masculines
        self.designations = tables.designations
        self.plural_only, self.no_nisba = tables.plural_only, tables.no_nisba
        self.masdars, self.verbs, self.split_by_hamza = tables.masdars, tables.verbs, tables.split_by_hamza
        self.synonyms, self.not_family, self.doubtful = tables.synonyms, tables.not_family, tables.doubtful
        self.names, self.places, self.origins = tables.names, tables.places, tables.origins
        self.own_words, self.own_names = tables.own_words, tables.own_names
        self.both_readings, self.roundups = tables.both_readings, tables.roundups
        self.entries = lru_cache(1 << 16)(lexicon.entries)
        self.knows = lru_cache(1 << 16)(self._knows)
        self.readings = lru_cache(1 << 15)(self._readings)
        self.behind_clitics = lru_cache(1 << 15)(self._behind_clitics)
        """The readings behind a clitic, also where a better known word hides them: «وحل» is mud, and also و + حل."""
        self.nouns = lru_cache(1 << 14)(self._nouns)

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
        if key in self.split_by_hamza and word.startswith("ا"):  # «انهار» as typed is the verb, «أنهار» the plural
            return True
        if key in self.verbs:
            own = (self.masdars, self.plurals, self.singulars, self.nisbas, self.feminines)
            return not any(key in table for table in own)
        found: Sequence[Entry] = self.entries(key)
        if len(key) < 4 or not found or any(entry.noun for entry in found):
            return False
        if key in self.plurals and not self.is_noun_too(word):  # بارز and ناجي, whatever the lexicon lacks
            return False
        lemmas = {entry.lemma for entry in found if entry.lemma == entry.form and entry.lemma[0] != "ي"}
        return any(entry.form[0] == "ي" for lemma in lemmas for entry in self.lexicon.forms(lemma))

    def is_noun_too(self, word: str) -> bool:
        """Tell whether a verb's dictionary form is a noun of the same letters: «حرس», and the masdars «تضخم», «تراجع»."""
        if word.startswith("ت") and (len(word) == 4 or (len(word) == 5 and word[2] == "ا")):
            return True
        return any(entry.listed and entry.form == entry.lemma == word for entry in self.entries(fold(word)))

    def is_name_only(self, word: str) -> bool:
        """Tell whether the tables have a single word as a name, and the lexicon as no word of its own that takes the article.

        So are بوتين, and ماكرون, for the lexicon a plural of ماكر.
        """
        key = fold(word)
        if word.startswith("ال") or key not in self.names or key in self.own_words:
            return False
        words = (entry for entry in self.entries(key) if entry.listed and entry.form == entry.lemma)
        return not any(_agree(entry.form, word) for entry in words)

    def _knows(self, key: str) -> bool:
        return key in self.own_words or key in self.own_names or key in self.lexicon

    def _readings(self, cleaned: str) -> tuple[Reading, ...]:
        key = fold(cleaned)
        hidden = key if cleaned[:1] in CLITICS and cleaned[1:2] in HAMZAS and not self._is_spelt_so(cleaned) else ""

        def knows(other: str) -> bool:
            return other != hidden and self.knows(other)

        def strong(other: str) -> bool:
            return other != hidden and self.is_strong(other)

        found = readings(cleaned, knows, strong, self.is_common_news, self.both_readings)
        if key in PARTICLES:
            return tuple(reading for reading in found if not reading.cost)
        if hidden and self._knows(key):  # «وإلى» is no «والي», «وأدى» no «وادي»
            found = [reading for reading in found if reading.start] or found
        return (*found, *(reading for reading in self.behind_clitics(cleaned) if self._is_named(cleaned, reading)))

    def _is_spelt_so(self, cleaned: str) -> bool:
        """Tell whether a word is known with the hamza that the text writes: «بآلية» is no «بالية», for nobody adds one."""
        entries = self.entries(fold(cleaned))
        if entries or cleaned[1] == "إ":
            return any(entry.form[1] == cleaned[1] for entry in entries)
        return self.is_common_news(fold(cleaned))

    def _behind_clitics(self, cleaned: str) -> tuple[Reading, ...]:
        return tuple(clitic_readings(cleaned, self.is_common_news))

    def _is_named(self, cleaned: str, reading: Reading) -> bool:
        """Tell whether a name stands behind a clitic in what the lexicon has but as some form: «لبوتين» is no dual of لبوة."""
        key = fold(cleaned)
        if (reading.key not in self.names and reading.key not in self.places) or self.is_common_news(key):
            return False
        return not any(entry.listed and entry.form == entry.lemma for entry in self.entries(key))


@lru_cache(8)
def load_arabic(cache: Path | None = None, tables: tuple[tuple[str, tuple[TableRow, ...]], ...] = ()) -> Arabic:
    """Return the knowledge: the lexicon by way of the cache folder, our tables, and a newsroom's own ``tables`` added."""
    digest = repr(tables) if tables else ""
    said = "\0".join(f"{source.file}\n{source.text}" for source in own_sources())
    kept, lexicon = Kept(cache, f"{said}\0{digest}".encode()), open_lexicon(cache)
    if kept.tables is None:
        rows = {name: list(found) for name, found in own_rows().items()}
        for name, added in tables:
            rows.setdefault(name, []).extend(added)
        kept.tables = word_tables(rows, lexicon.territories)
        kept.keep()
    return Arabic(lexicon, kept.tables, kept, digest=digest)


def _agree(form: str, word: str) -> bool:
    """Tell whether the first letters agree: a bare alef in either stands for any."""
    first, other = form[:1], word[:1]
    return first == other or first not in "أإآ" or other not in "أإآ"
