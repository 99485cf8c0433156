"""The spellings that Arabic newspapers give to one foreign name: غ ج ق ك for one sound, a vowel more or less, joined or split."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SPLIT_FIRST", "joined_spellings", "name_variants", "split_spellings"]

SWAPS = {"غ": "جقك", "ج": "غق", "ق": "غكج", "ك": "ق"}
VOWELS = "اوي"
SHORTEST = 5
"""Letters of a name to which a vowel may be added, or from which one may be taken: in shorter ones it makes another name."""
LONGEST = 20
"""Letters of a word that may be a name; longer ones are noise, and their spellings would be thousands."""
SHORTEST_SPLIT = 6
SHORTEST_PART = 3
FIRST_PARTS = ("عبد", "أبو", "ابو", "أبا", "أبي", "بور", "لا", "بن", "ابن", "أم", "شبه", "ذو", "بيت", "بني")
SPLIT_FIRST = ("عبد", "أبو", "ابو", "بور")


def name_variants(name: str, knows: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the other spellings of one word of a name; words that the lexicon knows are left out, they are themselves."""
    if len(name) > LONGEST:
        return ()
    found = dict.fromkeys(_variants(fold(name)))
    return tuple(variant for variant in found if variant != fold(name) and not knows(variant))


def split_spellings(word: str, *, foreign: bool) -> Iterator[tuple[str, str]]:
    """Yield the two words into which one word of a name may be split (عبدالله: عبد الله)."""
    for first in SPLIT_FIRST:
        if word.startswith(first) and len(word) - len(first) >= SHORTEST_PART:
            yield first, word[len(first) :]
            return
    if foreign and SHORTEST_SPLIT <= len(word) <= LONGEST:
        for at in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
            yield word[:at], word[at:]


def joined_spellings(words: tuple[str, ...], foreign: Callable[[str], bool]) -> Iterator[tuple[str, ...]]:
    """Yield the phrase with two neighbours written as one, where people do so: عبد الله, أبو ظبي, بيونغ يانغ."""
    for at in range(len(words) - 1):
        left, right = words[at], words[at + 1]
        if left in FIRST_PARTS or (foreign(left) and foreign(right)):
            yield (*words[:at], left + right, *words[at + 2 :])


def _variants(name: str) -> Iterator[str]:
    swapped = [name]
    for letter, others in SWAPS.items():
        if letter in name:
            swapped += [name.replace(letter, other) for other in others]
    for spelling in swapped:
        yield spelling
        if len(name) >= SHORTEST:
            yield from _vowels(spelling)


def _vowels(name: str) -> Iterator[str]:
    for at in range(1, len(name) - 1):
        if name[at] in VOWELS:
            yield name[:at] + name[at + 1 :]
    for at in range(1, len(name)):
        if name[at - 1] not in VOWELS and name[at] not in VOWELS:
            yield from (name[:at] + vowel + name[at:] for vowel in VOWELS)
