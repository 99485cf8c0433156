"""What a term stands for, told: the ways to say it, each word's forms by the phenomenon they come from, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.conjugation import marked
from rules.family import family, kept_out
from rules.peeling import BARE
from rules.terms import ways
from rules.text import fold

if TYPE_CHECKING:
    from rules.arabic import Arabic
    from rules.expression import Term
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

    ``definite``: True asks for ال or a pronoun, False for neither, None for any; ``exact`` for these very letters.
    """

    word: str
    definite: bool | None
    exact: bool
    groups: tuple[FormGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedWay:
    """One way to say the term, and why: word (as typed), nisba, synonym, name (another of its names), spelling."""

    why: str
    words: tuple[ExplainedWord, ...]


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
    told = tuple(ExplainedWay(why=way.why, words=tuple(_word(arabic, spec) for spec in way.words)) for way in said)
    out: dict[str, str] = {}
    for spec in {spec.word: spec for spec in said[0].words if not spec.exact}.values():
        out |= dict(kept_out(arabic, spec.word, spec.options))
    return ExplainedTerm(
        term=term,
        ways=told,
        kept_out=tuple(KeptOut(form=form, belongs_to=belongs) for form, belongs in out.items()),
    )


def _word(arabic: Arabic, spec: WordSpec) -> ExplainedWord:
    groups: tuple[FormGroup, ...] = (FormGroup(why="word", forms=(spec.word,)),)
    if not spec.exact:
        groups = _groups(arabic, spec)
    return ExplainedWord(word=spec.word, definite=spec.definite, exact=spec.exact, groups=groups)


def _groups(arabic: Arabic, spec: WordSpec) -> tuple[FormGroup, ...]:
    forms: dict[str, list[str]] = {}
    bound: dict[str, list[str]] = {}
    for stem in family(arabic, spec.word, spec.options):
        why = stem.why.removesuffix(" dual")
        place = forms if stem.flags & BARE else bound
        if stem.mark or fold(stem.form) not in {fold(form) for form in place.get(why, ())}:
            place.setdefault(why, []).append(marked(stem.form, stem.mark))
    return tuple(
        FormGroup(why=why, forms=tuple(forms.get(why, ())), before_pronouns=tuple(bound.get(why, ())))
        for why in ORDER
        if why in forms or why in bound
    )
