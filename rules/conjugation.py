"""A verb's forms, by rule: person, gender, number and tense as letters show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.peeling import BARE, CONJUNCTION, LAM, PRONOUN, VERB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.word_tables import Verb

__all__ = ["conjugate"]

PAST = BARE | PRONOUN | VERB | CONJUNCTION
PRESENT = PAST | LAM
BEFORE_PRONOUN = PRONOUN | CONJUNCTION
CONSONANT_ENDINGS = ("ت", "تم", "تما", "تن", "نا", "ن")
LONG = "اوي"
PLAIN_PRESENT = 4
"""Letters of an imperfect (يشكّل) from which the past is read off where the table leaves it out: «شكلت», never «شكل»."""


def conjugate(verb: Verb) -> Iterator[tuple[str, int]]:
    """Yield every form of a verb, active and passive, with what it allows around it."""
    if verb.past:  # some are left out of the table: their letters are another word
        yield from _past(verb.past, verb.short)
    elif len(verb.present) == PLAIN_PRESENT:
        plain = verb.present[1:].replace("ؤ", "أ")
        yield from ((form, flags) for form, flags in _past(plain, verb.short) if form not in {plain, plain + "ا"})
    yield from _present(verb.present)
    if verb.passive_past:
        yield from _past(verb.passive_past, verb.short)
    if verb.passive_present:
        yield from _present(verb.passive_present)


def _past(past: str, short: str) -> Iterator[tuple[str, int]]:
    yield past, PAST
    if past.endswith(("ا", "ى")) and len(past) > 2:
        base = past[:-1]
        weak = base + ("و" if past.endswith("ا") else "ي")
        yield base + "ا", BEFORE_PRONOUN
        yield from ((base + ending, PAST) for ending in ("ت", "تا", "وا"))
        yield base + "و", BEFORE_PRONOUN
        yield weak + "ا", PAST
        yield from ((weak + ending, PAST) for ending in CONSONANT_ENDINGS)
        return
    if past.endswith("ي"):
        yield past[:-1] + "وا", PAST
        yield past[:-1] + "و", BEFORE_PRONOUN
    else:
        yield past + "وا", PAST
        yield past + "و", BEFORE_PRONOUN
    yield from ((past + ending, PAST) for ending in ("ت", "ا", "تا"))
    stem = short or (past[:-2] + past[-1] if len(past) > 2 and past[-2] in LONG else past)
    yield from ((stem + ending, PAST) for ending in CONSONANT_ENDINGS)


def _present(present: str) -> Iterator[tuple[str, int]]:
    if len(present) < 3:
        return
    rest = present[1:]
    weak = rest[-1] in "وىي" and len(rest) > 2
    base = rest[:-1] if weak else rest
    dual = base + "ي" if rest.endswith("ى") else rest
    for first in "يتنأ":
        yield first + rest, PRESENT
        if rest.endswith("ى"):
            yield first + base + "ا", BEFORE_PRONOUN | LAM | VERB
    for first in "يت":
        yield from ((first + base + ending, PRESENT) for ending in ("ون", "وا"))
        yield first + base + "و", BEFORE_PRONOUN | LAM | VERB
        yield from ((first + dual + ending, PRESENT) for ending in ("ان", "ا"))
        yield first + rest + "ن", PRESENT
    yield from (("ت" + base + ending, PRESENT) for ending in ("ين", "ي"))
