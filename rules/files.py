"""Rule files: every watchlist and concept of every file, and every mistake of all of them at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from rules.article import Article
from rules.expression import ConceptReference, walk
from rules.forms import Form
from rules.lines import clean_words
from rules.positions import Mapping, Scalar, Sequence, read_yaml
from rules.problems import Problem
from rules.tree import KNOWN as EXPRESSION_WORDS
from rules.tree import expression_of
from rules.watchlist import Concept, Example, Watchlist

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as Listing

    from rules.expression import Expression
    from rules.positions import Node
    from rules.problems import Position

__all__ = ["RuleFiles", "RuleSource", "read_rules"]

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WATCHLIST_KEYS = (
    "id", "name", "severity", "match", "in", "language", "sources", "channels", "cooldown", "visibility", "state", "tests",
)  # fmt: skip
CONCEPT_KEYS = ("id", "name", "match")
EXPRESSION_KEYS = frozenset(EXPRESSION_WORDS) - frozenset(WATCHLIST_KEYS)
DEEPEST_CONCEPTS = 10
SHOWN_OF_CIRCLE = 10
LARGEST_EXPANDED = 50_000
"""Nodes of one rule with its concepts written out: what can be decided on one article in some tens of milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSource:
    """One file: the name that problems give, and its text. ``concepts_only`` leaves its watchlists unread."""

    file: str
    text: str
    concepts_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFiles:
    """What the files say. Broken watchlists are left out here and told in ``problems``, which follow file and line."""

    watchlists: tuple[Watchlist, ...]
    concepts: tuple[Concept, ...]
    problems: tuple[Problem, ...]

    @property
    def mistakes(self) -> tuple[Problem, ...]:
        """Return the problems that are no mere warnings."""
        return tuple(problem for problem in self.problems if not problem.warning)


def read_rules(sources: Listing[RuleSource]) -> RuleFiles:
    """Read all files. ``watchlists:`` and ``concepts:`` may stand in any of them; concepts are known across files."""
    return _Reader().read(sources)


