"""Commands as people call them: help that teaches, exit statuses, configurations, records, and what is not there."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from bot.cli.group import COMMANDS
from bot.newsroom import starter_sources
from bot.opml import read_opml
from storage import (
    ChatAddress,
    FeedRecord,
    FeedUpdate,
    Lease,
    PollCommit,
    WatchlistRecord,
    open_sqlite,
)
from tests.integration.commits import NOW, article, match, revision, to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RULES = (
    "watchlists:\n  - id: arms\n    name: صفقات السلاح\n    match: سلاح\n    tests: {match: [سلاح], ignore: [كتاب]}\n"
)
FEEDS = ("list", "add", "remove", "import", "export")


@pytest.fixture
def rules(newsroom: Path) -> Path:
    (newsroom / "watchlists" / "arms.yaml").write_text(RULES, "utf-8")
    return newsroom


async def fill(folder: Path) -> None:
    """Write one article that matched and waits for the console."""
    store = await open_sqlite(folder / "marsad.db")
    await store.sync_feeds([FeedRecord(id="almanara", url="https://news.example/rss", source="config")], NOW)
    await store.record_ruleset(
        "d",
        {},
        good=True,
        now=NOW,
        watchlists=[
            WatchlistRecord(id="arms", name="صفقات السلاح", severity="high", visibility="public", state="live")
        ],
    )
    chats = await store.sync_chats([address := ChatAddress(kind="console", address="stdout")])
    lease = Lease(token="t", until=NOW.replace(hour=13))
    await store.claim_due_feeds(NOW, lease, limit=1, longest_wait=lease.until - NOW)
    text = revision("1", title="وصول سلاح إلى الميناء", lead="", body="")
    made = article("1", match(to(chats[address].id), hits=()), feed="almanara", revision=text)
    update = FeedUpdate(
        feed_id="almanara", lease_token="t", now=NOW, next_at=NOW.replace(hour=13), interval_s=300, fetched=True
    )
    await store.commit_poll(PollCommit(feed=update, ruleset=1, articles=(made,)))
    await store.close()


# --- help -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [(name,) for name in COMMANDS] + [("feeds", name) for name in FEEDS])
def test_every_command_teaches_with_an_example(marsad: Callable, command: tuple[str, ...]) -> None:
    done = marsad(*command, "--help")
    assert done.status == 0
    assert "Usage: marsad" in done.out
    assert len(done.out) > 100
    if command != ("feeds",):
        assert f"\n  marsad {' '.join(command)}" in done.out


def test_the_help_names_every_command(marsad: Callable) -> None:
    done = marsad("--help")
    assert done.status == 0
    assert all(f"\n  {name} " in done.out for name in COMMANDS)


def test_the_version_is_told(marsad: Callable) -> None:
    assert marsad("--version").out.startswith("marsad 0.")


# --- wrong usage ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("chekc",), 'Did you mean "check"?'),
        (("latest", "--jsn"), "Did you mean '--json'?"),
        (("feeds", "lst"), "list"),
        (("poll",), "--once"),
        (("latest", "-n", "0"), "-n"),
        (("match",), "name a file"),
        (("match", "nowhere.txt"), "nowhere.txt: No such file"),
        (("match", "--jsonl", "nowhere.jsonl"), "nowhere.jsonl"),
        (("match", "."), "Is a directory"),
        (("audit", "--since", "soon"), "takes a duration"),
        (("latest", "amrs"), 'did you mean "arms"?'),
        (("feeds", "remove", "almanra"), 'did you mean "almanara"?'),
        (("feeds", "add", "news.example"), "must begin with http"),
        (("feeds", "add", "https://other.example/rss"), "feeds_file: feeds.opml"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(
    marsad: Callable, rules: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = marsad(*arguments)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("command", ["run", "latest", "audit", "doctor", "check"])
def test_without_a_configuration_the_way_to_one_is_told(marsad: Callable, command: str) -> None:
    done = marsad(command)
    assert done.status == 2
    assert "marsad init" in done.err


# --- the configuration --------------------------------------------------------------------------------------------------------


def test_the_configuration_is_named_by_option_or_environment(
    marsad: Callable, rules: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert marsad("check").status == 2
    assert marsad("check", "--config", str(rules / "marsad.yaml")).status == 0
    monkeypatch.setenv("MARSAD_CONFIG", str(rules / "marsad.yaml"))
    assert marsad("check").status == 0
    assert marsad("check", "--config", "none.yaml").status == 2


def test_every_command_takes_the_option(marsad: Callable, tmp_path: Path) -> None:
    assert marsad("schema", "--config", "any.yaml").status == 0
    assert marsad("init", "--config", "any.yaml", "room").status == 0


def test_check_tells_every_mistake_of_every_file_at_once(marsad: Callable, rules: Path) -> None:
    (rules / "marsad.yaml").write_text(
        "nam: x\nfeeds_file: feeds.opml\nwatchlists: [watchlists/, more.yaml]\nconcepts: [concepts/]\n", "utf-8"
    )
    (rules / "feeds.opml").write_text("<opml>", "utf-8")
    (rules / "watchlists" / "b.yaml").write_text("watchlists:\n  - id: arms\n    macth: x\n", "utf-8")
    (rules / "watchlists" / "c.yaml").write_bytes(b"\xff\xfe")
    (rules / "concepts" / "c.yaml").write_text("concepts:\n  - {id: a, match: مفهوم b}\n", "utf-8")
    done = marsad("check")
    assert done.status == 1
    places = {line.split(": ")[0] for line in done.lines}
    assert places == {
        "marsad.yaml:1:1",
        "feeds.opml:1:7",
        "watchlists/b.yaml:2:5",
        "watchlists/b.yaml:2:9",
        "watchlists/b.yaml:3:5",
        "watchlists/c.yaml:1:1",
        "more.yaml:1:1",
        "concepts/c.yaml:2:26",
    }


@pytest.mark.parametrize("data", [b"feeds: [\n", "name: ر\n# é".encode("cp1256", "replace") + b"\xff\xfe"])
def test_rules_are_checked_though_the_configuration_is_no_yaml(marsad: Callable, rules: Path, data: bytes) -> None:
    (rules / "marsad.yaml").write_bytes(data)
    (rules / "watchlists" / "b.yaml").write_text("watchlists:\n  - id: B\n    match: مفهوم كوريا الشمالية\n", "utf-8")
    done = marsad("check")
    assert done.status == 1
    assert [line.split(":")[0] for line in done.lines] == ["marsad.yaml", "watchlists/b.yaml"]


def test_warnings_alone_leave_0(marsad: Callable, rules: Path) -> None:
    (rules / "watchlists" / "arms.yaml").write_text(
        "watchlists:\n  - id: arms\n    match: سلاح\n    sources: {include: [agncy]}\n", "utf-8"
    )
    done = marsad("check")
    assert done.status == 0
    assert len(done.lines) == 2
    assert all(": warning: " in line for line in done.lines)
    assert 'did you mean "agency"?' in done.out


def test_a_channel_that_does_not_exist_is_a_mistake_and_a_route_for_nothing_a_warning(
    marsad: Callable, rules: Path
) -> None:
    (rules / "watchlists" / "arms.yaml").write_text(f"{RULES}    channels: [dsk]\n", "utf-8")
    with (rules / "marsad.yaml").open("a", encoding="utf-8") as file:
        file.write("channels: {desk: {console: true}}\nroutes: [{watchlists: [arm-*], to: [desk]}]\n")
    done = marsad("check")
    assert done.status == 1
    line = RULES.count("\n") + 1
    assert (
        f'watchlists/arms.yaml:{line}:16: the watchlist "arms" goes to "dsk", but no channel is called so' in done.out
    )
    assert 'did you mean "desk"?' in done.out
    assert 'warning: a route admits "arm-*"' in done.out


def test_check_as_json_is_a_record_a_line(marsad: Callable, rules: Path) -> None:
    (rules / "watchlists" / "arms.yaml").write_text("watchlists:\n  - id: arms\n    macth: سلاح\n", "utf-8")
    done = marsad("check", "--json")
    records = [json.loads(line) for line in done.lines]
    assert {"file", "line", "column", "severity", "code", "message", "nearest"} == set(records[0])
    assert [record["nearest"] for record in records if record["code"] == "unknown_key"] == ["match"]
    assert done.status == 1


# --- init -----------------------------------------------------------------------------------------------------------------


def test_a_new_newsroom_is_sound_and_complete(marsad: Callable, tmp_path: Path) -> None:
    done = marsad("init", "room")
    assert done.status == 0
    assert "marsad poll --once" in done.out
    made = sorted(path.relative_to(tmp_path / "room").as_posix() for path in (tmp_path / "room").rglob("*.*"))
    starters = {source.file for source in starter_sources()}
    assert {"marsad.yaml", "feeds.opml", "watchlists/watchlists.schema.json", *starters} <= set(made)
    checked = marsad("check", "--config", "room/marsad.yaml")
    assert (checked.status, checked.out) == (0, "")


def test_init_goes_into_a_folder_with_other_files_and_overwrites_none_of_its_own(
    marsad: Callable, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("لي", "utf-8")
    assert marsad("init").status == 0
    (tmp_path / "marsad.yaml").write_text("name: لي\n", "utf-8")
    again = marsad("init", ".")
    assert again.status == 1
    assert "marsad.yaml" in again.err
    assert (tmp_path / "marsad.yaml").read_text("utf-8") == "name: لي\n"
    assert (tmp_path / "notes.txt").read_text("utf-8") == "لي"


def test_init_where_a_file_stands_is_wrong_usage(marsad: Callable, tmp_path: Path) -> None:
    (tmp_path / "room").write_text("x", "utf-8")
    assert marsad("init", "room").status == 2
    assert marsad("init", "room/below").status == 1


# --- match ----------------------------------------------------------------------------------------------------------------


def test_match_shows_the_words_and_exits_with_0_whether_or_not_anything_matched(marsad: Callable, rules: Path) -> None:
    (rules / "a.txt").write_text("وصول سلاح إلى الميناء\nوسطر آخر\n", "utf-8")
    (rules / "b.txt").write_text("وصول كتاب\n", "utf-8")
    first, second = marsad("match", "a.txt"), marsad("match", "--text-file", "b.txt")
    assert first.lines == ["عادية · صفقات السلاح (arms)", "  وصول «سلاح» إلى الميناء"]
    assert (first.status, second.status) == (0, 0)
    assert second.lines == ["لا يطابق أي موضوع"]
    assert json.loads(marsad("match", "b.txt", "--json").out) == {"matches": []}


def test_match_needs_no_configuration(marsad: Callable, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("موسكو تتفاوض مع بيونغ يانغ على شراء قذائف", "utf-8")
    assert any(
        match["watchlist"] == "north-korea-weapons"
        for match in json.loads(marsad("match", "a.txt", "--json").out)["matches"]
    )


def test_a_mistake_in_an_expression_is_told_with_its_column(marsad: Callable, rules: Path) -> None:
    (rules / "a.txt").write_text("سلاح", "utf-8")
    done = marsad("match", "a.txt", "--expr", "سلاح قرب صفقة")
    assert done.status == 1
    assert done.err.startswith("--expr:1:6: ")


def test_offsets_count_code_points_of_the_original_text(marsad: Callable, rules: Path) -> None:
    text = "😀 وبِالسِّلاحِ القديم"
    (rules / "a.txt").write_text(text, "utf-8")
    (match,) = json.loads(marsad("match", "a.txt", "--json").out)["matches"]
    (hit,) = match["hits"]
    assert (hit["field"], text[hit["start"] : hit["end"]]) == ("text", "وبِالسِّلاحِ")


ROWS = [
    {"id": 1, "text": "وصل سلاح"},
    {"id": "ب", "title": "سلاح", "lead": None, "body": "كتاب"},
    {"id": 3, "text": "سلاح وكتاب", "match": "كتاب"},
    {"id": 4, "text": "سلاح وكتاب", "match": {"all": ["سلاح", "كتاب"]}},
    {"id": 5, "text": "سلاح", "match": None},
    {"id": {"a": 1}, "text": "كتاب"},
    {"text": "سلاح"},
]


def test_rows_are_answered_one_by_one_in_their_order(marsad: Callable, rules: Path) -> None:
    (rules / "rows.jsonl").write_text("\n\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS), "utf-8")
    done = marsad("match", "--jsonl", "rows.jsonl")
    answers = [json.loads(line) for line in done.lines]
    assert done.status == 0
    assert [answer["id"] for answer in answers] == [1, "ب", 3, 4, 5, {"a": 1}, None]
    assert [[match["watchlist"] for match in answer["matches"]] for answer in answers] == [
        ["arms"], ["arms"], [None], [None], ["arms"], [], ["arms"],
    ]  # fmt: skip
    assert answers[1]["matches"][0]["hits"] == [{"field": "title", "start": 0, "end": 4, "term": "سلاح"}]
    assert "سلاح" in done.out  # UTF-8, no escapes


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (b"nojson", "row 2: no JSON"),
        (b"[1]", "row 2: an object was expected"),
        (b'{"id": 7}', "must be strings"),
        (b'{"id": 7, "text": 0}', "must be strings"),
        (b'{"id": 7, "title": [], "text": "x"}', "must be strings"),
        (b'{"id": 7, "text": "x", "match": {"al": ["x"]}}', 'did you mean \\"all\\"?'),
        (b'{"id": 7, "text": "x", "match": []}', "did you mean any?"),
        (b'{"id": 7, "text": "\xd3\xe1"}', "no JSON"),
        (b"[" * 100_000, "no JSON"),
    ],
)
def test_a_malformed_row_is_answered_with_its_error_and_the_others_go_on(
    marsad: Callable, rules: Path, row: bytes, told: str
) -> None:
    good = '{"id": 1, "text": "سلاح"}'.encode()
    (rules / "rows.jsonl").write_bytes(b"\xef\xbb\xbf" + good + b"\n" + row + b"\r\n" + good)
    done = marsad("match", "--jsonl", "rows.jsonl")
    assert done.status == 1
    assert len(done.lines) == 3
    assert told in done.lines[1]
    assert set(json.loads(done.lines[1])) == {"id", "error"}
    assert json.loads(done.lines[0])["matches"] == json.loads(done.lines[2])["matches"] != []


def test_half_a_surrogate_pair_goes_out_as_it_came_in(marsad: Callable, rules: Path) -> None:
    (rules / "rows.jsonl").write_text('{"id": "\\ud800", "text": "سلاح \\udfff"}\n', "utf-8")
    done = marsad("match", "--jsonl", "rows.jsonl")
    assert done.status == 0
    assert json.loads(done.out)["id"] == "\ud800"


# --- looking back -------------------------------------------------------------------------------------------------------------


def test_before_the_first_poll_there_is_no_news_and_nothing_is_made(marsad: Callable, rules: Path) -> None:
    assert marsad("latest").lines == ["لا أخبار"]
    assert marsad("feeds", "list").status == 0
    assert marsad("latest", "--json").out == ""
    audit = marsad("audit")
    assert (audit.status, "nothing is recorded yet" in audit.err) == (1, True)
    assert not (rules / "marsad.db").exists()


@pytest.mark.parametrize("asked", [(), ("arms",), ("صفقات السلاح",)])
async def test_latest_shows_what_matched_and_what_became_of_it(
    marsad: Callable, rules: Path, asked: tuple[str, ...]
) -> None:
    await fill(rules)
    shown = await run(marsad, "latest", *asked)
    head = "آخر خبر · صفقات السلاح" if asked else "آخر خبر"
    topic = "" if asked else " · صفقات السلاح"
    assert shown.lines[0] == head
    assert shown.lines[1] == "1. وصول سلاح إلى الميناء"
    assert shown.lines[2].startswith("   المنارة · ")
    assert shown.lines[2].endswith(f"{topic} · في الانتظار")
    (record,) = [json.loads(line) for line in (await run(marsad, "latest", "--json")).lines]
    assert (record["title"], record["state"], record["watchlists"]) == ("وصول سلاح إلى الميناء", "pending", ["arms"])


async def test_latest_knows_the_names_of_good_watchlists_beside_a_broken_one(marsad: Callable, rules: Path) -> None:
    await fill(rules)
    (rules / "watchlists" / "b.yaml").write_text("watchlists:\n  - id: b\n    macth: x\n", "utf-8")
    assert (await run(marsad, "latest", "صفقات السلاح")).lines[0] == "آخر خبر · صفقات السلاح"


async def test_audit_balances_and_tells_what_waits(marsad: Callable, rules: Path) -> None:
    await fill(rules)
    done = await run(marsad, "audit", "--json")
    books = json.loads(done.out)
    assert (done.status, books["balanced"], books["deliveries"], books["matches"]) == (0, True, 1, 1)
    assert "في الانتظار" in (await run(marsad, "audit")).out


async def test_a_newer_database_is_refused_in_words(marsad: Callable, rules: Path) -> None:
    import sqlite3

    await fill(rules)
    database = sqlite3.connect(rules / "marsad.db", isolation_level=None)
    database.execute("PRAGMA user_version = 999")
    database.close()
    for command in (("latest",), ("audit",), ("poll", "--once")):
        done = await run(marsad, *command)
        assert done.status == 1
        assert "schema version 999" in done.err
        assert "Traceback" not in done.err


async def run(marsad: Callable, *arguments: str) -> object:
    """Run a command that has a loop of its own, beside the test's."""
    import asyncio

    return await asyncio.to_thread(marsad, *arguments)


