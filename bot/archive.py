"""Rules tried on the stored articles: what they would have sent, and what a change of them adds and removes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rules import Article

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from datetime import datetime

    from rules import Ruleset
    from storage import Store, StoredArticle

__all__ = ["Trial", "TrialMatch", "article_text", "pages", "try_rulesets"]

PAGE = 500
"""Articles read at once; about two megabytes."""
STEP = 50
"""Articles matched between two looks at the progress, and at whether somebody wants it to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialMatch:
    """A stored article that a watchlist matches. ``opens`` is True for the first of its story: that one is the alert."""

    id: int
    title: str
    url: str
    feed: str
    seen_at: datetime
    story_id: int
    opens: bool
    suppressed: str | None = None


@dataclass(slots=True)
class Trial:
    """What one watchlist would have done, in the order in which the articles were seen."""

    watchlist: str
    matches: list[TrialMatch] = field(default_factory=list)
    _stories: set[int] = field(default_factory=set)

    def add(self, article: StoredArticle, suppressed: str | None) -> None:
        """Take in an article that matches."""
        opens = suppressed is None and article.story_id not in self._stories
        if opens:
            self._stories.add(article.story_id)
        match = TrialMatch(
            id=article.id,
            title=article.title,
            url=article.url,
            feed=article.feeds[0] if article.feeds else "",
            seen_at=article.seen_at,
            story_id=article.story_id,
            opens=opens,
            suppressed=suppressed,
        )
        self.matches.append(match)

    @property
    def alerts(self) -> list[TrialMatch]:
        """Return the articles that would have opened an alert; others of their stories join it."""
        return [match for match in self.matches if match.opens]


async def pages(store: Store, since: datetime) -> AsyncIterator[list[StoredArticle]]:
    """Yield the stored articles since a moment, a page at a time."""
    page = await store.archive(since=since, limit=PAGE)
    while page:
        yield page
        page = await store.archive(since=since, after=page[-1], limit=PAGE)


def article_text(article: StoredArticle, sources: Mapping[str, frozenset[str]]) -> Article:
    """Return a stored article as the matcher reads it; ``sources`` maps a feed's id to its id and tags."""
    named = (sources.get(feed, frozenset({feed})) for feed in article.feeds)
    return Article(title=article.title, lead=article.lead, body=article.body, sources=frozenset().union(*named))


async def try_rulesets(
    store: Store,
    rulesets: Sequence[Ruleset],
    *,
    since: datetime,
    sources: Mapping[str, frozenset[str]],
    progress: Callable[[int], None] = lambda _: None,
) -> list[dict[str, Trial]]:
    """Return for each ruleset what each of its watchlists would have done; ``progress`` is told how many articles were read."""
    trials = [{name: Trial(watchlist=name) for name in ruleset.watchlists} for ruleset in rulesets]
    async for page in pages(store, since):
        for begin in range(0, len(page), STEP):
            step = page[begin : begin + STEP]
            await asyncio.to_thread(_try_page, step, rulesets, trials, sources)
            progress(len(step))
    return trials


def _try_page(
    page: Sequence[StoredArticle],
    rulesets: Sequence[Ruleset],
    trials: Sequence[dict[str, Trial]],
    sources: Mapping[str, frozenset[str]],
) -> None:
    for article in page:
        text = article_text(article, sources)
        for ruleset, found in zip(rulesets, trials, strict=True):
            for match in ruleset.match(text):
                found[match.watchlist or ""].add(article, match.suppress)
