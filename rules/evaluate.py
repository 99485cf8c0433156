"""Whether an expression holds in an article, and where: mentions up from the words, decisions down from the tree."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rules.article import Hit
from rules.expression import AllOf, AnyOf, AtLeast, ConceptReference, Except, InField, Near, Not, Regex, Term
from rules.reading import ALL, BODY, LEAD, TITLE, TOP
from rules.windows import windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rules.expression import Expression
    from rules.patterns import Pattern
    from rules.reading import ReadArticle

__all__ = ["Evaluation", "Gate", "Mention", "TermSlots"]

ZONES = {"title": TITLE, "lead": LEAD, "body": BODY}
MANY_MENTIONS = 100_000
"""Mentions that every `Near` of all rules together looks at in one article; each costs some twenty microseconds."""
MOST_MENTIONS = 2_000
"""Mentions of one part of a `Near` that are looked at in one sentence once those are used up."""
TOPIC_MENTIONS = 3
"""How often each positive clause must be mentioned for an article to be about a topic that its top does not name:
measured on labelled news, .14 F1 better than once anywhere."""
PATTERNS_S = 0.5
"""Seconds that all patterns of all rules together may take on one article."""


class Mention(NamedTuple):
    """A stretch of places that says a part of the expression; ``hits`` are the words to highlight."""

    first: int
    last: int
    zones: int
    hits: tuple[tuple[int, int, str], ...]
    spans: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSlots:
    """A term as numbers: each way to say it as the slots of its words, in order; for a hashtag its folded text instead."""

    ways: tuple[tuple[int, ...], ...]
    hashtag: str = ""
    anchors: frozenset[int] = frozenset()
    """A slot of each way: where none of them is in an article, nor is the term."""


class Gate(NamedTuple):
    """Which of an `AnyOf`'s many parts an article can mention at all: by the slots of which each needs one, and always."""

    node: AnyOf
    by_slot: Mapping[int, Sequence[int]]
    always: frozenset[int]


