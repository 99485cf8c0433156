"""The tree form of a rule: YAML nodes, or JSON values, read into the same expressions as lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rules.expression import (
    DEEPEST,
    FURTHEST,
    MOST_PARTS,
    MOST_TERMS,
    MOST_TIMES,
    WIDEST_GAP,
    AtLeast,
    ConceptReference,
    Except,
    InField,
    Near,
    Not,
    Regex,
    Term,
    all_of,
    any_of,
    only_negative,
    term_of,
    words_trouble,
)
from rules.forms import Form
from rules.keywords import GAP, mask_of
from rules.lines import clean_words, concept_named, parse_lines
from rules.patterns import BadPattern, compile_pattern
from rules.positions import Mapping, Scalar, Sequence
from rules.problems import Position, Problem, nearest
from rules.rows import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules.expression import Expression
    from rules.positions import Node
    from rules.watchlist import Concept

__all__ = ["expression_of", "read_expression"]

GROUPS = ("any", "all", "none", "none_anywhere", "except")
FIELDS = ("title", "lead", "body")
HEADS = (*GROUPS, "near", "at_least", "concept", "name", *FIELDS, "term", "exact", "as_written", "regex")
WORD_EXTRAS = ("times", "nisba", "with", "gap", "synonyms", "noun_only")
EXTRAS: dict[str, tuple[str, ...]] = {
    "near": ("within", "ordered", "same_sentence"),
    "at_least": ("of",),
    "term": WORD_EXTRAS,
    "name": WORD_EXTRAS,
    "exact": WORD_EXTRAS,
    "as_written": WORD_EXTRAS,
}
ELSEWHERE = {
    "not": "none", "exclude": "none", "without": "none", "or": "any", "and": "all", "phrase": "term", "word": "term",
    "then": "near", "text": "term", "unless": "none", "not_anywhere": "none_anywhere",
}  # fmt: skip
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
    problems: list[Problem] = []
    if isinstance(node, Scalar) and not node.is_null:
        if node.folded:
            message = 'YAML runs these rows together into one line; write "match: |" and the lines under it'
            return None, (Problem(at=node.at, code="folded_lines", message=message),)
        part, problems = parse_lines(node.text, node.locator(), concepts=concepts, plus=plus)
    else:
        part = reader.top(node)
    problems = [*problems, *reader.problems]
    broken = any(not problem.warning for problem in problems)
    return (None if broken else part), tuple(problems)


def _is_text_with_a_colon(node: Mapping) -> bool:
    """Tell ``عاجل: هدنة`` from keys: one key in Arabic letters, with one value."""
    if len(node.entries) != 1 or not isinstance(node.entries[0][1], Scalar):
        return False
    return bool(re.search(r"[\u0621-\u064a]", node.entries[0][0].text))


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _node_of(value: object, at: Position, depth: int) -> Node:
    if depth > 2 * DEEPEST + 2:  # each level of an expression is a mapping and a list
        return Scalar(text="", at=at)
    if isinstance(value, dict):
        pairs = ((Scalar(text=visible(str(key)), at=at), _node_of(item, at, depth + 1)) for key, item in value.items())
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
        self._known(form)
        heads = [key for key in HEADS if node.get(key) is not None]
        self._strays(node, heads)
        parts = [part for key in heads if (part := self._head(key, form, depth)) is not None]
        if not heads and not node.entries:
            self._wrong(node.at, "empty", f"an expression needs one of: {', '.join(HEADS)}")
        if len(parts) < len(heads) or not parts:
            return None
        if depth == 0 and all(only_negative(part) for part in parts):
            self._only_negative(node.at)
            return None
        return all_of(parts, at=node.at)

    def _known(self, form: Form) -> None:
        """Tell unknown keys; a word of another language of queries is answered with ours."""
        for key, _ in form.node.entries if form.node else ():
            if key.text in KNOWN:
                continue
            near = ELSEWHERE.get(key.text.lower()) or nearest(key.text, KNOWN)
            hint = f'did you mean "{near}"?' if near else f"expected one of: {', '.join(HEADS)}"
            form.wrong(key.at, "unknown_key", f'unknown key "{key.text}"; {hint}', found=key.text, near=near)

    def _only_negative(self, at: Position) -> None:
        self._wrong(at, "only_negative", '"none" alone finds nothing; say beside it what should be found')

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
            part = self._group("any", value, depth)
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
        if key == "all":
            if not all(only_negative(part) for part in parts):
                return all_of(parts, at=value.at)
            self._only_negative(value.at)
            return None
        joined = any_of(parts, at=value.at)
        if key == "any":
            return joined
        if key == "except":
            return Except(part=joined, at=value.at)
        return Not(part=joined, anywhere=key == "none_anywhere", at=value.at)

    def _parts(self, key: str, value: Node, depth: int) -> tuple[Expression, ...] | None:
        nodes = value.items if isinstance(value, Sequence) else (value,)
        if not nodes or (isinstance(value, Scalar) and value.is_null):
            self._wrong(value.at, "empty", f'"{key}" is empty; list at least one word under it')
            return None
        parts = [self._node(node, depth + 1) for node in nodes]
        good = [part for part in parts if part is not None]
        if key != "all" and any(only_negative(part) for part in good):  # {none: …} is an item of `all` only
            self._only_negative(value.at)
            return None
        return tuple(good) if len(good) == len(parts) else None

    def _near(self, value: Node, form: Form, depth: int) -> Expression | None:
        parts = self._parts("near", value, depth)
        within = form.integer("within", None, minimum=0, maximum=FURTHEST)
        distance = form.node.get("within") if form.node else None
        if within is None and (distance is None or _is_null(distance)):
            self._wrong(value.at, "no_distance", '"near" needs "within": how many words may stand between')
        if parts is not None and len(parts) < 2:
            self._wrong(value.at, "empty", '"near" needs two words or more')
            return None
        if parts is not None and len(parts) > MOST_PARTS:
            self._wrong(value.at, "too_many_parts", f'more than {MOST_PARTS} parts in one "near"')
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
        if _is_null(value):
            self._wrong(value.at, "empty", '"at_least" needs a number: how many of the list')
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
        concept, near = concept_named(name, self._concepts)
        if concept is not None:
            return ConceptReference(id=concept, at=value.at)
        hint = f'; did you mean "{near}"?' if near else ""
        self._wrong(value.at, "unknown_concept", f'no concept is called "{name}"{hint}', near=near)
        return None

    def _regex(self, value: Node, form: Form, depth: int) -> Expression | None:
        del form, depth
        pattern = value.text if isinstance(value, Scalar) else ""
        if "\b" in pattern:
            message = "between double quotes YAML makes a backspace of \\b; write the pattern between single quotes"
            self._wrong(value.at, "bad_regex", message)
            return None
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
            times=form.integer("times", 1, minimum=1, maximum=MOST_TIMES),
            nisba=form.boolean("nisba", default=None),
            synonyms=form.boolean("synonyms", default=True),
            noun_only=form.boolean("noun_only", default=False),
            gap=form.integer("gap", 0, minimum=0, maximum=WIDEST_GAP),
            company=self._group("any", company, depth) if company is not None else None,
        )

    def _term(self, scalar: Scalar, **options: object) -> Expression | None:
        text, mask = scalar.text, mask_of(scalar.text)
        gap = GAP.search(mask)
        if gap:
            text, mask = text[: gap.start()], mask[: gap.start()]
            if int(gap["number"][:9]) > WIDEST_GAP:
                self._wrong(scalar.at, "out_of_range", f'"~" takes a number between 0 and {WIDEST_GAP}')
                return None
            options = {**options, "gap": int(gap["number"])}
        alternatives = [clean_words(part) for part in _at_commas(text, mask)]
        terms = [self._one_term(words, scalar, options) for words in alternatives]
        if len(alternatives) > 1:
            message = f'the Arabic comma in "{clean_words(text)}" reads as "or"; write the words as items of their own'
            self.problems.append(Problem(at=scalar.at, code="arabic_comma", message=message, warning=True))
        good = [term for term in terms if term is not None]
        return any_of(good, at=scalar.at) if len(good) == len(terms) else None

    def _one_term(self, words: str, scalar: Scalar, options: dict[str, object]) -> Term | None:
        self._counted(scalar.at)
        trouble = words_trouble(words)
        if trouble:
            self._wrong(scalar.at, *trouble)
            return None
        return term_of(words=words, at=scalar.at, **options)  # type: ignore[arg-type]  # fields of Term, checked above

    def _wrong(self, at: Position, code: str, message: str, near: str | None = None) -> None:
        self.problems.append(Problem(at=at, code=code, message=message, nearest=near))


def _at_commas(text: str, mask: str) -> list[str]:
    """Split a term at Arabic commas; between quotes a comma is a sign like others."""
    parts, begin = [], 0
    for comma in re.finditer("[،؛]", mask):
        parts.append(text[begin : comma.start()])
        begin = comma.end()
    return [*parts, text[begin:]]