@dataclass
class _Found:
    """An item of a list, before its expression is read: that needs the names of all concepts."""

    form: Form
    node: Mapping
    id: str
    name: str = ""
    where: Node | None = field(default=None)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._seen: dict[tuple[str, str], Position] = {}

    def read(self, sources: Listing[RuleSource]) -> RuleFiles:
        watchlists: list[_Found] = []
        concepts: list[_Found] = []
        for source in sources:
            node, problems = read_yaml(source.text, source.file)
            self.problems += problems
            if node is None:
                continue
            form = Form(node, self.problems, what="a rule file")
            form.keys("watchlists", "concepts")
            concepts += self._found(form, "concepts", "concept", CONCEPT_KEYS)
            if not source.concepts_only:
                watchlists += self._found(form, "watchlists", "watchlist", WATCHLIST_KEYS)
        names = self._names(concepts)
        read_concepts = [concept for found in concepts if (concept := self._concept(found, names))]
        read_watchlists = [watchlist for found in watchlists if (watchlist := self._watchlist(found, names))]
        if not self._circles(read_concepts):
            self._sizes(read_concepts, read_watchlists)
        ordered = tuple(sorted(self.problems, key=lambda problem: (problem.at, problem.message)))
        return RuleFiles(watchlists=tuple(read_watchlists), concepts=tuple(read_concepts), problems=ordered)

    def _found(self, form: Form, key: str, kind: str, known: tuple[str, ...]) -> Iterator[_Found]:
        for node in form.items(key):
            item = Form(node, self.problems, what=f"a {kind}")
            if not isinstance(node, Mapping):
                if isinstance(node, Scalar) and node.is_null:
                    self._wrong(node.at, "not_a_mapping", f"an empty item; a {kind} needs id: and match:")
                continue
            self._keys(item, known)
            id = self._id(item, node, kind)
            yield _Found(form=item, node=node, id=id, name=clean_words(item.text("name", "") or "") or id)

    def _keys(self, form: Form, known: tuple[str, ...]) -> None:
        """Tell unknown keys; those of an expression stand too far to the left."""
        strays = [key for key, _ in form.node.entries if key.text in EXPRESSION_KEYS] if form.node else []
        for key in strays:
            self._wrong(key.at, "stray_key", f'"{key.text}" belongs under "match"; move it to the right')
        form.keys(*known, *(key.text for key in strays))

    def _id(self, form: Form, node: Mapping, kind: str) -> str:
        scalar = form.scalar("id")
        if scalar is None:
            self._wrong(node.at, "no_id", f'a {kind} needs an "id"')
            return ""
        if not ID.fullmatch(scalar.text) or len(scalar.text) > 64:
            message = f'the id "{scalar.text}" may hold small Latin letters, digits and single dashes between them only'
            self._wrong(scalar.at, "bad_id", message)
            return ""
        first = self._seen.setdefault((kind, scalar.text), scalar.at)
        if first != scalar.at:
            self._wrong(scalar.at, "duplicate_id", f'the id "{scalar.text}" is taken; the first is at {first}')
            return ""
        return scalar.text

    def _names(self, concepts: list[_Found]) -> dict[str, str]:
        names = {found.id: found.id for found in concepts if found.id}
        for found in concepts:
            if found.id and names.setdefault(found.name, found.id) != found.id:
                node = found.form.get("name") or found.node
                self._wrong(node.at, "duplicate_name", f'another concept is called "{found.name}" too')
        return names

    def _expression(self, found: _Found, names: dict[str, str]) -> Expression | None:
        node = found.form.get("match")
        if node is None:
            self._wrong(found.node.at, "no_match", f'"{found.id or "this item"}" needs "match": what to look for')
            return None
        expression, problems = expression_of(node, names)
        self.problems += problems
        return expression

    def _concept(self, found: _Found, names: dict[str, str]) -> Concept | None:
        expression = self._expression(found, names)
        if expression is None or not found.id:
            return None
        return Concept(id=found.id, name=found.name, expression=expression, at=found.node.at)

    def _watchlist(self, found: _Found, names: dict[str, str]) -> Watchlist | None:
        form = found.form
        expression = self._expression(found, names)
        examples = tuple(self._examples(form))
        sources = form.child("sources", "sources")
        if sources:
            sources.keys("include", "exclude")
        named = [sources.scalars("include"), sources.scalars("exclude")] if sources else []
        before = len(self.mistakes)
        cooldown = form.duration("cooldown", timedelta())
        if cooldown:
            form.later("cooldown")
        made = Watchlist(
            id=found.id or "broken",
            name=found.name,
            expression=expression or ConceptReference(id="broken"),
            severity=form.choice("severity", ("low", "normal", "high", "critical"), "normal"),  # type: ignore[arg-type]
            scope=form.choice("in", ("topic", "title", "lead", "all"), "topic"),  # type: ignore[arg-type]
            language=form.choice("language", ("ar", "any"), "ar"),  # type: ignore[arg-type]
            include=sources.texts("include") if sources else (),
            exclude=sources.texts("exclude") if sources else (),
            channels=form.texts("channels") if form.get("channels") is not None else None,
            cooldown=cooldown,
            visibility=form.choice("visibility", ("public", "private"), "public"),  # type: ignore[arg-type]
            state=form.choice("state", ("live", "trial", "off"), "live"),  # type: ignore[arg-type]
            examples=examples,
            at=found.node.at,
            named_at=tuple((each.text, each.at) for each in (*chain(*named), *form.scalars("channels"))),
        )
        if found.id and expression and not examples:
            message = f'"{found.id}" has no tests; give it a few titles that should match, and a few that should not'
            self.problems.append(Problem(at=found.node.at, code="no_tests", message=message, warning=True))
        return made if found.id and expression and len(self.mistakes) == before else None

    @property
    def mistakes(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.warning]

    def _examples(self, form: Form) -> Iterator[Example]:
        tests = form.child("tests", "tests")
        if tests is None:
            return
        tests.keys("match", "ignore")
        for key in ("match", "ignore"):
            node = tests.get(key)
            nodes = node.items if isinstance(node, Sequence) else () if node is None else (node,)
            for item in nodes:
                article = self._example_article(item)
                if article:
                    yield Example(article=article, should_match=key == "match", at=item.at)

    def _example_article(self, node: Node) -> Article | None:
        if isinstance(node, Scalar):
            return Article(text=node.text)
        if isinstance(node, Sequence):
            self._wrong(node.at, "bad_example", "an example is a text, or keys: title, lead, body, source")
            return None
        form = Form(node, self.problems, what="an example")
        form.keys("title", "lead", "body", "source")
        if not set(node.keys) & {"title", "lead", "body"} and len(node.keys) == 1:
            message = "a colon makes this example a key with a value; put the whole text in quotes"
            self._wrong(node.at, "colon_in_example", message)
            return None
        source = form.text("source", None)
        return Article(
            title=form.text("title", ""),
            lead=form.text("lead", ""),
            body=form.text("body", ""),
            sources=frozenset([source] if source else []),
        )

    def _circles(self, concepts: list[Concept]) -> bool:
        before = len(self.problems)
        uses = {
            concept.id: {node.id for node in walk(concept.expression) if isinstance(node, ConceptReference)}
            for concept in concepts
        }
        for concept in concepts:
            circle = _circle(concept.id, uses)
            if circle and concept.at and concept.id == min(circle):
                more = ["…"] if len(circle) > SHOWN_OF_CIRCLE else []
                message = f"concepts in a circle: {' -> '.join([*circle[:SHOWN_OF_CIRCLE], *more, circle[0]])}"
                self._wrong(concept.at, "circular_concept", message)
        return len(self.problems) > before

    def _sizes(self, concepts: list[Concept], watchlists: list[Watchlist]) -> None:
        """Tell concepts that are nested too deep, and rules that their concepts make too large to be decided in time."""
        measure = _Measure({concept.id: concept.expression for concept in concepts})
        items: list[Concept | Watchlist] = [*concepts, *watchlists]
        for item in items:
            depth, size = measure.of(item.expression)
            if depth > DEEPEST_CONCEPTS and item.at:
                self._wrong(
                    item.at, "too_deep", f'"{item.id}": concepts within concepts more than {DEEPEST_CONCEPTS} deep'
                )
            elif size > LARGEST_EXPANDED and item.at:
                message = f'"{item.id}" holds {size:,} terms with all its concepts; {LARGEST_EXPANDED:,} are the most'
                self._wrong(item.at, "too_many_terms", message)

    def _wrong(self, at: Position, code: str, message: str) -> None:
        self.problems.append(Problem(at=at, code=code, message=message))


