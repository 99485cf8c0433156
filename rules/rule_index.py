"""Which watchlists to look at for an article: those of whose rarest group a word is there, and no group of which is missing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["RuleIndex"]

Groups = tuple[frozenset[int], ...]


class RuleIndex:
    """Watchlists by a slot of their rarest group. Never changed: adding and removing return another that shares the rest."""

    def __init__(
        self,
        by_slot: dict[int, tuple[int, ...]],
        rules: dict[int, tuple[str, Groups, frozenset[int]]],
        always: dict[int, str],
        numbers: dict[str, int],
        following: int,
    ) -> None:
        self._by_slot = by_slot
        self._rules = rules
        self._always = always
        self._numbers = numbers
        self._following = following

    @classmethod
    def of(cls, groups: Mapping[str, Groups | None]) -> RuleIndex:
        """Return the index of watchlists by their groups; None for one that is off, () for one to look at always."""
        shares: Counter[int] = Counter()
        for named in groups.values():
            for group in named or ():
                shares.update(group)
        by_slot: dict[int, list[int]] = {}
        index = cls({}, {}, {}, {}, len(groups))
        for number, (id, named) in enumerate(groups.items()):
            index._numbers[id] = number
            if named is None:
                continue
            if not named:
                index._always[number] = id
                continue
            anchor = min(named, key=lambda group: sum(map(shares.__getitem__, group)))
            index._rules[number] = (id, tuple(group for group in named if group is not anchor), anchor)
            for slot in anchor:
                by_slot.setdefault(slot, []).append(number)
        index._by_slot = {slot: tuple(numbers) for slot, numbers in by_slot.items()}
        return index

    def candidates(self, slots: Iterable[int]) -> list[str]:
        """Return the watchlists that an article with these slots may match, in the order of the files."""
        present = set(slots)
        by_slot, rules = self._by_slot, self._rules
        numbers: set[int] = set()
        for slot in present & by_slot.keys() if len(by_slot) < len(present) else present:
            if slot in by_slot:
                numbers.update(by_slot[slot])
        found = [
            (number, rules[number][0])
            for number in numbers
            if not any(group.isdisjoint(present) for group in rules[number][1])
        ]
        found += self._always.items()
        found.sort()
        return [id for _, id in found]

    def with_rule(self, id: str, groups: Groups | None) -> RuleIndex:
        """Return the index with a watchlist added, or in the place of the one with its id."""
        base = self.without(id)
        number = self._numbers.get(id, self._following)
        following = max(self._following, number + 1)
        numbers = {**base._numbers, id: number}
        if groups is None:
            return RuleIndex(base._by_slot, base._rules, base._always, numbers, following)
        if not groups:
            return RuleIndex(base._by_slot, base._rules, {**base._always, number: id}, numbers, following)
        anchor = min(groups, key=lambda group: sum(len(base._by_slot.get(slot, ())) for slot in group))
        others = tuple(group for group in groups if group is not anchor)
        by_slot = dict(base._by_slot)
        for slot in anchor:
            by_slot[slot] = (*by_slot.get(slot, ()), number)
        rules = {**base._rules, number: (id, others, anchor)}
        return RuleIndex(by_slot, rules, base._always, numbers, following)

    def without(self, id: str) -> RuleIndex:
        """Return the index without a watchlist."""
        number = self._numbers.get(id)
        if number is None:
            return self
        numbers = {other: at for other, at in self._numbers.items() if other != id}
        always = {at: other for at, other in self._always.items() if at != number}
        rules, by_slot = self._rules, self._by_slot
        if number in rules:
            rules, by_slot = dict(rules), dict(by_slot)
            for slot in rules.pop(number)[2]:
                by_slot[slot] = tuple(at for at in by_slot[slot] if at != number)
        return RuleIndex(by_slot, rules, always, numbers, self._following)
