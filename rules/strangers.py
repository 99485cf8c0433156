"""What the table of false friends keeps out of a word's family, or lets in only where the text tells it apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.conjugation import mark_of
from rules.singulars import singulars_of, without_article
from rules.text import clean, fold

if TYPE_CHECKING:
    from rules.arabic import Arabic

__all__ = ["doubtful_of", "strangers_of"]

FEMININE = ("ه", "ت", "تان", "تين", "تا", "تي")


def strangers_of(arabic: Arabic, word: str, *, agrees: bool) -> dict[str, list[str]]:
    """Return the words that must not count, by key, with what only inflection makes of them."""
    bare = without_article(arabic, word)
    found: dict[str, list[str]] = {}
    for form in (form for key in _keys(arabic, word) for form in arabic.not_family.get(key, ())):
        if form == bare or (agrees and form == bare + "ة"):
            continue  # «حزب معارض»: «أحزاب معارضة»
        cut = form.removesuffix("ة")
        for each in (form, *(cut + ending for ending in FEMININE if cut != form)):
            found.setdefault(fold(each), []).append(each)
    return found


def doubtful_of(arabic: Arabic, word: str) -> dict[str, int]:
    """Return the keys of forms that are more often another word, each with the mark that tells it apart, or 0."""
    forms = [form for key in _keys(arabic, word) for form in arabic.doubtful.get(key, ())]
    return {fold(clean(form + ending)): mark_of(form) for form in forms for ending in ("", "ا")}


def _keys(arabic: Arabic, word: str) -> dict[str, None]:
    bare = without_article(arabic, word)
    return dict.fromkeys((fold(word), fold(bare), *map(fold, singulars_of(arabic, bare, agrees=False))))
