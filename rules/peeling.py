"""How a token of the text may be read: what was peeled off its front and end, and which stem remains.

Arabic writes conjunctions, prepositions, the article, the sign of the future and pronouns onto the word. Each way to take
them off is a reading; a reading whose stem is a known word beats every reading that takes more letters away, so that
«كلب» is never ك + لب, nor «بحماسة» the movement Hamas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rules.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = [
    "ARTICLE", "BARE", "CONJUNCTION", "DEFINITE", "DOTLESS", "DOTTED", "HAMZAS", "LAM", "PREPOSITION", "PRONOUN", "SEATS", "VERB",
    "Reading", "clitic_readings", "readings",
]  # fmt: skip

ARTICLE = 1
PRONOUN = 2
BARE = 4
"""Stands without a pronoun. A stem without this bit is written so before pronouns only (صفقت + ها)."""
PREPOSITION = 8
"""Follows ب or ك."""
LAM = 16
VERB = 32
"""Stands before ني; with `LAM`, which a past has not, it follows the سـ of the future."""
CONJUNCTION = 64
DEFINITE = 128
"""Of a pattern, not of a reading: the article or a pronoun must be there."""
SEATS = 3
HAMZAS = {"أ": 1, "إ": 2, "آ": 3}
"""Explicit seats of an initial alef; two that differ are two words (أعلام, إعلام), a bare alef is any."""

CONJUNCTIONS = ("", "و", "ف")
PREPOSITIONS = (("", 0), ("ب", PREPOSITION), ("ك", PREPOSITION), ("ل", LAM))
PRONOUNS = ("هما", "كما", "ها", "هم", "هن", "كم", "نا", "ه")
SHORTEST = 2
"""Letters of a stem that is known; three of one that is not."""


DOTLESS, DOTTED = 4, 8
"""The word ends in ى, or in ي: «اليمنى» is a word of its own and no «اليمني», nor is «القتالي» the plural قتالى."""

ENDS = {"ى": DOTLESS, "ي": DOTTED}


class Reading(NamedTuple):
    """A stem's key, the bits that the stem must allow, and its spelling: the seat of its initial hamza, and `DOTLESS`."""

    key: str
    needs: int
    spelling: int
    start: int
    cost: int


def readings(
    cleaned: str,
    knows: Callable[[str], bool],
    strong: Callable[[str], bool],
    common: Callable[[str], bool],
    both: Mapping[str, frozenset[str]],
) -> list[Reading]:
    """Return the readings of a cleaned token that hold, the least peeled first.

    ``knows`` tells whether a key is a word of the lexicon or the tables, ``strong`` whether it is more than some form of a
    verb: «ووقف» may be a passive, and is yet و + وقف. ``common`` tells a word of the own tables. ``both`` names the tokens
    that are words of their own and yet stand more often for a peeled stem in the news (بحرية: ب + حرية).
    """
    key = fold(cleaned)
    if not key or not "\u0621" <= key[0] <= "\u064a":
        return [Reading(key, BARE, 0, 0, 0)]
    found = sorted(_every(cleaned, key, common), key=lambda reading: reading.cost)
    best = next((reading.cost for reading in found if _attested(reading, strong, strong)), None)
    if best is None:
        best = next((reading.cost for reading in found if _attested(reading, knows, strong)), None)
    if best is None:
        return [reading for reading in found if reading.cost == 0 or len(reading.key) > SHORTEST]
    return [reading for reading in found if _holds(reading, best, knows, strong) or _is_read_too(reading, key, both)]


def clitic_readings(cleaned: str, common: Callable[[str], bool]) -> list[Reading]:
    """Return the readings of a cleaned token that take a conjunction or preposition off it and no pronoun."""
    key = fold(cleaned)
    if not key or key[0] not in "وفبكل":
        return []
    found = (reading for reading in _every(cleaned, key, common) if not reading.needs & (PRONOUN | VERB))
    return [reading for reading in found if reading.cost and len(reading.key) >= SHORTEST]


