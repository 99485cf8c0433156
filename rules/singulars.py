"""The dictionary form of a word as an editor types it: without its article, and the singular of a plural or dual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.stems import same_seat
from rules.stop_words import PARTICLES
from rules.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.arabic import Arabic

__all__ = ["dual_of", "is_foreign", "singulars_of", "well_spelt", "without_article", "without_pronoun"]

SHORTEST_ARABIC = 5
SHORTEST_OWNED = 3
OWNERS = ("هما", "ها", "هم", "هن", "ه")
"""Pronouns of a third person, as they stand in set phrases: لقي مصرعه."""
SHORTEST_DEFECTIVE = 3


def is_foreign(arabic: Arabic, word: str) -> bool:
    """Tell whether a word is a name that the lexicon does not know; what ends in ة or ات is rather a new Arabic word."""
    if word.endswith(("ة", "ات")) and len(word) >= SHORTEST_ARABIC:
        return False
    if word.endswith(("ون", "يين")) and arabic.lemmas(without_article(arabic, word)[:-2]):
        return False
    if _of_construct(arabic, word):
        return False
    key = fold(word)
    bare = fold(without_article(arabic, word))
    arab = "\u0621" <= key[:1] <= "\u064a"
    return arab and not arabic.is_common(key) and not arabic.is_common(bare) and key not in arabic.verbs


def without_article(arabic: Arabic, word: str) -> str:
    """Return a word as typed without its article; the ال of the word itself (التزام, ألمانيا) stays."""
    if not word.startswith("ال") or len(word) < 4 or word == "الله":
        return word
    key, rest = fold(word), word[2:]
    plurals = (plural for single in arabic.singulars.get(key, ()) for plural in arabic.plurals.get(fold(single), ()))
    if (
        key in arabic.plurals
        or key in arabic.masdars
        or any(plural[0] == "ا" and fold(plural) == key for plural in plurals)
    ):
        return word  # «الغاز» is ال + غاز, though «ألغاز» is a plural
    if len(word) == 4 or arabic.entries(key):
        noun_whole = any(entry.noun and entry.listed for entry in arabic.entries(key))
        return rest if arabic.lemmas(rest) and not noun_whole else word
    return rest


def well_spelt(arabic: Arabic, word: str, *, last: bool = False) -> str:
    """Return a word as dictionaries spell it where people type ه for ة, ى for ي or ي for ى; ``last`` of several words.

    «عمله» behind another word may be his work; alone, and before another word, it is «عملة».
    """
    key, rest = fold(word), word[:-1]
    nouns = [entry for entry in arabic.entries(key) if entry.noun]
    if (
        len(word) < SHORTEST_OWNED
        or not PARTICLES.isdisjoint((key, key[:-1]))
        or any(entry.form == entry.lemma == word for entry in nouns)
    ):
        return word
    match word[-1]:
        case "ه" if not last or word.startswith("ال") or rest not in arabic.lemmas(rest):
            feminine = rest + "ة"
            known = arabic.knows(fold(feminine)) or arabic.knows(fold(feminine.removeprefix("ال")))
            return feminine if known else word
        case "ى":
            dotted = key in arabic.own_words or any(entry.form == rest + "ي" for entry in nouns)
            own = any(entry.form == word and entry.lemma != rest + "ي" for entry in nouns)
            return rest + "ي" if dotted and not own else word
        case "ي":
            dotless = bool(nouns) and all(entry.lemma == rest + "ى" for entry in arabic.entries(key))
            return rest + "ى" if dotless and key not in arabic.own_words else word
    return word


def without_pronoun(arabic: Arabic, word: str) -> str:
    """Return the noun of a word typed with a pronoun, which no name is: «لقي مصرعه» also says «لقوا مصرعهم»."""
    if not is_foreign(arabic, word) or arabic.is_common_news(fold(word)):
        return word
    for owner in OWNERS:
        base = word.removesuffix(owner)
        nouns = (base[:-1] + "ة", base) if base.endswith("ت") else (base,)
        for noun in nouns if base != word and len(base) >= SHORTEST_OWNED else ():
            if noun in arabic.lemmas(noun):
                return noun
    return word


def singulars_of(arabic: Arabic, word: str, *, agrees: bool) -> tuple[str, ...]:
    """Return the singulars of which the word may be a form; the word itself where it is one."""
    key = fold(word)
    if key in arabic.plurals:
        return (word,)
    own = arabic.singulars.get(key, ())
    own = tuple(single for single in own if _is_plural_of(arabic, word, single))  # إبعاد is no أبعاد
    if own:
        return own
    lemmas = arabic.lemmas(word)
    for other in _defective(word, known=bool(lemmas), listed=word in lemmas):
        if fold(other) in arabic.plurals and other not in lemmas:
            return (word, other)
    if word in lemmas or not lemmas:
        if word.endswith("ات") and len(word) > 4:
            return (word, *_singulars_of_sound_plural(arabic, word))
        return (word if lemmas else _of_masculine_plural(arabic, word) or word,)
    if word.endswith("ة") and word[:-1] in lemmas:  # وزيرة is not وزير, but an adjective agrees with its noun
        return (word[:-1],) if agrees else (word,)
    if word.endswith("ى") and lemmas[0][0] == "أ" and not agrees:  # «أولى» is no «أول»
        return (word,)
    return lemmas


def _of_masculine_plural(arabic: Arabic, word: str) -> str:
    if word.endswith(("ون", "يين")) and len(word) >= SHORTEST_ARABIC and arabic.lemmas(word[:-2]):
        return word[:-2]  # but كانون is no plural of كان
    return _of_construct(arabic, word)


def _of_construct(arabic: Arabic, word: str) -> str:
    """Return the singular of a sound plural typed before its genitive (مهربو البشر), or nothing: ماركو is a name."""
    single, key = word[:-1], fold(word)
    if not word.endswith("و") or len(word) < SHORTEST_ARABIC or single not in arabic.lemmas(single):
        return ""
    participle = single[0] == "م" and single[1] != "ا" and key not in arabic.places and key not in arabic.names
    return single if participle or arabic.entries(fold(single + "ون")) else ""


def _defective(word: str, *, known: bool, listed: bool) -> Iterator[str]:
    """Yield the other spelling of what may be a defective noun: قاض is قاضي; but «يمن» is no «يمني», nor «قانوني» «قانون»."""
    if word.endswith("ي"):
        if not listed:
            yield word[:-1]
    elif not known or (len(word) == SHORTEST_DEFECTIVE and word[1] == "ا"):
        yield word + "ي"


def _is_plural_of(arabic: Arabic, word: str, single: str) -> bool:
    plurals = arabic.plurals.get(fold(single), ())
    return any(fold(plural) == fold(word) and same_seat(word, plural) for plural in plurals)


def _singulars_of_sound_plural(arabic: Arabic, word: str) -> Iterator[str]:
    singles = (word[:-2] + "ة", word[:-2])
    found = [single for single in singles if arabic.lemmas(single)]
    yield from found[:1] or ([] if arabic.lemmas(word) else singles[:1])  # «مظاهرات» is of مظاهرة, never of «مظاهر»


def dual_of(arabic: Arabic, word: str) -> str:
    """Return the singular of a typed dual (الدولتين), or nothing: «مقاتلين» is a plural too."""
    key = fold(word)
    if not word.endswith(("ان", "ين")) or len(word) < 5 or key in arabic.singulars or key in arabic.plurals:
        return ""
    lemmas, single = arabic.lemmas(word), word[:-2]
    if word in lemmas:
        return ""
    if word.endswith(("تان", "تين")):
        feminine = word[:-3] + "ة"
        return feminine if arabic.knows(fold(feminine)) else ""
    if single not in lemmas or (word.endswith("ين") and _takes_sound_plural(arabic, single)):
        return ""
    return single


def _takes_sound_plural(arabic: Arabic, single: str) -> bool:
    return single.endswith("ي") or single.startswith("م") or bool(arabic.entries(fold(single + "ون")))
