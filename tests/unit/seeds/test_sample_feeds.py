from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from xml.etree import ElementTree as ET

import pytest

from bot.feeds.addresses import canonical_link
from bot.feeds.documents import Document
from bot.feeds.parser import parse_document
from bot.opml import read_opml
from seeds import Outlet, outlets, render, stories_of

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def document(outlet: Outlet, newest: int = 0) -> Document:
    """Return an outlet's feed as the demo serves it, from this entry on."""
    entries = stories_of(outlet.id)[newest:]
    dates = [NOW - timedelta(minutes=number) for number in range(len(entries))]
    body, content_type = render(outlet, entries, dates)
    return Document(url=f"http://127.0.0.1:8000{outlet.path}", body=body, body_hash="", content_type=content_type)


def test_there_are_120_entries_in_eight_feeds_of_four_formats() -> None:
    assert len(outlets()) >= 8
    assert sum(len(stories_of(outlet.id)) for outlet in outlets()) >= 120
    assert {outlet.format for outlet in outlets()} == {"rss", "atom", "rdf", "json"}
    assert any(outlet.encoding == "windows-1256" for outlet in outlets())
    assert len({entry.topic for outlet in outlets() for entry in stories_of(outlet.id)}) >= 12


@pytest.mark.parametrize("outlet", outlets(), ids=lambda outlet: outlet.id)
def test_every_feed_reads_back_as_it_was_written(outlet: Outlet) -> None:
    feed = parse_document(document(outlet), NOW)
    entries = stories_of(outlet.id)
    assert feed.title == outlet.name
    assert len(feed.entries) == len(entries)
    for read, written in zip(feed.entries, entries, strict=True):
        assert read.title.replace('"', "") == written.title.replace("«", "").replace("»", "") if outlet.mess else True
        assert outlet.mess or read.title == written.title
        assert written.lead in (read.lead or read.body)
        assert read.link.startswith(f"{outlet.site}/")
        assert read.published_at is not None


@pytest.mark.parametrize("outlet", outlets(), ids=lambda outlet: outlet.id)
def test_an_entry_that_moves_down_keeps_its_link_so_that_the_demo_tells_it_once(outlet: Outlet) -> None:
    now, before = (parse_document(document(outlet, newest), NOW).entries for newest in (0, 1))
    assert [canonical_link(entry.link) for entry in now[1:]] == [canonical_link(entry.link) for entry in before]


def test_ids_are_unique_among_all_entries() -> None:
    counts = Counter(entry.guid for outlet in outlets() for entry in stories_of(outlet.id))
    assert max(counts.values()) == 1


def test_the_windows_1256_feed_is_really_encoded_so() -> None:
    outlet = next(outlet for outlet in outlets() if outlet.encoding == "windows-1256")
    body = document(outlet).body
    assert "سد النهضة" in body.decode("windows-1256")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")


def test_the_json_feed_says_its_version() -> None:
    outlet = next(outlet for outlet in outlets() if outlet.format == "json")
    assert json.loads(document(outlet).body)["version"] == "https://jsonfeed.org/version/1.1"


def test_the_starter_list_holds_forty_public_feeds_marked_unchecked() -> None:
    text = files("seeds").joinpath("feeds.opml").read_bytes()
    listed = read_opml(text, "feeds.opml")
    assert len(listed) >= 40
    assert len({outline.id for outline in listed}) == len(listed)
    assert len({outline.url for outline in listed}) == len(listed)
    for outline in listed:
        assert outline.status == "unchecked"
        assert outline.name
        assert outline.country
        assert outline.tags
    assert ET.fromstring(text).attrib["version"] == "2.0"  # noqa: S314 - our own file
