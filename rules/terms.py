"""A term as the ways to say it: each a row of words that must follow each other in the text.

A phrase is said with more or less definiteness (صفقة سلاح, صفقة السلاح), in another spelling of its name, by its place's nisba
(كوريا الشمالية: الكوري الشمالي), or by a synonym.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from rules.conjugation import mark_of
from rules.designations import other_designations
from rules.family import FamilyOptions
from rules.name_spellings import joined_spellings, split_spellings
from rules.singulars import is_foreign, well_spelt, without_article, without_pronoun
from rules.text import clean, fold, has_marks, tokenise, words_of
from rules.vocabulary import WordSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rules.arabic import Arabic
    from rules.expression import Term

__all__ = ["Way", "ways", "words_of_ways"]

MOST_WAYS = 40
MOST_DEGREES = 16
MOST_GRADED = 8
"""Words of a phrase up to which its definiteness is looked at; longer ones are quotations."""
REMEMBERED = 30_000
"""Terms whose ways are kept in memory; more are a desk's whose rules are compiled once in a long time."""
LETTERS = 3
"""Letters up to which what stands before a designation's number has no forms and no spellings but those of the table."""
CAPITALS = 3
"""Latin letters up to which a word in capitals is taken as written: IT is no «it»."""

PARTICLES = frozenset(
    (
        "في",
        "من",
        "إلى",
        "الى",
        "على",
        "عن",
        "مع",
        "ضد",
        "بين",
        "بدون",
        "دون",
        "بلا",
        "تحت",
        "فوق",
        "قبل",
        "بعد",
        "عبر",
        "لدى",
        "حول",
    )
)
"""Words that take no article, behind which a phrase is definite or not anew."""
STILL = frozenset({"غير", "شبه"})
"""Words before an adjective that keep their shape and take no article: الهجرة غير الشرعية."""
FREE_ADJECTIVES = (
    "متعدد", "متوسط", "مناهض", "محدود", "منخفض", "مرتفع", "بعيد", "قصير", "طويل", "عالي", "عالية", "شديد", "واسع", "سريع", "ضعيف",
    "عديم", "قليل", "كثير", "حاد", "ثقيل", "خفيف", "ثنائي", "ثلاثي", "رباعي", "مزدوج", "مختلف", "مجهول", "فائق", "صغير", "كبير",
)  # fmt: skip
"""How adjectives begin that stand before a definite noun and may yet have the article: القوات المتعددة الجنسيات."""
PASSIVE_PARTICIPLE = re.compile("م..و.ة?")
"""Their commonest shape besides: منزوعة السلاح، مجهول الهوية."""


class Way(NamedTuple):
    """One way to say a term: its words, and why (``word``, ``nisba``, ``synonym``, ``name``, ``spelling``)."""

    words: tuple[WordSpec, ...]
    why: str


def ways(arabic: Arabic, term: Term) -> tuple[Way, ...]:
    """Return every way to say a term, the one typed first."""
    found: dict[tuple[WordSpec, ...], Way] = {}
    for way in _Ways(arabic, term).all():
        found.setdefault(way.words, way)
    return tuple(found.values())[:MOST_WAYS]


def words_of_ways(arabic: Arabic, term: Term) -> tuple[tuple[WordSpec, ...], ...]:
    """Return the words of each way to say a term; those worked out before are known."""
    known = arabic.kept.ways
    asked = (term.words, term.spelling, term.name, term.nisba, term.synonyms, term.noun_only, term.gap > 0)
    found = known.get(asked)
    if found is None:
        found = tuple(way.words for way in ways(arabic, term))
        if len(known) < REMEMBERED:
            known[asked] = found
    return found


