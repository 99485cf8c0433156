"""Which watchlists to look at for an article: those of whose groups each has a word in it.

A watchlist stands under every slot of its rarest group and, where it has more than one, of its second rarest; an article's
slots give two sets of watchlists, and only what stands in both is looked at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

__all__ = ["RuleGroups", "RuleIndex"]

Groups = tuple[frozenset[int], ...]
Standing = tuple[tuple[int, ...], tuple[int, ...]]
NOBODY: Standing = ((), ())


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

    standing: list[Standing]
    """The watchlists that stand under each slot with their rarest group, and with their second rarest."""
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
        standing = [NOBODY] * (max(*first, *second, 0, -1) + 1)
        for slot in first.keys() | second.keys():
            standing[slot] = (tuple(first.get(slot, ())), tuple(second.get(slot, ())))
        return cls(
            standing=standing,
            rules=rules,
            single=frozenset(number for number, rule in rules.items() if not rule.second),
            always=always,
            numbers={id: number for number, id in enumerate(groups)},
            following=len(groups),
        )

    def candidates(self, present: AbstractSet[int]) -> list[tuple[str, bool]]:
        """Return the watchlists that may match, in the order of the files; True where one holds for sure somewhere."""
        standing, size = self.standing, len(self.standing)
        found = [standing[slot] for slot in present if slot < size]
        one = set().union(*[pair[0] for pair in found])
        numbers = one.intersection(set().union(*[pair[1] for pair in found]))
        if self.single:
            numbers |= one & self.single
        if not self.always:
            return [judged for number in sorted(numbers) if (judged := _judged(self.rules[number], present))]
        found_at = {number: judged for number in numbers if (judged := _judged(self.rules[number], present))}
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
        slots = frozenset().union(*named.groups)
        standing = base.standing + [NOBODY] * (max(slots) + 1 - len(base.standing))
        rule = _indexed(id, named, {slot: len(standing[slot][0]) for slot in slots})
        for slot in rule.first:
            standing[slot] = ((*standing[slot][0], number), standing[slot][1])
        for slot in rule.second:
            standing[slot] = (standing[slot][0], (*standing[slot][1], number))
        return replace(
            base,
            standing=standing,
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
        standing = list(self.standing)
        for slot in (rule.first | rule.second) if rule else ():
            one, two = standing[slot]
            standing[slot] = (_without(one, number), _without(two, number))
        return replace(
            self,
            standing=standing,
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


def _judged(rule: _Indexed, present: AbstractSet[int]) -> tuple[str, bool] | None:
    if rule.rest and any(group.isdisjoint(present) for group in rule.rest):
        return None
    sure = rule.sure
    return rule.id, sure == () or (sure is not None and not any(group.isdisjoint(present) for group in sure))


def _without(numbers: tuple[int, ...], number: int) -> tuple[int, ...]:
    return tuple(other for other in numbers if other != number)
