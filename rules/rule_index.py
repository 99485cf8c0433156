"""Which watchlists to look at for an article: those of whose groups each has a word in it.

A watchlist stands under every slot of its rarest group and, where it has more than one, of its second rarest; an article's
slots give two sets of watchlists, and only what stands in both is looked at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["RuleGroups", "RuleIndex"]

Groups = tuple[frozenset[int], ...]
Postings = dict[int, tuple[int, ...]]


class RuleGroups(NamedTuple):
    """Groups of slots of which each must have one in the article, and those of which one each is enough, where any are."""

    groups: Groups
    sure: Groups | None


class _Indexed(NamedTuple):
    id: str
    sure: Groups | None
    """Nothing where the groups themselves are enough."""
    first: frozenset[int]
    second: frozenset[int]
    rest: Groups


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleIndex:
    """Watchlists by the slots of their rarest groups. Adding and removing return another index that shares the rest."""

    first: Postings
    second: Postings
    rules: dict[int, _Indexed]
    single: frozenset[int]
    """Those with one group only."""
    always: dict[int, str]
    """Those of which no word can be named."""
    numbers: dict[str, int]
    following: int

    @classmethod
    def of(cls, groups: Mapping[str, RuleGroups | None]) -> RuleIndex:
        """Return the index of watchlists by their groups; None for one that is off."""
        shares: Counter[int] = Counter()
        for named in groups.values():
            for group in named.groups if named else ():
                shares.update(group)
        first: dict[int, list[int]] = {}
        second: dict[int, list[int]] = {}
        rules: dict[int, _Indexed] = {}
        always: dict[int, str] = {}
        for number, (id, named) in enumerate(groups.items()):
            if named is not None and not named.groups:
                always[number] = id
            elif named is not None:
                rule = rules[number] = _indexed(id, named, shares)
                for slot in rule.first:
                    first.setdefault(slot, []).append(number)
                for slot in rule.second:
                    second.setdefault(slot, []).append(number)
        return cls(
            first={slot: tuple(numbers) for slot, numbers in first.items()},
            second={slot: tuple(numbers) for slot, numbers in second.items()},
            rules=rules,
            single=frozenset(number for number, rule in rules.items() if not rule.second),
            always=always,
            numbers={id: number for number, id in enumerate(groups)},
            following=len(groups),
        )

    def candidates(self, present: frozenset[int]) -> list[tuple[str, bool]]:
        """Return the watchlists that may match, in the order of the files; True where one holds for sure somewhere."""
        one = _standing(self.first, present)
        numbers = one & _standing(self.second, present)
        if self.single:
            numbers |= one & self.single
        if not self.always:
            return [found for number in sorted(numbers) if (found := _judged(self.rules[number], present))]
        found_at = {number: found for number in numbers if (found := _judged(self.rules[number], present))}
        found_at |= {number: (id, False) for number, id in self.always.items()}
        return [found_at[number] for number in sorted(found_at)]

    def with_rule(self, id: str, named: RuleGroups | None) -> RuleIndex:
        """Return the index with a watchlist added, or in the place of the one with its id."""
        base = self.without(id)
        number = self.numbers.get(id, self.following)
        base = replace(base, numbers={**base.numbers, id: number}, following=max(self.following, number + 1))
        if named is None:
            return base
        if not named.groups:
            return replace(base, always={**base.always, number: id})
        shares = Counter({slot: len(base.first.get(slot, ())) for group in named.groups for slot in group})
        rule = _indexed(id, named, shares)
        return replace(
            base,
            first=_added(base.first, rule.first, number),
            second=_added(base.second, rule.second, number),
            rules={**base.rules, number: rule},
            single=base.single if rule.second else base.single | {number},
        )

    def without(self, id: str) -> RuleIndex:
        """Return the index without a watchlist."""
        number = self.numbers.get(id)
        if number is None:
            return self
        numbers, rules, always = dict(self.numbers), dict(self.rules), dict(self.always)
        del numbers[id]
        always.pop(number, None)
        rule = rules.pop(number, None)
        return replace(
            self,
            first=_removed(self.first, rule.first if rule else frozenset(), number),
            second=_removed(self.second, rule.second if rule else frozenset(), number),
            rules=rules,
            single=self.single - {number},
            always=always,
            numbers=numbers,
        )


def _indexed(id: str, named: RuleGroups, shares: Mapping[int, int]) -> _Indexed:
    ranked = sorted(named.groups, key=lambda group: sum(map(shares.__getitem__, group)))
    second = ranked[1] if len(ranked) > 1 else frozenset()
    sure = () if named.sure is not None and set(named.sure) == set(named.groups) else named.sure
    return _Indexed(id, sure, ranked[0], second, tuple(ranked[2:]))


def _judged(rule: _Indexed, present: frozenset[int]) -> tuple[str, bool] | None:
    if rule.rest and any(group.isdisjoint(present) for group in rule.rest):
        return None
    sure = rule.sure
    return rule.id, sure == () or (sure is not None and not any(group.isdisjoint(present) for group in sure))


def _standing(postings: Postings, present: Iterable[int]) -> set[int]:
    return set().union(*(postings[slot] for slot in postings.keys() & present))


def _added(postings: Postings, slots: frozenset[int], number: int) -> Postings:
    return {**postings, **{slot: (*postings.get(slot, ()), number) for slot in slots}}


def _removed(postings: Postings, slots: frozenset[int], number: int) -> Postings:
    if not slots:
        return postings
    left = {slot: tuple(other for other in postings[slot] if other != number) for slot in slots}
    return {slot: found for slot, found in {**postings, **left}.items() if found}
