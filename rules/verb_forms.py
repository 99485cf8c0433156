"""The forms of verbs among a word's stems: of a masdar's verb, and of a verb that is the term itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.conjugation import SEAT, conjugate
from rules.peeling import CONJUNCTION, LAM, PRONOUN, VERB
from rules.stems import INDEFINITE, same_seat
from rules.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.conjugation import VerbForm
    from rules.stems import Stems
    from rules.word_tables import Verb

__all__ = ["put_masdar_verbs", "put_verb"]

ROOT = 3
ADDRESSED = ("وا", "و", "ا", "ي")
"""Endings of the second person and the dual that news hardly say of a verb like سلّم, and often of one like تسلّم."""
FEW = 3
"""Forms of a lemma up to which it is but a form that the lexicon could not read: أؤكد."""
SHORT = 4
"""Letters of a form up to which a conjunction before it makes another word of it."""
SHORTEST_UNREAD = 5
VERB_ENDINGS = ("ت", "تم", "تما", "تن", "نا", "وا")
"""Endings that the past of a verb has and hardly a noun of five letters or more that is a lemma of its own."""


def put_masdar_verbs(stems: Stems, masdar: str, *, leads: bool) -> None:
    """Add the verbs of a masdar, active and passive, by the table.

    Where it ``leads`` a phrase, the rest tells a past that is else another word: «وقع الاتفاق» is signed, «وقع» mostly happened.
    """
    for verb in stems.arabic.masdars.get(fold(masdar), ()):
        if not same_seat(verb.of, masdar):
            continue
        stems.allowed.add(verb.past)
        for form in conjugate(verb):
            if leads and form.form == verb.past and verb.spelt[0].startswith("("):
                stems.put(form.form, form.flags, "verb")
            elif not _is_of_another_verb(stems, form.form, verb):
                _put(stems, form, "verb", sure=form.sure)
            elif form.mark != SEAT:
                stems.put_marked(form.form, form.flags, "verb", form.mark)


def put_verb(stems: Stems, key: str, why: str) -> None:
    """Add a verb's forms: by the table, or those that the lexicon has."""
    known = stems.arabic.verbs.get(key, ())
    for verb in known:
        stems.allowed.add(verb.past)
        for form in conjugate(verb):
            _put(stems, form, why, sure=form.sure or form.mark != SEAT)
    if not known:
        for verb_form in _lexical_forms(stems):
            stems.put(verb_form, INDEFINITE | PRONOUN | LAM | VERB, why)


def _put(stems: Stems, verb_form: VerbForm, why: str, *, sure: bool) -> None:
    """Add a form: as it is, or only with its mark where its letters may be another word's."""
    form, flags, mark, _ = verb_form
    if form.endswith("ت") and why == "verb" and _is_noun_of_the_news(stems, form[:-1] + "ة"):
        flags &= ~PRONOUN  # «صورته» is his picture, rarely «she took a picture of him»
    if form.startswith("أل") and stems.arabic.is_strong(fold(form[2:])):
        sure, mark = False, SEAT  # «الحق» is ال + حق
    if len(form) <= SHORT and _is_hidden(stems, f"و{form}"):
        flags &= ~CONJUNCTION  # «وردت» came in, «وصفت» described
    ours = _is_ours(stems, form)
    if sure and ours:
        stems.put_verb(form, flags, why)
    if ours or mark != SEAT:
        stems.put_marked(form, flags, why, mark)


def _is_hidden(stems: Stems, joined: str) -> bool:
    """Tell whether a form behind و is another word: not where that is but «they both did» («ودعا», of ودّع)."""
    entries = stems.arabic.entries(fold(joined))
    if not entries:
        return stems.arabic.knows(fold(joined))
    return any(entry.form != f"{entry.lemma}ا" for entry in entries)


def _is_noun_of_the_news(stems: Stems, noun: str) -> bool:
    key = fold(noun)
    return stems.arabic.is_common_news(key) and all(fold(own) != key for own in stems.allowed)


def _is_ours(stems: Stems, form: str) -> bool:
    key = fold(form)
    own = form == stems.word or key in stems.arabic.split_by_hamza
    return own or _is_unread(stems, form) or not _is_other_verb_form(stems, form)


def _is_of_another_verb(stems: Stems, form: str, verb: Verb) -> bool:
    """Tell a masdar's verb from another word of its letters: «أورد» is none of توريد, «نقود» of قيادة, «تسلموا» of تسليم."""
    if form in {verb.past, verb.passive_past}:
        return False
    root = verb.present[1:]
    roots = (root, verb.passive_present[1:])
    if form[0] == "ت" and form != stems.word and any(_is_addressed(stems, form, each) for each in roots if each):
        return True
    if len(root) == ROOT and form in {f"ت{root}{ending}" for ending in ADDRESSED}:
        return True
    return form in {f"أ{root}", f"ن{root}"} and len(stems.arabic.lexicon.forms(form)) > FEW


def _is_addressed(stems: Stems, form: str, root: str) -> bool:
    """Tell «you do» said to a woman, or what is another verb's «they did»: «تعرضوا» is of تعرّض, «تقدم» of تقدّم."""
    ending = form[len(root) + 1 :] if form[1:].startswith(root) else ""
    other = fold(f"ت{root}") in stems.arabic.masdars
    return ending in {"ي", "ين"} or (other and ending in {"", *ADDRESSED})


def _is_other_verb_form(stems: Stems, form: str) -> bool:
    """Tell whether a verb's form is another word in its dictionary form: «تقدم», but not some rare plural («أقال»)."""
    key = fold(form)
    other = "" if key in stems.found else stems.other_word(key, form)
    if not other or (fold(other) != key and key not in stems.arabic.singulars and key not in stems.arabic.places):
        return False
    stems.refused[form] = other
    return True


def _is_unread(stems: Stems, form: str) -> bool:
    """Tell whether the lexicon lists a form of a verb as a word of its own because it could not read it: استوردت."""
    key = fold(form)
    if (
        len(form) < SHORTEST_UNREAD
        or not form.endswith(VERB_ENDINGS)
        or key in stems.arabic.own_words
        or key in stems.arabic.own_names
    ):
        return False
    entries = stems.arabic.entries(key)
    return bool(entries) and all(entry.lemma == entry.form for entry in entries)


def _lexical_forms(stems: Stems) -> Iterator[str]:
    for entry in stems.arabic.entries(fold(stems.word)):
        if entry.lemma == entry.form:
            yield from (form.form for form in stems.arabic.lexicon.forms(entry.lemma) if not form.noun)