def _is_read_too(reading: Reading, key: str, both: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether the table names the reading for this token, with a conjunction before it or a pronoun behind it or not."""
    end = reading.start + len(reading.key)
    wholes = [key, key[:end], *((key[1:], key[1:end]) if reading.needs & CONJUNCTION else ())]
    return any(reading.key in both.get(whole, ()) for whole in wholes)


def _holds(reading: Reading, best: int, knows: Callable[[str], bool], strong: Callable[[str], bool]) -> bool:
    """Tell whether a reading stands beside the best known one, which takes ``best`` letters away."""
    if reading.cost > best or reading.needs == BARE:
        return reading.cost <= best
    return _attested(reading, knows, strong) or (reading.cost < best and len(reading.key) > SHORTEST)


def _every(cleaned: str, key: str, common: Callable[[str], bool]) -> Iterator[Reading]:
    for start, needs, cost in _fronts(cleaned, key, common):
        stem = key[start:]
        hamza = HAMZAS.get(cleaned[start], 0)
        yield Reading(stem, needs | BARE, hamza | ENDS.get(cleaned[-1], 0), start, cost)
        if needs & ARTICLE:
            continue
        for pronoun in PRONOUNS:
            if stem.endswith(pronoun) and len(stem) - len(pronoun) >= SHORTEST:
                yield Reading(stem[: -len(pronoun)], needs | PRONOUN, hamza, start, cost + len(pronoun))
        if stem.endswith("ني") and len(stem) > 4:
            yield Reading(stem[:-2], needs | PRONOUN | VERB, hamza, start, cost + 2)


def _fronts(cleaned: str, key: str, common: Callable[[str], bool]) -> Iterator[tuple[int, int, int]]:
    """Yield where the stem begins, what it must allow, and how many letters were peeled; the article costs nothing.

    The article has a bare alef, and ل + ال is written لل, in which the second lam may also belong to the word (لليمن).
    """
    size = len(key)
    if size < SHORTEST:
        yield 0, 0, 0
    for conjunction in CONJUNCTIONS:
        if not key.startswith(conjunction):
            continue
        at = len(conjunction)
        joined = CONJUNCTION if conjunction else 0
        for preposition, bit in PREPOSITIONS:
            begin = at + len(preposition)
            if not key.startswith(preposition, at) or size - begin < SHORTEST:
                continue
            yield begin, joined | bit, begin
            if preposition != "ل" and cleaned.startswith("ال", begin) and size - begin >= 4:
                yield begin + 2, joined | bit | ARTICLE, begin
            if preposition == "ل" and key.startswith("ل", begin) and size - begin >= 3:
                # «للدول» is ل + الدول although the lexicon has some «لدول»; but «للبنان» is لبنان.
                yield begin + 1, joined | bit | ARTICLE, begin + (1 if common(key[begin:]) else 0)
                if key.startswith("لل", at) and size - begin >= 4 and key[begin + 1] != "ل":
                    yield begin, joined | bit | ARTICLE, begin  # للبنان as «لِلّبنان»: the article is swallowed
        if key.startswith("س", at) and size - at >= 4 and key[at + 1] in "يتنا":
            yield at + 1, joined | VERB | LAM, at + 1


def _attested(reading: Reading, knows: Callable[[str], bool], strong: Callable[[str], bool]) -> bool:
    key = reading.key
    if key.startswith("لل"):  # whatever the lexicon has under it, it is ل + ال
        return False
    if reading.needs & ARTICLE:
        return strong(key) or (key.endswith(("تان", "تين")) and strong(key[:-3] + "ة"))
    if knows(key):
        return True
    if not reading.needs & PRONOUN:
        return key.endswith("انا") and strong(key[:-1])  # «عدوانا» is no عدوى of ours
    last, base = key[-1:], key[:-1]
    match last:
        case "ت":
            return knows(base + "ة")
        case "ا":
            return knows(base + "ي") or knows(key + "ن")
        case "و" | "ي":
            return knows(key + "ن") or knows(key + "ا")
        case _:
            return False
