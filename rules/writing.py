"""Expressions written down again: as lines for people, and as the tree in YAML. What is written reads as the same expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rules.expression import AllOf, AnyOf, AtLeast, ConceptReference, Except, InField, Near, Not, Regex, Term, walk
from rules.keywords import mask_of
from rules.lines import parse_lines
from rules.problems import Position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.expression import Expression

__all__ = ["as_lines", "as_tree", "as_yaml", "scalar"]

AS_OPERATOR = re.compile(r"[،؛]|~\s*\d+\s*$")
"""What the tree would read as an operator within a term."""
Tree = str | dict[str, object]

NOWHERE = Position(file="", line=1, column=1)
FIELD_HEADS = {"title": "في العنوان", "lead": "في المقدمة", "body": "في المتن"}
SPELLINGS = {"as_written": "بلفظه", "exact": "حرفيًا"}
QUOTE_PAIRS = (("«", "»"), ("“", "”"), ('"', '"'))


class _NotInLines(Exception):
    """The lines have no words for this; the tree has."""


# --- lines --------------------------------------------------------------------------------------------------------------


def as_lines(expression: Expression, names: Mapping[str, str] | None = None) -> str | None:
    """Return the lines that stand for an expression, or None where lines have no words for it.

    ``names`` maps the ids of concepts to the names to write; a name that cannot be written plainly gives way to its id.
    """
    names = names or {}
    parts = expression.parts if isinstance(expression, AllOf) else (expression,)
    used = {node.id for node in walk(expression) if isinstance(node, ConceptReference)}
    known = {name: concept for concept in sorted(used) for name in (names.get(concept, concept), concept)}
    try:
        text = "\n".join(_line(part, names) for part in parts)
    except _NotInLines:
        return None
    back, _ = parse_lines(text, lambda _: NOWHERE, concepts=known)
    return text if back == expression else None


def _line(part: Expression, names: Mapping[str, str]) -> str:
    match part:
        case Not():
            head = "ليس في أي مكان" if part.anywhere else "ليس"
            return f"{head}: {_line(part.part, names)}"
        case Except():
            return f"إلا: {_line(part.part, names)}"
        case InField():
            return f"{FIELD_HEADS[part.where]}: {_line(part.part, names)}"
        case AtLeast():
            return f"{part.count} على الأقل من: {_alternatives_of(part.parts, names)}"
        case AnyOf():
            return _alternatives_of(part.parts, names)
        case _:
            return _alternative(part, names)


def _alternatives_of(parts: tuple[Expression, ...], names: Mapping[str, str]) -> str:
    *others, last = parts
    return "، ".join([*(_alternative(each, names, ended=True) for each in others), _alternative(last, names)])


def _alternative(part: Expression, names: Mapping[str, str], *, ended: bool = False) -> str:
    """Write one alternative; ``ended`` where another follows, which must not be read as its company."""
    options = {_options(term, names, ended=ended) for term in _terms(part)}
    if len(options) > 1:
        raise _NotInLines
    return _joined(part, names) + "".join(options)


def _terms(part: Expression) -> list[Term]:
    if isinstance(part, Term):
        return [part]
    return [term for each in part.parts for term in _terms(each)] if isinstance(part, AnyOf | Near) else []


def _options(term: Term, names: Mapping[str, str], *, ended: bool = False) -> str:
    said = [SPELLINGS[term.spelling]] if term.spelling in SPELLINGS else []
    if term.nisba is not None:
        said.append("مع النسبة" if term.nisba else "بلا نسبة")
    if not term.synonyms:
        said.append("بلا مرادفات")
    if term.noun_only:
        said.append("اسم فقط")
    if term.times > 1:
        said.append({2: "مرتان"}.get(term.times, f"{term.times} {'مرات' if term.times <= 10 else 'مرة'}"))
    company = [] if term.company is None else [f"مع: {_company(term.company, names)}"]
    said = [*company, *(said or ["مرة"])] if company and ended else [*said, *company]
    return "".join(f" / {option}" for option in said)


def _company(company: Expression, names: Mapping[str, str]) -> str:
    parts = company.parts if isinstance(company, AnyOf) else (company,)
    if any(_options(term, names) for part in parts for term in _terms(part)):
        raise _NotInLines  # an option would end the company
    return "، ".join(_alternative(part, names) for part in parts)


def _joined(part: Expression, names: Mapping[str, str]) -> str:
    if not isinstance(part, Near):
        return _either(part, names)
    if not part.same_sentence:
        raise _NotInLines
    word = f" {'ثم' if part.ordered else 'قرب'} {part.within} "
    first, *rest = part.parts
    left = _joined(first, names)
    return word.join([left, *(_either(each, names) for each in rest)])


def _either(part: Expression, names: Mapping[str, str]) -> str:
    return " أو ".join(_atom(each, names) for each in (part.parts if isinstance(part, AnyOf) else (part,)))


def _atom(part: Expression, names: Mapping[str, str]) -> str:
    if isinstance(part, ConceptReference):
        return f"مفهوم {_concept_name(part.id, names.get(part.id, part.id))}"
    if not isinstance(part, Term):
        raise _NotInLines
    gap = f" ~{part.gap}" if part.gap else ""
    return f"{'اسم ' if part.name else ''}{_quoted(part.words)}{gap}"


def _concept_name(id: str, name: str) -> str:
    found, _ = parse_lines(f"مفهوم {name}", lambda _: NOWHERE, concepts={name: id})
    return name if found == ConceptReference(id=id) else id


def _quoted(words: str) -> str:
    """Return a term's words, in quotes where the language would read something else in them."""
    for text in (words, *(f"{left}{words}{right}" for left, right in QUOTE_PAIRS)):
        found, problems = parse_lines(text, lambda _: NOWHERE, concepts={}, plus=True)
        if found == Term(words=words) and not problems:
            return text
    raise _NotInLines


