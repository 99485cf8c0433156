"""`marsad run` and `marsad poll` as an operator starts and stops them."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

MARSAD = str(Path(sys.executable).parent / "marsad")
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


def test_a_rule_file_that_cannot_be_read_keeps_the_last_good_set_and_the_service(
    newsroom: Callable, press: object, wait_for: Callable
) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a")
    child = room.start("run")
    wait_for(lambda: ARMS in room.output, what="the first alert")
    file = room.folder / "watchlists" / "all.yaml"
    good = file.read_bytes()
    file.write_bytes(good.decode("utf-8").encode("utf-16"))
    wait_for(lambda: room.errors.count("rules_kept") == 1, what="the mistake")
    assert "is not UTF-8" in room.errors
    press.publish("/a", "2", QUAKE)
    wait_for(lambda: QUAKE in room.output, what="an alert of the last good set")
    file.write_bytes(good.replace("زلزال".encode(), "زلزالا، فيضان".encode()))
    wait_for(lambda: room.errors.count("rules_loaded") == 2, what="the mended rules")
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0, room.errors
    assert "Traceback" not in room.errors


def test_files_saved_in_a_row_are_read_once_they_are_quiet(
    newsroom: Callable, press: object, wait_for: Callable
) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a")
    room.start("run")
    wait_for(lambda: ARMS in room.output, what="the first alert")
    file = room.folder / "watchlists" / "more.yaml"
    for number in range(8):  # an editor that saves while one types: the half of a word is never in force
        file.write_text(
            f"watchlists:\n  - id: more\n    match: كلمة{number}\n    tests: {{match: [كلمة{number}]}}\n", "utf-8"
        )
        time.sleep(0.05)
    newest = "select sources from rulesets where good order by version desc limit 1"
    wait_for(lambda: "كلمة7" in str(room.rows(newest)), what="the saved rules")
    assert room.rows("select count(*) from rulesets where good")[0][0] < 8


def test_a_feed_added_while_running_is_polled_and_a_broken_list_keeps_the_feeds(
    newsroom: Callable, press: object, wait_for: Callable
) -> None:
    press.publish("/a", "1", ARMS)
    press.publish("/b", "b1", QUAKE)
    room = newsroom("/a")
    configuration = room.folder / "marsad.yaml"
    configuration.write_text(configuration.read_text("utf-8") + "feeds_file: feeds.opml\n", "utf-8")
    child = room.start("run")
    wait_for(lambda: ARMS in room.output, what="the first alert")
    added = room.marsad("feeds", "add", f"{press.base}/b", "--id", "b", "--name", "الوادي")
    assert added.returncode == 0, added.stderr
    wait_for(lambda: QUAKE in room.output, what="an alert of the new feed")
    assert "الوادي" in room.output
    (room.folder / "feeds.opml").write_text("<opml><body>", "utf-8")
    wait_for(lambda: "feeds_kept" in room.errors, what="the mistake")
    press.publish("/a", "2", "شحنة أسلحة ثانية")
    wait_for(lambda: "شحنة أسلحة ثانية" in room.output, what="an alert beside the broken list")
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0, room.errors
    again = room.marsad("poll", "--once", "--all")  # also at the start the feeds on record go on
    assert again.returncode == 0, again.stderr
    assert "2 feeds polled" in again.stderr


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs prlimit (Linux)")
def test_on_a_full_disk_the_service_waits_and_loses_nothing(
    newsroom: Callable, press: object, wait_for: Callable
) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a")
    child = room.start("run")
    wait_for(lambda: ARMS in room.output, what="the first alert")
    size = max(path.stat().st_size for path in room.folder.glob("marsad.db*"))
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    for number in range(2, 40):
        press.publish("/a", str(number), f"شحنة أسلحة رقم {number}", summary="نص طويل. " * 800)
    wait_for(lambda: "storage_waits" in room.errors, what="the full disk")
    assert child.poll() is None
    assert "شحنة أسلحة رقم 39" not in room.output
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    wait_for(lambda: room.output.count("شحنة أسلحة رقم") == 38, what="all alerts once there is room", seconds=60)
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0, room.errors
    assert room.audit()["balanced"] is True
    assert len({line for line in room.output.splitlines() if "شحنة أسلحة رقم" in line}) == 38


def test_sigterm_at_the_start_ends_with_0_too(newsroom: Callable, press: object, wait_for: Callable) -> None:
    press.hanging.add("/a")
    room = newsroom("/a", fetch="timeout: 60s")
    child = room.start("run", "--log-level", "debug")
    wait_for(lambda: "feeds_loaded" in room.errors, what="the start")
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0, room.errors
    assert "Traceback" not in room.errors


def test_a_reader_that_goes_away_is_no_failure(newsroom: Callable, press: object) -> None:
    for number in range(40):
        press.publish("/a", str(number), f"شحنة أسلحة رقم {number}")
    room = newsroom("/a")
    assert room.marsad("poll", "--once").returncode == 0
    for command in ("latest -n 40", "latest --json -n 40", "audit", "schema"):
        script = f"set -o pipefail; {MARSAD} {command} | head -c 1 > /dev/null"
        done = subprocess.run(
            ["bash", "-c", script], cwd=room.folder, env=room.environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), command


def test_a_full_device_is_told_and_ends_with_1(newsroom: Callable, press: object) -> None:
    room = newsroom("/a")
    done = subprocess.run(
        ["bash", "-c", f"{MARSAD} schema > /dev/full"],
        cwd=room.folder,
        env=room.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_standard_output_is_told_at_once(newsroom: Callable, press: object) -> None:
    room = newsroom("/a")
    done = subprocess.run(
        ["bash", "-c", f"{MARSAD} run >&-"],
        cwd=room.folder,
        env=room.environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "standard output is closed" in done.stderr


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}])
def test_arabic_goes_in_and_out_whatever_the_locale(newsroom: Callable, press: object, locale: dict[str, str]) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a")
    room.environment |= locale
    assert ARMS in room.marsad("poll", "--once").stdout
    assert ARMS in room.marsad("latest", "صفقات السلاح").stdout


def test_rows_are_answered_as_they_come(newsroom: Callable, press: object) -> None:
    room = newsroom("/a")
    with subprocess.Popen(
        [MARSAD, "match", "--jsonl", "-"],
        cwd=room.folder,
        env=room.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for number in range(3):  # each answer is read before the next row is written
            child.stdin.write(json.dumps({"id": number, "text": "سلاح"}) + "\n")
            child.stdin.flush()
            assert json.loads(child.stdout.readline())["id"] == number
        child.stdin.write("no row\n")
        child.stdin.close()
        assert "error" in json.loads(child.stdout.readline())
        assert child.wait(10) == 1


def test_a_terminal_shows_how_far_a_round_is_and_no_color_keeps_it_plain(newsroom: Callable, press: object) -> None:
    press.publish("/a", "1", ARMS)
    press.hanging.add("/b")
    room = newsroom("/a", "/b", fetch="on_first_fetch: alert, timeout: 2s")

    def on_a_terminal(**variables: str) -> str:
        ours, theirs = pty.openpty()
        command = [MARSAD, "poll", "--once", "--all"]
        done = subprocess.run(
            command, cwd=room.folder, env={**room.environment, **variables}, stdout=theirs, stderr=theirs, check=False
        )
        os.close(theirs)
        said = b""
        with suppress(OSError):  # the end of a terminal is an error of its own
            while part := os.read(ours, 65_536):
                said += part
        os.close(ours)
        assert done.returncode == 0
        return said.decode("utf-8")

    shown = on_a_terminal(NO_COLOR="")
    assert "\x1b[K2 feeds polled, 1 new article, 1 match\r" in shown
    assert "\x1b[1;33m" in shown
    assert shown.rstrip().endswith("1 message sent")
    assert "\x1b" not in on_a_terminal(NO_COLOR="1")
