"""An alert as lines of styled spans: a terminal, Telegram or a page each show them their own way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot import words
from bot.channels.bidi import isolated
from bot.channels.evidence import evidence_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from storage import AlertArticle, OutgoingMessage

__all__ = ["AlertStyle", "Line", "Span", "alert_lines"]

LISTED = 5
"""Headlines of other outlets that are shown; more are counted."""
LOUD = ("high", "critical")
WORD = re.compile(r"[\w\u0610-\u061a\u0640\u064b-\u065f\u0670\u200c\u200d]")
"""Letters, digits, and the marks that ride on letters: bold never ends within a word."""
JOINED = ("و", "ف")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of text in one style; ``url`` is where a link leads."""

    text: str
    style: Literal["plain", "bold", "link"] = "plain"
    url: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStyle:
    """How a chat wants its alerts: time zone, months, digits; and the names of the feeds by id."""

    zone: tzinfo
    locale: str
    digits: Literal["latn", "arab"]
    feed_names: Mapping[str, str]


def alert_lines(message: OutgoingMessage, style: AlertStyle) -> tuple[Line, ...]:
    """Return the lines of an alert, a reply or a notice; an empty tuple stands for an empty line."""
    if message.text is not None:
        return tuple((Span(text=line),) if line else () for line in message.text.splitlines())
    first, *others = message.articles
    lines: list[Line] = []
    if message.kind == "reply":
        lines.append((Span(text="متابعة للخبر أعلاه"),))
    lines += [_topic_line(message), _title_line(first), _source_line(first, style)]
    evidence = evidence_of(first)
    if evidence:
        lines += [(), _marked(evidence.text, evidence.marks)]
    if others:
        lines += [(), *_other_outlets(others, style)]
    return tuple(tuple(isolated(list(line))) for line in lines)


def _topic_line(message: OutgoingMessage) -> Line:
    topics = dict.fromkeys(name for article in message.articles for name in article.watchlists.values())
    names = " · ".join(words.isolate(name) for name in topics)
    if message.severity in LOUD:
        return (Span(text=f"{words.severity(message.severity)} · {names}"),)
    return (Span(text=names),)


def _title_line(article: AlertArticle) -> Line:
    title = article.title or article.lead or article.body
    shown = words.one_line(title)
    marks = [(hit.start, hit.end) for hit in article.hits if hit.field == "title"] if shown == title else []
    spans = _marked(shown, marks)
    return tuple(
        Span(text=span.text, style="bold" if span.style == "bold" else "link", url=article.url) for span in spans
    )


def _source_line(article: AlertArticle, style: AlertStyle) -> Line:
    when = article.published_at or article.seen_at
    source = words.isolate(style.feed_names.get(article.feed_id, article.feed_id))
    return (Span(text=f"{source} · {words.day_and_clock(when, style.zone, style.locale, style.digits)}"),)


def _other_outlets(others: list[AlertArticle], style: AlertStyle) -> list[Line]:
    lines: list[Line] = [(Span(text="ورد أيضًا في:"),)]
    for article in others[:LISTED]:
        source = words.isolate(style.feed_names.get(article.feed_id, article.feed_id))
        when = words.clock(article.published_at or article.seen_at, style.zone, style.digits)
        title = Span(text=words.one_line(article.title), style="link", url=article.url)
        lines.append((Span(text=f"• {source}، {when}: "), title))
    if len(others) > LISTED:
        lines.append((Span(text=words.more_sources(len(others) - LISTED, style.digits)),))
    return lines


def _marked(text: str, marks: list[tuple[int, int]]) -> Line:
    spans: list[Span] = []
    done = 0
    for start, end in sorted(_whole_words(text, *mark) for mark in marks):
        if start < done:
            continue
        if start > done:
            spans.append(Span(text=text[done:start]))
        spans.append(Span(text=text[start:end], style="bold"))
        done = end
    if done < len(text):
        spans.append(Span(text=text[done:]))
    return tuple(spans)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the place widened to whole words; a joined «و» or «ف» before it is a word of its own."""
    first = start
    while first > 0 and WORD.match(text, first - 1):
        first -= 1
    while end < len(text) and WORD.match(text, end):
        end += 1
    return (start if text[first:start] in JOINED else first), end
