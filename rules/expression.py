"""The tree of a rule: what lines and YAML both become, and what the matcher compiles.

Two expressions are equal when they mean the same words in the same structure; where they stand in a file does not count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rules.problems import Position

__all__ = [
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
]


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
