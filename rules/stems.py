"""The stems of one word as they are found: each key once, with what it allows around it and the reason why.

What a rule generates and the lexicon knows as another word is left out (بحر + ين is no البحرين).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rules.peeling import ARTICLE, BARE, CONJUNCTION, DEFINITE, HAMZAS, LAM, PREPOSITION, PRONOUN
from rules.text import fold

if TYPE_CHECKING:
    from rules.arabic import Arabic

__all__ = [
    "ADJECTIVE", "BEFORE_PRONOUN", "CLITICS", "INDEFINITE", "NOUN", "SHORTEST_ADJECTIVE", "SHORTEST_INFLECTED", "Stem", "Stems",
    "same_seat",
]  # fmt: skip

CLITICS = BARE | PREPOSITION | LAM | CONJUNCTION
NOUN = CLITICS | ARTICLE | PRONOUN
INDEFINITE = BARE | CONJUNCTION
"""An accusative with its alef, which nothing but a conjunction precedes."""
CONSTRUCT = CLITICS | PRONOUN
ADJECTIVE = CLITICS | ARTICLE
BEFORE_PRONOUN = NOUN & ~BARE & ~ARTICLE
SHORTEST_INFLECTED = 3
SHORTEST_ADJECTIVE = 4


class Stem(NamedTuple):
    """A stem with its own spelling, what it allows around it (`rules.peeling`), and the phenomenon that it comes from.

    One with a ``mark`` (`rules.conjugation`) counts only where the text bears it: «صدّر», never «صدر».
    """

    form: str
    flags: int
    why: str
    mark: int = 0


class Stems:
    """The stems found for one word. ``allowed`` holds the lemmas whose forms are no other words; ``refused`` what is left out."""

    def __init__(self, arabic: Arabic, word: str) -> None:
        self.arabic = arabic
        self.word = word
        self.found: dict[str, Stem] = {}
        self.beside: dict[str, Stem] = {}
        self.marked: dict[tuple[str, int], Stem] = {}
        self.allowed: set[str] = set()
        self.refused: dict[str, str] = {}

    def put(self, form: str, flags: int, why: str) -> None:
        """Add a form; what it allows is joined to what its key allowed before."""
        if not flags & (BARE | PRONOUN):
            return
        key = fold(form)
        before = self.found.get(key)
        if before is None:
            self.found[key] = Stem(form, flags, why)
            return
        if not same_seat(form, before.form):  # «إصابتها» is a noun, «أصابت» its verb: both count
            before = self.found[key] = Stem("ا" + before.form[1:], before.flags, before.why)
        if before.flags | flags != before.flags:
            flags = (before.flags | flags) & ~(0 if before.flags & flags & DEFINITE else DEFINITE)
            self.found[key] = Stem(before.form, flags, before.why)

    def put_verb(self, form: str, flags: int, why: str) -> None:
        """Add a verb's form; one that is a noun, too, stays beside it: «لإصابتها» is no reason for «لأصابت»."""
        key = fold(form)
        if key not in self.found or self.found[key].why == why:
            self.put(form, flags, why)
        elif self.found[key].flags | flags != self.found[key].flags:
            before = self.beside.get(key)
            self.beside[key] = Stem(form, flags | (before.flags if before else 0), why)

    def put_marked(self, form: str, flags: int, why: str, mark: int) -> None:
        """Add a form that counts only where the text bears its mark; one without a mark never does."""
        if mark:
            self.marked.setdefault((fold(form), mark), Stem(form, flags, why, mark))

    def put_checked(self, form: str, flags: int, why: str) -> None:
        """Add a form that is no other word."""
        if not self.is_other_word(form):
            self.put(form, flags, why)

    def written(self, form: str, why: str, *, checked: bool = True, limit: int = ~0) -> None:
        """Add one form with the endings of case and the shapes it takes before pronouns."""
        if len(form) < 2 or (checked and self.is_other_word(form)):
            return
        if form.endswith("ة"):
            self.put(form, NOUN & ~PRONOUN & limit, why)
            self.put(form[:-1] + "ه", self._with_ha(form) & limit, why)
            self.put(form[:-1] + "ت", BEFORE_PRONOUN & limit, why)
        elif form.endswith("ى"):
            self.put(form, NOUN & ~PRONOUN & limit, why)
            self.put(form[:-1] + "ا", BEFORE_PRONOUN & limit, why)
        elif form.endswith(("ان", "ين", "ون")) and self._is_ending(form):
            self.put(form, ADJECTIVE & limit, why)
            if why != "dual" or not self.is_headword(form[:-1]):  # «فوزي» is a name, and hardly two wins
                self.put_checked(form[:-1], CONSTRUCT & limit, why)
        else:
            self.put(form, NOUN & limit, why)
            if len(form) >= SHORTEST_INFLECTED and not form.endswith(("ا", "اء", "ات")):
                self.put_checked(form + "ا", INDEFINITE, why)
            if self._is_defective(form):
                self.put_checked(form[:-1], CLITICS, why)

    def _with_ha(self, form: str) -> int:
        """Return what a form allows that is written with ه for ة: «عمله» is his work, but «العمله» can be nothing but العملة."""
        key = fold(form[:-1])
        return ADJECTIVE | (DEFINITE if key in self.arabic.plurals or key in self.arabic.masdars else 0)

    def _is_ending(self, form: str) -> bool:
        """Tell whether the last two letters are an ending, and no root letters as in ميزان."""
        key = fold(form)
        if form.endswith("ان") and (key in self.arabic.singulars or key in self.arabic.plurals):  # بلدانهم, فيضانه
            return False
        stem, allowed = form[:-2], self.allowed | {self.word}
        if stem in allowed or (stem.endswith("ت") and stem[:-1] + "ة" in allowed) or stem[:-1] + "ى" in allowed:
            return True
        return not self.arabic.entries(fold(form)) and fold(form) not in self.arabic.singulars

    def _is_defective(self, form: str) -> bool:
        if not form.endswith("ي") or len(form) < SHORTEST_ADJECTIVE:
            return False
        if form[:-1] in self.arabic.lemmas(form):
            return True
        return form[-3] == "ا" and (len(form) == 4 or form[0] == "م" or fold(form) in self.arabic.singulars)

    def is_headword(self, form: str) -> bool:
        """Tell whether the lexicon has a form as a noun of its own, which is none of ours."""
        if form == self.word or form in self.allowed:
            return False
        return any(entry.noun and entry.form == entry.lemma == form for entry in self.arabic.entries(fold(form)))

    def is_other_word(self, form: str) -> bool:
        """Tell whether the lexicon or the tables know the form as another word and as none of ours."""
        key = fold(form)
        if key in self.found:
            return False
        other = self.other_word(key, form)
        if other:
            self.refused[form] = other
        return bool(other)

    def _is_dual_alone(self, form: str, lemmas: list[str]) -> bool:
        """Tell whether the lexicon has our word's dual as a word of its own in both its cases: قمران، قمرين."""
        single = form[:-2]
        if not form.endswith(("ان", "ين")) or single not in self.allowed or f"{single}ان" not in lemmas:
            return False
        return any(entry.lemma == f"{single}ان" for entry in self.arabic.entries(fold(f"{single}ين")))

    def other_word(self, key: str, form: str) -> str:
        """Return the word that the form belongs to, where the tables or the lexicon know it and it is none of ours."""
        arabic, allowed = self.arabic, self.allowed
        for name in (key, "ال" + key):
            if name in arabic.places:
                return arabic.places[name].spellings[0]
        if key in arabic.names:
            return arabic.names[key][0]
        if key in arabic.singulars:
            singulars = arabic.singulars[key]
            return "" if any(single in allowed for single in singulars) else singulars[0]
        lemmas = [entry.lemma for entry in arabic.entries(key) if entry.listed]
        if any(lemma in allowed for lemma in lemmas) or self._is_dual_alone(form, lemmas):
            return ""
        if key in arabic.plurals and form not in allowed:
            return form
        return lemmas[0] if lemmas else ""


def same_seat(form: str, other: str) -> bool:
    """Tell whether two words of one key begin alike: an explicit hamza on either seat makes two words of them."""
    return form[0] == other[0] or form[0] not in HAMZAS or other[0] not in HAMZAS
