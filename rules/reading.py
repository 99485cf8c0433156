"""One article as the evaluator reads it: tokens of all fields in a row, each with the zones it counts for."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.text import fold, tokenise

if TYPE_CHECKING:
    from rules.article import Article, Field
    from rules.text import Token

__all__ = ["ALL", "BODY", "LEAD", "TITLE", "TOP", "Place", "ReadArticle", "read_article"]

TITLE, LEAD, BODY = 1, 2, 4
TOP = TITLE | LEAD
ALL = TITLE | LEAD | BODY
LEAD_WORDS = 60
"""Words of the body that stand for the lead where the feed gives none."""


@dataclass(frozen=True, slots=True)
class Place:
    """A token in its field. ``sentence`` is unique in the article; ``zones`` are the fields that it counts for."""

    token: Token
    field: Field
    sentence: int
    zones: int


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """The places of an article, and its fields' texts."""

    places: tuple[Place, ...]
    texts: tuple[tuple[Field, str, int], ...]
    starts: dict[Field, tuple[int, tuple[int, ...]]]

    def place_at(self, field: Field, offset: int) -> int:
        """Return the number of the first place that ends behind an offset of a field."""
        first, ends = self.starts[field]
        return first + bisect_left(ends, offset + 1)


def read_article(article: Article) -> ReadArticle:
    """Return the article's places in the order title, lead, body. A title that the text repeats counts once."""
    places: list[Place] = []
    starts: dict[Field, tuple[int, tuple[int, ...]]] = {}
    texts: list[tuple[Field, str, int]] = []
    sentence = 0
    title: list[str] = []
    for field, text, zones in _fields(article):
        tokens = tokenise(text)
        if field == "title":
            title = [fold(token.clean) for token in tokens]
        starts[field] = (len(places), tuple(token.end for token in tokens))
        texts.append((field, text, zones))
        repeated = _repeated(tokens, title) if field in {"lead", "body"} else set()
        for number, token in enumerate(tokens):
            counts = 0 if number in repeated else zones
            if field == "body" and not article.lead and number < LEAD_WORDS and counts:
                counts |= LEAD
            places.append(Place(token, field, sentence + token.sentence, counts))
        sentence += (tokens[-1].sentence if tokens else 0) + 1
    return ReadArticle(tuple(places), tuple(texts), starts)


def _fields(article: Article) -> list[tuple[Field, str, int]]:
    if article.text is not None:
        return [("text", article.text, ALL)]
    fields: list[tuple[Field, str, int]] = [("title", article.title, TITLE), ("lead", article.lead, LEAD)]
    return [*fields, ("body", article.body, BODY)]


def _repeated(tokens: list[Token], title: list[str]) -> set[int]:
    """Return the places where the title stands again, word for word; titles of one or two words are just words."""
    found: set[int] = set()
    if len(title) < 3 or len(tokens) < len(title):
        return found
    keys = [fold(token.clean) for token in tokens]
    for begin, key in enumerate(keys):
        if key == title[0] and keys[begin : begin + len(title)] == title:
            found.update(range(begin, begin + len(title)))
    return found