# --- feeds ----------------------------------------------------------------------------------------------------------------


def test_feeds_are_added_listed_exported_imported_and_removed(marsad: Callable, rules: Path) -> None:
    with (rules / "marsad.yaml").open("a", encoding="utf-8") as file:
        file.write("feeds_file: feeds.opml\n")
    added = marsad("feeds", "add", "https://wafa.example/rss", "--name", "وفا", "--tags", "وكالة، فلسطين")
    assert added.lines == ["added wafa-example: https://wafa.example/rss"]
    assert marsad("feeds", "add", "https://wafa.example/rss").status == 1
    assert [line.split()[0] for line in marsad("feeds", "list").lines] == ["almanara", "wafa-example"]
    records = [json.loads(line) for line in marsad("feeds", "list", "--json").lines]
    assert records[1]["tags"] == ["وكالة", "فلسطين"]
    exported = marsad("feeds", "export", "out.opml")
    assert exported.lines == ["2 feeds written to out.opml"]
    assert [outline.id for outline in read_opml((rules / "out.opml").read_bytes(), "x")] == ["almanara", "wafa-example"]
    assert marsad("feeds", "import", "out.opml").lines == ["0 added, 2 known already, 0 unusable"]
    assert marsad("feeds", "remove", "wafa-example").status == 0
    assert marsad("feeds", "import", "out.opml").lines == ["1 added, 1 known already, 0 unusable"]
    assert marsad("feeds", "remove", "almanara").status == 1


