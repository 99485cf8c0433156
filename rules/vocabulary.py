"""The words of all terms as numbered slots, and the slots that a piece of text fills: found once for each different piece."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rules.conjugation import DAMMA, SEAT
from rules.family import FamilyOptions, family
from rules.peeling import ARTICLE, BARE, CONJUNCTION, DEFINITE, DOTLESS, DOTTED, HAMZAS, PREPOSITION, PRONOUN, SEATS
from rules.text import clean, fold, has_marks, is_compound, marked_letters, other_sounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rules.arabic import Arabic
    from rules.lexicon import Entry
    from rules.peeling import Reading
    from rules.stems import Stem

__all__ = ["COMPOUND", "Memory", "Vocabulary", "WordSpec"]

COMPOUND = (-1,)
"""What `Vocabulary.find` answers for a piece that holds several tokens: ask for its parts."""
FLAG_BITS = 8
SPELLING_BITS = 4
MARK_AT = FLAG_BITS + SPELLING_BITS
MARK = 7 << MARK_AT
SHIFT = MARK_AT + 3
FLAGS = (1 << FLAG_BITS) - 1
REMEMBERED = 60_000
"""Pieces whose slots are kept; a newspaper's year has about a million different ones, a day some ten thousand."""


class WordSpec(NamedTuple):
    """What one word of a phrase asks of the text.

    ``word`` is cleaned; ``marked`` holds the word as typed where marks on it bind. ``exact`` asks for these very letters.
    ``definite``: True asks for the article or a pronoun, False for neither, None for any. ``inner`` words follow another
    word of the phrase and take no conjunction and no preposition but ل. A word that ``leads`` a phrase may stand behind a
    clitic in what is else another word: «وحل الدولتين». ``dual`` limits a nisba to its dual or the rest.
    """

    word: str
    options: FamilyOptions
    marked: str = ""
    exact: bool = False
    definite: bool | None = None
    inner: bool = False
    leads: bool = False
    dual: bool | None = None


class Memory(dict[str, tuple[int, ...]]):
    """The slots of each piece of text met before, bounded; asking for another finds them."""

    def __init__(self, find: Callable[[str], tuple[int, ...]]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, piece: str) -> tuple[int, ...]:
        found = self._find(piece)
        if len(self) >= REMEMBERED:
            self.clear()
        self[piece] = found
        return found


