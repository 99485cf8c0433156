"""A verb's forms, by rule: person, gender, number and tense as letters show them, and the mark that tells a form apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rules.peeling import BARE, CONJUNCTION, LAM, PRONOUN, VERB
from rules.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.word_tables import Verb

__all__ = ["DAMMA", "SEAT", "VerbForm", "conjugate", "mark_of", "marked"]

PAST = BARE | PRONOUN | VERB | CONJUNCTION
PRESENT = PAST | LAM
BEFORE_PRONOUN = PRONOUN | CONJUNCTION
CONSONANT_ENDINGS = ("ت", "تم", "تما", "تن", "نا", "ن")
SHADDA_SIGN, DAMMA_SIGN = "\u0651", "\u064f"
DAMMA = 5
"""The mark that is a damma on the first letter (قُتل); 1 to 4 are a shadda on the letter of that number, from 0 (صدّر: 1)."""
SEAT = 6
"""The mark that is the hamza itself, written on the first letter: «ابني» is my son, and «أبني» is said by who builds."""
SHORTEST_PRESENT = 2
DOUBTFUL_ENDINGS = ("", "ا", "نا", "ن")
"""What a past in round brackets is another word with, too: قدم، قدما، قدمنا."""


class VerbForm(NamedTuple):
    """A form with what it allows around it, and the mark that tells it from other words of its letters, or 0.

    A form that is not ``sure`` counts only where the text bears that mark.
    """

    form: str
    flags: int
    mark: int
    sure: bool


def conjugate(verb: Verb) -> Iterator[VerbForm]:
    """Yield every form of a verb, active and passive."""
    past, present, passive_past, passive_present = (*verb.spelt, "", "", "", "")[:4]
    doubled = mark_of(past) == 1 and not past.strip("()[]").endswith(SHADDA_SIGN)
    short = verb.past if doubled and not verb.short else verb.short
    if verb.past:  # some are left out of the table: they say too much
        yield from _told(past, verb.past, _past(verb.past, short))
    yield from _spoken(verb)
    yield from _told(present, "", _present(verb.present), doubled=doubled)
    if verb.passive_past:
        yield from _told(passive_past, verb.passive_past, _past(verb.passive_past, short))
    if verb.passive_present:
        yield from _told(passive_present, "", _present(verb.passive_present), doubled=doubled)


def main_forms(verb: Verb) -> Iterator[str]:
    """Yield the forms by which a verb is known: he, she and they, then and now, active and passive."""
    for past in filter(None, (verb.past, verb.passive_past)):
        base = past[:-1] if past.endswith(("ا", "ى", "ي")) else past
        yield from (past, (base if past.endswith(("ا", "ى")) else past) + "ت", base + "وا")
    for rest in (present[1:] for present in (verb.present, verb.passive_present) if present):
        yield from ("ي" + rest, "ت" + rest, "ي" + (rest[:-1] if rest[-1] in "وىي" else rest) + "ون")


def marked(form: str, mark: int) -> str:
    """Return a form with the mark that tells it apart."""
    if mark == DAMMA:
        return form[0] + DAMMA_SIGN + form[1:]
    if mark in {0, SEAT}:
        return form
    return form[: mark + 1] + SHADDA_SIGN + form[mark + 1 :]


def _told(spelt: str, past: str, forms: Iterator[tuple[str, int]], *, doubled: bool = False) -> Iterator[VerbForm]:
    """Add to each form its mark and whether it is sure; «تصدّر» is «she exports» and «he led»: only «تُصدّر» tells."""
    mark, never = mark_of(spelt), spelt.startswith("[")
    doubtful = {past + ending for ending in DOUBTFUL_ENDINGS} if spelt.startswith("(") else set()
    for form, flags in forms:
        own = DAMMA if doubled and form[0] == "ت" else mark
        yield VerbForm(form, flags, own, not never and form not in doubtful)


def _spoken(verb: Verb) -> Iterator[VerbForm]:
    """Yield «I do», which stands in quotations only: it counts with its hamza, and where that is no «he did» (أشرف)."""
    form = "أ" + verb.present[1:]
    clear = verb.spelt[1:2] and not verb.spelt[1].startswith("[") and fold(form) != fold(verb.past)
    if len(verb.present) > SHORTEST_PRESENT and clear:
        yield VerbForm(form, PRESENT, SEAT, sure=False)


def mark_of(spelt: str) -> int:
    """Return the number of the letter that bears a shadda, or `DAMMA` where the first letter bears that; 0 for neither."""
    bare = spelt.strip("()[]")
    at = bare.find(SHADDA_SIGN)
    if at > 0:
        letter = sum("\u0621" <= sign <= "\u064a" for sign in bare[:at]) - 1
        return letter if 0 < letter < DAMMA else 0
    return DAMMA if bare[1:2] == DAMMA_SIGN else 0


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
    stem = short or (past[:-2] + past[-1] if _is_hollow(past) else past)
    yield from ((stem + ending, PAST) for ending in CONSONANT_ENDINGS)


def _is_hollow(past: str) -> bool:
    """Tell whether the middle is a long vowel (قال، اغتيل), and no letter of the root as in حاول، عاين، تعاون."""
    return len(past) > 2 and (past[-2] == "ا" or (past[-2] == "ي" and past[1] not in "او"))


def _present(present: str) -> Iterator[tuple[str, int]]:
    if len(present) <= SHORTEST_PRESENT:
        return
    rest = present[1:]
    weak = rest[-1] in "وىي" and len(rest) > 2
    base = rest[:-1] if weak else rest
    dual = base + "ي" if rest.endswith("ى") else rest
    for first in "يتن":
        yield first + rest, PRESENT
        if rest.endswith("ى"):
            yield first + base + "ا", BEFORE_PRONOUN | LAM | VERB
    for first in "يت":
        yield from ((first + base + ending, PRESENT) for ending in ("ون", "وا"))
        yield first + base + "و", BEFORE_PRONOUN | LAM | VERB
        yield from ((first + dual + ending, PRESENT) for ending in ("ان", "ا"))
        yield first + rest + "ن", PRESENT
    yield from (("ت" + base + ending, PRESENT) for ending in ("ين", "ي"))
