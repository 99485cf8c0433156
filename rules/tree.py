"""The tree form of a rule: YAML nodes, or JSON values, read into the same expressions as lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rules.expression import AllOf, AnyOf, AtLeast, ConceptReference, Except, InField, Near, Not, Regex, Term
from rules.forms import Form
from rules.lines import clean_words, parse_lines
from rules.patterns import BadPattern, compile_pattern
from rules.positions import Mapping, Scalar, Sequence
from rules.problems import Position, Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules.expression import Expression
    from rules.positions import Node
    from rules.watchlist import Concept

__all__ = ["expression_of", "read_expression"]

DEEPEST = 40
MOST_TERMS = 5_000
"""Terms of one watchlist; more are a list that belongs into several."""

GROUPS = ("any", "all", "none", "none_anywhere", "except")
FIELDS = ("title", "lead", "body")
HEADS = (*GROUPS, "near", "at_least", "concept", "name", *FIELDS, "term", "exact", "as_written", "regex")
EXTRAS = {
    "near": ("within", "ordered", "same_sentence"),
    "at_least": ("of",),
    "term": ("times", "nisba", "with", "gap", "synonyms", "noun_only"),
    "name": ("times", "with"),
    "exact": ("times", "with"),
    "as_written": ("times", "with", "gap"),
}
KNOWN = tuple(dict.fromkeys([*HEADS, *(extra for extras in EXTRAS.values() for extra in extras)]))


def read_expression(
    value: object, *, concepts: tuple[Concept, ...] | list[Concept] = (), file: str = "match"
) -> tuple[Expression | None, tuple[Problem, ...]]:
    """Return the expression of a row's own ``match``: lines as text, or a tree as JSON gives it; and every mistake."""
    names = {name: concept.id for concept in concepts for name in (concept.name, concept.id)}
    return expression_of(_node_of(value, Position(file=file, line=1, column=1), 0), names, plus=True)


def expression_of(
    node: Node, concepts: dict[str, str], *, plus: bool = False
) -> tuple[Expression | None, tuple[Problem, ...]]:
    """Return the expression that a ``match`` node stands for, and every mistake in it; None if there is any."""
    reader = _Tree(concepts)
    if isinstance(node, Scalar) and not node.is_null:
        part, problems = parse_lines(node.text, node.position_of, concepts=concepts, plus=plus)
        reader.count(part)
    else:
        part = reader.top(node)
        problems = []
    problems = [*problems, *reader.problems]
    broken = any(not problem.warning for problem in problems)
    return (None if broken else part), tuple(problems)


def _is_text_with_a_colon(node: Mapping) -> bool:
    """Tell ``عاجل: هدنة`` from keys: one key in Arabic letters, with one value."""
    if len(node.entries) != 1 or not isinstance(node.entries[0][1], Scalar):
        return False
    return bool(re.search(r"[\u0621-\u064a]", node.entries[0][0].text))


def _node_of(value: object, at: Position, depth: int) -> Node:
    if depth > DEEPEST + 2:
        return Scalar(text="", at=at)
    if isinstance(value, dict):
        pairs = ((Scalar(text=str(key), at=at), _node_of(item, at, depth + 1)) for key, item in value.items())
        return Mapping(entries=tuple(pairs), at=at)
    if isinstance(value, list | tuple):
        return Sequence(items=tuple(_node_of(item, at, depth + 1) for item in value), at=at)
    if isinstance(value, bool):
        return Scalar(text="true" if value else "false", at=at)
    return Scalar(text="" if value is None else str(value), at=at, plain=value is None)


