"""What one word of a term stands for, and how a token of the text is read: the layer that knows Arabic.

Compile side: a word becomes its stems (folded keys). Text side: a token becomes readings, a stem with what was peeled off.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rules.text import clean, fold

__all__ = ["Reading", "WordPattern", "readings", "word_pattern"]

CONJUNCTIONS = ("", "و", "ف")
PREPOSITIONS = ("", "ب", "ك", "ل")
PRONOUNS = ("هما", "كما", "ها", "هم", "هن", "كم", "نا", "ه")
SHORTEST_STEM = 3
"""Letters that must remain when a single letter is taken for a clitic; two are enough behind the article."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a token: its stem, whether it is definite by the article, and whether nothing was peeled off."""

    stem: str
    definite: bool
    whole: bool
    pronoun: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPattern:
    """What a term's word accepts. ``written`` is set where the token itself must be these very letters."""

    stems: frozenset[str]
    definite_only: bool = False
    written: str | None = None
    pronouns: bool = True
    in_phrase: bool = False

    def accepts(self, reading: Reading, cleaned: str) -> bool:
        """Tell whether a reading whose stem is among ours will do for this pattern."""
        if self.written is not None:
            return cleaned == self.written
        if reading.pronoun and not self.pronouns:
            return False
        if len(reading.stem) < SHORTEST_STEM and not (reading.whole or reading.definite or self.in_phrase):
            return False  # «لسد» is «سد» where «النهضة» follows; on its own it may be anything
        return reading.definite or not self.definite_only


def word_pattern(word: str, *, spelling: str = "forms", in_phrase: bool = False, name: bool = False) -> WordPattern:
    """Return the pattern of one word. In a phrase ال binds: the text must be definite too."""
    cleaned = clean(word)
    key = fold(cleaned)
    if spelling == "exact" or _is_short_capitals(cleaned):
        return WordPattern(stems=frozenset({key}), written=cleaned)
    bare = key[2:] if cleaned.startswith("ال") and len(key) > 3 else ""
    definite_only = bool(bare) and in_phrase and spelling == "forms"
    roots = {key, bare} - {""}
    if spelling == "as_written" or name or not _is_arabic(key):
        return WordPattern(stems=frozenset(roots), definite_only=definite_only and not name, pronouns=not name)
    stems = {stem for root in roots for stem in _stems(root, in_phrase=in_phrase)}
    if definite_only:  # a stem with ال of its own would let the indefinite through as a whole word
        stems.discard(key)
    return WordPattern(stems=frozenset(stems), definite_only=definite_only, in_phrase=in_phrase)


def readings(cleaned: str) -> tuple[Reading, ...]:
    """Return every way to read a cleaned token, the whole one first."""
    key = fold(cleaned)
    found = [Reading(key, definite=False, whole=True)]
    if not _is_arabic(key):
        return tuple(found)
    for stem, definite in _peeled(cleaned, key):
        if definite or stem != key:
            found.append(Reading(stem, definite=definite, whole=False))
        if not definite:
            found += [Reading(inner, definite=True, whole=False, pronoun=True) for inner in _without_pronoun(stem)]
    return tuple(dict.fromkeys(found))


def _peeled(cleaned: str, key: str) -> list[tuple[str, bool]]:
    """Yield (stem, definite): conjunction, preposition, article; ال must be a bare alef, and ل + ال is written لل."""
    found: list[tuple[str, bool]] = [(key, False)]
    for conjunction in CONJUNCTIONS:
        for preposition in PREPOSITIONS:
            clitics = conjunction + preposition
            if not key.startswith(clitics):
                continue
            rest, plain = key[len(clitics) :], cleaned[len(clitics) :]
            if plain.startswith("ال") and len(rest) >= 4 and preposition != "ل":
                found.append((rest[2:], True))
            if preposition == "ل" and rest.startswith("ل") and len(rest) >= 3:
                found.append((rest[1:], True))
                found.append((rest, True))  # لليمن: the second lam belongs to the word, or stands for both
            if clitics and len(rest) >= 2:
                found.append((rest, False))
    return found


def _without_pronoun(stem: str) -> list[str]:
    inner = []
    for pronoun in PRONOUNS:
        if stem.endswith(pronoun) and len(stem) - len(pronoun) >= SHORTEST_STEM:
            base = stem[: -len(pronoun)]
            inner.append(base)
            if base.endswith("ت"):
                inner.append(base[:-1] + "ة")
    return inner


def _stems(root: str, *, in_phrase: bool) -> set[str]:
    table = _plurals()
    family = {root, *table.get(root, ())}
    if root.endswith("ات") and len(root) > 4 and root not in table:
        family |= {root[:-2] + "ة", root[:-2]}
    stems: set[str] = set()
    for form in family:
        stems |= _inflected(form)
    if in_phrase and root.endswith("ية") and len(root) >= 5:  # the adjective agrees with its noun
        stems |= _inflected(root[:-1])
    return stems


def _inflected(form: str) -> set[str]:
    """Return a form with the endings of number and case that letters show."""
    if len(form) < SHORTEST_STEM:
        return {form}
    if form.endswith("ة"):
        base = form[:-1]
        return {form, base + "ه", base + "ات", base + "تان", base + "تين", base + "تا", base + "تي"}
    endings = (
        ("ا", "ان", "ين", "ون", "ات", "و", "ي", "ة")
        if not form.endswith(("ا", "ي", "ات"))
        else ("ين", "ون", "ات", "ان")
    )
    nisba = form.endswith("ي")
    found = {form, *(form + ending for ending in endings if ending not in {"ة", "و", "ي"})}
    return found | ({form + "ة", form + "ا"} if nisba else set())


def _is_arabic(key: str) -> bool:
    return bool(key) and "\u0621" <= key[0] <= "\u064a"


def _is_short_capitals(cleaned: str) -> bool:
    return (
        0 < len(cleaned) <= 3
        and cleaned.isascii()
        and any(sign.isalpha() for sign in cleaned)
        and cleaned == cleaned.upper()
    )


@cache
def _plurals() -> dict[str, frozenset[str]]:
    """Return the families of the own table: every form of a row leads to all forms of that row."""
    families: dict[str, set[str]] = {}
    text = files("rules").joinpath("tables/families.tsv").read_text(encoding="utf-8")
    for row in text.splitlines():
        if row.strip() and not row.startswith("#"):
            forms = {fold(clean(form)) for form in row.replace("\t", " ").split()}
            for form in forms:
                families.setdefault(form, set()).update(forms)
    return {form: frozenset(family) for form, family in families.items()}