def test_a_password_in_the_address_of_a_feed_is_kept_and_not_shown(marsad: Callable, rules: Path) -> None:
    with (rules / "marsad.yaml").open("a", encoding="utf-8") as file:
        file.write("feeds_file: feeds.opml\n")
    said = [
        marsad("feeds", *arguments).lines
        for arguments in (
            ("add", "https://reader:pass-word-99@wafa.example/rss", "--id", "wafa"), ("list",), ("list", "--json"),
        )
    ]  # fmt: skip
    assert "reader:pass-word-99" in (rules / "feeds.opml").read_text("utf-8")
    said.append(marsad("feeds", "remove", "wafa").lines)
    assert all("***@wafa.example/rss" in lines[-1] for lines in said)
    assert "pass-word-99" not in str(said)


def test_an_import_of_what_is_no_list_is_told_with_its_place(marsad: Callable, rules: Path) -> None:
    with (rules / "marsad.yaml").open("a", encoding="utf-8") as file:
        file.write("feeds_file: feeds.opml\n")
    (rules / "bad.opml").write_text("<opml>\n<body>", "utf-8")
    done = marsad("feeds", "import", "bad.opml")
    assert done.status == 1
    assert done.err.startswith("bad.opml:2:7: this is no OPML")
    assert not (rules / "feeds.opml").exists()


# --- schema -----------------------------------------------------------------------------------------------------------------


def test_the_schema_is_json_schema_and_admits_the_starters(marsad: Callable) -> None:
    import jsonschema
    import yaml

    schema = json.loads(marsad("schema").out)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    for source in starter_sources():
        validator.validate(yaml.safe_load(source.text))
    assert not validator.is_valid({"watchlists": [{"id": "x", "macth": "y"}]})


def test_output_is_utf8_whatever_the_locale_says(
    marsad: Callable, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    (rules / "a.txt").write_text("سلاح", "utf-8")
    marsad("match", "a.txt")
    stream.flush()
    assert "صفقات السلاح" in stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", [("check",), ("test",), ("match", "-"), ("explain", "سلاح"), ("latest",), ("fmt",)])
def test_a_configuration_that_does_not_exist_is_wrong_usage(marsad: Callable, command: tuple[str, ...]) -> None:
    ran = marsad(*command, "--config", "nowhere.yaml")
    assert (ran.status, ran.err) == (
        2,
        "marsad: nowhere.yaml: there is no such file; `marsad init` writes a newsroom\n",
    )
