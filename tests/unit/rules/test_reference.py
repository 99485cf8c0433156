"""The evaluator beside a slow one that tries every choice of places: what holds, and where, is the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Article, Concept, Watchlist, compile_expression, compile_ruleset, load_arabic
from rules.expression import (
    AllOf,
    AnyOf,
    AtLeast,
    ConceptReference,
    Except,
    Expression,
    InField,
    Near,
    Not,
    Term,
    all_of,
    any_of,
)

ARABIC = load_arabic()
WORDS = ("alfa", "bravo", "carol", "delta")
"""Latin words have no forms, so that words are found as they stand and only the structure is at test."""
FIELDS = ("title", "lead", "body")
LEAD_WORDS = 60
REPEATED_TITLE = 3
CONCEPTS = (Concept(id="pair", name="pair", expression=AnyOf(parts=(Term(words="alfa"), Term(words="bravo carol")))),)


@dataclass(frozen=True)
class Place:
    """One word of the text."""

    word: str
    field: str
    sentence: int
    start: int
    zones: frozenset[str]


@dataclass(frozen=True)
class Said:
    """A mention: the places from first to last, and those that are shown."""

    first: int
    last: int
    zones: frozenset[str]
    shown: frozenset[int]


class Reference:
    """Decides by trying everything; as slow as it is plain."""

    def __init__(self, article: Article) -> None:
        self.places: list[Place] = []
        sentence = 0
        title = (article.title or "").replace(".", "").split()
        for field in FIELDS:
            text, offset, inside = getattr(article, field), 0, []
            sentence += 1
            for raw in text.split(" ") if text else ():
                word = raw.rstrip(".")
                if word:
                    zones = {field} | (
                        {"lead"} if field == "body" and not article.lead and len(inside) < LEAD_WORDS else set()
                    )
                    inside.append(Place(word, field, sentence, offset, frozenset(zones)))
                sentence += raw.endswith(".")
                offset += len(raw) + 1
            said = [place.word for place in inside]
            if field != "title" and len(title) >= REPEATED_TITLE:
                repeated = {
                    begin + step
                    for begin in range(len(said))
                    if said[begin : begin + len(title)] == title
                    for step in range(len(title))
                }
                inside = [
                    Place(each.word, each.field, each.sentence, each.start, frozenset()) if number in repeated else each
                    for number, each in enumerate(inside)
                ]
            self.places += inside

    def decides(self, node: Expression, scope: str) -> bool:
        zones = frozenset({"title": ["title"], "all": FIELDS}.get(scope, ["title", "lead"]))
        if self.holds(node, zones):
            return True
        if scope != "topic" or not self.holds(node, frozenset(FIELDS)):
            return False
        parts = node.parts if isinstance(node, AllOf) else (node,)
        banned = self.banned(parts)
        return all(self.count(part, banned) >= 3 for part in parts if not isinstance(part, Not | Except))

    def count(self, node: Expression, banned: frozenset[int]) -> int:
        taken: set[int] = set()
        count = 0
        for said in sorted(self.said(node, banned), key=lambda each: (each.last, each.first)):
            if said.zones and not taken.intersection(range(said.first, said.last + 1)):
                taken.update(range(said.first, said.last + 1))
                count += 1
        return count

    def banned(self, parts: tuple[Expression, ...]) -> frozenset[int]:
        exceptions = [part.part for part in parts if isinstance(part, Except)]
        said = [each for part in exceptions for each in self.said(part, frozenset())]
        return frozenset(place for each in said for place in range(each.first, each.last + 1))

    def holds(self, node: Expression, zones: frozenset[str], banned: frozenset[int] = frozenset()) -> bool:
        match node:
            case AllOf(parts=parts):
                banned |= self.banned(parts)
                return all(self.holds(part, zones, banned) for part in parts)
            case AnyOf(parts=parts):
                return any(self.holds(part, zones, banned) for part in parts)
            case AtLeast(parts=parts, count=count):
                return sum(self.holds(part, zones, banned) for part in parts) >= count
            case Not(part=part, anywhere=anywhere):
                return not self.holds(part, frozenset(FIELDS if anywhere else FIELDS[:2]), banned)
            case Except():
                return True
            case InField(where=where, part=part):
                return self.holds(part, frozenset([where]), banned)
            case ConceptReference():
                return self.holds(CONCEPTS[0].expression, zones, banned)
            case Term(times=times):
                return sum(bool(said.zones & zones) for said in self.said(node, banned)) >= times
            case _:
                return any(said.zones & zones for said in self.said(node, banned))

    def said(self, node: Expression, banned: frozenset[int]) -> list[Said]:
        match node:
            case Term():
                return self.term(node, banned)
            case Near():
                return self.near(node, banned)
            case ConceptReference():
                return self.said(CONCEPTS[0].expression, banned)
            case InField(where=where, part=part):
                return [said for said in self.said(part, banned) if where in said.zones]
            case AnyOf(parts=parts):
                return [said for part in parts for said in self.said(part, banned)]
            case AllOf(parts=parts) | AtLeast(parts=parts):
                if not self.holds(node, frozenset(FIELDS), banned):
                    return []
                inner = banned | self.banned(parts)
                return [said for part in parts if not isinstance(part, Not | Except) for said in self.said(part, inner)]
            case _:
                return []

    def term(self, term: Term, banned: frozenset[int]) -> list[Said]:
        words = term.words.split()
        found: list[Said] = []
        for begin in range(len(self.places)):
            if found and begin <= found[-1].last:
                continue
            ends = self.phrases(words, begin, term.gap)
            if ends:
                places = min(ends)
                zones = frozenset.intersection(*(self.places[place].zones for place in places))
                found.append(Said(places[0], places[-1], zones, frozenset(places)))
        found = [said for said in found if not banned.intersection(range(said.first, said.last + 1))]
        if len(found) < term.times or (term.company and not self.holds(term.company, frozenset(FIELDS))):
            return []
        return found

    def phrases(self, words: list[str], begin: int, gap: int) -> list[tuple[int, ...]]:
        steps = product(*(range(1, gap + 2) for _ in words[1:]))
        found = []
        for step in steps:
            places = [begin]
            for each in step:
                places.append(places[-1] + each)
            if places[-1] < len(self.places) and all(
                self.places[place].word == word and self.places[place].sentence == self.places[begin].sentence
                for place, word in zip(places, words, strict=True)
            ):
                found.append(tuple(places))
        return found

    def near(self, node: Near, banned: frozenset[int]) -> list[Said]:
        lists = [[said for said in self.said(part, banned) if said.zones] for part in node.parts]
        found: dict[Said, int] = {}
        for chosen in product(*lists):
            ordered = sorted(chosen, key=lambda said: said.first)
            if node.ordered and ordered != list(chosen):
                continue
            if any(right.first <= left.last for left, right in pairwise(ordered)):
                continue
            foreign = sum(right.first - left.last - 1 for left, right in pairwise(ordered))
            first, last = self.places[ordered[0].first], self.places[ordered[-1].last]
            together = first.sentence == last.sentence if node.same_sentence else first.field == last.field
            if foreign <= node.within and together:
                zones = frozenset.intersection(*(said.zones for said in chosen))
                shown = frozenset().union(*(said.shown for said in chosen))
                found[Said(ordered[0].first, ordered[-1].last, zones, shown)] = foreign
        begins = {
            said.first: (found[said], said.last) for said in sorted(found, key=lambda said: (-found[said], -said.last))
        }
        ends = {
            said.last: (found[said], -said.first) for said in sorted(found, key=lambda said: (-found[said], said.first))
        }
        return [
            said
            for said, foreign in found.items()
            if (foreign, said.last) == begins[said.first] or (foreign, -said.first) == ends[said.last]
        ]


def terms(*, gap: bool = True, company: bool = True) -> st.SearchStrategy[Term]:
    words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
    plain = st.builds(
        Term,
        words=words | st.sampled_from(WORDS),
        times=st.sampled_from([1, 1, 1, 2]),
        gap=st.sampled_from([0, 0, 1]) if gap else st.just(0),
    )
    if not company:
        return plain
    return plain | st.builds(lambda term, beside: Term(words=term.words, company=beside), plain, terms(company=False))


def alternatives(part: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.lists(part, min_size=1, max_size=3).map(lambda parts: any_of(parts, at=None))


def nears(part: st.SearchStrategy[Expression], most: int = 4) -> st.SearchStrategy[Near]:
    return st.builds(
        lambda parts, within, ordered, same: Near(
            parts=tuple(parts), within=within, ordered=ordered, same_sentence=same
        ),
        st.lists(part, min_size=2, max_size=most),
        st.integers(0, 5),
        st.booleans(),
        st.booleans(),
    )


SENTENCE = st.lists(st.sampled_from([*WORDS, *WORDS, "xray"]), min_size=1, max_size=9).map(" ".join)
TEXT = st.lists(SENTENCE, max_size=2).map(". ".join)
ARTICLES = st.builds(Article, title=SENTENCE, lead=TEXT | st.just(""), body=TEXT)


def agree(expression: Expression, article: Article, scope: str) -> None:
    """Compare the compiled evaluator, alone and behind the index of a ruleset, with the slow one."""
    reference = Reference(article)
    wanted = reference.decides(expression, scope)
    match = compile_expression(expression, CONCEPTS, scope=scope, arabic=ARABIC).match(article)
    assert (match is not None) == wanted, (expression, article, scope)
    watchlist = Watchlist(id="one", name="one", expression=expression, scope=scope, language="any")  # type: ignore[arg-type]
    matches = compile_ruleset([watchlist], CONCEPTS, arabic=ARABIC).match(article)
    assert [each.watchlist for each in matches] == ["one"] * wanted
    if match is not None:
        spans = {(place.field, place.start, place.start + len(place.word)) for place in reference.places}
        starts, ends = {span[:2] for span in spans}, {(span[0], span[2]) for span in spans}
        for hit in match.hits:
            assert (hit.field, hit.start) in starts
            assert (hit.field, hit.end) in ends
            said = getattr(article, hit.field)[hit.start : hit.end]
            assert set(said.split()) <= set(hit.term.split())
        assert matches[0].hits == match.hits


@settings(max_examples=250, deadline=None)
@given(nears(alternatives(terms())), ARTICLES)
def test_near_holds_where_some_choice_of_places_is_near_enough(near: Near, article: Article) -> None:
    agree(near, article, "all")


@settings(max_examples=200, deadline=None)
@given(nears(alternatives(terms() | nears(alternatives(terms()), 2)), 3), ARTICLES)
def test_near_within_near_holds_as_trying_every_choice_does(near: Near, article: Article) -> None:
    agree(near, article, "all")


def expressions(depth: int = 2) -> st.SearchStrategy[Expression]:
    leaf: st.SearchStrategy[Expression] = terms() | st.just(ConceptReference(id="pair"))
    if not depth:
        return leaf
    inner = expressions(depth - 1)
    some = st.lists(inner, min_size=2, max_size=3).flatmap(
        lambda parts: st.builds(AtLeast, count=st.integers(1, len(parts)), parts=st.just(tuple(parts)))
    )
    field = st.builds(InField, where=st.sampled_from(["title", "lead", "body"]), part=inner)
    return leaf | alternatives(inner) | nears(inner, 3) | some | field | rules(depth - 1)


def rules(depth: int = 2) -> st.SearchStrategy[Expression]:
    inner = expressions(depth)
    negative = st.builds(Not, part=inner, anywhere=st.booleans()) | st.builds(Except, part=inner)
    return st.builds(
        lambda positive, other: all_of([*positive, *other], at=None),
        st.lists(inner, min_size=1, max_size=2),
        st.lists(negative, max_size=2),
    )


@settings(max_examples=200, deadline=None)
@given(rules(), ARTICLES, st.sampled_from(["topic", "topic", "title", "lead", "all"]))
def test_a_rule_holds_as_trying_every_choice_does(rule: Expression, article: Article, scope: str) -> None:
    agree(rule, article, scope)


def test_near_over_ten_thousand_hits_of_both_sides_is_exact() -> None:
    text = "alfa " * 10_000 + "bravo " * 10_000
    near = Near(parts=(Term(words="alfa"), Term(words="bravo")), within=10)
    match = compile_expression(near, arabic=ARABIC).match(Article(text=text))
    assert match is not None
    border = len("alfa ") * 10_000
    alfas = [(border - 5 * back, border - 5 * back + 4) for back in range(11, 0, -1)]
    bravos = [(border + 6 * on, border + 6 * on + 5) for on in range(11)]
    assert [(hit.start, hit.end) for hit in match.hits] == alfas + bravos


def test_near_over_near_over_ten_thousand_hits_finds_the_place() -> None:
    text = "alfa bravo " * 10_000 + "carol"
    inner = Near(parts=(Term(words="alfa"), Term(words="bravo")), within=0)
    near = Near(parts=(inner, Term(words="carol")), within=0)
    match = compile_expression(near, arabic=ARABIC).match(Article(text=text))
    assert match is not None
    assert [text[hit.start :] for hit in match.hits] == ["alfa bravo carol", "bravo carol", "carol"]


def test_a_phrase_with_gaps_tries_every_way_to_its_end() -> None:
    compiled = compile_expression(Term(words="alfa bravo carol", gap=1), arabic=ARABIC)
    match = compiled.match(Article(text="alfa bravo bravo xray carol"))
    assert match is not None
    assert [(hit.start, hit.end) for hit in match.hits] == [(0, 4), (11, 16), (22, 27)]


def test_near_reads_words_in_arabic_as_it_does_these() -> None:
    text = "رئيس الوزراء المكلف استقال فجأة"
    near = Near(
        parts=(AnyOf(parts=(Term(words="رئيس"), Term(words="رئيس الوزراء"))), Term(words="المكلف"), Term(words="فجأة")),
        within=1,
    )
    match = compile_expression(near, arabic=ARABIC).match(Article(text=text))
    assert match is not None