# --- the tree -----------------------------------------------------------------------------------------------------------


def as_tree(expression: Expression) -> dict[str, object]:
    """Return the tree as plain data: texts, lists and mappings, as `read_expression` takes them.

    A text on its own would be read as lines, so a single word is a mapping too.
    """
    tree = _tree(expression)
    return {"term": tree} if isinstance(tree, str) else tree


def _tree(expression: Expression) -> Tree:  # noqa: C901 - one case a kind of node, each one line
    match expression:
        case Term():
            return _term(expression)
        case Regex():
            return {"regex": expression.pattern}
        case ConceptReference():
            return {"concept": expression.id}
        case AnyOf():
            return {"any": _trees(expression.parts)}
        case AllOf():
            return {"all": _trees(expression.parts)}
        case Not():
            return {"none_anywhere" if expression.anywhere else "none": _alternatives(expression.part)}
        case Except():
            return {"except": _alternatives(expression.part)}
        case InField():
            return {expression.where: _alternatives(expression.part)}
        case AtLeast():
            return {"at_least": expression.count, "of": _trees(expression.parts)}
        case Near():
            return _near(expression)


def _trees(parts: tuple[Expression, ...]) -> list[Tree]:
    return [_tree(part) for part in parts]


def _alternatives(part: Expression) -> list[Tree]:
    return _trees(part.parts if isinstance(part, AnyOf) else (part,))


def _near(near: Near) -> Tree:
    made: dict[str, object] = {"near": _trees(near.parts), "within": near.within}
    if near.ordered:
        made["ordered"] = True
    if not near.same_sentence:
        made["same_sentence"] = False
    return made


def _term(term: Term) -> Tree:
    extras: dict[str, object] = {}
    if term.times > 1:
        extras["times"] = term.times
    if term.nisba is not None:
        extras["nisba"] = term.nisba
    if not term.synonyms:
        extras["synonyms"] = False
    if term.noun_only:
        extras["noun_only"] = True
    if term.gap:
        extras["gap"] = term.gap
    if term.company is not None:
        extras["with"] = _alternatives(term.company)
    head = "name" if term.name else {"forms": "term"}.get(term.spelling, term.spelling)
    words = _guarded(term.words) if AS_OPERATOR.search(mask_of(term.words)) else term.words
    return words if head == "term" and not extras else {head: words, **extras}


def _guarded(words: str) -> str:
    """Return the words between quotes that they do not hold themselves: the tree reads no comma between quotes."""
    free = (pair for pair in QUOTE_PAIRS if not set(pair) & set(words))
    left, right = next(free, ("", ""))
    return f"{left}{words}{right}"


# --- YAML ---------------------------------------------------------------------------------------------------------------

PLAIN = re.compile(r"[^\W_](?:[\w .%/()+«»“”؟!\-]*[\w%)»”؟!.])?")
"""What may stand in YAML without quotes, and reads well there."""


def as_yaml(tree: object, indent: int = 0) -> str:
    """Return a tree as YAML in the form that shows well beside Arabic: each Latin key alone, wholly Arabic lines under it."""
    return "\n".join(_rows(tree, indent)) + "\n"


def _rows(tree: object, indent: int) -> list[str]:
    pad = " " * indent
    if isinstance(tree, dict):
        return [row for key, value in tree.items() for row in _entry(str(key), value, indent)]
    if isinstance(tree, list):
        return [row for item in tree for row in _item(item, indent)]
    return [pad + scalar(tree)]


def _entry(key: str, value: object, indent: int) -> list[str]:
    pad = " " * indent
    if isinstance(value, dict | list):
        return [f"{pad}{key}:", *_rows(value, indent + 2)]
    return [f"{pad}{key}: {scalar(value)}"]


def _item(item: object, indent: int) -> list[str]:
    first, *rest = _rows(item, indent + 2)
    return [f"{' ' * indent}- {first[indent + 2 :]}", *rest]


def scalar(value: object) -> str:
    """Return a value as YAML on one line, a text in quotes where it needs them."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if PLAIN.fullmatch(text) and "  " not in text and text not in {"null", "Null", "NULL"}:
        return text
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]", text):
        return '"' + "".join(_escaped(sign) for sign in text) + '"'
    return "'" + text.replace("'", "''") + "'"


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    return sign if sign.isprintable() else f"\\u{ord(sign):04x}"
