"""The forms of a word that a reader takes for words: what is listed, and what counts without being listed.

A family holds stems for every ending that a text may write. A list of them all would read like nonsense to who knows Arabic,
so the regular ones are named by their kind instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rules.conjugation import DAMMA, main_forms, marked
from rules.peeling import DEFINITE, HAMZAS
from rules.text import clean, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.arabic import Arabic
    from rules.stems import Stem

__all__ = ["ShownForm", "shown_forms"]

SHORTEST_COUNTED = 5
"""Letters of a masdar in ا (اعتقال، انفجار) from which on its plural in ات is said, whether the lexicon has it or not."""
DUALS = ("ان", "ين", "تا", "تي", "يو", "يي")
SHORTEST_DUAL = 3
SEATS = tuple(HAMZAS)


class ShownForm(NamedTuple):
    """A form as it is listed, or the kind of what counts without being listed where ``form`` is empty."""

    why: str
    form: str
    kind: str = ""


def shown_forms(arabic: Arabic, word: str, stems: Iterable[Stem]) -> tuple[ShownForm, ...]:
    """Return the stems of a word as a reader wants to see them, in their order.

    Kinds: accusative (with its alef), ha (ه for ة), construct (without its ن), numbers (of an adjective), persons (of a verb),
    spellings (of a foreign name), regular (what the lexicon does not have), synonyms (their forms).
    """
    shown = _Shown(arabic, word, tuple(stems))
    found = dict.fromkeys(shown.each(stem) for stem in shown.stems)
    return tuple(sorted(found, key=shown.place))


class _Shown:
    def __init__(self, arabic: Arabic, word: str, stems: tuple[Stem, ...]) -> None:
        self._arabic = arabic
        self._word = word
        self.stems = stems
        self._bare = word.removeprefix("ال")
        self._keys = {fold(stem.form) for stem in stems}
        keys = (fold(word), *(fold(stem.form) for stem in stems if stem.why == "number"))
        verbs = {verb for key in keys for table in (arabic.masdars, arabic.verbs) for verb in table.get(key, ())}
        self._main = tuple(dict.fromkeys(fold(form) for verb in verbs for form in main_forms(verb)))
        self._nisbas = {fold(nisba) for key in keys for nisba in arabic.nisbas.get(key, ())}
        self._synonyms = {fold(clean(said)) for key in keys for said in arabic.synonyms.get(key, ())}
        singles = (fold(self._bare), *arabic.singulars.get(fold(self._bare), ()))
        self._plurals = {
            fold(each)
            for key in singles
            for each in (*arabic.plurals.get(fold(key), ()), key)
            if fold(key) in arabic.plurals
        }
        self._is_name = fold(word) in arabic.names
        self._is_masdar = any(key in arabic.masdars for key in keys)
        plurals = [stem.form for stem in stems if stem.why == "number" and not stem.form.endswith("ات")]
        self._has_plural = any(self._is_known(form) for form in plurals)

    def place(self, each: ShownForm) -> int:
        """Return where a form stands: a verb's in the order of its persons, all others as they came."""
        key = fold(clean(each.form))
        return self._main.index(key) if each.why in {"verb", "person"} and key in self._main else -1

    def each(self, stem: Stem) -> ShownForm:
        """Return one stem as it is listed."""
        why = self._why(stem)
        kind = self._kind(stem, why)
        if kind:
            return ShownForm(why, "", kind)
        definite = (
            "ال" if why == "number" and stem.flags & DEFINITE else ""
        )  # «الكتاب», never a lone «كتاب», for writers
        return ShownForm(why, definite + marked(self._spelt(stem.form), stem.mark))

    def _why(self, stem: Stem) -> str:
        """Return the phenomenon that a reader sees: a masculine is no plural of its feminine."""
        form, bare = stem.form, self._bare
        if fold(form) in self._nisbas:
            return "nisba"
        if stem.why == "number" and bare.endswith("ى") and form in {f"{bare[:-1]}يان", f"{bare[:-1]}يين"}:
            return "dual"
        masculine = bare[:-1] if bare.endswith("ية") else ""
        if stem.why in {"number", "dual"} and masculine and form in {masculine + end for end in ("", "ان", "ين", "ون")}:
            return "agreement"
        return stem.why.removesuffix(" dual")

    def _kind(self, stem: Stem, why: str) -> str:
        form, key = stem.form, fold(stem.form)
        if form == self._word:
            return ""
        if why in {"verb", "person"}:
            if key == fold(self._word) or (stem.mark == DAMMA and form[0] == "ت"):
                return "persons"
            return "" if key in self._main or (not self._main and self._is_third(form)) else "persons"
        if why == "synonym":
            return "" if key in self._synonyms else "synonyms"
        if key.endswith("ه") and key[:-1] + "ة" in self._keys:
            return "ha"
        if key.endswith("ا") and key[:-1] in self._keys:
            return "accusative"
        if why != "nisba" and key.endswith(("ا", "ي", "و")) and f"{key}ن" in self._keys:
            return "construct"
        if form.endswith(DUALS) and (why == "nisba" or (why == "agreement" and form[:-2] != self._bare)):
            return "numbers"
        if not self._is_known(form) and (why == "spelling" or (why == "agreement" and not form.startswith(self._bare))):
            return "spellings"
        return "regular" if self._is_made(form, why) else ""

    def _is_made(self, form: str, why: str) -> bool:
        """Tell whether a plural or dual is one that nobody says of a word with a plural of its own, or of a masdar."""
        if why == "agreement":
            return self._is_known(self._bare) and not self._is_known(self._bare.removesuffix("ة") + "ة")
        if why == "feminine":
            return not self._is_woman(form)
        if why == "dual" and (self._is_masdar or self._is_name or len(self._bare) < SHORTEST_DUAL):
            return True
        if why == "number" and self._plurals:
            return fold(form) not in self._plurals
        if why not in {"number", "dual"} or self._is_known(form):
            return False
        if self._is_masdar:
            return not self._word.startswith("ا") or len(self._word) < SHORTEST_COUNTED
        return why == "number" and (self._has_plural or not self._word.endswith("ة"))

    def _is_woman(self, form: str) -> bool:
        """Tell whether the tables have the feminine: the lexicon has one of oil, too (نفطة)."""
        key = fold(self._bare)
        if key in self._arabic.feminines or self._bare.endswith("ي"):
            return True
        return any(
            self._arabic.is_common_news(fold(form[:-2] + end)) for end in ("ة", "")
        ) or self._arabic.is_common_news(fold(form))

    def _is_known(self, form: str) -> bool:
        key = fold(form)
        return self._arabic.is_common_news(key) or bool(self._arabic.entries(key))

    def _is_third(self, form: str) -> bool:
        word = self._word
        return form in {word, word + "ت", word + "وا"} or (form[0] == "ي" and not form.endswith(("ا", "ن")))

    def _spelt(self, form: str) -> str:
        """Return a form with the hamza of the word, where the lexicon has it without."""
        like = self._word.removeprefix("ال")
        bare = form[0] == "ا" and like.startswith(SEATS) and len(form) > 2 and form[1:3] == like[1:3]
        return like[0] + form[1:] if bare else form