class _Ways:
    def __init__(self, arabic: Arabic, term: Term) -> None:
        self._arabic = arabic
        self._term = term
        tokens = tokenise(term.words)
        said = tuple(token.clean for token in tokens)
        self._words = said if term.spelling != "forms" or term.name else tuple(_dictionary_forms(arabic, said))
        self._typed = tuple(term.words[token.start : token.end] for token in tokens)
        self._is_name = term.name or (len(tokens) > 1 and " ".join(map(fold, self._words)) in arabic.names)
        self._options = FamilyOptions(
            as_written=term.spelling == "as_written",
            name=self._is_name,
            nisba=term.nisba,
            synonyms=term.synonyms,
            verbs=not term.noun_only,
        )

    def all(self) -> Iterator[Way]:
        term = self._term
        if term.spelling == "exact":
            words = (clean(word) for word in self._typed)
            yield Way(tuple(WordSpec(word=word, options=self._options, exact=True) for word in words), "word")
            return
        yield from self._said(self._words, "word", self._typed)
        if term.spelling == "as_written":
            return
        yield from self._other_spellings(self._words)
        for said in other_designations(self._arabic, self._words):
            yield from self._said(said, "spelling")
        for start, end in self._spans():
            yield from self._replaced(start, end)

    def _said(
        self, words: tuple[str, ...], why: str, typed: tuple[str, ...] = (), *, name: bool = False
    ) -> Iterator[Way]:
        """Yield a phrase as such: in the degrees of definiteness that Arabic knows, and with «رقم» before a number."""
        options = self._options._replace(name=name or self._options.name)
        plain = {number for number in range(len(words) - 1) if self._has_no_forms(*words[number : number + 2])}
        if len(words) == 1:
            yield Way((self._spec(words[0], options, typed[0] if typed else ""),), why)
            return
        for degrees in self._degrees(words):
            specs = tuple(
                self._inner(
                    number,
                    word,
                    degree,
                    options._replace(as_written=True) if number in plain else options,
                    typed[number] if typed else "",
                )
                for number, (word, degree) in enumerate(zip(words, degrees, strict=True))
            )
            yield Way(specs, why)
            for number, word in enumerate(words):
                before = fold(words[number - 1]) if number else "رقم"
                if word.isdecimal() and before != "رقم" and before not in self._arabic.designations:
                    label = WordSpec(word="رقم", options=FamilyOptions(as_written=True), inner=True)
                    yield Way((*specs[:number], label, *specs[number:]), why)
                elif number > 1 and word.isdecimal() and before == "رقم":
                    yield Way((*specs[: number - 1], *specs[number:]), why)

    def _has_no_forms(self, word: str, following: str) -> bool:
        """Tell whether a word of a phrase stands as it is: a designation's letters (إس 400), the «غير» of «غير شرعي»."""
        letters = len(word) <= LETTERS and following.isdecimal() and fold(word) in self._arabic.designations
        return letters or fold(word) in STILL

    def _spec(self, word: str, options: FamilyOptions, typed: str) -> WordSpec:
        return WordSpec(
            word=word, options=options, exact=_is_short_capitals(word), marked=typed if has_marks(typed) else ""
        )

    def _inner(self, number: int, word: str, definite: bool | None, options: FamilyOptions, typed: str) -> WordSpec:
        if number:
            options = options._replace(verbs=False, agrees=not options.as_written)
        elif fold(word) in self._arabic.masdars or fold(word) in self._arabic.doubtful:
            options = options._replace(leads=True)
        return self._spec(word, options, typed)._replace(definite=definite, inner=number > 0, leads=number == 0)

    # --- definiteness -------------------------------------------------------------------------------------------------------

    def _degrees(self, words: tuple[str, ...]) -> Iterable[tuple[bool | None, ...]]:
        """Return the rows of definiteness: it never falls within a phrase, so that «الصاروخ باليستي» says no such rocket.

        Words with the article typed must have it (البيت الأبيض is no بيت أبيض); names, numbers and places are neutral.
        """
        neutral = tuple(self._is_neutral(word) for word in words)
        given = (word.startswith("ال") and self._has_article(word) for word in words)
        typed = tuple(article and not still for article, still in zip(given, neutral, strict=True))
        if self._term.gap or self._options.as_written or self._options.name or len(words) > MOST_GRADED:
            return [tuple(True if given else None for given in typed)]
        if any(typed):
            first = typed.index(True)
            rows = [tuple(self._given(number, first, typed, neutral) for number in range(len(words)))]
            if first and _is_free_adjective(words[first - 1]):
                rows.append(tuple(None if still else number <= first or None for number, still in enumerate(neutral)))
            return rows
        stretches = [list(stretch) for stretch in _between_particles(words)]
        return [sum(row, ()) for row in product(*(self._risen(stretch) for stretch in stretches))][:MOST_DEGREES]

    def _risen(self, words: list[str]) -> list[tuple[bool | None, ...]]:
        """Return the rows of a stretch in which definiteness, once risen, stays."""
        neutral = [word in PARTICLES or self._is_neutral(word) for word in words]
        rows = (
            tuple(None if still else number >= risen for number, still in enumerate(neutral))
            for risen in range(len(words), -1, -1)
        )
        return list(dict.fromkeys(rows))

    @staticmethod
    def _given(number: int, first: int, typed: tuple[bool, ...], neutral: tuple[bool, ...]) -> bool | None:
        if typed[number]:
            return True
        return False if number < first and not neutral[number] else None

    def _has_article(self, word: str) -> bool:
        """Tell whether the ال can be peeled: that of «التهاب» is the word's own."""
        plain = self._options.as_written or self._options.name
        return plain or without_article(self._arabic, word) != word

    def _is_neutral(self, word: str) -> bool:
        key = fold(word)
        if not "\u0621" <= key[:1] <= "\u064a" or len(key) < 2 or key in self._arabic.places:
            return True
        if key in {"الله", "بن", "ابن", "ابو", *STILL} or (key.startswith("لل") and self._arabic.knows(key[2:])):
            return True
        return is_foreign(self._arabic, word) or (key in self._arabic.names and not self._arabic.lemmas(word))

    # --- other spellings, nisbas, synonyms ------------------------------------------------------------------------------------

    def _other_spellings(self, words: tuple[str, ...]) -> Iterator[Way]:
        foreign = [is_foreign(self._arabic, word) for word in words]
        for number, word in enumerate(words):
            place = fold(word) in self._arabic.places
            if not self._options.name and not place and self._arabic.lemmas(word):
                continue
            for pair in split_spellings(word, foreign=(foreign[number] or place) and len(words) <= 2):
                yield from self._said((*words[:number], *pair, *words[number + 1 :]), "spelling", name=True)
        joins = self._term.name or "-" in self._term.words  # جان-لوك: also جانلوك
        for joined in joined_spellings(words, lambda word: joins or is_foreign(self._arabic, word)):
            yield from self._said(joined, "spelling", name=True)

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Yield the stretches of the phrase that the tables may name, the longest first."""
        size = len(self._words)
        shortest = size if self._is_name else 1
        for length in range(min(size, 5) if shortest == 1 else size, shortest - 1, -1):
            for start in range(size - length + 1):
                yield start, start + length

    def _replaced(self, start: int, end: int) -> Iterator[Way]:
        words = self._words
        whole = (start, end) == (0, len(words))
        key = " ".join(fold(word) for word in words[start:end])
        for other, why, name in self._others(key, end - start):
            said = words_of(other)
            if len(said) == 1 and end - start == 1 and why != "name":
                continue  # the family of the word has it
            if start and said[0] == words[start - 1]:
                continue  # مسيّرة alone is a طائرة مسيّرة, but طائرة مسيّرة has its طائرة
            if why == "nisba":
                yield from self._nisba(words[:start], said, words[end:])
            elif whole and len(said) == 1 and why == "synonym" and (said[0].startswith("ال") or mark_of(other)):
                yield Way((self._one_word(said[0], mark_of(other)),), why)
            elif whole or end - start > 1 or len(said) > 1:
                yield from self._said((*words[:start], *said, *words[end:]), why, name=name and whole)

    def _one_word(self, word: str, mark: int) -> WordSpec:
        """Return what stands for a whole phrase: «الضفة» is no bank of a river, «الكاف» not enough, and «مسيرة» no drone."""
        if mark:
            return WordSpec(word=word, options=self._options._replace(mark=mark, synonyms=False, verbs=False))
        return WordSpec(word=word, options=self._options._replace(as_written=True), definite=True)

    def _others(self, key: str, length: int) -> Iterator[tuple[str, str, bool]]:
        arabic, options = self._arabic, self._options
        place = arabic.places.get(key)
        if place is not None:
            yield from ((spelling, "spelling", False) for spelling in place.spellings if fold(spelling) != key)
            wanted = options.nisba or (options.nisba is None and key not in arabic.no_nisba)
            yield from ((nisba, "nisba", False) for nisba in place.nisbas if wanted and (" " in nisba or length > 1))
        for spelling in arabic.names.get(key, ()):
            if " ".join(map(fold, spelling.split())) != key:
                yield spelling, "name", True
        if options.synonyms and not self._term.name:
            bases = [key] if length > 1 else [key, *map(fold, arabic.singulars.get(key, ()))]
            for base in bases:
                yield from ((synonym, "synonym", False) for synonym in arabic.synonyms.get(base, ()))

    def _nisba(self, before: tuple[str, ...], said: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Way]:
        """Yield a place of several words as adjectives that agree: never a dual of the first with a singular of the next."""
        words = (*before, *said, *after)
        options = self._options._replace(nisba=False, synonyms=False)
        for dual in (False, True) if len(said) > 1 else (None,):
            specs = []
            for number, word in enumerate(words):
                inside = len(before) <= number < len(before) + len(said)
                spec = self._inner(number, word, None, options, "")
                if inside:
                    spec = spec._replace(options=options._replace(agrees=True, verbs=False), dual=dual)
                specs.append(spec)
            yield Way(tuple(specs), "nisba")


def _is_free_adjective(word: str) -> bool:
    """Tell whether a word looks like an adjective that may have the article before a definite noun: المنزوعة السلاح."""
    return word.startswith(FREE_ADJECTIVES) or PASSIVE_PARTICIPLE.fullmatch(word) is not None


def _between_particles(words: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield the stretches of a phrase that are definite or not on their own: طائرة, then بدون طيار."""
    stretch: list[str] = []
    for word in words:
        if word in PARTICLES and stretch:
            yield stretch
            stretch = []
        stretch.append(word)
    yield stretch


def _dictionary_forms(arabic: Arabic, words: tuple[str, ...]) -> Iterator[str]:
    if " ".join(map(fold, words)) in arabic.names:
        yield from words
        return
    for number, word in enumerate(words, 1):
        yield without_pronoun(arabic, well_spelt(arabic, word, last=1 < len(words) == number))


def _is_short_capitals(word: str) -> bool:
    return (
        0 < len(word) <= CAPITALS and word.isascii() and any(sign.isalpha() for sign in word) and word == word.upper()
    )
