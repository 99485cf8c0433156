"""The tree of a rule: what lines and YAML both become, and what the matcher compiles.

Two expressions are equal when they mean the same words in the same structure; where they stand in a file does not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from rules.text import tokenise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rules.problems import Position

__all__ = [
    "DEEPEST",
    "FURTHEST",
    "MOST_PARTS",
    "MOST_TERMS",
    "MOST_TIMES",
    "WIDEST_GAP",
    "AllOf",
    "AnyOf",
    "AtLeast",
    "ConceptReference",
    "Except",
    "Expression",
    "InField",
    "Near",
    "Not",
    "Regex",
    "Term",
    "all_of",
    "any_of",
    "children",
    "only_negative",
    "term_of",
    "walk",
    "words_trouble",
]

DEEPEST = 40
"""Levels of an expression; one that a person wrote has under ten."""
MOST_TERMS = 5_000
"""Terms of one watchlist; more are a list that belongs into several."""
MOST_PARTS = 20
"""Parts of one `Near`."""
FURTHEST = 1_000
WIDEST_GAP = 20
MOST_TIMES = 100
WORDS_OF_A_PHRASE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or phrase.

    ``spelling``: ``forms`` stands for all its word forms, ``as_written`` for the word with clitics only
    (``بلفظه``), ``exact`` for exactly these letters (``حرفيًا``). ``name`` marks a personal name (``اسم X``).
    ``nisba``: None is the word's default, True and False are ``مع النسبة`` and ``بلا نسبة``.
    ``times`` is how many mentions it takes, ``gap`` how many foreign words may stand in each gap of a phrase (``~2``),
    ``company`` an expression that must also hold somewhere in the article (``مع:``), or None.
    Words that begin with ``#`` stand for that hashtag only.
    """

    words: str
    spelling: Literal["forms", "as_written", "exact"] = "forms"
    name: bool = False
    nisba: bool | None = None
    synonyms: bool = True
    noun_only: bool = False
    times: int = 1
    gap: int = 0
    company: Expression | None = None
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex:
    """A pattern of the ``regex`` library, searched in each field with a time limit."""

    pattern: str
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptReference:
    """A concept by its id; names are resolved when files are read."""

    id: str
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """Holds where one part holds; two parts or more."""

    parts: tuple[Expression, ...]
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Holds where every part holds; may hold `Not` and `Except` beside at least one positive part."""

    parts: tuple[Expression, ...]
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """Holds where the part does not: in title and lead, or ``anywhere`` in the article. Stands only inside `AllOf`."""

    part: Expression
    anywhere: bool = False
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Except:
    """Phrases whose words do not count for the other parts of the `AllOf` in which it stands (``إلا:``)."""

    part: Expression
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Holds where every part is mentioned with at most ``within`` foreign words between the first and the last.

    ``ordered`` asks for this order (``ثم N``). Mentions lie in one field, and in one sentence unless ``same_sentence`` is
    False.
    """

    parts: tuple[Expression, ...]
    within: int
    ordered: bool = False
    same_sentence: bool = True
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """Holds where ``count`` of the parts or more hold."""

    count: int
    parts: tuple[Expression, ...]
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InField:
    """Looks for the part in one field only; plain text satisfies every field."""

    where: Literal["title", "lead", "body"]
    part: Expression
    at: Position | None = field(default=None, compare=False, repr=False)


Expression = Term | Regex | ConceptReference | AnyOf | AllOf | Not | Except | Near | AtLeast | InField


def any_of(parts: Sequence[Expression], *, at: Position | None) -> Expression:
    """Return what holds where one part holds. Alternatives among alternatives are alternatives."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, AnyOf) else (part,))]
    return flat[0] if len(flat) == 1 else AnyOf(parts=tuple(flat), at=at)


def all_of(parts: Sequence[Expression], *, at: Position | None) -> Expression:
    """Return what holds where all parts hold. A group among them is dissolved, but for one with exceptions of its own."""
    flat: list[Expression] = []
    for part in parts:
        own = isinstance(part, AllOf) and any(isinstance(each, Except) for each in part.parts)
        dissolves = isinstance(part, AllOf) and (not own or only_negative(part))
        flat += part.parts if isinstance(part, AllOf) and dissolves else (part,)
    return flat[0] if len(flat) == 1 and not isinstance(flat[0], Not | Except) else AllOf(parts=tuple(flat), at=at)


def only_negative(expression: Expression) -> bool:
    """Tell whether an expression says only what must not stand in the text."""
    parts = expression.parts if isinstance(expression, AllOf) else (expression,)
    return all(isinstance(part, Not | Except) for part in parts)


def term_of(term: Term | None = None, **options: object) -> Term:
    """Return a term with options changed. A name in one spelling only is that spelling: it has no family to find."""
    made = replace(term, **options) if term else Term(**options)  # type: ignore[arg-type]  # fields of Term
    return replace(made, name=False) if made.name and made.spelling != "forms" else made


def words_trouble(words: str) -> tuple[str, str] | None:
    """Return why a term can never match, as (code, message); None where it can."""
    if not words:
        return "empty", "an empty term"
    if words.isalpha() and "\u0640" not in words:
        return None  # a single word, as most are
    tokens = tokenise(words)
    if not tokens or not re.search(r"[^\W_]", words):
        return "no_letters", f'"{words}" holds no letter and no digit, so it can never match'
    if tokens[-1].sentence > 0:
        message = f'"{words}" holds the end of a sentence, which no phrase crosses, so it can never match'
        return "sentence_end", message
    if len(tokens) > WORDS_OF_A_PHRASE:
        return "too_long", f"a phrase of {len(tokens)} words; {WORDS_OF_A_PHRASE} are the most"
    return None


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the expressions directly inside one, its company too."""
    match expression:
        case Term(company=company):
            return () if company is None else (company,)
        case AllOf() | AnyOf() | AtLeast() | Near():
            return expression.parts
        case Not() | Except() | InField():
            return (expression.part,)
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and everything inside it."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(children(node))
