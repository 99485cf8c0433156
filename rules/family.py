"""The family of a word: every stem that a term's word stands for by default, each with the reason why.

Stems, not surface forms: clitics are peeled off the text (`rules.peeling`), so a family has some twenty stems where it has
1,200 forms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rules.conjugation import SEAT, mark_of
from rules.name_forms import put_name, put_own_article, put_place, put_short_definite
from rules.noun_forms import put_adjective, put_duals, put_inflected, put_nisbas
from rules.peeling import ARTICLE, BARE, DEFINITE, PRONOUN
from rules.singulars import dual_of, is_foreign, singulars_of, without_article
from rules.stems import ADJECTIVE, BEFORE_PRONOUN, CLITICS, INDEFINITE, NOUN, Stem, Stems, same_seat
from rules.stop_words import PARTICLES
from rules.strangers import doubtful_of, strangers_of
from rules.text import clean, fold, has_marks
from rules.verb_forms import put_masdar_verbs, put_verb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.arabic import Arabic

__all__ = ["FamilyOptions", "family", "kept_out"]

INFLECTED = {"word", "number", "dual", "feminine", "agreement", "verb"}
"""Why a stem is there that the lexicon or a rule made of the word: as such none is a particle (بعيد finds no «بعد»)."""
FIVE_NOUNS = {
    "أب": (("أبو", PRONOUN),),
    "أخ": (("أخو", PRONOUN | BARE),),
    "أبو": (("أبا", BARE), ("أبي", BARE)),
    "ابو": (("أبا", BARE), ("أبي", BARE)),
    "أبي": (("أبو", BARE), ("أبا", BARE)),
    "ذو": (("ذا", BARE), ("ذي", BARE)),
}
"""Nouns whose case is a letter, with what their other cases allow: «أبوه», while «أبو» alone begins a name."""
PARTICIPLES = ("مت", "مست")
"""What an unknown word begins with that is no foreign name but a new participle (متحور)."""


class FamilyOptions(NamedTuple):
    """What a term's options and the word's place in its phrase make of it.

    ``agrees`` is True for a word that may be an adjective to the word before it: it then takes both genders.
    ``leads`` is True for a masdar or doubtful word that begins a phrase.
    ``verbs`` is False where a masdar must not become a verb: behind the first word, and by ``اسم فقط``.
    """

    as_written: bool = False
    name: bool = False
    nisba: bool | None = None
    synonyms: bool = True
    verbs: bool = True
    agrees: bool = False
    leads: bool = False
    mark: int = 0
    """What the text must bear (`rules.conjugation`): «مسيرة» is a march, and «مسيّرة» a drone."""


def family(arabic: Arabic, word: str, options: FamilyOptions) -> tuple[Stem, ...]:
    """Return the stems of one cleaned word, the word itself first, each key once."""
    stems = _Family(arabic, word, options).stems()
    return tuple(stem._replace(mark=options.mark) for stem in stems) if options.mark else tuple(stems)


def kept_out(arabic: Arabic, word: str, options: FamilyOptions) -> tuple[tuple[str, str], ...]:
    """Return what rules would make of the word but is left out, each with the word that it belongs to or why it is none."""
    made = _Family(arabic, word, options)
    kept = {fold(stem.form) for stem in made.stems()}
    named = [
        form
        for base in dict.fromkeys((word, without_article(arabic, word)))
        for form in arabic.not_family.get(fold(base), ())
    ]
    strangers = {form: "" for form in named if fold(clean(form)) not in kept or has_marks(form)}
    refused = {
        form: other
        for form, other in made.refused().items()
        if fold(form) not in kept and _is_telling(arabic, form, other)
    }
    return tuple((strangers | refused).items())


def _is_telling(arabic: Arabic, form: str, other: str) -> bool:
    """Tell whether a reader knows why a form is left out: by the word that it belongs to, or as a word of the news."""
    return fold(form) != fold(other) or arabic.is_common_news(fold(form))


class _Family:
    def __init__(self, arabic: Arabic, word: str, options: FamilyOptions) -> None:
        self._arabic = arabic
        self._options = options
        self._word = word
        self._stems = Stems(arabic, word)

    def stems(self) -> list[Stem]:
        arabic, word, options = self._arabic, self._word, self._options
        if not "\u0621" <= word[:1] <= "\u064a":
            self._stems.put(word, CLITICS | ARTICLE, "word")
        elif options.as_written:
            self._as_written(word)
        elif options.name:
            put_name(self._stems, word, known_as_name=options.name, nisba=options.nisba)
        elif fold(word) in arabic.places:
            put_place(self._stems, word, nisba=options.nisba)
        elif fold(without_article(arabic, word)) in arabic.origins:
            masculine = without_article(arabic, word)
            self._stems.put(word, CLITICS, "word")
            self._stems.put(masculine + "ة", ADJECTIVE, "agreement")  # سورية is the country's name too
            self._stems.put(masculine + "ه", ADJECTIVE, "agreement")
            put_adjective(self._stems, masculine, "agreement")
        elif arabic.is_name_only(word) or (is_foreign(arabic, word) and not word.startswith(PARTICIPLES)):
            put_name(self._stems, word, known_as_name=options.name, nisba=options.nisba)
        elif arabic.is_verb(word) and without_article(arabic, word) == word:
            self._stems.put(word, INDEFINITE | PRONOUN, "word")
            if arabic.is_noun_too(word):
                self._stems.written(word, "word", checked=False)
            put_verb(self._stems, fold(word), "person")
        else:
            self._noun(word)
        if not options.as_written:
            self._more(word)
        return list(self._without_strangers())

    def _more(self, word: str) -> None:
        for case, place in FIVE_NOUNS.get(word, ()):
            self._stems.put(case, CLITICS & ~BARE | place, "case")
        if self._options.synonyms and not self._options.name:
            self._synonyms(word)

    # --- the kinds of words -----------------------------------------------------------------------------------------

    def _as_written(self, word: str) -> None:
        self._stems.put(word, NOUN, "word")
        if word.startswith("ال") and len(word) > 4:
            self._stems.put(word[2:], NOUN, "word")
        put_short_definite(self._stems, word, "word")
        for form in [stem.form for stem in self._stems.found.values()]:
            if form.endswith("ة"):
                self._stems.put(form[:-1] + "ت", BEFORE_PRONOUN, "word")

    def _noun(self, word: str) -> None:
        bare = without_article(self._arabic, word)
        self._stems.put(word, CLITICS, "word")
        if word == bare and not any(entry.listed for entry in self._arabic.entries(fold(word))):
            put_own_article(self._stems, word)
        if word == "ابن":
            self._stems.put("بن", CLITICS, "spelling")
        single = dual_of(self._arabic, bare)
        if single:
            self._stems.allowed = {single, *self._arabic.lemmas(single)}
            put_duals(self._stems, single, "word")
            return
        key = fold(bare)
        if key in self._arabic.plural_only:
            self._stems.allowed = {bare, *self._arabic.lemmas(bare)}
            self._stems.written(bare, "word", checked=False)
            put_nisbas(self._stems, bare, wanted=self._options.nisba)
            return
        bases = singulars_of(self._arabic, bare, agrees=self._options.agrees)
        self._stems.allowed = {bare, *bases, *(base[:-1] for base in bases if base.endswith("ة"))}
        for base in bases:
            feminine = (base + "ة",) if base + "ة" in self._arabic.nouns(base) else ()
            self._stems.allowed.update(self._arabic.lemmas(base), self._arabic.plurals.get(fold(base), ()), feminine)
            self._stems.allowed.update(self._arabic.feminines.get(fold(base), ()))
        self._stems.written(bare, "word", checked=False)
        for base in bases:
            put_inflected(self._stems, base, agrees=self._options.agrees)
        for base in dict.fromkeys((bare, *bases)):
            put_nisbas(self._stems, base, wanted=self._options.nisba)
        if self._options.verbs:
            for base in dict.fromkeys((bare, *bases)):
                put_masdar_verbs(self._stems, base, leads=self._options.leads)

    def refused(self) -> dict[str, str]:
        return self._stems.refused

    # --- synonyms -----------------------------------------------------------------------------------------------------------

    def _synonyms(self, word: str) -> None:
        keys = (
            fold(word),
            fold(without_article(self._arabic, word)),
            *map(fold, singulars_of(self._arabic, word, agrees=self._options.agrees)),
            fold(word).removesuffix("ة") if word.endswith("ية") else fold(word),  # باليستية: بالستية
        )
        own = [
            synonym
            for key in dict.fromkeys(keys)
            for synonym in self._arabic.synonyms.get(key, ())
            if " " not in synonym
        ]
        others = FamilyOptions(nisba=False, synonyms=False, verbs=self._options.verbs, agrees=self._options.agrees)
        for synonym in own:
            typed = mark_of(synonym)
            for stem in family(self._arabic, clean(synonym), others):
                mark = typed or stem.mark
                if mark:
                    self._stems.put_marked(stem.form, stem.flags, "synonym", mark)
                else:
                    self._stems.put(stem.form, stem.flags, "synonym")

    # --- what is left out, and other seats of a hamza ------------------------------------------------------------------

    def _without_strangers(self) -> Iterator[Stem]:
        """Leave out what the table of false friends names, and add the other seat of a hamza within the word."""
        strangers = strangers_of(self._arabic, self._word, agrees=self._options.agrees)
        told = self._options.leads or self._options.agrees  # «منح دراسية»: the rest of the phrase tells
        doubtful = {} if told else doubtful_of(self._arabic, self._word)
        if self._options.nisba is False:  # «صاروخي» might be two rockets of somebody's, but is not what is asked for
            for base in (self._word, *self._stems.allowed):
                for nisba in self._arabic.nisbas.get(fold(base), ()):
                    strangers.setdefault(fold(nisba), []).append(nisba)
        for stem in list(self._stems.found.values()):
            kept = stem if stem.form == self._word else self._unless_strange(stem, strangers)
            if kept is None:
                continue
            if fold(kept.form) in doubtful and kept.form != self._word:
                yield from self._told(kept, doubtful[fold(kept.form)])
                continue
            yield kept
            for other, flags in _other_seats(kept):
                if flags and fold(other) not in self._stems.found and not self._stems.is_other_word(other):
                    yield Stem(other, flags, "spelling")
        yield from self._marked(strangers)

    @staticmethod
    def _told(stem: Stem, mark: int) -> Iterator[Stem]:
        """Yield a form that is more often another word: with the article, or with the mark that the table writes."""
        flags = stem.flags & ~PRONOUN | DEFINITE
        if flags & ARTICLE:
            yield stem._replace(flags=flags)
        if mark:
            yield stem._replace(mark=mark)

    def _marked(self, strangers: dict[str, list[str]]) -> Iterator[Stem]:
        """Yield verbs beside nouns of their letters, and what counts only with its mark, its letters being another word's."""
        yield from (stem for key, stem in self._stems.beside.items() if key not in strangers)
        for (key, _), stem in self._stems.marked.items():
            if key in strangers and stem.mark == SEAT:  # «أرجع» attributed, and seldom «I return»
                continue
            if key not in self._stems.found or key in strangers:
                yield stem

    def _unless_strange(self, stem: Stem, strangers: dict[str, list[str]]) -> Stem | None:
        key, flags = fold(stem.form), stem.flags
        if self._options.nisba and stem.why.startswith("nisba"):  # asked for: «مالي / مع النسبة» finds «القوات المالية»
            return stem
        if any(same_seat(stem.form, form) for form in strangers.get(key, ())):
            return None
        if key in PARTICLES and stem.why in INFLECTED and not fold(self._word).endswith(key):
            return None
        if "ال" + key in strangers:  # «مواطنة» is a woman, «المواطنة» citizenship
            flags &= ~ARTICLE
        if key.endswith("ا") and any(form[-1] not in "ىي" for form in strangers.get(key[:-1], ())):
            flags &= ~BARE  # «نشاطا» is no «نشيط»; but «أسراهم» is of «أسرى»
        if not flags & (BARE | PRONOUN):
            return None
        return stem if flags == stem.flags else stem._replace(flags=flags)


def _other_seats(stem: Stem) -> Iterator[tuple[str, int]]:
    """Yield the word with a hamza on another seat that is another key: هيئة and هيأة, لجأوا and لجؤوا, مبدأ and مبدئهم."""
    form = stem.form
    for written, other in (("يئ", "يأ"), ("يأ", "يئ"), ("أو", "ؤو")):
        if written in form[1:]:
            yield form[0] + form[1:].replace(written, other), stem.flags
    if form.endswith("أ"):
        yield form[:-1] + "ئ", stem.flags & ~BARE & ~ARTICLE if stem.flags & PRONOUN else 0
