"""The family of a word: every stem that a term's word stands for by default, each with the reason why.

Stems, not surface forms: clitics are peeled off the text (`rules.peeling`), so a family has some twenty stems where it has
1,200 forms. What a rule generates and the lexicon knows as another word is left out (بحر + ين is no البحرين).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rules.conjugation import conjugate
from rules.name_spellings import name_variants
from rules.peeling import ARTICLE, BARE, CONJUNCTION, DEFINITE, HAMZAS, LAM, PREPOSITION, PRONOUN
from rules.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.arabic import Arabic, Verb

__all__ = ["FamilyOptions", "Stem", "family", "is_foreign", "kept_out", "without_article"]

CLITICS = BARE | PREPOSITION | LAM | CONJUNCTION
NOUN = CLITICS | ARTICLE | PRONOUN
INDEFINITE = BARE | CONJUNCTION
"""An accusative with its alef, which nothing but a conjunction precedes."""
CONSTRUCT = CLITICS | PRONOUN
ADJECTIVE = CLITICS | ARTICLE
BEFORE_PRONOUN = NOUN & ~BARE & ~ARTICLE
SHORTEST_INFLECTED = 3
SHORTEST_ADJECTIVE = 4
SHORTEST_ARABIC = 5
SHORTEST_PLACE = 6
"""Letters of a place that the lexicon knows from which on it has other spellings like a foreign name (كينشاسا: كنشاسا)."""
PARTICIPLES = ("مت", "مست")
"""What an unknown word begins with that is no foreign name but a new participle (متحور)."""
VERB_ENDINGS = ("ت", "تم", "تما", "تن", "نا", "وا")
"""Endings that the past of a verb has and hardly a noun of five letters or more that is a lemma of its own."""


class Stem(NamedTuple):
    """A stem with its own spelling, what it allows around it (`rules.peeling`), and the phenomenon that it comes from."""

    form: str
    flags: int
    why: str


class FamilyOptions(NamedTuple):
    """What a term's options and the word's place in its phrase make of it.

    ``agrees`` is True for a word that may be an adjective to the word before it: it then takes both genders.
    ``verbs`` is False where a masdar must not become a verb: behind the first word, and by ``اسم فقط``.
    """

    as_written: bool = False
    name: bool = False
    nisba: bool | None = None
    synonyms: bool = True
    verbs: bool = True
    agrees: bool = False


def family(arabic: Arabic, word: str, options: FamilyOptions) -> tuple[Stem, ...]:
    """Return the stems of one cleaned word, the word itself first, each key once."""
    return tuple(_Family(arabic, word, options).stems())


def kept_out(arabic: Arabic, word: str, options: FamilyOptions) -> tuple[tuple[str, str], ...]:
    """Return what rules would make of the word but is left out, each with the word that it belongs to or why it is none."""
    made = _Family(arabic, word, options)
    made.stems()
    strangers = [form for forms in made.strangers().values() for form in forms]
    return (*((form, "") for form in dict.fromkeys(strangers)), *made.refused.items())


def is_foreign(arabic: Arabic, word: str) -> bool:
    """Tell whether a word is a name that the lexicon does not know; what ends in ة or ات is rather a new Arabic word."""
    if word.endswith(("ة", "ات")) and len(word) >= SHORTEST_ARABIC:
        return False
    if word.endswith(("ون", "يين")) and arabic.lemmas(without_article(arabic, word)[:-2]):
        return False
    key = fold(word)
    bare = fold(without_article(arabic, word))
    arab = "\u0621" <= key[:1] <= "\u064a"
    return arab and not arabic.is_common(key) and not arabic.is_common(bare)


def without_article(arabic: Arabic, word: str) -> str:
    """Return a word as typed without its article; the ال of the word itself (التزام, ألمانيا) stays."""
    if not word.startswith("ال") or len(word) < 4 or word == "الله":
        return word
    key, rest = fold(word), word[2:]
    if key in arabic.plurals or key in arabic.singulars or key in arabic.masdars:
        return word
    if len(word) == 4 or arabic.entries(key):
        noun_whole = any(entry.noun for entry in arabic.entries(key))
        return rest if arabic.lemmas(rest) and not noun_whole else word
    return rest


class _Family:
    def __init__(self, arabic: Arabic, word: str, options: FamilyOptions) -> None:
        self._arabic = arabic
        self._options = options
        self._word = word
        self._found: dict[str, Stem] = {}
        self._allowed: set[str] = set()
        self.refused: dict[str, str] = {}

    def stems(self) -> list[Stem]:
        arabic, word, options = self._arabic, self._word, self._options
        if not "\u0621" <= word[:1] <= "\u064a":
            self._put(word, CLITICS | ARTICLE, "word")
        elif options.as_written:
            self._as_written(word)
        elif options.name:
            self._name(word)
        elif fold(word) in arabic.places:
            self._place(word)
            self._variants(word)
        elif fold(without_article(arabic, word)) in arabic.origins:
            masculine = without_article(arabic, word)
            self._put(word, CLITICS, "word")
            self._put(masculine + "ة", ADJECTIVE, "agreement")  # سورية is the country's name too
            self._put(masculine + "ه", ADJECTIVE, "agreement")
            self._adjective(masculine, "agreement")
        elif arabic.is_name_only(word) or (is_foreign(arabic, word) and not word.startswith(PARTICIPLES)):
            self._name(word)
        elif arabic.is_verb(word) and without_article(arabic, word) == word:
            self._put(word, INDEFINITE | PRONOUN, "word")
            if arabic.is_noun_too(word):
                self._written(word, "word", checked=False)
            self._verbs(fold(word), "person")
        else:
            self._noun(word)
        if options.synonyms and not options.as_written and not options.name:
            self._synonyms(word)
        return list(self._without_strangers())

    # --- the kinds of words -----------------------------------------------------------------------------------------

    def _as_written(self, word: str) -> None:
        self._put(word, NOUN, "word")
        if word.startswith("ال") and len(word) > 4:
            self._put(word[2:], NOUN, "word")
        for form in [stem.form for stem in self._found.values()]:
            if form.endswith("ة"):
                self._put(form[:-1] + "ت", BEFORE_PRONOUN, "word")

    def _name(self, word: str) -> None:
        self._put(word, CLITICS | ARTICLE, "name")
        bare = word[2:] if word.startswith("ال") and len(word) > 4 else word
        self._put(bare, CLITICS | ARTICLE, "name")
        if bare.endswith("ة"):
            self._put(bare[:-1] + "ه", CLITICS, "spelling")
        if bare in {"بن", "ابن"}:
            self._put("ابن" if bare == "بن" else "بن", CLITICS, "spelling")
        if bare in {"أبو", "ابو"}:
            self._put("أبا", CLITICS, "spelling")
            self._put("أبي", CLITICS, "spelling")
        self._variants(bare)
        if bare.endswith("ي") and is_foreign(self._arabic, bare) and not self._options.name:
            for stem in list(self._found.values()):
                for ending in ("ة", "ه", "ا", "ين", "ون"):  # باليستي may be an adjective, and has spellings
                    self._put_checked(stem.form + ending, stem.flags & ~(ARTICLE if ending == "ا" else 0), "agreement")
        if self._options.nisba is not False and bare.endswith("يا") and len(bare) > SHORTEST_ADJECTIVE:
            self._adjective(bare[:-1], "nisba")

    def _variants(self, word: str) -> None:
        place = len(word) >= SHORTEST_PLACE and fold(word) in self._arabic.places and not word.startswith("ال")
        if place or is_foreign(self._arabic, word):
            for variant in name_variants(word, self._arabic.knows):
                self._put(variant, CLITICS | ARTICLE, "spelling")

    def _place(self, word: str) -> None:
        place = self._arabic.places[fold(word)]
        for number, spelling in enumerate((word, *place.spellings)):
            if " " not in spelling:
                self._definite(spelling, "name" if number == 0 else "spelling")
        wanted = self._options.nisba
        if wanted or (wanted is None and fold(word) not in self._arabic.no_nisba):
            for nisba in place.nisbas:
                if " " not in nisba:
                    self._adjective(nisba, "nisba")

    def _definite(self, word: str, why: str) -> None:
        """A name with the article of its own (الصين) is not the same without it; one without it takes none."""
        self._put(word, CLITICS, why)
        if word.startswith("ال") and len(word) > 4:
            self._put(word[2:], CLITICS | ARTICLE | DEFINITE, why)
        if word.endswith("ة"):
            self._put(word[:-1] + "ه", CLITICS, why)
            if word.startswith("ال"):
                self._put(word[2:-1] + "ه", CLITICS | ARTICLE | DEFINITE, why)

    def _noun(self, word: str) -> None:
        bare = without_article(self._arabic, word)
        self._put(word, CLITICS, "word")
        if word == "ابن":
            self._put("بن", CLITICS, "spelling")
        dual_of = self._dual_of(bare)
        if dual_of:
            self._allowed = {dual_of, *self._arabic.lemmas(dual_of)}
            self._duals(dual_of, "word")
            return
        key = fold(bare)
        if key in self._arabic.plural_only:
            self._allowed = {bare, *self._arabic.lemmas(bare)}
            self._written(bare, "word")
            self._nisbas(bare)
            return
        bases = self._bases(bare)
        self._allowed = {bare, *bases, *(base[:-1] for base in bases if base.endswith("ة"))}
        for base in bases:
            feminine = (base + "ة",) if base + "ة" in self._arabic.nouns(base) else ()
            self._allowed.update(self._arabic.lemmas(base), self._arabic.plurals.get(fold(base), ()), feminine)
            self._allowed.update(self._arabic.feminines.get(fold(base), ()))
        self._written(bare, "word", checked=False)
        for base in bases:
            self._inflected(base)
        for base in dict.fromkeys((bare, *bases)):
            self._nisbas(base)
        if self._options.verbs:
            for base in dict.fromkeys((bare, *bases)):
                self._masdar(fold(base))

    def _bases(self, word: str) -> tuple[str, ...]:
        """Return the singulars of which the word may be a form; the word itself where it is one."""
        key = fold(word)
        if key in self._arabic.plurals:
            return (word,)
        own = self._arabic.singulars.get(key, ())
        own = tuple(single for single in own if self._is_plural_of(word, single))  # إبعاد is no أبعاد
        if own:
            return own
        for other in (word + "ي", word[:-1] if word.endswith("ي") else word):  # قاض is قاضي
            if other != word and fold(other) in self._arabic.plurals and other not in self._arabic.lemmas(word):
                return (word, other)
        lemmas = self._arabic.lemmas(word)
        if word in lemmas or not lemmas:
            if word.endswith("ات") and len(word) > 4:
                return (word, *self._singulars_of_sound_plural(word))
            if word.endswith(("ون", "يين")) and len(word) > 4 and self._arabic.lemmas(word[:-2]):
                return (word[:-2],)
            return (word,)
        if word.endswith("ة") and word[:-1] in lemmas:  # وزيرة is not وزير, but an adjective agrees with its noun
            return (word[:-1],) if self._options.agrees else (word,)
        return lemmas

    def _is_plural_of(self, word: str, single: str) -> bool:
        plurals = self._arabic.plurals.get(fold(single), ())
        return any(fold(plural) == fold(word) and _same_seat(word, plural) for plural in plurals)

    def _singulars_of_sound_plural(self, word: str) -> Iterator[str]:
        singles = (word[:-2] + "ة", word[:-2])
        found = [single for single in singles if self._arabic.lemmas(single)]
        yield from found or ([] if self._arabic.lemmas(word) else singles[:1])

    def _dual_of(self, word: str) -> str:
        """Return the singular of a typed dual (الدولتين), or nothing: «مقاتلين» is a plural too."""
        key = fold(word)
        if (
            not word.endswith(("ان", "ين"))
            or len(word) < 5
            or key in self._arabic.singulars
            or key in self._arabic.plurals
        ):
            return ""
        lemmas, single = self._arabic.lemmas(word), word[:-2]
        if word in lemmas:
            return ""
        if word.endswith(("تان", "تين")):
            feminine = word[:-3] + "ة"
            return feminine if self._arabic.knows(fold(feminine)) else ""
        if single not in lemmas or (word.endswith("ين") and self._takes_sound_plural(single)):
            return ""
        return single

    def _takes_sound_plural(self, single: str) -> bool:
        return single.endswith("ي") or single.startswith("م") or bool(self._arabic.entries(fold(single + "ون")))

    # --- what nouns become ----------------------------------------------------------------------------------------------

    def _inflected(self, base: str) -> None:
        options, arabic = self._options, self._arabic
        self._written(base, "number" if base != self._word else "word")
        plurals = arabic.plurals.get(fold(base), ())
        for plural in plurals:
            self._written(plural, "number", checked=False)
        feminine_typed = self._word.endswith("ة") or base.endswith("ة")
        for form in arabic.nouns(base):
            if self._is_dual_of(form, base):
                self._written(form, "dual")
            elif feminine_typed or fold(base) in arabic.masdars or not self._is_feminine_of(form, base):
                self._written(form, "number")
            else:
                self._written(form, "feminine")
        self._sound(base)
        for feminine in arabic.feminines.get(fold(base), ()):
            self._written(feminine, "feminine", checked=False)
            self._sound(feminine, "feminine")
        as_adjective = (
            base.endswith("ي") and len(base) >= SHORTEST_ADJECTIVE and (not plurals or f"{base}ون" in plurals)
        )
        if as_adjective:
            self._allowed.add(base + "ة")
        if options.agrees or as_adjective:
            self._agreeing(base)

    @staticmethod
    def _is_dual_of(form: str, base: str) -> bool:
        stem = base[:-1] + "ت" if base.endswith("ة") else base
        return form in {stem + "ان", stem + "ين"}

    @staticmethod
    def _is_feminine_of(form: str, base: str) -> bool:
        return form.startswith(base) and form[len(base) :] in {"ة", "تان", "تين", "تا", "تي"}

    def _sound(self, base: str, why: str = "number") -> None:
        """Add duals and sound plurals."""
        self._duals(base, why)
        if len(base) < SHORTEST_INFLECTED:
            return
        if base.endswith("ة"):
            self._written(base[:-1] + "ات", why)
        elif base.endswith("ى"):
            self._written(base[:-1] + "يات", why)
        elif not base.endswith(("ا", "ات")):
            if base.startswith("م") or base.endswith("ي") or (len(base) == 4 and base[1] == "ا"):
                self._written(base + "ون", why)
                self._written(base + "ين", why)
            if not base.endswith("ء") and not self._has_plural(base):
                self._written(base + "ات", why)

    def _has_plural(self, base: str) -> bool:
        """Tell whether a broken plural is known: then nobody writes a sound one that the lexicon does not have."""
        if fold(base) in self._arabic.plurals:
            return True
        endings = ("", "ا", "ان", "ين", "ون", "و", "ي", "ة", "ات", "تان", "تين", "تا", "تي")
        regular = {base + ending for ending in endings}
        return any(form not in regular for form in self._arabic.nouns(base))

    def _duals(self, base: str, why: str) -> None:
        if len(base) < 2:
            return
        stem = base[:-1] + "ت" if base.endswith("ة") else base[:-1] + "ي" if base.endswith("ى") else base
        if not stem.endswith("ا"):
            self._written(stem + "ان", "dual" if why == "number" else why)
            self._written(stem + "ين", "dual" if why == "number" else why)

    def _agreeing(self, base: str) -> None:
        masculine = (
            base[:-1] if base.endswith("ة") and (base.endswith("ية") or self._arabic.lemmas(base[:-1])) else base
        )
        if masculine != base:
            self._allowed.add(masculine)
            self._inflected_adjective(masculine, "agreement")
        elif not base.endswith("ة"):
            self._inflected_adjective(masculine, "agreement")

    def _inflected_adjective(self, masculine: str, why: str) -> None:
        self._written(masculine, why)
        for plural in self._arabic.plurals.get(fold(masculine), ()):
            self._written(plural, why)
        for form in self._arabic.nouns(masculine):
            self._written(form, why)
        self._sound(masculine, why)
        self._written(masculine + "ة", why)
        self._sound(masculine + "ة", why)

    def _nisbas(self, base: str) -> None:
        wanted = self._options.nisba
        if wanted is False:
            return
        own = self._arabic.nisbas.get(fold(base), ())
        if wanted and not own:
            own = (_nisba_by_rule(base),)
        for nisba in own:
            for form in (nisba, nisba + "ة"):
                self._allowed.add(form)
                for ending in ("", "ا", "ان", "ين") if form == nisba else ("", *()):
                    self._put(form + ending, INDEFINITE if ending == "ا" else ADJECTIVE, "nisba")
            stem = nisba + "ت"
            for ending in ("ان", "ين"):
                self._put(stem + ending, ADJECTIVE, "nisba")
            self._put(nisba + "ه", ADJECTIVE, "nisba")

    def _adjective(self, masculine: str, why: str) -> None:
        """A place's nisba: adjective and person, all numbers and both genders."""
        self._allowed |= {masculine, masculine + "ة", *self._arabic.lemmas(masculine)}
        forms = [masculine, masculine + "ة"]
        forms += self._arabic.plurals.get(fold(masculine), ())
        forms += self._arabic.nouns(masculine)
        forms += [masculine + ending for ending in ("ون", "ين", "ات", "تان", "تين", "ان")]
        for form in forms:
            self._written(form, why if not form.endswith(("ان", "تين")) else f"{why} dual", limit=~PRONOUN)

    # --- verbs ------------------------------------------------------------------------------------------------------------

    def _masdar(self, key: str) -> None:
        for verb in self._arabic.masdars.get(key, ()):
            self._allowed.add(verb.past)
            self._conjugated(verb, "verb")

    def _verbs(self, key: str, why: str) -> None:
        known = self._arabic.verbs.get(key, ())
        for verb in known:
            self._allowed.add(verb.past)
            self._conjugated(verb, why)
        if not known:
            for verb_form in self._lexical_verb_forms():
                self._put(verb_form, INDEFINITE | PRONOUN | LAM | 32, why)

    def _conjugated(self, verb: Verb, why: str) -> None:
        for form, flags in conjugate(verb):
            own = form == self._word or fold(form) in self._arabic.split_by_hamza
            if own or self._is_unread(form) or not self._is_other_verb_form(form):
                self._put(form, flags, why)

    def _is_other_verb_form(self, form: str) -> bool:
        """Tell whether a verb's form is another word in its dictionary form: «تقدم», but not some rare plural («أقال»)."""
        key = fold(form)
        other = "" if key in self._found else self._other_word(key, form)
        if not other or (fold(other) != key and key not in self._arabic.singulars and key not in self._arabic.places):
            return False
        self.refused[form] = other
        return True

    def _is_unread(self, form: str) -> bool:
        """Tell whether the lexicon lists a form of a verb as a word of its own because it could not read it: استوردت."""
        key = fold(form)
        if (
            len(form) < 5
            or not form.endswith(VERB_ENDINGS)
            or key in self._arabic.own_words
            or key in self._arabic.own_names
        ):
            return False
        entries = self._arabic.entries(key)
        return bool(entries) and all(entry.lemma == entry.form for entry in entries)

    def _lexical_verb_forms(self) -> Iterator[str]:
        for entry in self._arabic.entries(fold(self._word)):
            if entry.lemma == entry.form:
                yield from (form.form for form in self._arabic.lexicon.forms(entry.lemma) if not form.noun)

    # --- synonyms -----------------------------------------------------------------------------------------------------------

    def _synonyms(self, word: str) -> None:
        keys = {fold(word), fold(without_article(self._arabic, word)), *map(fold, self._bases(word))}
        own = [synonym for key in keys for synonym in self._arabic.synonyms.get(key, ()) if " " not in synonym]
        others = FamilyOptions(nisba=False, synonyms=False, verbs=self._options.verbs, agrees=self._options.agrees)
        for synonym in own:
            for stem in family(self._arabic, synonym, others):
                self._put(stem.form, stem.flags, "synonym")

    # --- writing --------------------------------------------------------------------------------------------------------------

    def _written(self, form: str, why: str, *, checked: bool = True, limit: int = ~0) -> None:
        """Add one form with the endings of case and the shapes it takes before pronouns."""
        if len(form) < 2 or (checked and self._is_other_word(form)):
            return
        if form.endswith("ة"):
            self._put(form, NOUN & ~PRONOUN & limit, why)
            self._put(form[:-1] + "ه", self._with_ha(form) & limit, why)
            self._put(form[:-1] + "ت", BEFORE_PRONOUN & limit, why)
        elif form.endswith("ى"):
            self._put(form, NOUN & ~PRONOUN & limit, why)
            self._put(form[:-1] + "ا", BEFORE_PRONOUN & limit, why)
        elif form.endswith(("ان", "ين", "ون")) and self._is_ending(form):
            self._put(form, ADJECTIVE & limit, why)
            self._put_checked(form[:-1], CONSTRUCT & limit, why)
        else:
            self._put(form, NOUN & limit, why)
            if len(form) >= SHORTEST_INFLECTED and not form.endswith(("ا", "اء", "ات")):
                self._put_checked(form + "ا", INDEFINITE, why)
            if self._is_defective(form):
                self._put_checked(form[:-1], CLITICS, why)

    def _with_ha(self, form: str) -> int:
        """Return what a form allows that is written with ه for ة: «عمله» is his work, but «العمله» can be nothing but العملة."""
        key = fold(form[:-1])
        return ADJECTIVE | (DEFINITE if key in self._arabic.plurals or key in self._arabic.masdars else 0)

    def _is_ending(self, form: str) -> bool:
        """Tell whether the last two letters are an ending, and no root letters as in ميزان."""
        stem, allowed = form[:-2], self._allowed | {self._word}
        if stem in allowed or (stem.endswith("ت") and stem[:-1] + "ة" in allowed) or stem[:-1] + "ى" in allowed:
            return True
        return not self._arabic.entries(fold(form)) and fold(form) not in self._arabic.singulars

    def _is_defective(self, form: str) -> bool:
        if not form.endswith("ي") or len(form) < SHORTEST_ADJECTIVE:
            return False
        if form[:-1] in self._arabic.lemmas(form):
            return True
        return form[-3] == "ا" and (len(form) == 4 or form[0] == "م" or fold(form) in self._arabic.singulars)

    def _put_checked(self, form: str, flags: int, why: str) -> None:
        if not self._is_other_word(form):
            self._put(form, flags, why)

    def _put(self, form: str, flags: int, why: str) -> None:
        if not flags & (BARE | PRONOUN):
            return
        key = fold(form)
        before = self._found.get(key)
        if before is None:
            self._found[key] = Stem(form, flags, why)
            return
        if not _same_seat(form, before.form):  # «إصابتها» is a noun, «أصابت» its verb: both count
            before = self._found[key] = before._replace(form="ا" + before.form[1:])
        if before.flags | flags != before.flags:
            flags = (before.flags | flags) & ~(0 if before.flags & flags & DEFINITE else DEFINITE)
            self._found[key] = before._replace(flags=flags)

    def _is_other_word(self, form: str) -> bool:
        """Tell whether the lexicon or the tables know the form as another word and as none of ours."""
        key = fold(form)
        if key in self._found:
            return False
        other = self._other_word(key, form)
        if other:
            self.refused[form] = other
        return bool(other)

    def _other_word(self, key: str, form: str) -> str:
        arabic, allowed = self._arabic, self._allowed
        for name in (key, "ال" + key):
            if name in arabic.places:
                return arabic.places[name].spellings[0]
        if key in arabic.names:
            return arabic.names[key][0]
        if key in arabic.singulars:
            singulars = arabic.singulars[key]
            return "" if any(single in allowed for single in singulars) else singulars[0]
        lemmas = [entry.lemma for entry in arabic.entries(key) if entry.listed]
        if any(lemma in allowed for lemma in lemmas):
            return ""
        if key in arabic.plurals and form not in allowed:
            return form
        return lemmas[0] if lemmas else ""

    def _without_strangers(self) -> Iterator[Stem]:
        """Leave out what the table of false friends names, and add the other seat of a hamza within the word."""
        strangers = self.strangers()
        if self._options.nisba is False:  # «صاروخي» might be two rockets of somebody's, but is not what is asked for
            for base in (self._word, *self._allowed):
                for nisba in self._arabic.nisbas.get(fold(base), ()):
                    strangers.setdefault(fold(nisba), []).append(nisba)
        for key, stem in list(self._found.items()):
            if stem.form != self._word and any(_same_seat(stem.form, form) for form in strangers.get(key, ())):
                continue
            yield stem
            for other, flags in _other_seats(stem):
                if flags and fold(other) not in self._found and not self._is_other_word(other):
                    yield Stem(other, flags, "spelling")

    def strangers(self) -> dict[str, list[str]]:
        words = {self._word, without_article(self._arabic, self._word)}
        found: dict[str, list[str]] = {}
        for form in (form for word in words for form in self._arabic.not_family.get(fold(word), ())):
            endings = ("ه", "ت", "ات", "تان", "تين", "تا", "تي") if form.endswith("ة") else ()
            for each in (form, *(form[:-1] + ending for ending in endings)):
                found.setdefault(fold(each), []).append(each)
        return found


def _same_seat(form: str, other: str) -> bool:
    """Tell whether two words of one key begin alike: an explicit hamza on either seat makes two words of them."""
    return form[0] == other[0] or form[0] not in HAMZAS or other[0] not in HAMZAS


def _nisba_by_rule(base: str) -> str:
    for ending in ("ية", "يا", "ة", "ات", "ا", "ى", "ي"):
        if base.endswith(ending) and len(base) - len(ending) >= SHORTEST_INFLECTED:
            return base[: -len(ending)] + "ي"
    return base + "ي"


def _other_seats(stem: Stem) -> Iterator[tuple[str, int]]:
    """Yield the word with a hamza on another seat that is another key: هيئة and هيأة, لجأوا and لجؤوا, مبدأ and مبدئهم."""
    form = stem.form
    for written, other in (("يئ", "يأ"), ("يأ", "يئ"), ("أو", "ؤو")):
        if written in form[1:]:
            yield form[0] + form[1:].replace(written, other), stem.flags
    if form.endswith("أ"):
        yield form[:-1] + "ئ", stem.flags & ~BARE & ~ARTICLE if stem.flags & PRONOUN else 0
