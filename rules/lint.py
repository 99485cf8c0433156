"""What is allowed in a rule and still looks wrong: words that say too much, too little, or what is said already.

Some of it shows in the rule itself (`lint_rules`), the rest only in figures: `TermFigures` counts what each word finds in
stored articles, and `lint_figures` speaks of them. Nothing here is a mistake; every problem is a warning.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rules.article import Article
from rules.explained import explain_term
from rules.expression import AllOf, AnyOf, ConceptReference, Except, Not, Regex, Term, children, walk
from rules.problems import Problem
from rules.ruleset import compile_ruleset
from rules.stop_words import STOP_WORDS
from rules.text import clean, fold, tokenise
from rules.watchlist import Watchlist
from rules.word_tables import key_of
from rules.writing import as_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rules.arabic import Arabic
    from rules.article import Hit
    from rules.expression import Expression
    from rules.files import RuleFiles
    from rules.watchlist import Concept

__all__ = ["TermFigures", "TermRules", "lint_figures", "lint_rules"]

AMBIGUOUS = frozenset(
    key_of(word)
    for word in (
        "البحرين", "فتح", "حماس", "أمل", "القاعدة", "الشباب", "النهضة", "الوفاق", "النصر", "الهلال", "الاتحاد",
        "التعاون", "الأهلي", "العين", "سد", "حق", "نهضة", "وحدة", "علم", "دين", "عقد", "قمة", "الجزيرة", "الأخبار", "الحياة",
    )
)  # fmt: skip
"""Names that are words of every day too, and words of two meanings, beside the places that the table `no_nisba` lists."""
MOST_VARIANTS = 60
ENOUGH_ARTICLES = 200
"""Articles under which «never seen» says nothing."""
ENOUGH_STRANGERS = 3
SHOWN = 3
LISTED = 5
"""Words never seen that one line names."""


class TermRules:
    """Every term of the rules as a rule of its own, so that texts can be asked which terms they hold."""

    def __init__(self, files: RuleFiles, arabic: Arabic) -> None:
        self.arabic = arabic
        self.terms = tuple(
            dict.fromkeys(node for item in _items(files) for node in walk(item.expression) if isinstance(node, Term))
        )
        self._numbers = {term: number for number, term in enumerate(self.terms)}
        asked = [
            Watchlist(
                id=str(number), name="", expression=replace(term, times=1, company=None), scope="all", language="any"
            )
            for number, term in enumerate(self.terms)
        ]
        self._ruleset = compile_ruleset(asked, (), arabic=arabic)
        self._covers: dict[int, frozenset[int]] = {}

    def number(self, term: Term) -> int:
        """Return a term's number in ``terms``."""
        return self._numbers[term]

    def found(self, article: Article) -> list[tuple[int, tuple[Hit, ...]]]:
        """Return the terms that an article holds, with their places."""
        return [(int(match.watchlist or 0), match.hits) for match in self._ruleset.match(article)]

    def covers(self, term: Term) -> frozenset[int]:
        """Return the other terms that find every form of this one."""
        number = self.number(term)
        if number not in self._covers:
            self._covers[number] = self._covering(number, term)
        return self._covers[number]

    def _covering(self, number: int, term: Term) -> frozenset[int]:
        others = {found for found, _ in self.found(Article(text=term.words))} - {number}
        for text in _variants(term, self.arabic) if others else ():
            said = {found for found, _ in self.found(Article(text=text))}
            if number in said:
                others &= said
            if not others:
                break
        return frozenset(others)


def _items(files: RuleFiles) -> list[Watchlist | Concept]:
    return [*files.watchlists, *files.concepts]


# --- what shows in the rule itself ----------------------------------------------------------------------------------------


def lint_rules(files: RuleFiles, rules: TermRules) -> list[Problem]:
    """Return the warnings about rules that need no figures, by place."""
    problems: list[Problem] = []
    for item in _items(files):
        for node in walk(item.expression):
            if isinstance(node, Term):
                problems += _thin(node)
            elif isinstance(node, Regex):
                problems += _boundary(node)
            elif isinstance(node, AnyOf):
                problems += _redundant(node, rules)
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.at)


