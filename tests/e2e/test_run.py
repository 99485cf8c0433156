"""`marsad run` and `marsad poll` as an operator starts and stops them."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ARMS = "وصول شحنة أسلحة إلى الميناء"
QUAKE = "زلزال يضرب الساحل الشرقي"


def test_a_new_article_is_alerted_once_over_restarts(newsroom: Callable, press: object) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a")
    first = room.marsad("poll", "--once")
    assert first.returncode == 0, first.stderr
    assert first.stdout.count(ARMS) == 1
    second = room.marsad("poll", "--once", "--all")
    assert second.returncode == 0, second.stderr
    assert ARMS not in second.stdout
    assert room.audit()["balanced"] is True


def test_a_first_fetch_is_silent_by_default_and_what_comes_later_alerts(newsroom: Callable, press: object) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a", fetch="timeout: 5s")
    assert ARMS not in room.marsad("poll", "--once").stdout
    press.publish("/a", "2", QUAKE)
    done = room.marsad("poll", "--once", "--all")
    assert QUAKE in done.stdout
    assert ARMS not in done.stdout
    assert room.rows("select count(*) from deliveries where reason = 'first_fetch'") == [(1,)]


def test_a_match_silenced_by_a_first_fetch_alerts_when_an_established_feed_brings_it_new(
    newsroom: Callable, press: object
) -> None:
    press.feeds["/a"] = []
    press.publish("/b", "b1", ARMS, link="https://news.example/story")
    room = newsroom("/a", "/b", fetch="timeout: 5s")
    assert ARMS not in room.marsad("poll", "--once").stdout
    press.publish("/a", "a1", ARMS, link="https://news.example/story?utm_source=rss")
    assert room.marsad("poll", "--once", "--all").stdout.count(ARMS) == 1
    assert room.audit()["balanced"] is True


def test_sigterm_ends_the_service_in_ten_seconds_with_0_while_a_server_hangs(
    newsroom: Callable, press: object, wait_for: Callable
) -> None:
    press.publish("/a", "1", ARMS)
    press.hanging.add("/b")
    room = newsroom("/a", "/b", fetch="on_first_fetch: alert, timeout: 60s")
    child = room.start("run")
    wait_for(lambda: ARMS in room.output and any(path == "/b" for _, path, _ in press.asked), what="alert and hang")
    began = time.monotonic()
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0, room.errors
    assert time.monotonic() - began < 10
    assert "Traceback" not in room.errors


def test_one_hanging_and_one_failing_feed_leave_the_others_alone(
    newsroom: Callable, press: object, wait_for: Callable
) -> None:
    press.hanging.add("/b")
    press.status["/c"] = 500
    press.publish("/a", "1", ARMS)
    room = newsroom("/b", "/c", "/a")
    child = room.start("run")
    wait_for(lambda: ARMS in room.output, what="the first alert")
    press.publish("/a", "2", QUAKE)
    wait_for(lambda: QUAKE in room.output, what="the second alert")
    child.send_signal(signal.SIGINT)
    assert child.wait(10) == 0, room.errors


def test_a_second_instance_is_refused(newsroom: Callable, press: object, wait_for: Callable) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a")
    child = room.start("run")
    wait_for(lambda: ARMS in room.output, what="the first alert")
    second = room.marsad("poll", "--once")
    assert second.returncode == 1
    assert str(child.pid) in second.stderr
    assert "Traceback" not in second.stderr


def test_a_rule_saved_while_running_is_in_force_and_a_mistake_keeps_the_last_good_set(
    newsroom: Callable, press: object, wait_for: Callable
) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a")
    room.start("run")
    wait_for(lambda: ARMS in room.output, what="the first alert")
    file = room.folder / "watchlists" / "all.yaml"
    good = file.read_text("utf-8")
    file.write_text(good.replace("watchlists:", "watchlist:"), "utf-8")
    wait_for(lambda: "rules_kept" in room.errors, what="the mistake")
    assert "all.yaml:1:1" in room.errors
    press.publish("/a", "2", QUAKE)
    wait_for(lambda: QUAKE in room.output, what="an alert of the last good set")
    file.write_text(good + "  - id: floods\n    match: فيضان\n    tests: {match: [فيضان], ignore: [قصيدة]}\n", "utf-8")
    wait_for(lambda: room.rows("select count(*) from rulesets where good") == [(2,)], what="the new ruleset")
    press.publish("/a", "3", "فيضان يجتاح القرى")
    wait_for(lambda: "فيضان يجتاح القرى" in room.output, what="an alert of the new rule")


def test_broken_rules_at_the_start_fall_back_on_the_last_good_set(newsroom: Callable, press: object) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a")
    assert ARMS in room.marsad("poll", "--once").stdout
    (room.folder / "watchlists" / "all.yaml").write_text("watchlists:\n  - id: arms\n    macht: سلاح\n", "utf-8")
    press.publish("/a", "2", QUAKE)
    done = room.marsad("poll", "--once", "--all")
    assert done.returncode == 0, done.stderr
    assert QUAKE in done.stdout
    assert "did you mean" in done.stderr


def test_broken_rules_without_a_good_set_end_with_1_and_every_mistake(newsroom: Callable, press: object) -> None:
    room = newsroom("/a", watchlists="watchlists:\n  - id: arms\n    macht: سلاح\n  - id: Bad Id\n    match: سلاح\n")
    done = room.marsad("poll", "--once")
    assert done.returncode == 1
    assert "all.yaml:3:5:" in done.stderr
    assert "all.yaml:4:9:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("poll", "--once", "--dry-run")])
def test_a_dry_run_shows_alerts_and_keeps_nothing(newsroom: Callable, press: object, command: tuple[str, ...]) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a")
    assert ARMS in room.marsad(*command).stdout
    assert room.rows("select count(*) from articles") in ([], [(0,)])
    assert ARMS in room.marsad("poll", "--once").stdout


def test_a_restart_neither_skips_nor_storms(newsroom: Callable, press: object, wait_for: Callable) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a", interval="1h")
    child = room.start("run")
    wait_for(lambda: ARMS in room.output, what="the first alert")
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0
    asked = len(press.asked)
    child = room.start("run")
    wait_for(lambda: room.errors.count("feeds_loaded") == 2, what="the second start")
    time.sleep(1.5)
    assert len(press.asked) == asked
    assert room.output.count(ARMS) == 1
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0
