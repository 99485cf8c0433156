"""Figures in Prometheus's text form. The one door of prometheus-client.

Labels are states, reasons, holds and kinds, all from fixed lists: never an address, a feed, a watchlist or a free text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

    from storage import Figures

__all__ = ["CONTENT_TYPE", "Metrics", "Now"]

disable_created_metrics()  # type: ignore[no-untyped-call]  # it makes a second gauge beside each histogram, of no use to anybody here

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
POLL_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40)
DELAY_S = (10, 30, 60, 120, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What one scrape shows beside the histograms. Counters count since the start of this process; sizes are bytes."""

    figures: Figures
    version: str
    uptime: float
    tick: float
    oldest_due: float
    rules_broken: bool
    clock_jumps: int
    polled: int
    unchanged: int
    failed: int
    new_articles: int
    matched: int
    sent: int
    database_bytes: int
    wal_bytes: int
    free_bytes: int


class Metrics:
    """Hold the histograms, and show them with the figures of the moment; a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._polls = Histogram(
            "marsad_poll_seconds",
            "From asking for a feed to handing it to the desk.",
            buckets=POLL_S,
            registry=self._registry,
        )
        self._delays = Histogram(
            "marsad_publish_to_send_seconds",
            "From the publisher's time of an article to the channel's acceptance of its alert.",
            buckets=DELAY_S,
            registry=self._registry,
        )

    def polled(self, seconds: float) -> None:
        """Take in how long one poll took."""
        self._polls.observe(seconds)

    def sent(self, seconds: float) -> None:
        """Take in how long an article was under way from publication to acceptance."""
        self._delays.observe(max(seconds, 0.0))

    def text(self, now: Now) -> str:
        """Return all of it as text."""
        shown = CollectorRegistry(auto_describe=False)
        shown.register(_Collector(now))
        return (generate_latest(shown) + generate_latest(self._registry)).decode()


class _Collector:
    def __init__(self, now: Now) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield from _process(self._now)
        yield from _ledger(self._now.figures)


def _process(now: Now) -> Iterator[Metric]:
    info = GaugeMetricFamily("marsad_build_info", "The running version.", labels=["version"])
    info.add_metric([now.version], 1)
    yield info
    for name, text, value in (
        ("marsad_up", "1 while the service runs.", 1),
        ("marsad_uptime_seconds", "Since the start.", now.uptime),
        ("marsad_tick_age_seconds", "Since the scheduler's last tick.", now.tick),
        ("marsad_oldest_due_seconds", "How long the longest due message has waited.", now.oldest_due),
        ("marsad_ruleset_version", "The newest good version of the rules.", now.figures.ruleset),
        (
            "marsad_rules_broken",
            "1 while the rule files hold a mistake and an older version is in force.",
            int(now.rules_broken),
        ),
        ("marsad_database_bytes", "Size of the database.", now.database_bytes),
        ("marsad_wal_bytes", "Size of the database's write-ahead log.", now.wal_bytes),
        ("marsad_free_bytes", "Room left on the database's disk.", now.free_bytes),
    ):
        yield GaugeMetricFamily(name, text, value=value)
    polls = CounterMetricFamily("marsad_polls", "Polls by outcome.", labels=["outcome"])
    polls.add_metric(["new"], now.polled - now.unchanged - now.failed)
    polls.add_metric(["unchanged"], now.unchanged)
    polls.add_metric(["failed"], now.failed)
    yield polls
    for name, text, value in (
        ("marsad_new_articles", "Articles seen for the first time.", now.new_articles),
        ("marsad_new_matches", "Matches found.", now.matched),
        ("marsad_messages_accepted", "Messages that a channel accepted.", now.sent),
        ("marsad_clock_jumps", "Jumps of the wall clock by more than 5 s.", now.clock_jumps),
    ):
        yield CounterMetricFamily(name, text, value=value)


def _ledger(figures: Figures) -> Iterator[Metric]:
    for name, text, value in (
        ("marsad_articles", "Articles on record.", figures.articles),
        ("marsad_matches", "Matches on record.", figures.matches),
        ("marsad_unknown_answers", "Answers lost, on record: each is a possible double.", figures.unknowns),
        ("marsad_open_troubles", "Troubles that admins were told of and that last.", figures.troubles),
    ):
        yield GaugeMetricFamily(name, text, value=value)
    feeds = GaugeMetricFamily("marsad_feeds", "Feeds by state.", labels=["state"])
    for state in ("ok", "failing", "new", "gone"):
        feeds.add_metric([state], figures.feeds.get(state, 0))
    yield feeds
    chats = GaugeMetricFamily("marsad_chats", "Chats by state.", labels=["state"])
    for state in ("live", "dead"):
        chats.add_metric([state], figures.chats.get(state, 0))
    yield chats
    deliveries = GaugeMetricFamily(
        "marsad_deliveries", "The ledger by state, and reason or hold.", labels=["state", "reason"]
    )
    states = ("pending", "sending", "unknown", "sent", "suppressed", "failed")
    for state, reason in sorted({*figures.deliveries, *((state, "") for state in states if state != "suppressed")}):
        deliveries.add_metric([state, reason], figures.deliveries.get((state, reason), 0))
    yield deliveries
    messages = GaugeMetricFamily("marsad_messages", "Messages by kind and state.", labels=["kind", "state"])
    for (kind, state), count in sorted(figures.messages.items()):
        messages.add_metric([kind, state], count)
    yield messages