class _Tree:
    def __init__(self, concepts: dict[str, str]) -> None:
        self._concepts = concepts
        self._terms = 0
        self.problems: list[Problem] = []

    def top(self, node: Node) -> Expression | None:
        if isinstance(node, Sequence):
            self._wrong(node.at, "bare_list", "a bare list stands for nothing; did you mean any?", near="any")
            return None
        return self._node(node, 0)

    def count(self, part: Expression | None) -> None:
        """Count the terms of an expression that came from lines."""
        if isinstance(part, Term):
            self._counted(part.at)
        for child in getattr(part, "parts", ()) or filter(None, [getattr(part, "part", None)]):
            self.count(child)

    def _counted(self, at: Position | None) -> None:
        self._terms += 1
        if self._terms == MOST_TERMS + 1 and at:
            self._wrong(at, "too_many_terms", f"more than {MOST_TERMS} terms in one watchlist; part it into several")

    def _node(self, node: Node, depth: int) -> Expression | None:
        if depth > DEEPEST:
            self._wrong(node.at, "too_deep", f"the expression is nested more than {DEEPEST} levels deep")
            return None
        if isinstance(node, Scalar):
            return self._term(node)
        if isinstance(node, Sequence):
            self._wrong(node.at, "bare_list", "a bare list stands for nothing; did you mean any?", near="any")
            return None
        return self._mapping(node, depth)

    def _mapping(self, node: Mapping, depth: int) -> Expression | None:
        form = Form(node, self.problems, what="an expression")
        if _is_text_with_a_colon(node):
            message = f'a colon makes a key of "{node.entries[0][0].text}"; put the whole text in quotes'
            self._wrong(node.at, "colon_in_text", message)
            return None
        form.keys(*KNOWN)
        heads = [key for key in HEADS if node.get(key) is not None]
        self._strays(node, heads)
        parts = [part for key in heads if (part := self._head(key, form, depth)) is not None]
        if not heads and not node.entries:
            self._wrong(node.at, "empty", f"an expression needs one of: {', '.join(HEADS)}")
        if len(parts) < len(heads) or not parts:
            return None
        if all(isinstance(part, Not | Except) for part in parts) and depth == 0:
            self._wrong(node.at, "only_negative", '"none" alone finds nothing; say beside it what should be found')
            return None
        return (
            parts[0]
            if len(parts) == 1 and not isinstance(parts[0], Not | Except)
            else AllOf(parts=tuple(parts), at=node.at)
        )

    def _strays(self, node: Mapping, heads: list[str]) -> None:
        """Tell an extra that stands without its head: ``within`` beside a ``near`` that is nested elsewhere."""
        for key, _ in node.entries:
            owners = [head for head, extras in EXTRAS.items() if key.text in extras]
            if owners and not any(owner in heads for owner in owners):
                message = f'"{key.text}" belongs to "{owners[0]}" and must stand in the same block as it; move it to the right'
                self._wrong(key.at, "stray_key", message, near=owners[0])

    def _head(self, key: str, form: Form, depth: int) -> Expression | None:
        value = form.node.get(key) if form.node else None
        if value is None:
            return None
        if key in GROUPS:
            return self._group(key, value, depth)
        if key in FIELDS:
            part = self._group("any", value, depth) if isinstance(value, Sequence) else self._node(value, depth + 1)
            return part and InField(where=key, part=part, at=value.at)  # type: ignore[arg-type]  # one of FIELDS
        readers: dict[str, Callable[[Node, Form, int], Expression | None]] = {
            "near": self._near,
            "at_least": self._at_least,
            "concept": self._concept,
            "regex": self._regex,
        }
        if key in readers:
            return readers[key](value, form, depth)
        return self._word(key, value, form, depth)

    def _group(self, key: str, value: Node, depth: int) -> Expression | None:
        parts = self._parts(key, value, depth)
        if parts is None:
            return None
        joined = parts[0] if len(parts) == 1 else AnyOf(parts=parts, at=value.at)
        if key == "any":
            return joined
        if key == "all":
            return self._all(parts, value)
        if key == "except":
            return Except(part=joined, at=value.at)
        return Not(part=joined, anywhere=key == "none_anywhere", at=value.at)

    def _all(self, parts: tuple[Expression, ...], value: Node) -> Expression | None:
        flat: list[Expression] = []
        for part in parts:  # {none: …} as an item of `all` is an AllOf of one exclusion: it belongs to this group
            lone = isinstance(part, AllOf) and all(isinstance(each, Not | Except) for each in part.parts)
            flat += part.parts if isinstance(part, AllOf) and lone else [part]
        if all(isinstance(part, Not | Except) for part in flat):
            self._wrong(value.at, "only_negative", "only exclusions stand in this group; say what should be found")
            return None
        return flat[0] if len(flat) == 1 else AllOf(parts=tuple(flat), at=value.at)

    def _parts(self, key: str, value: Node, depth: int) -> tuple[Expression, ...] | None:
        nodes = value.items if isinstance(value, Sequence) else (value,)
        if not nodes or (isinstance(value, Scalar) and value.is_null):
            self._wrong(value.at, "empty", f'"{key}" is empty; list at least one word under it')
            return None
        parts = [self._node(node, depth + 1) for node in nodes]
        good = tuple(part for part in parts if part is not None)
        return good if len(good) == len(parts) else None

    def _near(self, value: Node, form: Form, depth: int) -> Expression | None:
        parts = self._parts("near", value, depth)
        within = form.integer("within", None, minimum=0, maximum=1000)
        if within is None and not (form.node and form.node.get("within")):
            self._wrong(value.at, "no_distance", '"near" needs "within": how many words may stand between')
        if parts is not None and len(parts) < 2:
            self._wrong(value.at, "empty", '"near" needs two words or more')
            return None
        if parts is None or within is None:
            return None
        ordered, same = form.boolean("ordered", default=False), form.boolean("same_sentence", default=True)
        return Near(parts=parts, within=within, ordered=ordered, same_sentence=same, at=value.at)

    def _at_least(self, value: Node, form: Form, depth: int) -> Expression | None:
        listed = form.node.get("of") if form.node else None
        count = form.integer("at_least", None, minimum=1)
        if listed is None:
            self._wrong(value.at, "empty", '"at_least" needs "of": the list to choose from')
            return None
        parts = self._parts("of", listed, depth)
        if parts is None or count is None:
            return None
        if count > len(parts):
            self._wrong(value.at, "bad_count", f"{count} of {len(parts)} alternatives cannot be asked for")
            return None
        return AtLeast(count=count, parts=parts, at=value.at)

    def _concept(self, value: Node, form: Form, depth: int) -> Expression | None:
        del form, depth
        name = clean_words(value.text) if isinstance(value, Scalar) else ""
        if name in self._concepts:
            return ConceptReference(id=self._concepts[name], at=value.at)
        near = nearest(name, self._concepts)
        hint = f'; did you mean "{near}"?' if near else ""
        self._wrong(value.at, "unknown_concept", f'no concept is called "{name}"{hint}', near=near)
        return None

    def _regex(self, value: Node, form: Form, depth: int) -> Expression | None:
        del form, depth
        pattern = value.text if isinstance(value, Scalar) else ""
        try:
            compile_pattern(pattern)
        except BadPattern as error:
            self._wrong(value.at, "bad_regex", f"the pattern cannot be read: {error}")
            return None
        self._counted(value.at)
        return Regex(pattern=pattern, at=value.at)

    def _word(self, key: str, value: Node, form: Form, depth: int) -> Expression | None:
        if not isinstance(value, Scalar):
            self._wrong(value.at, "not_a_value", f'"{key}" takes one term')
            return None
        company = form.node.get("with") if form.node else None
        spelling = {"exact": "exact", "as_written": "as_written"}.get(key, "forms")
        return self._term(
            value,
            spelling=spelling,
            name=key == "name",
            times=form.integer("times", 1, minimum=1, maximum=100),
            nisba=form.boolean("nisba", default=None),
            synonyms=form.boolean("synonyms", default=True),
            noun_only=form.boolean("noun_only", default=False),
            gap=form.integer("gap", 0, minimum=0, maximum=20),
            company=self._group("any", company, depth) if company is not None else None,
        )

    def _term(self, scalar: Scalar, **options: object) -> Expression | None:
        found = re.search(r"\s+~\s*(\d+)\s*$", scalar.text)
        text = scalar.text[: found.start()] if found else scalar.text
        if found:
            options = {**options, "gap": int(found[1])}
        alternatives = [clean_words(part) for part in re.split("[،؛]", text)]
        terms = [self._one_term(words, scalar, options) for words in alternatives]
        if len(alternatives) > 1:
            message = f'the Arabic comma in "{clean_words(text)}" reads as "or"; write the words as items of their own'
            self.problems.append(Problem(at=scalar.at, code="arabic_comma", message=message, warning=True))
        good = tuple(term for term in terms if term is not None)
        if len(good) < len(terms):
            return None
        return good[0] if len(good) == 1 else AnyOf(parts=good, at=scalar.at)

    def _one_term(self, words: str, scalar: Scalar, options: dict[str, object]) -> Term | None:
        self._counted(scalar.at)
        if not re.search(r"\w", words):
            message = f'"{words}" holds no letter and no digit, so it can never match' if words else "an empty term"
            self._wrong(scalar.at, "no_letters", message)
            return None
        return Term(words=words, at=scalar.at, **options)  # type: ignore[arg-type]  # fields of Term, checked above

    def _wrong(self, at: Position, code: str, message: str, near: str | None = None) -> None:
        self.problems.append(Problem(at=at, code=code, message=message, nearest=near))