def _thin(term: Term) -> Iterator[Problem]:
    words = [fold(token.clean) for token in tokenise(term.words)]
    if len(words) != 1 or term.words.startswith("#"):
        return
    if len(words[0]) == 1:
        yield from _warn(term, "one_letter", f"«{term.words}» حرف واحد، يطابق كل ما كُتب منفردًا؛ اكتب الكلمة كاملة")
    elif words[0] in STOP_WORDS:
        yield from _warn(
            term, "stop_word", f"«{term.words}» من أدوات الكلام، وردت في كل نص تقريبًا؛ احذفها أو اجعلها في عبارة"
        )


def _boundary(node: Regex) -> Iterator[Problem]:
    if "\\b" in node.pattern:
        message = (
            "\\b لا تعرف السوابق العربية، فلا يطابق التعبير «بالسلاح» ولا «وسلاح»؛ اكتب الكلمة مصطلحًا لا تعبيرًا نمطيًا"
        )
        yield from _warn(node, "word_boundary", message)


def _redundant(group: AnyOf, rules: TermRules) -> Iterator[Problem]:
    """Tell a term all of whose forms another alternative finds; of two that say the same, the later one."""
    terms = [part for part in group.parts if isinstance(part, Term)]
    places = {rules.number(term): place for place, term in reversed(list(enumerate(terms)))}
    plain = {rules.number(term) for term in terms if term.times == 1 and term.company is None}
    for place, term in enumerate(terms):
        others = [
            other
            for other in sorted(rules.covers(term) & plain, key=places.__getitem__)
            if len(rules.terms[other].words.split()) == len(term.words.split())
            if rules.number(term) not in rules.covers(rules.terms[other]) or places[other] < place
        ]
        if others:
            said, other = _told_apart(term, rules.terms[others[0]])
            message = f"«{said}» زائدة: كل صيغها تجدها «{other}»"
            yield from _warn(term, "redundant", message)


def _told_apart(term: Term, other: Term) -> tuple[str, str]:
    """Return what two terms are called; with their options where their words are the same."""
    if term.words != other.words:
        return term.words, other.words
    return as_lines(term) or term.words, as_lines(other) or other.words


def _variants(term: Term, arabic: Arabic) -> list[str]:
    """Return texts that say a term in its different ways, one for each form of each of its words."""
    texts = [term.words]
    if term.spelling != "exact" and not term.words.startswith("#"):
        for way in explain_term(term, arabic).ways:
            words = [word.word for word in way.words]
            texts.append(" ".join(words))
            for place, word in enumerate(way.words):
                forms = (form for group in word.groups for form in group.forms)
                texts += [" ".join([*words[:place], form, *words[place + 1 :]]) for form in forms]
    return list(dict.fromkeys(texts))[:MOST_VARIANTS]


# --- figures --------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Use:
    """What a term found: how often, the newest titles, and words of other families that it was found in."""

    count: int = 0
    titles: list[str] = field(default_factory=list)
    strangers: dict[str, int] = field(default_factory=dict)


