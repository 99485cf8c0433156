"""What a noun or adjective becomes: number, gender and agreement, and the nisba of a news noun or a place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rules.peeling import PRONOUN
from rules.stems import ADJECTIVE, INDEFINITE, SHORTEST_ADJECTIVE, SHORTEST_INFLECTED
from rules.text import fold

if TYPE_CHECKING:
    from rules.stems import Stems

__all__ = ["put_adjective", "put_duals", "put_inflected", "put_nisbas"]

PARTICIPLE = re.compile("م[^اي]ا[^اوية][^اوية]")
"""مفاعل, as مراسل: its feminine has the letters of the masdar, which is the commoner word by far."""
ADJECTIVE_SHAPE = re.compile(r".{2,}ي|(?:.ا|آ)..|م[^اوي]..(?:.)?")
"""What an adjective looks like (سري، ناسف، ملزم): behind a plural its feminine counts, also where it is a noun of its own."""
REGULAR = {"ا", "ان", "ين", "ون", "و", "ي", "ات", "تان", "تين", "تا", "تي"}


def put_inflected(stems: Stems, base: str, *, agrees: bool) -> None:
    """Add all forms of a noun; one that ``agrees`` may be an adjective and takes both genders."""
    arabic = stems.arabic
    stems.written(base, "number" if base != stems.word else "word")
    plurals = arabic.plurals.get(fold(base), ())
    for plural in plurals:
        stems.written(plural, "number", checked=False)
        if plural == base[:-1] + "ون":  # ناجي: ناجون and ناجين
            stems.written(base[:-1] + "ين", "number", checked=False)
    _put_listed(stems, base, agrees=agrees)
    _put_sound(stems, base)
    for feminine in arabic.feminines.get(fold(base), ()):
        stems.written(feminine, "feminine", checked=False)
        _put_sound(stems, feminine, "feminine")
    as_adjective = base.endswith("ي") and len(base) >= SHORTEST_ADJECTIVE and (not plurals or f"{base}ون" in plurals)
    if as_adjective:
        stems.allowed.add(base + "ة")
    if agrees or as_adjective:
        _put_agreeing(stems, base, also_noun=agrees)


def _put_listed(stems: Stems, base: str, *, agrees: bool) -> None:
    """Add what the lexicon lists under a noun, but for what is another word."""
    arabic = stems.arabic
    feminine_typed = stems.word.endswith("ة") or base.endswith("ة")
    for form in arabic.nouns(base):
        if _is_headword(stems, form, base) or (not agrees and _is_masdar_of(stems, form, base)):
            stems.refused[form] = form
        elif _is_dual_of(form, base):
            stems.written(form, "dual")
        elif feminine_typed or not _is_feminine_of(form, base):
            stems.written(form, "number")
        elif fold(base) not in arabic.masdars:  # «قصفة» is hardly one of قصف
            stems.written(form, "feminine")


def _is_headword(stems: Stems, form: str, base: str) -> bool:
    """Tell whether the lexicon has a form as a noun of its own too: «غياب» is no plural of «غائب»."""
    if form == base or form.endswith("اء") or (form.startswith(base) and form[len(base) :] in REGULAR):
        return False
    return stems.is_headword(form)


def _is_masdar_of(stems: Stems, form: str, base: str) -> bool:
    """Tell whether what looks like a participle's feminine is its masdar: «ملاكمة» is boxing, «مراسلات» are letters."""
    if not PARTICIPLE.fullmatch(base) or (not _is_feminine_of(form, base) and form != base + "ات"):
        return False
    return not any(fold(each) == fold(base + "ة") for each in stems.arabic.feminines.get(fold(base), ()))


def _is_dual_of(form: str, base: str) -> bool:
    stem = base[:-1] + "ت" if base.endswith("ة") else base
    return form in {stem + "ان", stem + "ين"}


def _is_feminine_of(form: str, base: str) -> bool:
    return form.startswith(base) and form[len(base) :] in {"ة", "تان", "تين", "تا", "تي"}


def _put_sound(stems: Stems, base: str, why: str = "number") -> None:
    """Add duals and sound plurals."""
    put_duals(stems, base, why)
    if len(base) < SHORTEST_INFLECTED:
        return
    if base.endswith("ة"):
        stems.written(base[:-1] + "ات", why)
    elif base.endswith("ى"):
        stems.written(base[:-1] + "يات", why)
    elif not base.endswith(("ا", "ات")):
        if base.startswith("م") or base.endswith("ي") or (len(base) == 4 and base[1] == "ا"):
            stems.written(base + "ون", why)
            stems.written(base + "ين", why)
        if not base.endswith("ء") and not _has_plural(stems, base) and not _is_masdar_of(stems, base + "ات", base):
            stems.written(base + "ات", why)


