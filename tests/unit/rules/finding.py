"""Ask whether a term finds something in a text: what most tests about words ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules import Article, compile_expression, read_expression

if TYPE_CHECKING:
    from rules import Arabic

__all__ = ["finds"]


def finds(term: str, text: str, arabic: Arabic | None = None) -> bool:
    """Tell whether lines match a plain text; by words of one's own where ``arabic`` has them."""
    expression, problems = read_expression(term, concepts=())
    assert expression is not None, problems
    return compile_expression(expression, (), arabic=arabic).match(Article(text=text)) is not None