class Vocabulary:
    """Slots by word, and a bounded memory from pieces of text to slots. It only grows; asking changes nothing but the memory."""

    def __init__(self, arabic: Arabic) -> None:
        self.arabic = arabic
        self.sizes: list[int] = []
        self._numbers: dict[WordSpec, int] = {}
        self._of_key: dict[str, list[int] | int] = {}
        self._exact: dict[str, list[int]] = {}
        self._marked: dict[int, tuple[tuple[str, str], ...]] = {}
        self._avoided: dict[int, tuple[tuple[tuple[str, str], ...], ...]] = {}
        self._leading: set[int] = set()
        self._family = lru_cache(1 << 10)(self._family_of)
        self.memory = Memory(self.find)

    def slot(self, spec: WordSpec) -> int:
        """Return the number of a word's slot, made where it is new."""
        number = self._numbers.get(spec)
        if number is None:
            number = self._numbers[spec] = len(self.sizes)
            self._add(spec, number)
            self.memory = Memory(self.find)  # what was found before a new slot must not be taken for all
        return number

    def find(self, piece: str) -> tuple[int, ...]:
        """Return the slots that a piece of text fills, or `COMPOUND`."""
        return COMPOUND if is_compound(piece) else tuple(sorted(set(self._filled(piece))))

    def slots_of_part(self, cleaned: str) -> tuple[int, ...]:
        """Return the slots that one token of a compound piece fills."""
        return tuple(sorted(set(self._filled(cleaned))))

    def _filled(self, piece: str) -> Iterator[int]:
        yield from self._filled_by(piece)
        for spelling in other_sounds(piece):
            yield from self._filled_by(spelling)

    def _filled_by(self, piece: str) -> Iterator[int]:
        cleaned = clean(piece)
        yield from self._exact.get(cleaned, ())
        letters = marked_letters(piece) if has_marks(piece) else ()
        arabic, of_key = self.arabic, self._of_key
        for reading in arabic.readings(cleaned):
            split = reading.key in arabic.split_by_hamza and reading.needs | CONJUNCTION == BARE | CONJUNCTION
            for entry in _several(of_key.get(reading.key)):
                if split and bool(reading.spelling & SEATS) != bool(entry >> FLAG_BITS & SEATS):
                    continue
                if _allows(entry, reading) and self._marks_agree(entry, letters, reading):
                    yield entry >> SHIFT
        for reading in arabic.behind_clitics(cleaned) if self._leading else ():
            for entry in _several(of_key.get(reading.key)):
                leads = entry >> SHIFT in self._leading
                if leads and _allows(entry, reading) and self._marks_agree(entry, letters, reading):
                    yield entry >> SHIFT

    def _marks_agree(self, entry: int, letters: tuple[tuple[str, str], ...], reading: Reading) -> bool:
        start = reading.start
        if entry & MARK and not _bears_mark(letters[start:], (entry & MARK) >> MARK_AT, reading):
            return False
        if not letters:
            return True
        slot = entry >> SHIFT
        stem = letters[start:]
        if start and stem and letters[start - 1][0] == "ل":  # «الدَّين» is ال + دَين: the shadda is the article's
            stem = ((stem[0][0], stem[0][1].replace("\u0651", "")), *stem[1:])
        if slot in self._marked and not _agree(self._marked[slot], stem):
            return False
        return not any(_bears(avoided, stem) for avoided in self._avoided.get(slot, ()))

    def _add(self, spec: WordSpec, number: int) -> None:
        if spec.exact:
            self._exact.setdefault(spec.word, []).append(number)
            self.sizes.append(1)
            return
        (keys, takes), of_key = self._stems(spec), self._of_key
        self.sizes.append(len(takes))
        for key, taken in zip(keys.split("\n"), takes, strict=False):
            entry = number << SHIFT | taken
            before = of_key.get(key)
            if before is None:
                of_key[key] = entry
            elif isinstance(before, int):
                of_key[key] = [before, entry]
            else:
                before.append(entry)
        if spec.leads:
            self._leading.add(number)
        if has_marks(spec.marked):
            self._marked[number] = marked_letters(spec.marked)
        strangers = self.arabic.not_family.get(fold(spec.word), ())
        typed = marked_letters(spec.marked)
        avoided = [form for form in strangers if has_marks(form) and not _bears(marked_letters(form), typed)]
        if avoided:
            self._avoided[number] = tuple(marked_letters(form) for form in avoided)

    def _stems(self, spec: WordSpec) -> tuple[str, tuple[int, ...]]:
        """Return the keys that a word's slot takes, a line each, and what each allows around it and how it may be spelt."""
        known = self.arabic.kept.stems
        found = known.get(spec)
        if found is None:
            family = self._family(spec.word, spec.options)
            limited = (
                (key, spelling & ~DOTLESS if _is_told_by_phrase(key, spec) else spelling, _limited(flags, spec, dual))
                for key, flags, spelling, dual in family
            )
            taken = [
                (key, spelling << FLAG_BITS | allowed) for key, spelling, allowed in limited if allowed is not None
            ]
            found = "\n".join(key for key, _ in taken), tuple(takes for _, takes in taken)
            if len(known) < REMEMBERED:
                known[spec] = found
        return found

    def _family_of(self, word: str, options: FamilyOptions) -> tuple[tuple[str, int, int, bool], ...]:
        return tuple(
            (
                fold(stem.form),
                stem.flags,
                self._spelling(stem) | stem.mark << SPELLING_BITS,
                stem.form.endswith(("تان", "تين")) or (stem.form.endswith("ان") and stem.form != word),
            )
            for stem in family(self.arabic, word, options)
        )

    def _spelling(self, stem: Stem) -> int:
        seat = HAMZAS.get(stem.form[:1], 0) if stem.why not in {"spelling", "name"} else 0
        if stem.form.endswith("يي"):
            return seat | DOTLESS  # «يحيى» is a name
        if not stem.form.endswith(("ي", "ى")):
            return seat
        entries = self.arabic.entries(fold(stem.form))
        if stem.form.endswith("ي"):
            return seat | (DOTLESS if any(_is_another_dotless(entry, stem, entries) for entry in entries) else 0)
        if stem.why == "number":
            return seat | (
                DOTTED if any(entry.form == entry.lemma and entry.form[-1] == "ي" for entry in entries) else 0
            )
        return seat


