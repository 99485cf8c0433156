"""A newsroom on disk: what its files hold, and the program's list of feeds as commands change it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from bot.config import read_settings
from bot.feed_list import add_feed, import_feeds, remove_feed
from bot.newsroom import (
    find_config,
    gather_feeds,
    gather_sources,
    read_feeds,
    read_sources,
    starter_sources,
    write_starters,
)
from bot.opml import read_opml, replace_file
from rules.errors import MarsadError, MistakesFound, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings

OPML = '<opml version="2.0"><body><!-- لي -->{}</body></opml>'


@pytest.fixture
def room(tmp_path: Path) -> Settings:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "marsad.yaml").write_text(
        "feeds_file: feeds.opml\nconcepts: [concepts/]\nfeeds:\n  - {id: mine, url: 'https://mine.example/rss', name: لي}\n",
        "utf-8",
    )
    return read_settings(tmp_path / "marsad.yaml")


def test_rule_files_come_in_the_order_of_their_names_concepts_first_hidden_ones_not_at_all(room: Settings) -> None:
    (room.home / "concepts").mkdir()
    for name in ("watchlists/b.yaml", "watchlists/a.yml", "watchlists/.a.yaml", "watchlists/c.txt", "concepts/z.yaml"):
        (room.home / name).write_text(f"# {name}\n", "utf-8")
    assert [source.file for source in read_sources(room)] == [
        "concepts/z.yaml",
        "watchlists/a.yml",
        "watchlists/b.yaml",
    ]


def test_files_that_cannot_be_read_are_told_together_and_the_others_are_read(room: Settings) -> None:
    (room.home / "watchlists/a.yaml").write_bytes("# سلاح\n# ".encode() + b"\xd3\xe1\n")
    (room.home / "watchlists/b.yaml").write_text("watchlists: []\n", "utf-8")
    sources, problems = gather_sources(room)
    assert [source.file for source in sources] == ["watchlists/b.yaml"]
    assert sorted(str(problem) for problem in problems) == [
        "concepts:1:1: the file cannot be read: No such file or directory",
        "watchlists/a.yaml:2:3: the file is not UTF-8 from here on; save it as UTF-8",
    ]
    with pytest.raises(MistakesFound):
        read_sources(room)


def test_a_byte_order_mark_and_windows_line_ends_are_nothing(room: Settings) -> None:
    (room.home / "concepts").mkdir()
    (room.home / "watchlists/a.yaml").write_bytes(b"\xef\xbb\xbfwatchlists: []\r\n")
    assert read_sources(room)[0].text == "watchlists: []\n"


def test_starters_are_copied_as_they_are_and_writable(tmp_path: Path) -> None:
    write_starters(tmp_path)
    for source in starter_sources():
        copy = tmp_path / source.file
        assert copy.read_text("utf-8") == source.text
        assert os.access(copy, os.W_OK)


def test_the_configuration_is_the_one_named_then_the_environments_then_the_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MARSAD_CONFIG", raising=False)
    assert find_config(None) is None
    (tmp_path / "marsad.yaml").touch()
    assert str(find_config(None)) == "marsad.yaml"
    monkeypatch.setenv("MARSAD_CONFIG", "/elsewhere.yaml")
    assert str(find_config(None)) == "/elsewhere.yaml"
    assert str(find_config("named.yaml")) == "named.yaml"


def test_the_union_of_both_lists_counts_and_peoples_own_comes_first(room: Settings) -> None:
    outlines = (
        '<outline text="x" xmlUrl="https://mine.example/rss"/>'
        '<outline text="وفا" xmlUrl="https://wafa.example/rss" country="فلسطين" category="وكالة" interval="2m"/>'
    )
    (room.home / "feeds.opml").write_text(OPML.format(outlines), "utf-8")
    mine, theirs = read_feeds(room)
    assert (mine.id, mine.name, mine.source) == ("mine", "لي", "config")
    assert (theirs.id, theirs.tags, theirs.source) == ("wafa-example", ("وكالة", "فلسطين"), "opml")
    assert theirs.interval is not None
    assert theirs.interval.total_seconds() == 120


def test_each_unusable_feed_of_the_list_is_told_with_its_place_and_the_others_count(room: Settings) -> None:
    outlines = (
        '\n<outline text="a" id="mine" xmlUrl="https://a.example"/>'
        '\n<outline text="b" id="b" xmlUrl="ftp://b.example"/>'
        '\n<outline text="c" id="c" xmlUrl="https://c.example" interval="soon"/>'
        '\n<outline text="d" id="d d" xmlUrl="https://d.example"/>'
        '\n<outline text="e" id="e" xmlUrl="https://e.example"/>'
    )
    (room.home / "feeds.opml").write_text(OPML.format(outlines), "utf-8")
    feeds, problems = gather_feeds(room)
    assert [feed.id for feed in feeds] == ["mine", "e"]
    assert [str(problem).split(": ")[0] for problem in problems] == [f"feeds.opml:{line}:1" for line in (2, 3, 4, 5)]


def test_a_feed_is_added_once_with_an_id_of_its_host(room: Settings) -> None:
    assert add_feed(room, "https://www.news.example/rss", name="مثال", tags=("عرب",)) == "news-example"
    assert add_feed(room, "https://news.example/sport") == "news-example-2"
    with pytest.raises(MarsadError, match="listed already, as news-example"):
        add_feed(room, "https://www.news.example/rss")
    with pytest.raises(MarsadError, match="listed already, as mine"):
        add_feed(room, "https://mine.example/rss")
    with pytest.raises(MarsadError, match='id "mine" is taken'):
        add_feed(room, "https://other.example/rss", feed_id="mine")
    with pytest.raises(UsageError, match="letters, digits"):
        add_feed(room, "https://other.example/rss", feed_id="a b")
    with pytest.raises(UsageError, match="must begin with http"):
        add_feed(room, "gopher://other.example")
    assert [feed.id for feed in read_feeds(room)] == ["mine", "news-example", "news-example-2"]


def test_a_removed_feed_is_gone_and_peoples_own_list_is_never_written(room: Settings) -> None:
    add_feed(room, "https://news.example/rss")
    before = (room.home / "marsad.yaml").read_text("utf-8")
    with pytest.raises(UsageError, match='did you mean "news-example"'):
        remove_feed(room, "news-exmple")
    with pytest.raises(MarsadError, match="which only you write"):
        remove_feed(room, "mine")
    assert remove_feed(room, "https://news.example/rss").id == "news-example"
    assert [feed.id for feed in read_feeds(room)] == ["mine"]
    assert (room.home / "marsad.yaml").read_text("utf-8") == before


def test_a_list_of_another_program_keeps_its_folders_and_its_feeds_get_lasting_ids(room: Settings) -> None:
    outlines = '<outline text="مجلد" icon="7"><outline text="وفا" xmlUrl="https://wafa.example/rss"/></outline>'
    (room.home / "feeds.opml").write_text(OPML.format(outlines), "utf-8")
    add_feed(room, "https://wafa.example/other")
    text = (room.home / "feeds.opml").read_text("utf-8")
    for kept in ("مجلد", 'icon="7"', "<!-- لي -->", 'id="wafa-example"', 'id="wafa-example-2"'):
        assert kept in text


def test_an_import_tells_what_is_new_what_was_known_and_what_cannot_be_used(room: Settings) -> None:
    outlines = (
        '<outline text="a" xmlUrl="https://a.example"/><outline text="a" xmlUrl="https://a.example"/>'
        '<outline text="m" xmlUrl="https://mine.example/rss"/><outline text="f" xmlUrl="file:///etc/passwd"/>'
        '<outline text="i" id="mine" xmlUrl="https://i.example"/>'
    )
    done = import_feeds(room, OPML.format(outlines).encode(), "theirs.opml")
    assert (done.added, done.known) == (2, 2)
    assert done.unusable[0].startswith("theirs.opml:1:")
    assert [feed.id for feed in read_feeds(room)] == ["mine", "a-example", "i-example"]


def test_commands_side_by_side_lose_no_feed(room: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: add_feed(room, f"https://n{number}.example/rss"), range(24)))
    assert len(read_feeds(room)) == 25


def test_a_broken_list_is_left_as_it_is(room: Settings) -> None:
    (room.home / "feeds.opml").write_text("<opml><body>", "utf-8")
    with pytest.raises(MistakesFound, match=r"feeds\.opml:1:13: this is no OPML"):
        add_feed(room, "https://news.example/rss")
    assert (room.home / "feeds.opml").read_text("utf-8") == "<opml><body>"


def test_a_file_is_replaced_in_one_step_with_its_mode_and_through_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.opml", tmp_path / "link.opml"
    real.write_text("old", "utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert (real.read_bytes(), real.stat().st_mode & 0o777) == (b"new", 0o640)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.opml", "real.opml"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "a.opml"
    target.mkdir()  # a folder cannot be replaced by a file
    with pytest.raises(OSError, match="directory"):
        replace_file(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.opml"]


def test_a_new_list_can_be_read_by_others_than_its_owner(room: Settings) -> None:
    mask = os.umask(0o022)
    try:
        add_feed(room, "https://news.example/rss")
    finally:
        os.umask(mask)
    assert (room.home / "feeds.opml").stat().st_mode & 0o777 == 0o644
    assert len(read_opml((room.home / "feeds.opml").read_bytes(), "x")) == 1
