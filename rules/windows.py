"""Mentions near each other: which of them stand together in a window, with few enough foreign words between.

Exact for up to six parts in any order and for any number in a given order: the mentions are swept once, from left to right,
and the cheapest chain of parts that ends before each of them is remembered. From right to left the same is done again, so
that the best window is known for every place at which one begins or ends, which a window within a window needs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Stretch", "windows"]

MOST_EXACT = 6
"""Parts up to which all their orders are tried: half of two to the power of them, at each mention."""
NOWHERE = 1 << 60
"""A place behind every text."""


class Stretch(Protocol):
    """What stands from one place to another."""

    @property
    def first(self) -> int:
        """Return the first place."""
        ...

    @property
    def last(self) -> int:
        """Return the last place."""
        ...


S = TypeVar("S", bound=Stretch)


_Link = tuple[int, int, int, int, "_Link | None"]
"""The last mention of a chain of parts: what it costs less where it ends, minus the place where it begins, its cost, the
number of the mention, the link before it. The smaller of two is the better one to go on from."""


def windows(lists: Sequence[Sequence[S]], within: int, *, ordered: bool) -> list[tuple[S, ...]]:
    """Return windows of one mention of each part, with at most ``within`` words that belong to none of them.

    The mentions of a part are sorted by place. Of the windows that begin at one place, and of those that end at one place,
    the one with the fewest foreign words is returned, of these the shortest.
    """
    if len(lists) == 2:
        return _pairs(lists[0], lists[1], within, ordered=ordered)
    if len(lists) > MOST_EXACT and not ordered:
        return _nearest(lists, within)
    mentions = [mention for each in lists for mention in each]
    parts = [part for part, each in enumerate(lists) for _ in each]
    pairs = list(zip(mentions, parts, strict=True))
    chains = _swept([(each.first, each.last, part) for each, part in pairs], len(lists), within, ordered=ordered)
    if chains:
        mirrored = [(-each.last, -each.first, len(lists) - 1 - part) for each, part in pairs]
        chains += _swept(mirrored, len(lists), within, ordered=ordered)
    return [tuple(mentions[number] for number in chain) for chain in dict.fromkeys(map(tuple, map(sorted, chains)))]


def _swept(places: list[tuple[int, int, int]], parts: int, within: int, *, ordered: bool) -> list[list[int]]:
    """Return the best chain of all parts that ends at each place, for the places where there is one, as mentions' numbers."""
    whole = (1 << parts) - 1
    best: dict[int, _Link] = {}
    """For each set of parts the chain to go on from, of those that end before this place."""
    ending = sorted(range(len(places)), key=lambda number: places[number][1])
    made: dict[int, list[tuple[int, _Link]]] = {}
    found: dict[int, _Link] = {}
    passed = 0
    for number in sorted(range(len(places)), key=places.__getitem__):
        first, last, _ = places[number]
        while places[ending[passed]][1] < first:
            for said, link in made.pop(ending[passed], ()):
                best[said] = min(link, best.get(said, link))
            passed += 1
        made[number] = _longer(best, number, places[number], within, ordered=ordered)
        for said, link in made[number]:
            if said == whole and (last not in found or (link[2], link[1]) < (found[last][2], found[last][1])):
                found[last] = link
    return [_numbers(link) for link in found.values()]


def _longer(
    best: dict[int, _Link], number: int, place: tuple[int, int, int], within: int, *, ordered: bool
) -> list[tuple[int, _Link]]:
    """Return the chains that end with a mention, by the set of their parts."""
    first, last, part = place
    bit = 1 << part
    made: list[tuple[int, _Link]] = []
    if not ordered or part == 0:
        made.append((bit, (-last, -first, 0, number, None)))
    for said in [bit - 1] if ordered else list(best):
        before = best.get(said)
        if before is None or said & bit:
            continue
        cost = before[0] + first - 1
        if cost > within:
            del best[said]  # nor will it be near what follows
        else:
            made.append((said | bit, (cost - last, before[1], cost, number, before)))
    return made


def _numbers(link: _Link | None) -> list[int]:
    numbers = []
    while link is not None:
        numbers.append(link[3])
        link = link[4]
    return numbers


# --- two parts: no chains are needed ----------------------------------------------------------------------------------------


def _pairs(one: Sequence[S], two: Sequence[S], within: int, *, ordered: bool) -> list[tuple[S, ...]]:
    found = _followed(one, two, within)
    if not ordered:
        found += [(left, right) for right, left in _followed(two, one, within)]
    begins: dict[int, tuple[int, int, int]] = {}
    ends: dict[int, tuple[int, int, int]] = {}
    for number, (left, right) in enumerate(found):
        first, last = min(left.first, right.first), max(left.last, right.last)
        foreign = max(left.first, right.first) - min(left.last, right.last) - 1
        begins[first] = min(begins.get(first, (NOWHERE, 0, 0)), (foreign, last, number))
        ends[last] = min(ends.get(last, (NOWHERE, 0, 0)), (foreign, -first, number))
    numbers = sorted({number for _, _, number in (*begins.values(), *ends.values())})
    return list(dict.fromkeys(found[number] for number in numbers))


def _followed(left: Sequence[S], right: Sequence[S], within: int) -> list[tuple[S, S]]:
    """Return each mention on the left with the next one on the right, and each on the right with the one before it."""
    firsts = [mention.first for mention in right]
    ending = sorted(left, key=lambda mention: (mention.last, mention.first))
    lasts = [mention.last for mention in ending]
    found = []
    for mention in left:
        place = bisect_right(firsts, mention.last)
        if place < len(right) and right[place].first - mention.last - 1 <= within:
            found.append((mention, right[place]))
    for mention in right if found else ():
        place = bisect_left(lasts, mention.first) - 1
        if place >= 0 and mention.first - lasts[place] - 1 <= within:
            found.append((ending[place], mention))
    return found


# --- many parts in any order -----------------------------------------------------------------------------------------------


def _nearest(lists: Sequence[Sequence[S]], within: int) -> list[tuple[S, ...]]:
    """For each mention of any part take the nearest ones of all other parts that follow it without overlap."""
    firsts = [[mention.first for mention in mentions] for mentions in lists]
    found: list[tuple[S, ...]] = []
    for part, mentions in enumerate(lists):
        for mention in mentions:
            window = _following(lists, firsts, part, mention, within)
            if window is not None:
                found.append(window)
    return found


def _following(
    lists: Sequence[Sequence[S]], firsts: list[list[int]], part: int, first: S, within: int
) -> tuple[S, ...] | None:
    window, last, foreign = [first], first.last, 0
    missing = [number for number in range(len(lists)) if number != part]
    while missing:
        options = []
        for number in missing:
            place = bisect_right(firsts[number], last)
            if place == len(lists[number]):
                return None
            later = firsts[number][place + 1] if place + 1 < len(firsts[number]) else NOWHERE
            options.append((firsts[number][place], -later, number, place))
        # Of parts that begin at one place, the one whose next mention is furthest away takes it.
        start, _, number, place = min(options)
        foreign += start - last - 1
        if foreign > within:
            return None
        window.append(lists[number][place])
        last = lists[number][place].last
        missing.remove(number)
    return tuple(window)