@dataclass(slots=True)
class Evaluation:
    """Evaluates expressions over one article; remembers the mentions it has found.

    ``terms`` and ``patterns`` hold what was compiled for each `Term` and `Regex`, ``concepts`` each concept's expression.
    """

    read: ReadArticle
    terms: Mapping[Term, TermSlots]
    patterns: Mapping[str, Pattern]
    concepts: Mapping[str, Expression]
    nodes: Mapping[int, TermSlots] = field(default_factory=dict)
    """The terms again, by the identity of their nodes: quicker to find than by all that a term says."""
    gates: Mapping[int, Gate] = field(default_factory=dict)
    """By the identity of its node, what each `AnyOf` of many parts needs."""
    _known: dict[tuple[int, frozenset[int]], list[Mention]] = field(default_factory=dict)
    _likely: dict[int, list[Expression]] = field(default_factory=dict)
    _held: dict[tuple[str, int, frozenset[int]], bool] = field(default_factory=dict)
    _hits_of: dict[tuple[int, int, str], Hit] = field(default_factory=dict)
    _patterns_left_s: list[float] = field(default_factory=lambda: [PATTERNS_S])
    _mentions_left: int = MANY_MENTIONS

    def matches(self, expression: Expression, scope: str) -> tuple[Hit, ...] | None:
        """Return the hits of an expression that holds within a watchlist's scope, or None where it does not."""
        return self.hits(expression) if self.decides(expression, scope) else None

    def decides(self, expression: Expression, scope: str) -> bool:
        """Tell whether an expression holds within a watchlist's scope."""
        zones = {"title": TITLE, "lead": TOP, "topic": TOP, "all": ALL}[scope]
        return self.holds(expression, zones) or (scope == "topic" and self._is_topic(expression))

    def count(self, expression: Expression) -> int:
        """Return how often an expression is mentioned in the whole article; mentions do not overlap."""
        return self._counted(expression, frozenset())

    def holds(self, node: Expression, zones: int, banned: frozenset[int] = frozenset()) -> bool:
        """Tell whether a node holds within the zones; places in ``banned`` do not count."""
        match node:
            case AllOf():
                banned |= self._banned(node)
                return all(self.holds(part, zones, banned) for part in node.parts)
            case AnyOf():
                return any(self.holds(part, zones, banned) for part in self._parts(node))
            case AtLeast():
                return sum(self.holds(part, zones, banned) for part in node.parts) >= node.count
            case Not():
                return not self.holds(node.part, ALL if node.anywhere else TOP, banned)
            case Except():
                return True
            case InField():
                return self.holds(node.part, ZONES[node.where], banned)
            case ConceptReference():
                known = (node.id, zones, banned)
                if known not in self._held:
                    self._held[known] = self.holds(self.concepts[node.id], zones, banned)
                return self._held[known]
            case Term():
                return len(self._within(node, zones, banned)) >= node.times
            case _:
                return bool(self._within(node, zones, banned))

    def mentions(self, node: Expression, banned: frozenset[int]) -> list[Mention]:
        """Return every mention of a node, in order."""
        known = (id(self.slots(node) if isinstance(node, Term) else node), banned)
        found = self._known.get(known)
        if found is None:
            found = self._known[known] = self._find(node, banned)
        return found

    def _parts(self, node: AnyOf) -> Sequence[Expression]:
        """Return the parts that may be mentioned, found at little cost."""
        parts = self._likely.get(id(node))
        if parts is None:
            gate = self.gates.get(id(node))
            if gate is None:
                parts = [part for part in node.parts if self._may(part)]
            else:
                there = gate.by_slot.keys() & self.read.present
                numbers = gate.always.union(*(gate.by_slot[slot] for slot in there))
                parts = [node.parts[number] for number in sorted(numbers)]
            self._likely[id(node)] = parts
        return parts

    def _may(self, node: Expression) -> bool:
        """Tell at little cost whether a node may be mentioned."""
        if not isinstance(node, Term):
            return True
        slots = self.slots(node)
        return not slots.anchors or not slots.anchors.isdisjoint(self.read.present)

    def slots(self, term: Term) -> TermSlots:
        """Return a term as numbers."""
        return self.nodes.get(id(term)) or self.terms[term]

    # --- the topic ------------------------------------------------------------------------------------------------------

    def _is_topic(self, expression: Expression) -> bool:
        """The article is about it though its top does not say so: it holds, and each positive clause often."""
        if not self.holds(expression, ALL):
            return False
        parts = expression.parts if isinstance(expression, AllOf) else (expression,)
        banned = self._banned(expression) if isinstance(expression, AllOf) else frozenset()
        clauses = [part for part in parts if not isinstance(part, Not | Except)]
        return all(self._counted(clause, banned) >= TOPIC_MENTIONS for clause in clauses)

    def _counted(self, clause: Expression, banned: frozenset[int]) -> int:
        taken: set[int] = set()
        count = 0
        mentions = self._within(clause, ALL, banned)
        for mention in sorted(mentions, key=lambda mention: (mention.last, mention.first)):
            places = range(mention.first, mention.last + 1)
            if not taken.intersection(places):
                taken.update(places)
                count += 1
        return count

    # --- mentions -------------------------------------------------------------------------------------------------------

    def _within(self, node: Expression, zones: int, banned: frozenset[int]) -> list[Mention]:
        return [mention for mention in self.mentions(node, banned) if mention.zones & zones]

    def _find(self, node: Expression, banned: frozenset[int]) -> list[Mention]:
        match node:
            case Term():
                return self._term(node, banned)
            case Regex():
                return _outside(self._regex(node), banned)
            case Near():
                return self._near(node, banned)
            case ConceptReference():
                return self.mentions(self.concepts[node.id], banned)
            case InField():
                return self._within(node.part, ZONES[node.where], banned)
            case AnyOf():
                return _merged(self.mentions(part, banned) for part in self._parts(node))
            case AtLeast() | AllOf():
                if not self.holds(node, ALL, banned):
                    return []
                inner = banned | self._banned(node) if isinstance(node, AllOf) else banned
                return _merged(self.mentions(part, inner) for part in node.parts if not isinstance(part, Not | Except))
            case _:
                return []

    def _term(self, term: Term, banned: frozenset[int]) -> list[Mention]:
        """Return the mentions of a term that count: not within an exception, often enough, in the company it needs."""
        found = self._hashtag(term) if self.slots(term).hashtag else self._phrase(term)
        found = _outside(found, banned)
        if len(found) < term.times or (term.company is not None and found and not self.holds(term.company, ALL)):
            return []
        return found

    def _phrase(self, term: Term) -> list[Mention]:
        found: list[Mention] = []
        for slots in self.slots(term).ways:
            if len(slots) == 1:
                found += [self._mention([place], term.words) for place in self.read.places_of.get(slots[0], ())]
            else:
                found += self._said(slots, term)
        return _apart(found) if len(self.slots(term).ways) > 1 else found

    def _said(self, slots: tuple[int, ...], term: Term) -> list[Mention]:
        places_of = self.read.places_of
        if any(slot not in places_of for slot in slots):
            return []
        anchor = min(range(len(slots)), key=lambda place: len(places_of[slots[place]]))
        found: list[Mention] = []
        memory: dict[tuple[int, int], tuple[int, ...] | None] = {}
        for start in self._starts(slots, anchor, term.gap):
            if found and start <= found[-1].last:
                continue
            places = self._follow(slots, 0, start, term.gap, memory) if slots[0] in self.read.slots_at[start] else None
            if places:
                found.append(self._mention(places, term.words))
        return found

    def _starts(self, slots: tuple[int, ...], anchor: int, gap: int) -> Sequence[int]:
        """Return where the phrase may begin, seen from its rarest word."""
        places_of = self.read.places_of
        if anchor == 0:
            return places_of[slots[0]]
        if gap == 0:
            return [place - anchor for place in places_of[slots[anchor]] if place >= anchor]
        first = places_of[slots[0]]
        reach = anchor * (gap + 1)
        starts = {
            start
            for place in places_of[slots[anchor]]
            for start in first[bisect_right(first, place - reach - 1) : bisect_right(first, place - anchor)]
        }
        return sorted(starts)

    def _follow(
        self,
        slots: tuple[int, ...],
        number: int,
        place: int,
        gap: int,
        memory: dict[tuple[int, int], tuple[int, ...] | None],
    ) -> tuple[int, ...] | None:
        """Return the places of a phrase from its word at a place on: the nearest that lead to its end, or None."""
        if number + 1 == len(slots):
            return (place,)
        if (number, place) not in memory:
            slots_at, sentences = self.read.slots_at, self.read.sentences
            window = range(place + 1, min(place + gap + 2, len(slots_at)))
            found = (
                self._follow(slots, number + 1, following, gap, memory)
                for following in window
                if slots[number + 1] in slots_at[following] and sentences[following] == sentences[place]
            )
            rest = next(filter(None, found), None)
            memory[number, place] = rest and (place, *rest)
        return memory[number, place]

    def _hashtag(self, term: Term) -> list[Mention]:
        tag = self.slots(term).hashtag
        places = self.read.hashtags.get(tag, ())
        size = max(1, len(tag.split()))
        return [self._mention(list(places[at : at + size]), term.words) for at in range(0, len(places), size)]

    def _mention(self, places: Sequence[int], words: str) -> Mention:
        zones = ALL
        for place in places:
            zones &= self.read.zones[place]
        first, last = places[0], places[-1]
        solid = last - first + 1 == len(places)
        hits = ((first, last, words),) if solid else tuple((place, place, words) for place in places)
        return Mention(first=first, last=last, zones=zones, hits=hits)

    def _regex(self, node: Regex) -> list[Mention]:
        found = []
        for name, text, field_zones in self.read.texts:
            for start, end in self.patterns[node.pattern].find(text, self._patterns_left_s):
                first = self.read.place_at(name, start)
                last = max(first, self.read.place_at(name, end - 1))
                hit = Hit(field=name, start=start, end=end, term=node.pattern)
                inside = first < len(self.read) and self.read.field_at(first) == name
                zones = self.read.zones[first] if inside else field_zones
                found.append(Mention(first=first, last=last, zones=zones, hits=(), spans=(hit,)))
        return found

    # --- near -----------------------------------------------------------------------------------------------------------

    def _near(self, node: Near, banned: frozenset[int]) -> list[Mention]:
        groups: dict[int, list[list[Mention]]] = {}
        for number, part in enumerate(node.parts):
            mentions = self.mentions(part, banned)
            if not mentions:
                return []
            for mention in mentions:
                key = self._group(mention, node)
                if key is not None and mention.zones:
                    groups.setdefault(key, [[] for _ in node.parts])[number].append(mention)
        found = [
            self._window(window)
            for lists in groups.values()
            if all(lists)
            for window in windows(self._bounded(lists), node.within, ordered=node.ordered)
        ]
        return sorted(found, key=lambda window: (window.first, window.last))

    def _bounded(self, lists: list[list[Mention]]) -> list[list[Mention]]:
        self._mentions_left -= sum(map(len, lists))
        return lists if self._mentions_left >= 0 else [mentions[:MOST_MENTIONS] for mentions in lists]

    def _group(self, mention: Mention, node: Near) -> int | None:
        """Return the sentence (or field) that holds the whole mention, or None where it crosses one's end."""
        if mention.last >= len(self.read):
            return None
        if not node.same_sentence:
            first, last = self.read.field_at(mention.first), self.read.field_at(mention.last)
            return -1 - ("title", "lead", "body", "text").index(first) if first == last else None
        first_sentence, last_sentence = self.read.sentences[mention.first], self.read.sentences[mention.last]
        return first_sentence if first_sentence == last_sentence else None

    def _window(self, window: tuple[Mention, ...]) -> Mention:
        zones = ALL
        for mention in window:
            zones &= mention.zones
        return Mention(
            first=min(mention.first for mention in window),
            last=max(mention.last for mention in window),
            zones=zones,
            hits=tuple(hit for mention in window for hit in mention.hits),
            spans=tuple(span for mention in window for span in mention.spans),
        )

    # --- exceptions and hits ----------------------------------------------------------------------------------------------

    def _banned(self, node: AllOf) -> frozenset[int]:
        exceptions = [part.part for part in node.parts if isinstance(part, Except)]
        return frozenset(
            place
            for part in exceptions
            for mention in self.mentions(part, frozenset())
            for place in range(mention.first, mention.last + 1)
        )

    def hits(self, expression: Expression) -> tuple[Hit, ...]:
        """Return the places of an expression that holds, sorted by field and place."""
        banned = self._banned(expression) if isinstance(expression, AllOf) else frozenset()
        found = {hit for mention in self._shown(expression, banned) for hit in self._of(mention)}
        order = {"title": 0, "lead": 1, "body": 2, "text": 3}
        return tuple(sorted(found, key=lambda hit: (order[hit.field], hit.start, hit.end, hit.term)))

    def _shown(self, node: Expression, banned: frozenset[int]) -> list[Mention]:
        """Return the mentions to highlight: those of every positive part that holds somewhere."""
        if isinstance(node, AllOf | AnyOf | AtLeast):
            inner = banned | self._banned(node) if isinstance(node, AllOf) else banned
            positive = [part for part in node.parts if self._may(part) and not isinstance(part, Not | Except)]
            shown = [part for part in positive if self.holds(part, ALL, inner)]
            return [mention for part in shown for mention in self._shown(part, inner)]
        if isinstance(node, ConceptReference):
            return self._shown(self.concepts[node.id], banned)
        return self._within(node, ALL, banned)

    def _of(self, mention: Mention) -> Iterable[Hit]:
        for place in mention.hits:
            hit = self._hits_of.get(place)
            if hit is None:
                first, last, words = place
                start, end = self.read.spot(first)[0], self.read.spot(last)[1]
                hit = Hit(field=self.read.field_at(first), start=start, end=end, term=words)
                self._hits_of[place] = hit
            yield hit
        yield from mention.spans


def _outside(mentions: list[Mention], banned: frozenset[int]) -> list[Mention]:
    if not banned:
        return mentions
    return [mention for mention in mentions if banned.isdisjoint(range(mention.first, mention.last + 1))]


def _merged(lists: Iterable[list[Mention]]) -> list[Mention]:
    found = [mention for mentions in lists for mention in mentions]
    found.sort(key=lambda mention: (mention.first, mention.last))
    return found


def _apart(mentions: list[Mention]) -> list[Mention]:
    """Return mentions in order that do not overlap; of those that begin together the longest."""
    mentions.sort(key=lambda mention: (mention.first, -mention.last))
    found: list[Mention] = []
    for mention in mentions:
        if not found or mention.first > found[-1].last:
            found.append(mention)
    return found
