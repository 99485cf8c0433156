"""What the desk hands to a store: articles that matched, and where they go. One sample, changed where a test cares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from rules import Hit
from storage import ArticleCommit, ArticleKey, DeliveryCommit, MatchCommit, Revision, Sighting

__all__ = ["MINUTE", "NOW", "NO_ROUTE", "Past", "article", "match", "revision", "to"]

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NO_ROUTE = DeliveryCommit(chat_id=None, state="suppressed", reason="no_route")


@dataclass(frozen=True)
class Past:
    """A stored article: how many days ago it was seen, its title and text; ``story`` names one that it belongs to."""

    days: float
    title: str
    body: str = ""
    story: str = ""


def to(chat_id: int) -> DeliveryCommit:
    return DeliveryCommit(chat_id=chat_id, state="pending")


def match(*deliveries: DeliveryCommit, watchlist: str = "arms", **changes: object) -> MatchCommit:
    made = MatchCommit(
        watchlist_id=watchlist,
        severity="high",
        hits=(Hit(field="lead", start=9, end=14, term="سلاح"),),
        deliveries=deliveries or (NO_ROUTE,),
    )
    return replace(made, **changes)


def revision(guid: str, at: datetime = NOW, **changes: object) -> Revision:
    made = Revision(
        url=f"https://news.example/{guid}",
        title=f"عنوان {guid}",
        lead="وصلت شحنة أسلحة",
        body="نص",
        language="ar",
        published_at=at - MINUTE,
        text_hash=f"hash-{guid}",
    )
    return replace(made, **changes)


def article(guid: str, *matches: MatchCommit, feed: str = "a", at: datetime = NOW, **changes: object) -> ArticleCommit:
    made = ArticleCommit(
        article_id=None,
        revision=revision(guid, at),
        keys=(ArticleKey(kind="guid", scope=feed, value=guid),),
        sighting=Sighting(feed_id=feed, seen_at=at),
        matches=matches,
    )
    return replace(made, **changes)