class _Measure:
    """Measures expressions with their concepts written out, without writing them out. There must be no circles."""

    def __init__(self, concepts: dict[str, Expression]) -> None:
        self._concepts = concepts
        self._known: dict[str, tuple[int, int]] = {}

    def of(self, expression: Expression) -> tuple[int, int]:
        """Return how deep concepts stand within concepts, and how many nodes there are in all."""
        depth = size = 0
        for node in walk(expression):
            inner = self._concept(node.id) if isinstance(node, ConceptReference) else (0, 1)
            depth, size = max(depth, inner[0]), size + inner[1]
        return depth, size

    def _concept(self, id: str) -> tuple[int, int]:
        """Measure a concept after those that it needs; by hand, since a chain of them may be longer than the stack."""
        waiting = [id]
        while waiting:
            current = waiting[-1]
            expression = self._concepts.get(current)
            nodes = list(walk(expression)) if expression and current not in self._known else []
            needed = [node.id for node in nodes if isinstance(node, ConceptReference) and node.id not in self._known]
            if needed:
                waiting += needed
                continue
            waiting.pop()
            if current not in self._known:
                depth, size = self.of(expression) if expression else (0, 1)
                self._known[current] = (depth + 1, size)
        return self._known[id]


def _circle(start: str, uses: dict[str, set[str]]) -> list[str] | None:
    """Return a path of concepts from the start back to it, or None."""
    paths, done = [[start]], set()
    while paths:
        path = paths.pop()
        for following in sorted(uses.get(path[-1], ())):
            if following == start:
                return path
            if following not in done:
                done.add(following)
                paths.append([*path, following])
    return None
