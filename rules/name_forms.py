"""The stems of a name: its spellings, its article where it is its own, and the adjective of a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.name_spellings import name_variants
from rules.noun_forms import put_adjective
from rules.peeling import ARTICLE, DEFINITE
from rules.singulars import is_foreign
from rules.stems import CLITICS, SHORTEST_ADJECTIVE
from rules.text import fold

if TYPE_CHECKING:
    from rules.stems import Stems

__all__ = ["put_name", "put_own_article", "put_place", "put_short_definite"]

SHORTEST_DEFINITE = 4
SHORTEST_PLACE = 6
"""Letters of a place that the lexicon knows from which on it has other spellings like a foreign name (كينشاسا: كنشاسا)."""


def put_name(stems: Stems, word: str, *, known_as_name: bool, nisba: bool | None) -> None:
    """Add a name; one that the lexicon does not know and nobody called a name may be an adjective (باليستي)."""
    stems.put(word, CLITICS | ARTICLE, "name")
    bare = word[2:] if word.startswith("ال") and len(word) > 4 else word
    stems.put(bare, CLITICS | ARTICLE, "name")
    put_short_definite(stems, word, "name")
    if bare.endswith("ة"):
        stems.put(bare[:-1] + "ه", CLITICS, "spelling")
    if bare in {"بن", "ابن"}:
        stems.put("ابن" if bare == "بن" else "بن", CLITICS, "spelling")
    _put_variants(stems, bare)
    if bare.endswith("ي") and is_foreign(stems.arabic, bare) and not known_as_name:
        for stem in list(stems.found.values()):
            for ending in ("ة", "ه", "ا", "ين", "ون"):  # باليستي may be an adjective, and has spellings
                stems.put_checked(stem.form + ending, stem.flags & ~(ARTICLE if ending == "ا" else 0), "agreement")
    if nisba is not False and bare.endswith("يا") and len(bare) > SHORTEST_ADJECTIVE:
        put_adjective(stems, bare[:-1], "nisba")


def put_place(stems: Stems, word: str, *, nisba: bool | None) -> None:
    """Add a place with its names of one word and its adjectives; ``nisba`` is what the term asks for."""
    place = stems.arabic.places[fold(word)]
    for number, spelling in enumerate((word, *place.spellings)):
        if " " not in spelling:
            _put_definite(stems, spelling, "name" if number == 0 else "spelling")
    if nisba or (nisba is None and fold(word) not in stems.arabic.no_nisba):
        for adjective in place.nisbas:
            if " " not in adjective:
                put_adjective(stems, adjective, "nisba")
    _put_variants(stems, word)


def _put_variants(stems: Stems, word: str) -> None:
    place = len(word) >= SHORTEST_PLACE and fold(word) in stems.arabic.places and not word.startswith("ال")
    if place or is_foreign(stems.arabic, word):
        for variant in name_variants(word, stems.arabic.knows):
            stems.put(variant, CLITICS | ARTICLE, "spelling")


def _put_definite(stems: Stems, word: str, why: str) -> None:
    """A name with the article of its own (الصين) is not the same without it; one without it takes none."""
    stems.put(word, CLITICS, why)
    if word.startswith("ال") and len(word) > 4:
        stems.put(word[2:], CLITICS | ARTICLE | DEFINITE, why)
    if word.endswith("ة"):
        stems.put(word[:-1] + "ه", CLITICS, why)
        if word.startswith("ال"):
            stems.put(word[2:-1] + "ه", CLITICS | ARTICLE | DEFINITE, why)


def put_short_definite(stems: Stems, word: str, why: str) -> None:
    """Add «أهل الحق» with its article peeled as any is; «حق» alone is not what was typed."""
    if word.startswith("ال") and len(word) == SHORTEST_DEFINITE and word != "الله":
        stems.put(word[2:], CLITICS | ARTICLE | DEFINITE, why)


def put_own_article(stems: Stems, word: str) -> None:
    """Add a name that the lexicon has with its article (الرباط): «للرباط»."""
    if word.startswith("ال") and len(word) > SHORTEST_DEFINITE and fold(word) not in stems.arabic.masdars:
        stems.put(word[2:], CLITICS | ARTICLE | DEFINITE, "word")
