"""The desk's decision: what is new, what stays silent, what alerts once more, and where it goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.feeds.documents import Entry
from bot.feeds.identity import Identified
from bot.service.decide import Round, decide
from bot.service.destinations import Destinations
from bot.settings import Route
from rules import RuleSource, compile_ruleset, read_rules
from storage import ArticleKey, KnownArticle

if TYPE_CHECKING:
    from rules import Ruleset
    from storage import ArticleCommit, DeliveryCommit

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = """\
watchlists:
  - {id: arms, severity: high, match: سلاح}
  - {id: ports, match: ميناء}
  - {id: agency-only, match: سلاح, sources: {include: [agency]}}
  - {id: trial, match: سلاح, state: trial}
  - {id: off, match: سلاح, state: off}
"""


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    files = read_rules([RuleSource(file="r.yaml", text=RULES)])
    assert files.mistakes == ()
    return compile_ruleset(files.watchlists, files.concepts)


def entry(title: str = "وصول سلاح", published: datetime | None = NOW - HOUR) -> Entry:
    return Entry(guid="1", link="https://news.example/1", title=title, lead="", body="", published_at=published)


def known(**changes: object) -> KnownArticle:
    fields: dict[str, object] = {
        "id": 7,
        "revision": 1,
        "title": "وصول سلاح",
        "lead": "",
        "body": "",
        "url": "https://news.example/1",
        "text_hash": "old",
        "story_id": 3,
        "seen_at": NOW - DAY,
        "keys": frozenset(),
        "sources": frozenset({"b"}),
        "matched": frozenset(),
        "silenced": frozenset(),
    }
    return KnownArticle(**(fields | changes))  # type: ignore[arg-type]


def item(kind: str = "new", article: KnownArticle | None = None, said: Entry | None = None) -> Identified:
    return Identified(
        entry=said or entry(),
        kind=kind,  # type: ignore[arg-type]
        article=article,
        keys=(ArticleKey(kind="guid", scope="a", value="1"),),
        text_hash="h",
        why="",
    )


def around(**changes: object) -> Round:
    fields: dict[str, object] = {
        "feed_id": "a",
        "now": NOW,
        "first": False,
        "on_first_fetch": "silent",
        "stock_age": 90 * DAY,
        "sources": {"a": frozenset({"a"}), "b": frozenset({"b", "agency"})},
    }
    return Round(**(fields | changes))  # type: ignore[arg-type]


def one(ruleset: Ruleset, said: Identified, **changes: object) -> ArticleCommit:
    (commit,) = decide([said], ruleset, Destinations(channels={"desk": 1}), around(**changes))
    return commit


def outcome(commit: ArticleCommit) -> dict[str, list[tuple[str, str | None]]]:
    return {match.watchlist_id: [told(delivery) for delivery in match.deliveries] for match in commit.matches}


def told(delivery: DeliveryCommit) -> tuple[str, str | None]:
    return delivery.state, delivery.reason


def test_a_new_article_alerts_where_it_matches_and_a_trial_goes_nowhere(ruleset: Ruleset) -> None:
    commit = one(ruleset, item())
    assert outcome(commit) == {"arms": [("pending", None)], "trial": [("suppressed", "no_route")]}
    assert commit.article_id is None
    assert commit.revision is not None
    assert (commit.revision.title, commit.revision.text_hash, commit.revision.language) == ("وصول سلاح", "h", "ar")
    assert commit.sighting.feed_id == "a"


def test_what_is_unchanged_writes_nothing(ruleset: Ruleset) -> None:
    assert decide([item("unchanged", known())], ruleset, Destinations(channels={}), around()) == ()


@pytest.mark.parametrize(
    ("setting", "age", "state"),
    [
        ("silent", HOUR, "suppressed"),
        ("alert", 80 * DAY, "pending"),
        (2 * HOUR, HOUR, "pending"),
        (2 * HOUR, 3 * HOUR, "suppressed"),
    ],
)
def test_a_first_fetch_alerts_as_the_setting_says(
    ruleset: Ruleset, setting: object, age: timedelta, state: str
) -> None:
    commit = one(ruleset, item(said=entry(published=NOW - age)), first=True, on_first_fetch=setting)
    assert outcome(commit)["arms"] == [(state, "first_fetch" if state == "suppressed" else None)]


def test_an_undated_entry_of_a_first_fetch_is_taken_as_old(ruleset: Ruleset) -> None:
    commit = one(ruleset, item(said=entry(published=None)), first=True, on_first_fetch=2 * HOUR)
    assert outcome(commit)["arms"] == [("suppressed", "first_fetch")]


def test_old_stock_stays_silent_also_in_an_established_feed(ruleset: Ruleset) -> None:
    old = item(said=entry(published=NOW - 91 * DAY))
    assert outcome(one(ruleset, old))["arms"] == [("suppressed", "first_fetch")]
    assert outcome(one(ruleset, item(said=entry(published=None))))["arms"] == [("pending", None)]


def test_a_revision_is_matched_again_and_alerts_only_for_what_had_not_matched(ruleset: Ruleset) -> None:
    before = known(matched=frozenset({"arms"}), sources=frozenset({"a"}))
    commit = one(ruleset, item("revision", before, entry("وصول سلاح إلى الميناء")))
    assert outcome(commit) == {"ports": [("pending", None)], "trial": [("suppressed", "no_route")]}
    assert commit.article_id == 7
    assert commit.revision is not None


def test_a_sighting_changes_no_text_and_is_matched_for_its_sources(ruleset: Ruleset) -> None:
    before = known(matched=frozenset({"arms", "trial"}))
    commit = one(ruleset, item("sighting", before, entry("عنوان آخر للخبر نفسه")), feed_id="a")
    assert commit.revision is None
    assert outcome(commit) == {"agency-only": [("pending", None)]}


def test_a_match_that_a_first_fetch_silenced_alerts_once_when_it_comes_as_new_elsewhere(ruleset: Ruleset) -> None:
    before = known(matched=frozenset({"arms", "trial", "agency-only"}), silenced=frozenset({"arms"}))
    (match,) = one(ruleset, item("sighting", before)).matches
    assert (match.watchlist_id, match.revive, told(match.deliveries[0])) == ("arms", True, ("pending", None))
    assert one(ruleset, item("sighting", before), first=True).matches == ()  # another first fetch wakes nothing
    assert one(ruleset, item("revision", before)).matches == ()


def test_routes_followers_and_mutes_lead_and_hold(ruleset: Ruleset) -> None:
    destinations = Destinations(
        channels={"desk": 1, "soc": 2},
        routes=(Route(to=("soc",), severity=("high",)),),
        followers={"arms": frozenset({9}), "ports": frozenset({9})},
        mutes=frozenset({(9, "ports")}),
    )
    (commit,) = decide([item(said=entry("سلاح في ميناء"))], ruleset, destinations, around())
    arms, ports = (next(match for match in commit.matches if match.watchlist_id == name) for name in ("arms", "ports"))
    assert [(delivery.chat_id, delivery.state) for delivery in arms.deliveries] == [(2, "pending"), (9, "pending")]
    assert [(delivery.chat_id, delivery.reason) for delivery in ports.deliveries] == [(9, "muted")]
