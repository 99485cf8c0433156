"""One article as the evaluator reads it: its words in a row over all fields, each with the slots it fills and the zones it
counts for. What most articles never need, offsets and sentences, is worked out when it is asked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from rules.text import clean, ends_sentence, fold, parts_of, split, visible_end
from rules.vocabulary import COMPOUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.article import Article, Field
    from rules.text import Part
    from rules.vocabulary import Vocabulary

__all__ = ["ALL", "BODY", "LEAD", "TITLE", "TOP", "ReadArticle", "Spot"]

TITLE, LEAD, BODY = 1, 2, 4
TOP = TITLE | LEAD
ALL = TITLE | LEAD | BODY
LEAD_WORDS = 60
"""Words of the body that stand for the lead where the feed gives none."""
SHORTEST_TITLE = 3
"""Words of a title from which on its repetition in the text counts once; shorter ones are just words."""


class Spot(NamedTuple):
    """Where a token stands in its field."""

    start: int
    end: int
    hashtag: str


class _FieldText(NamedTuple):
    field: Field
    text: str
    zones: int
    pieces: Sequence[str]
    first: int
    """The number of the field's first place."""


class ReadArticle:
    """The places of an article: a place is one token. ``places_of`` holds the places of each slot, in order."""

    def __init__(self, article: Article, vocabulary: Vocabulary) -> None:
        self.slots_at: list[tuple[int, ...]] = []
        self.places_of: dict[int, list[int]] = {}
        self.texts = _fields(article)
        self._vocabulary = vocabulary
        self._fields: list[_FieldText] = []
        self._compounds: dict[int, tuple[Part, ...]] = {}
        self._no_lead = not article.lead
        for field, text, zones in self.texts:
            pieces = split(text)
            self._fields.append(_FieldText(field, text, zones, pieces, len(self.slots_at)))
            self._read(pieces)

    def _read(self, pieces: Sequence[str]) -> None:
        known, slots_at, places_of = self._vocabulary.memory, self.slots_at, self.places_of
        for piece in pieces[1::2]:
            slots = known.get(piece)
            if slots is None:
                slots = self._vocabulary.slots_of(piece)
            if slots is COMPOUND:
                self._read_parts(parts_of(piece))
                continue
            for slot in slots:
                if slot in places_of:
                    places_of[slot].append(len(slots_at))
                else:
                    places_of[slot] = [len(slots_at)]
            slots_at.append(slots)

    def _read_parts(self, parts: tuple[Part, ...]) -> None:
        if not parts:  # a lone underscore as a dash: a place that says nothing, so that pieces and places keep step
            self.slots_at.append(())
            return
        self._compounds[len(self.slots_at)] = parts
        for part in parts:
            slots = self._vocabulary.slots_of_part(part.clean)
            for slot in slots:
                self.places_of.setdefault(slot, []).append(len(self.slots_at))
            self.slots_at.append(slots)

    def __len__(self) -> int:
        return len(self.slots_at)

    @cached_property
    def zones(self) -> Sequence[int]:
        """Return the zones for which each place counts: 0 where the text repeats the title."""
        zones: list[int] = []
        title: list[str] = []
        for number, part in enumerate(self._fields):
            size = self._end(number) - part.first
            here = [part.zones] * size
            if part.field == "body" and self._no_lead:
                here[:LEAD_WORDS] = [part.zones | LEAD] * min(LEAD_WORDS, size)
            if part.field == "title" and size >= SHORTEST_TITLE:
                title = self._keys(part)
            elif title and part.field in {"lead", "body"}:
                for place in _repeated(self._keys(part), title):
                    here[place] = 0
            zones += here
        return zones

    def _keys(self, part: _FieldText) -> list[str]:
        keys: list[str] = []
        for piece in part.pieces[1::2]:
            compound = self._compounds.get(part.first + len(keys))
            keys += [fold(clean(piece))] if compound is None else [fold(each.clean) for each in compound]
        return keys

    @cached_property
    def spots(self) -> Sequence[Spot]:
        """Return where each place stands in its field."""
        spots: list[Spot] = []
        for part in self._fields:
            pieces = part.pieces
            starts = list(accumulate(map(len, pieces), initial=0))
            for number in range(1, len(pieces), 2):
                start = starts[number]
                compound = self._compounds.get(len(spots))
                if compound is None:
                    spots.append(Spot(start, start + visible_end(pieces[number]), ""))
                else:
                    spots += [Spot(start + each.start, start + each.end, each.hashtag) for each in compound]
        return spots

    @cached_property
    def sentences(self) -> Sequence[int]:
        """Return the number of each place's sentence, unique in the article."""
        sentences: list[int] = []
        sentence = 0
        for part in self._fields:
            pieces = part.pieces
            for number in range(1, len(pieces), 2):
                between = pieces[number - 1]
                if number > 1 and between != " " and ends_sentence(between, pieces[number - 2]):
                    sentence += 1
                compound = self._compounds.get(len(sentences))
                sentences += [sentence] * (1 if compound is None else len(compound))
            sentence += 1
        return sentences

    def field_at(self, place: int) -> Field:
        """Return the field in which a place stands."""
        number = bisect_right(self._firsts, place) - 1
        return self._fields[number].field

    def place_at(self, field: Field, offset: int) -> int:
        """Return the number of the first place that ends behind an offset of a field."""
        number = next(number for number, part in enumerate(self._fields) if part.field == field)
        first, end = self._fields[number].first, self._end(number)
        return bisect_left(self.spots, offset + 1, first, end, key=lambda spot: spot.end)

    @cached_property
    def hashtags(self) -> dict[str, list[int]]:
        """Return the places of each hashtag."""
        found: dict[str, list[int]] = {}
        for first, parts in self._compounds.items():
            for number, part in enumerate(parts):
                if part.hashtag:
                    found.setdefault(part.hashtag, []).append(first + number)
        return found

    @cached_property
    def _firsts(self) -> list[int]:
        return [part.first for part in self._fields]

    def _end(self, number: int) -> int:
        return self._fields[number + 1].first if number + 1 < len(self._fields) else len(self.slots_at)


def _fields(article: Article) -> list[tuple[Field, str, int]]:
    if article.text is not None:
        return [("text", article.text, ALL)]
    fields: list[tuple[Field, str, int]] = [("title", article.title, TITLE), ("lead", article.lead, LEAD)]
    return [*fields, ("body", article.body, BODY)]


def _repeated(keys: list[str], title: list[str]) -> list[int]:
    """Return the places where the title stands again, word for word."""
    found: list[int] = []
    for begin, key in enumerate(keys):
        if key == title[0] and keys[begin : begin + len(title)] == title:
            found.extend(range(begin, begin + len(title)))
    return found
