"""Documents into entries: every kind of feed, and what newspapers make of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.documents import Document, Entry, FeedDocument
from bot.feeds.parser import parse_document
from rules.errors import ParseError
from tests.fakes.feed_texts import Item, atom, json_feed, rdf, rss, sample

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MOMENT = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
CONTENT = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
ITEMS = [Item(f"id-{number}", f"عنوان رقم {number}", f"ملخص رقم {number}", published=MOMENT) for number in range(3)]


def parse(body: bytes | str, content_type: str | None = None) -> FeedDocument:
    data = body.encode() if isinstance(body, str) else body
    return parse_document(
        Document(url="https://news.example/x/feed", body=data, body_hash="", content_type=content_type), NOW
    )


def item(inner: str) -> Entry:
    """Return the one entry of an RSS feed with this item."""
    (entry,) = parse(f"<rss version='2.0'><channel><title>t</title><item>{inner}</item></channel></rss>").entries
    return entry


@pytest.mark.parametrize("write", [rss, atom, rdf, json_feed])
def test_every_kind_of_feed_gives_the_same_entries(write: object) -> None:
    feed = parse(write(ITEMS))
    assert [(e.title, e.lead, e.body, e.link, e.published_at) for e in feed.entries] == [
        (one.title, one.summary, "", one.address, MOMENT) for one in ITEMS
    ]
    assert feed.title == "صحيفة"
    if write is not rdf:
        assert [entry.guid for entry in feed.entries] == [one.guid for one in ITEMS]


# --- titles and texts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("عاجل: هدنة", "عاجل: هدنة"),
        ("<![CDATA[عاجل: <b>هدنة</b>]]>", "عاجل: هدنة"),
        ("عاجل: &lt;b&gt;هدنة&lt;/b&gt;", "عاجل: هدنة"),
        ("قال &amp;quot;نعم&amp;quot;", 'قال "نعم"'),
        ("قال &amp;amp;quot;نعم&amp;amp;quot;", 'قال "نعم"'),
        ("<![CDATA[قال &quot;نعم&quot; &amp;amp; انصرف]]>", 'قال "نعم" & انصرف'),
        ("هدنة&nbsp;في الجنوب", "هدنة في الجنوب"),
        ("هدنة\n   في\tالجنوب", "هدنة في الجنوب"),
        ("هدنة\x08 في الجنوب", "هدنة في الجنوب"),
        ("هدنة &#55555555555; &#xD800;&#x6A; &#1582;&#xFFFFFFFFFFFFFFFFFFFFFFFFFFFFF;", "هدنة j خ"),
        ("R&amp;D في العاصمة", "R&D في العاصمة"),
        ("أسعار < 5 دولارات", "أسعار < 5 دولارات"),
    ],
)
def test_a_title_is_plain_text_however_it_was_escaped(written: str, title: str) -> None:
    assert item(f"<guid>1</guid><title>{written}</title>").title == title


def test_a_title_that_was_encoded_twice_is_repaired_before_its_control_characters_go() -> None:
    twice = "".join(chr(byte) for byte in "فرقة الإنقاذ في القطيف".encode())
    assert item(f"<title>{twice}</title>").title == "فرقة الإنقاذ في القطيف"


def test_paragraphs_of_a_text_stay_paragraphs() -> None:
    html = "<p>الأولى</p><p>الثانية<br/>بعدها</p><script>x()</script>"
    assert item(f"<title>ع</title><description>{escape(html)}</description>").lead == "الأولى\nالثانية\nبعدها"


def test_the_full_text_is_the_body_and_the_summary_the_lead() -> None:
    entry = item(
        "<title>ع</title><description>ملخص</description>"
        f"<content:encoded {CONTENT}>&lt;p&gt;النص الكامل&lt;/p&gt;</content:encoded>"
    )
    assert (entry.lead, entry.body) == ("ملخص", "النص الكامل")


def test_a_summary_as_long_as_an_article_is_a_body() -> None:
    entry = item(f"<title>ع</title><description>{'كلمة ' * 101}</description>")
    assert (entry.lead, len(entry.body.split())) == ("", 101)


def test_the_same_text_twice_is_one_body() -> None:
    entry = item(
        "<title>ع</title><description>النص</description>"
        f"<content:encoded {CONTENT}>&lt;p&gt;النص&lt;/p&gt;</content:encoded>"
    )
    assert (entry.lead, entry.body) == ("", "النص")


def test_an_entry_without_any_text_is_none() -> None:
    feed = parse(
        "<rss version='2.0'><channel><item><guid>1</guid></item><item><title>خبر</title></item></channel></rss>"
    )
    assert [entry.title for entry in feed.entries] == ["خبر"]


# --- ids, links, dates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "guid", "link"),
    [
        ("<guid> 7 </guid><link>https://news.example/7</link>", "7", "https://news.example/7"),
        ("<guid>https://news.example/7</guid>", "https://news.example/7", "https://news.example/7"),
        ("<guid isPermaLink='false'>7</guid>", "7", ""),
        ("<guid></guid><link>https://news.example/7</link>", None, "https://news.example/7"),
        ("<link>https://news.example/7</link>", None, "https://news.example/7"),
        ("<link>/7</link>", None, "https://news.example/7"),
        ("<link>7</link>", None, "https://news.example/x/7"),
        ("<link> \n https://news.example/7?a=1&amp;b=2 \n </link>", None, "https://news.example/7?a=1&b=2"),
        ("<link><![CDATA[https://news.example/7]]></link>", None, "https://news.example/7"),
        ("<link>https://news.example/خبر</link>", None, "https://news.example/خبر"),
        ("<link>javascript:alert(1)</link>", None, ""),
        ("<link>http://[::1</link>", None, ""),
        ("<guid isPermaLink='false'>منشور-٧</guid>", "منشور-٧", ""),
    ],
)
def test_ids_and_links_as_feeds_write_them(inner: str, guid: str | None, link: str) -> None:
    entry = item(f"<title>خبر</title>{inner}")
    assert (entry.guid, entry.link) == (guid, link)


def test_an_id_does_not_change_with_the_address_that_answered() -> None:
    body = rss([Item("7", "خبر")])
    guids = {
        parse_document(Document(url=url, body=body, body_hash=""), NOW).entries[0].guid
        for url in ("https://news.example/feed", "https://cdn.example/feeds/9?token=1")
    }
    assert guids == {"7"}


def test_an_atom_feeds_own_base_holds_for_its_links() -> None:
    feed = parse(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://base.example/a/'>"
        "<entry><title>خ</title><link href='7'/></entry></feed>"
    )
    assert feed.entries[0].link == "https://base.example/a/7"


def test_the_first_date_that_can_be_read_and_can_be_counts() -> None:
    ahead = (NOW + timedelta(days=40)).isoformat()
    entry = item(
        f"<title>خبر</title><pubDate>{ahead}</pubDate><dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>2026-05-01T09:30:00Z</dc:date>"
    )
    assert entry.published_at == MOMENT
    assert item("<title>خبر</title><pubDate>الجمعة 1 أيار 2026 09:30 ص</pubDate>").published_at == MOMENT
    assert item("<title>خبر</title><pubDate>2026/05/01 09:30</pubDate>").published_at == MOMENT
    assert item("<title>خبر</title><pubDate>أمس</pubDate>").published_at is None


def test_json_ids_may_be_numbers_and_rows_may_be_nonsense() -> None:
    feed = parse(
        '{"version":"https://jsonfeed.org/version/1","items":[{"id":7,"content_text":"نص"},null,5,{"id":true,"title":["x"]}]}'
    )
    assert [(entry.guid, entry.body or entry.lead) for entry in feed.entries] == [("7", "نص")]


# --- what a feed asks for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "ttl"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>99999999999</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", timedelta(minutes=30)),
        ("<sy:updatePeriod> daily </sy:updatePeriod>", timedelta(days=1)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
    ],
)
def test_how_long_a_feed_asks_to_be_left_alone(more: str, ttl: timedelta | None) -> None:
    body = f"<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>{more}<item><title>خ</title></item></channel></rss>"
    assert parse(body).ttl == ttl


def test_the_hours_in_which_a_feed_asks_to_be_left_alone() -> None:
    assert parse(
        rss(ITEMS, more="<skipHours><hour>0</hour><hour> 13 </hour><hour>24</hour></skipHours>")
    ).skip_hours == {0, 13}


# --- what is no feed, and what only nearly is ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "<!DOCTYPE html><html><head><title>تم حظر الوصول</title></head><body>x</body></html>",
            "HTML page titled «تم حظر الوصول»",
        ),
        ("<html><body>just a moment</body></html>", "HTML page"),
        ("   \n", "empty"),
        ("hello", "no feed"),
        ("<opml version='2.0'><body/></opml>", "no feed"),
        ('{"error": "forbidden"}', "no JSON Feed"),
        ('{"items": ', "JSON cannot be read"),
        ("%PDF-1.7 \x00\x01", "no feed"),
    ],
)
def test_what_is_no_feed_is_told_in_words(body: str, told: str) -> None:
    with pytest.raises(ParseError, match=told):
        parse(body)


def test_an_empty_feed_is_a_feed() -> None:
    assert parse("<rss version='2.0'><channel><title>t</title></channel></rss>").entries == ()
    assert parse('{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[]}').entries == ()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: b"\n\n  " + body,
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: body.replace(b"utf-8", b"utf-16"),
        lambda body: body.replace(b"</channel></rss>", b""),
        lambda body: body.replace("عنوان".encode(), "عنوان &bogus; & ".encode()),
        lambda body: body.replace("عنوان".encode(), "\x01عنوان\x1f".encode()),
        lambda body: body + b"<!-- cached -->\n<script>x</script>",
        lambda body: b"<?xml version='1.0'?>\n" + body,
    ],
)
def test_a_feed_that_is_slightly_broken_still_gives_its_entries(spoil: object) -> None:
    titles = [entry.title for entry in parse(spoil(rss(ITEMS))).entries]
    assert len(titles) == 3
    assert all("عنوان" in title and "رقم" in title for title in titles)


def test_a_feed_in_an_arabic_encoding_is_read() -> None:
    body = rss(ITEMS, declaration="<?xml version='1.0' encoding='windows-1256'?>").decode().encode("cp1256")
    feed = parse(body, "text/xml; charset=utf-8")
    assert feed.encoding == "windows-1256"
    assert [entry.title for entry in feed.entries] == [one.title for one in ITEMS]


def test_a_text_that_looks_like_a_file_name_or_an_address_is_not_opened() -> None:
    for body in ("/etc/passwd", "http://127.0.0.1/feed", "file:///etc/passwd"):
        with pytest.raises(ParseError):
            parse(body)


@pytest.mark.parametrize("write", [rss, atom, rdf, json_feed])
def test_no_more_than_500_entries_are_taken(write: object) -> None:
    entries = parse(write(sample("a", 600))).entries
    assert [entry.title for entry in entries] == [one.title for one in sample("a", 500)]


@given(
    st.text(max_size=200),
    st.sampled_from(["", "<rss version='2.0'><channel><item><title>", '{"version":"x","items":[{"title":"']),
)
def test_no_document_makes_the_parser_fail_otherwise(text: str, start: str) -> None:
    try:
        feed = parse((start + text).encode("utf-8", "replace"))
    except ParseError:
        return
    assert all(entry.title or entry.lead or entry.body for entry in feed.entries)