def _is_told_by_phrase(key: str, spec: WordSpec) -> bool:
    """Tell whether the words beside it say that «ولى» is «ولي»: «ولى العهد»; but «على» is everywhere."""
    if not (spec.inner or spec.leads) or key == "علي":
        return False
    return spec.options.name or key == fold(spec.word)


def _is_another_dotless(entry: Entry, stem: Stem, entries: Sequence[Entry]) -> bool:
    """Tell whether an entry in ى is another noun than the stem in ي: «اليمنى» is, «المصرى» and «الأراضى» are its spelling."""
    if not entry.noun or not entry.form.endswith("ى"):
        return False
    if entry.lemma == stem.form:
        return False
    plain = stem.why in {"word", "number"}
    return not (plain and any(other.form == stem.form and other.lemma == entry.lemma for other in entries))


def _several(entries: list[int] | int | None) -> Sequence[int]:
    if entries is None:
        return ()
    return (entries,) if isinstance(entries, int) else entries


def _limited(flags: int, spec: WordSpec, dual: bool) -> int | None:
    """Return what a stem allows in its place of the phrase, or None where it cannot stand there."""
    if spec.dual is not None and dual != spec.dual and not dual:
        return None
    if spec.dual is False and dual:
        return None
    if spec.definite is False:
        flags &= ~(ARTICLE | PRONOUN)
        if flags & DEFINITE:
            return None
    elif spec.definite is True:
        if not flags & (ARTICLE | PRONOUN):
            return None
        flags |= DEFINITE
    if spec.inner:
        flags &= ~(CONJUNCTION | PREPOSITION)
    return flags if flags & (BARE | PRONOUN) else None


def _allows(entry: int, reading: Reading) -> bool:
    needs = reading.needs
    if needs & PRONOUN:
        needs &= ~BARE
    if needs & ~entry & FLAGS or (entry & DEFINITE and not needs & (ARTICLE | PRONOUN)):
        return False
    seat, found = (entry >> FLAG_BITS) & SEATS, reading.spelling & SEATS
    if seat and found and seat != found:
        return False
    return not (entry >> FLAG_BITS) & reading.spelling & (DOTLESS | DOTTED)


def _agree(typed: tuple[tuple[str, str], ...], text: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether no letter bears marks in both that differ; the last letter's is its case, and a lone shadda is spelling."""
    for number, ((letter, wanted), (other, found)) in enumerate(zip(typed, text, strict=False)):
        if letter != other:
            return True
        last = number == len(typed) - 1
        told = bool(_vowel(found)) if not last else all(marks for _, marks in text[:number])
        if "\u0651" in wanted and "\u0651" not in found and told:
            return False  # «مِصْر» and «حَمَام» tell their vowels, and have none
        wanted_vowel, found_vowel = _vowel(wanted), _vowel(found)
        if wanted_vowel and found_vowel and wanted_vowel != found_vowel and not last:
            return False
        if ("\u0651" in wanted) != ("\u0651" in found) and wanted_vowel and found_vowel and not last:
            return False
    return True


def _bears_mark(letters: tuple[tuple[str, str], ...], mark: int, reading: Reading) -> bool:
    """Tell whether a word bears the mark that tells a verb's form apart: a shadda within, a damma or hamza at its start."""
    if mark == SEAT:
        return bool(reading.spelling & SEATS)
    at, sign = (0, "\u064f") if mark == DAMMA else (mark, "\u0651")
    return at < len(letters) and sign in letters[at][1]


def _vowel(marks: str) -> str:
    return marks.replace("\u0651", "")[:1]


def _bears(avoided: tuple[tuple[str, str], ...], text: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether the text bears the marks of a word that must not count: letter by letter, all of them."""
    if len(text) < len(avoided):
        return False
    return all(
        letter == other and set(marks) <= set(found)
        for (letter, marks), (other, found) in zip(avoided, text, strict=False)
    )
