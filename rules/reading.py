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

__all__ = ["ALL", "BODY", "LEAD", "TITLE", "TOP", "ReadArticle"]

TITLE, LEAD, BODY = 1, 2, 4
TOP = TITLE | LEAD
ALL = TITLE | LEAD | BODY
LEAD_WORDS = 60
"""Words of the body that stand for the lead where the feed gives none."""
SHORTEST_TITLE = 3
"""Words of a title from which on its repetition in the text counts once; shorter ones are just words."""


class _FieldText(NamedTuple):
    field: Field
    text: str
    zones: int
    pieces: Sequence[str]
    first: int
    """The number of the field's first place."""


class ReadArticle:
    """The places of an article: a place is one token. ``slots_at`` holds the slots that each fills, ``present`` all of them."""

    def __init__(self, article: Article, vocabulary: Vocabulary) -> None:
        self.slots_at: list[tuple[int, ...]] = []
        self.present: set[int] = set()
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
        words = pieces[1::2]
        found = list(map(self._vocabulary.memory.__getitem__, words))
        filled = set().union(*found)
        if COMPOUND[0] in filled:
            filled.discard(COMPOUND[0])
            self._read_compounds(words, found, filled)
        else:
            self.slots_at += found
        self.present |= filled

    def _read_compounds(self, words: Sequence[str], found: Sequence[tuple[int, ...]], filled: set[int]) -> None:
        for piece, slots in zip(words, found, strict=True):
            if slots is COMPOUND:
                parts = self._compounds[len(self.slots_at)] = parts_of(piece)
                each = [self._vocabulary.slots_of_part(part.clean) for part in parts]
                self.slots_at += each
                filled.update(*each)
            else:
                self.slots_at.append(slots)

    @cached_property
    def places_of(self) -> dict[int, list[int]]:
        """Return the places of each slot, in order."""
        places_of: dict[int, list[int]] = {}
        for place, slots in enumerate(self.slots_at):
            for slot in slots:
                if slot in places_of:
                    places_of[slot].append(place)
                else:
                    places_of[slot] = [place]
        return places_of

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

    def spot(self, place: int) -> tuple[int, int]:
        """Return where a place begins and ends in its field."""
        number = bisect_right(self._firsts, place) - 1
        starts, pieces = self._starts[number], self._fields[number].pieces
        piece, part = self._pieces[place] if self._compounds else (place - self._fields[number].first, 0)
        start = starts[2 * piece + 1]
        first = place - part
        if first in self._compounds:
            found = self._compounds[first][part]
            return start + found.start, start + found.end
        return start, start + visible_end(pieces[2 * piece + 1])

    @cached_property
    def _starts(self) -> Sequence[Sequence[int]]:
        return [list(accumulate(map(len, part.pieces), initial=0)) for part in self._fields]

    @cached_property
    def _pieces(self) -> Sequence[tuple[int, int]]:
        """Return the piece in its field and the part in its piece that each place is."""
        found: list[tuple[int, int]] = []
        for part in self._fields:
            for piece in range(len(part.pieces) // 2):
                compound = self._compounds.get(len(found), (None,))
                found += [(piece, number) for number in range(len(compound))]
        return found

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
        return bisect_left(range(end), offset + 1, first, end, key=lambda place: self.spot(place)[1])

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
