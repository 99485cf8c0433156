from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from bot.web.metrics import Metrics, Now
from storage import Figures


def now(**changes: object) -> Now:
    figures = Figures(
        articles=5,
        matches=3,
        unknowns=1,
        ruleset=7,
        troubles=2,
        feeds={"ok": 4, "gone": 1},
        chats={"live": 2},
        deliveries={("sent", ""): 2, ("suppressed", "muted"): 1, ("pending", "quiet_hours"): 1},
        messages={("alert", "sent"): 2},
        oldest_due=None,
        stalled_since=None,
    )
    counts = dict.fromkeys(("unchanged", "failed", "new_articles", "matched", "sent", "clock_jumps"), 1)
    sizes = dict.fromkeys(("database_bytes", "wal_bytes", "free_bytes"), 10)
    values = {"version": "0.1", "uptime": 9.0, "tick": 0.1, "oldest_due": 0.0, "rules_broken": True, "polled": 5}
    return Now(figures=figures, **values, **counts, **sizes, **changes)


def samples(text: str) -> dict[tuple[str, tuple], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_figures_come_out_as_prometheus_reads_them() -> None:
    found = samples(Metrics().text(now()))
    assert found["marsad_up", ()] == 1
    assert found["marsad_feeds", (("state", "ok"),)] == 4
    assert found["marsad_feeds", (("state", "failing"),)] == 0
    assert found["marsad_deliveries", (("reason", "muted"), ("state", "suppressed"))] == 1
    assert found["marsad_deliveries", (("reason", "quiet_hours"), ("state", "pending"))] == 1
    assert found["marsad_deliveries", (("reason", ""), ("state", "failed"))] == 0
    assert found["marsad_messages", (("kind", "alert"), ("state", "sent"))] == 2
    assert found["marsad_polls_total", (("outcome", "new"),)] == 3
    assert found["marsad_ruleset_version", ()] == 7
    assert found["marsad_rules_broken", ()] == 1
    assert found["marsad_unknown_answers", ()] == 1


def test_delays_and_polls_fill_histograms_and_a_date_in_the_future_counts_as_none() -> None:
    metrics = Metrics()
    metrics.polled(0.2)
    metrics.sent(45.0)
    metrics.sent(-5.0)
    found = samples(metrics.text(now()))
    assert found["marsad_poll_seconds_count", ()] == 1
    assert found["marsad_publish_to_send_seconds_bucket", (("le", "10.0"),)] == 1
    assert found["marsad_publish_to_send_seconds_bucket", (("le", "60.0"),)] == 2
    assert found["marsad_publish_to_send_seconds_sum", ()] == 45.0


def test_a_scrape_leaves_nothing_behind_for_the_next() -> None:
    metrics = Metrics()
    assert metrics.text(now()) == metrics.text(now())
