"""OPML: lists of other programs read with their places, changed without loss, and never a way to explode."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.opml import OpmlFile, Outline, opml_bytes, read_opml
from rules.errors import MistakesFound

THEIRS = """\
<?xml version="1.0" encoding="utf-8"?>
<opml version="1.0" xmlns:x="https://reader.example/ns">
  <head><title>قائمتي</title><ownerName>هدى</ownerName></head>
  <body>
    <!-- وكالات -->
    <outline text="وكالات" x:open="true">
      <outline type="rss" title="وفا" XMLURL="https://wafa.example/rss" x:icon="7"/>
    </outline>
    <outline text="مثال &amp; شركاه" xmlUrl="https://news.example/rss?a=1&amp;b=2" category="/عرب,سياسة"
      htmlUrl="https://news.example" id="example" interval="5m" country="لبنان" status="unchecked"/>
    <outline text="رابط فقط" url="https://page.example"/>
  </body>
</opml>
""".encode()


def told(data: bytes) -> str:
    with pytest.raises(MistakesFound) as caught:
        read_opml(data, "feeds.opml")
    return str(caught.value)


def test_feeds_are_found_nested_and_in_any_case_with_their_places() -> None:
    first, second = read_opml(THEIRS, "feeds.opml")
    assert first == Outline(url="https://wafa.example/rss", name="وفا")
    assert str(first.at) == "feeds.opml:7:7"
    assert second == Outline(
        url="https://news.example/rss?a=1&b=2",
        name="مثال & شركاه",
        id="example",
        site="https://news.example",
        country="لبنان",
        tags=("عرب", "سياسة"),
        interval="5m",
        status="unchecked",
    )
    assert str(second.at) == "feeds.opml:9:5"


def test_a_change_keeps_what_other_programs_wrote() -> None:
    listed = OpmlFile(THEIRS, "feeds.opml")
    listed.add(Outline(url="https://new.example/rss", name="جديد", id="new", tags=("a", "b")))
    listed.name("https://wafa.example/rss", "wafa")
    listed.remove("https://news.example/rss?a=1&b=2")
    text = listed.to_bytes().decode("utf-8")
    for kept in ("وكالات", "<!-- وكالات -->", "هدى", "icon", "open", "https://page.example", "XMLURL"):
        assert kept in text
    again = read_opml(listed.to_bytes(), "feeds.opml")
    assert [(outline.id, outline.url) for outline in again] == [
        ("wafa", "https://wafa.example/rss"),
        ("new", "https://new.example/rss"),
    ]
    assert again[1].tags == ("a", "b")


def test_what_is_written_reads_the_same() -> None:
    outlines = [
        Outline(url="https://a.example/?x=1&y=<2>", name='"اسم" & <آخر>', id="a", tags=("س", "ص"), interval="90s"),
        Outline(url="https://b.example", name="b"),
    ]
    assert read_opml(opml_bytes(outlines, "عنوان & آخر"), "x.opml") == outlines


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1256"])
def test_the_declared_encoding_is_read(encoding: str) -> None:
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    text = f'<?xml version="1.0" encoding="{name}"?><opml><body><outline text="وفا" xmlUrl="https://w.example"/></body></opml>'
    assert read_opml(text.encode(encoding), "x.opml")[0].name == "وفا"


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"", "1:1", "no element found"),
        (b"<opml>\n<body>\n</opml>", "3:3", "mismatched tag"),
        (b"<html><body/></html>", "1:1", "begins with <html>"),
        (b"not xml", "1:1", "syntax error"),
        (b'<opml><outline xmlUrl="\xff"/></opml>', "1:24", "not well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><opml/>', "1:1", "unknown encoding"),
    ],
)
def test_what_is_no_opml_is_told_with_its_place(data: bytes, place: str, words: str) -> None:
    assert told(data).startswith(f"feeds.opml:{place}: ")
    assert words in told(data)


def test_entities_are_refused_in_every_encoding() -> None:
    bomb = '<!DOCTYPE opml [\n<!ENTITY a "aaaa">\n<!ENTITY b "&a;&a;">]><opml><head>&b;</head></opml>'
    for data in (bomb.encode(), bomb.encode("utf-16")):
        assert "feeds.opml:2:12: the list declares entities" in told(data)


def test_a_huge_list_is_refused() -> None:
    assert "too large" in told(b"<opml>" + b" " * 10_000_001 + b"</opml>")


def test_20_000_levels_are_read_or_refused_and_crash_nothing() -> None:
    try:
        assert read_opml(b"<opml>" + b"<outline>" * 20_000 + b"</outline>" * 20_000 + b"</opml>", "x.opml") == []
    except MistakesFound as error:
        assert "x.opml:" in str(error)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_make_the_reader_raise_anything_else(data: bytes) -> None:
    for text in (data, b"<opml><body>" + data + b"</body></opml>"):
        with suppress(MistakesFound):
            read_opml(text, "x.opml")