def _has_plural(stems: Stems, base: str) -> bool:
    """Tell whether a broken plural is known: then nobody writes a sound one that the lexicon does not have."""
    if fold(base) in stems.arabic.plurals:
        return True
    endings = ("", "ا", "ان", "ين", "ون", "و", "ي", "ة", "ات", "تان", "تين", "تا", "تي")
    regular = {base + ending for ending in endings}
    return any(form not in regular for form in stems.arabic.nouns(base))


def put_duals(stems: Stems, base: str, why: str) -> None:
    """Add both cases of the dual."""
    if len(base) < 2:
        return
    stem = base[:-1] + "ت" if base.endswith("ة") else base[:-1] + "ي" if base.endswith("ى") else base
    if not stem.endswith("ا"):
        stems.written(stem + "ان", "dual" if why == "number" else why)
        stems.written(stem + "ين", "dual" if why == "number" else why)


def _allow_feminine(stems: Stems, base: str) -> None:
    """Allow an adjective's feminine where the lexicon has it as a noun: «برامج سرية», «أحزمة ناسفة»."""
    if ADJECTIVE_SHAPE.fullmatch(base) and base + "ة" not in stems.arabic.not_family.get(fold(base), ()):
        stems.allowed.add(base + "ة")


def _put_agreeing(stems: Stems, base: str, *, also_noun: bool) -> None:
    if also_noun:
        _allow_feminine(stems, base)
    masculine = base[:-1] if base.endswith("ة") and (base.endswith("ية") or stems.arabic.lemmas(base[:-1])) else base
    if masculine != base:
        stems.allowed.add(masculine)
        _put_inflected_adjective(stems, masculine, "agreement")
    elif not base.endswith("ة"):
        _put_inflected_adjective(stems, masculine, "agreement")


def _put_inflected_adjective(stems: Stems, masculine: str, why: str) -> None:
    stems.written(masculine, why)
    for plural in stems.arabic.plurals.get(fold(masculine), ()):
        stems.written(plural, why)
    for form in stems.arabic.nouns(masculine):
        stems.written(form, why)
    _put_sound(stems, masculine, why)
    stems.written(masculine + "ة", why)
    _put_sound(stems, masculine + "ة", why)


def put_nisbas(stems: Stems, base: str, *, wanted: bool | None) -> None:
    """Add the adjective of a news noun: by the table, or where it is ``wanted`` by rule too."""
    if wanted is False:
        return
    own = stems.arabic.nisbas.get(fold(base), ())
    if wanted and not own:
        own = (_nisba_by_rule(base),)
    for nisba in own:
        for form in (nisba, nisba + "ة"):
            stems.allowed.add(form)
            for ending in ("", "ا", "ان", "ين") if form == nisba else ("",):
                stems.put(form + ending, INDEFINITE if ending == "ا" else ADJECTIVE, "nisba")
        stem = nisba + "ت"
        for ending in ("ان", "ين"):
            stems.put(stem + ending, ADJECTIVE, "nisba")
        stems.put(nisba + "ه", ADJECTIVE, "nisba")


def put_adjective(stems: Stems, masculine: str, why: str) -> None:
    """A place's nisba: adjective and person, all numbers and both genders."""
    stems.allowed |= {masculine, masculine + "ة", *stems.arabic.lemmas(masculine)}
    forms = [masculine, masculine + "ة"]
    forms += stems.arabic.plurals.get(fold(masculine), ())
    forms += stems.arabic.nouns(masculine)
    forms += [masculine + ending for ending in ("ون", "ين", "ات", "تان", "تين", "ان")]
    for form in forms:
        stems.written(form, why if not form.endswith(("ان", "تين")) else f"{why} dual", limit=~PRONOUN)


def _nisba_by_rule(base: str) -> str:
    for ending in ("ية", "يا", "ة", "ات", "ا", "ى", "ي"):
        if base.endswith(ending) and len(base) - len(ending) >= SHORTEST_INFLECTED:
            return base[: -len(ending)] + "ي"
    return base + "ي"