class TermFigures:
    """Counts what each word of the rules finds; feed it articles from the oldest to the newest."""

    def __init__(self, rules: TermRules) -> None:
        self.rules = rules
        self.articles = 0
        self.uses = [_Use() for _ in rules.terms]
        self._families: dict[int, frozenset[str]] = {}

    def add(self, article: Article) -> None:
        """Count one article."""
        self.articles += 1
        for number, hits in self.rules.found(article):
            use, term = self.uses[number], self.rules.terms[number]
            words = max(1, len(tokenise(term.words))) if term.gap else 1
            use.count += max(1, len(hits) // words)
            use.titles = [*use.titles, article.title][-SHOWN:]
            for hit in hits:
                self._look(number, hit, article)

    def _look(self, number: int, hit: Hit, article: Article) -> None:
        """Note a word of the text that is a word of its own, and no form of the term's."""
        term = self.rules.terms[number]
        if " " in term.words or term.spelling != "forms" or term.words.startswith("#"):
            return
        surface = clean((getattr(article, hit.field) or "")[hit.start : hit.end])
        key = fold(surface)
        if key == fold(clean(term.words)) or key in self._family(number) or not self._is_own_word(key):
            return
        strangers = self.uses[number].strangers
        strangers[surface] = strangers.get(surface, 0) + 1

    def _is_own_word(self, key: str) -> bool:
        """Tell whether a word of the text is a word in its own right, and no prefix before another one (بشراء)."""
        arabic = self.rules.arabic
        if key in arabic.own_words:
            return True
        return key not in arabic.both_readings and arabic.is_strong(key)  # names hold such words too: لتحرير

    def _family(self, number: int) -> frozenset[str]:
        if number not in self._families:
            ways = explain_term(self.rules.terms[number], self.rules.arabic).ways
            forms = {form for way in ways for word in way.words for group in word.groups for form in group.forms}
            keys = {fold(clean(form)) for form in forms}
            self._families[number] = frozenset(keys | {f"ال{key}" for key in keys})
        return self._families[number]


def lint_figures(files: RuleFiles, figures: TermFigures, span: str, counted: Callable[[int], str]) -> list[Problem]:
    """Return the warnings that figures give, by place: an equal word in two watchlists has a place in each.

    ``span`` is the time that was looked at in words (``آخر 30 يومًا``), ``counted`` says a number of times (``32 مرة``).
    """
    problems: list[Problem] = []
    if figures.articles >= ENOUGH_ARTICLES:
        unseen = {term for term, use in zip(figures.rules.terms, figures.uses, strict=True) if not use.count}
        for item in _items(files):
            problems += _never_seen(item, unseen, span)
    for term in _alone(files, figures.rules.arabic):
        use = figures.uses[figures.rules.number(term)]
        if use.count:
            titles = "؛ ".join(f"«{title}»" for title in reversed(use.titles))
            said = f"«{term.words}» وردت {counted(use.count)} في {span}"
            message = f"{said}، ولها معنى آخر؛ أضف كلمة بقربها أو «/ مع:». منها: {titles}"
            problems += _warn(term, "homograph", message)
    first = {term: term for item in reversed(_items(files)) for term in reversed(list(_wanted(item.expression)))}
    for term, use in zip(figures.rules.terms, figures.uses, strict=True):
        worst = max(use.strangers.items(), key=lambda item: item[1], default=("", 0))
        if worst[1] >= ENOUGH_STRANGERS:
            message = f"«{term.words}» وُجدت داخل «{worst[0]}» {counted(worst[1])} في {span}؛ أضف «/ حرفيًا» أو «/ مع:»"
            problems += _warn(first.get(term, term), "inside_word", message)
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.at)


def _never_seen(item: Watchlist | Concept, unseen: set[Term], span: str) -> Iterator[Problem]:
    """Tell an item's words that no article held, all of them in one line: in a quiet month they are many."""
    terms = [term for term in dict.fromkeys(_wanted(item.expression)) if term in unseen]
    if terms:
        listed = "، ".join(f"«{term.words}»" for term in terms[:LISTED])
        more = "" if len(terms) <= LISTED else f" وغيرها ({len(terms)} في المجموع)"
        yield from _warn(terms[0], "never_seen", f"لم ترد في {span}: {listed}{more}")


def _alone(files: RuleFiles, arabic: Arabic) -> Iterator[Term]:
    """Yield ambiguous words that can make a watchlist match with nothing beside them."""
    concepts = {concept.id: concept for concept in files.concepts}
    ambiguous = AMBIGUOUS | {key for key in arabic.no_nisba if " " not in key}
    for watchlist in files.watchlists:
        for term in _sufficient(watchlist.expression, concepts):
            bare = term.company is None and term.times == 1 and term.spelling == "forms" and not term.name
            if bare and key_of(term.words) in ambiguous:
                yield term


def _sufficient(expression: Expression, concepts: dict[str, Concept]) -> Iterator[Term]:
    """Yield the terms of which one is enough for an expression to hold."""
    match expression:
        case Term():
            yield expression
        case AnyOf():
            for part in expression.parts:
                yield from _sufficient(part, concepts)
        case AllOf():
            positive = [part for part in expression.parts if not isinstance(part, Not | Except)]
            if len(positive) == 1:
                yield from _sufficient(positive[0], concepts)
        case ConceptReference():
            yield from _sufficient(concepts[expression.id].expression, concepts)
        case _:
            return


def _wanted(expression: Expression) -> Iterator[Term]:
    if isinstance(expression, Not | Except):
        return
    if isinstance(expression, Term):
        yield expression
    for child in children(expression):
        yield from _wanted(child)


def _warn(node: Term | Regex, code: str, message: str) -> Iterator[Problem]:
    if node.at is not None:
        found = node.words if isinstance(node, Term) else node.pattern
        yield Problem(at=node.at, code=code, message=message, warning=True, found=found)
