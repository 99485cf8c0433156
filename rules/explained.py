"""What a term stands for, told: the ways to say it, each word's forms by the phenomenon they come from, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.conjugation import marked
from rules.family import family, kept_out
from rules.name_spellings import SPLIT_FIRST
from rules.peeling import BARE
from rules.shown_forms import shown_forms
from rules.terms import ways
from rules.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.arabic import Arabic
    from rules.expression import Term
    from rules.stems import Stem
    from rules.terms import Way
    from rules.vocabulary import WordSpec

__all__ = ["ExplainedTerm", "ExplainedWay", "ExplainedWord", "FormGroup", "KeptOut", "explain_term"]

ORDER = (
    "word",
    "name",
    "number",
    "dual",
    "case",
    "feminine",
    "agreement",
    "nisba",
    "verb",
    "person",
    "synonym",
    "spelling",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormGroup:
    """Forms that come from one phenomenon, as they are written without clitics; ``before_pronouns`` ones stand only so.

    ``why``: word, name, number (plurals), dual, feminine, agreement (of an adjective), nisba, verb (of a masdar), person
    (of a verb), synonym, spelling.
    """

    why: str
    forms: tuple[str, ...]
    before_pronouns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedWord:
    """One word of a way.

    ``definite``: True asks for ال or a pronoun, False for neither, None for any; ``exact`` for these very letters. ``groups``
    holds every stem that counts; ``shown`` those that a reader takes for words, and ``also`` the kinds of the rest
    (`rules.shown_forms`).
    """

    word: str
    definite: bool | None
    exact: bool
    groups: tuple[FormGroup, ...]
    shown: tuple[FormGroup, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedWay:
    """One way to say the term, and why: word (as typed), nisba, synonym, name (another of its names), spelling.

    ``listed`` is False for a name split at any place, which counts although nobody would look for it in a list.
    """

    why: str
    words: tuple[ExplainedWord, ...]
    listed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOut:
    """A form that never counts: the word that it belongs to, or nothing where the table of false friends names it."""

    form: str
    belongs_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedTerm:
    """A term with every way to say it, the one typed first, and what looks like it and is kept out."""

    term: Term
    ways: tuple[ExplainedWay, ...]
    kept_out: tuple[KeptOut, ...]


def explain_term(term: Term, arabic: Arabic) -> ExplainedTerm:
    """Return what a term stands for; for a hashtag one way without words."""
    if term.words.startswith("#"):
        return ExplainedTerm(term=term, ways=(), kept_out=())
    said = ways(arabic, term)
    told = tuple(_way(arabic, way, said[0]) for way in said)
    out: dict[str, str] = {}
    for spec in {spec.word: spec for spec in said[0].words if not spec.exact}.values():
        out |= dict(kept_out(arabic, spec.word, spec.options))
    return ExplainedTerm(
        term=term,
        ways=told,
        kept_out=tuple(KeptOut(form=form, belongs_to=belongs) for form, belongs in out.items()),
    )


def _way(arabic: Arabic, way: Way, typed: Way) -> ExplainedWay:
    key = " ".join(fold(spec.word) for spec in way.words)
    known = key in arabic.names or key in arabic.places or way.words[0].word in SPLIT_FIRST
    split = way.why == "spelling" and len(way.words) > len(typed.words) and way.words[-1].word.isalpha()
    words = tuple(_word(arabic, spec) for spec in way.words)
    return ExplainedWay(why=way.why, words=words, listed=known or not split)


def _word(arabic: Arabic, spec: WordSpec) -> ExplainedWord:
    if spec.exact:
        groups = (FormGroup(why="word", forms=(spec.word,)),)
        return ExplainedWord(word=spec.word, definite=spec.definite, exact=True, groups=groups, shown=groups)
    stems = family(arabic, spec.word, spec.options)
    free, bound = (
        _by_why(stem for stem in stems if stem.flags & BARE),
        _by_why(stem for stem in stems if not stem.flags & BARE),
    )
    found = shown_forms(arabic, spec.word, [stem for stem in stems if stem.flags & BARE])
    shown: dict[str, list[str]] = {}
    for each in found:
        if each.form:
            typed = each.why == "name" and fold(each.form) == fold(spec.word)
            shown.setdefault("word" if typed else each.why, []).append(each.form)
    return ExplainedWord(
        word=spec.word,
        definite=spec.definite,
        exact=False,
        groups=_groups(free, bound),
        shown=_groups(shown, {}),
        also=tuple(dict.fromkeys(each.kind for each in found if each.kind)),
    )


def _by_why(stems: Iterable[Stem]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    keys: set[tuple[str, str]] = set()
    for stem in stems:
        why = stem.why.removesuffix(" dual")
        if stem.mark or (why, fold(stem.form)) not in keys:
            found.setdefault(why, []).append(marked(stem.form, stem.mark))
        keys.add((why, fold(stem.form)))
    return found


def _groups(forms: dict[str, list[str]], bound: dict[str, list[str]]) -> tuple[FormGroup, ...]:
    return tuple(
        FormGroup(why=why, forms=tuple(forms.get(why, ())), before_pronouns=tuple(bound.get(why, ())))
        for why in ORDER
        if why in forms or why in bound
    )
