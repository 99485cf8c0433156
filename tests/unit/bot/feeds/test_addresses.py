from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.addresses import canonical_link, feed_address_problem, host_key, joined, requested, shown, without_user

SAME = [
    "https://news.example/a/7?id=1",
    "http://news.example/a/7?id=1",
    "https://www.news.example/a/7?id=1",
    "HTTPS://News.Example:443/a/7?id=1",
    "http://news.example:80/a/7?id=1",
    "https://news.example/a/7/?id=1",
    "https://news.example/a/7?id=1#comments",
    "https://news.example/a/7?id=1&utm_source=rss&utm_medium=feed",
    "https://news.example/a/7?fbclid=x&id=1",
    "https://desk:word@news.example/a/7?id=1",
    "  https://news.example/a/7?id=1\n",
]
DIFFERENT = [
    "https://news.example/a/7",
    "https://news.example/a/7?id=2",
    "https://news.example/A/7?id=1",
    "https://news.example/a/7?id=1&q=x",
    "https://news.example/a/7?v=1",
    "https://news.example/a/7?newsid=1",
    "https://news.example/a/7?p=1",
    "https://news.example/a/7?id=1#!/news/9",
    "https://news.example/a/7?id=1#/news/9",
    "https://m.news.example/a/7?id=1",
    "https://news.example:8443/a/7?id=1",
    "https://news.example/a%2F7?id=1",
]


def test_spellings_of_one_address_have_one_key() -> None:
    assert {canonical_link(url) for url in SAME} == {"https://news.example/a/7?id=1"}


def test_different_addresses_keep_different_keys() -> None:
    keys = [canonical_link(url) for url in [SAME[0], *DIFFERENT]]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    "name",
    [
        "utm_source",
        "utm_x",
        "fbclid",
        "gclid",
        "mc_cid",
        "_ga",
        "at_medium",
        "pk_campaign",
        "xtor",
        "UTM_Source",
        "yclid",
    ],
)
def test_what_tracks_is_dropped(name: str) -> None:
    assert canonical_link(f"https://news.example/a?{name}=1") == "https://news.example/a"


@pytest.mark.parametrize(
    "name", ["q", "v", "newsid", "id", "p", "page", "lang", "source", "ref", "s", "t", "story", "art", "from"]
)
def test_what_may_name_a_story_is_kept(name: str) -> None:
    assert canonical_link(f"https://news.example/a?{name}=1") == f"https://news.example/a?{name}=1"


def test_arabic_letters_and_their_escapes_have_one_key() -> None:
    written = canonical_link("https://news.example/أخبار/غزة?تاريخ=اليوم")
    escaped = canonical_link(
        "https://news.example/%d8%a3%d8%ae%d8%a8%d8%a7%d8%b1/%D8%BA%D8%B2%D8%A9?%D8%AA%D8%A7%D8%B1%D9%8A%D8%AE=%D8%A7%D9%84%D9%8A%D9%88%D9%85"
    )
    assert written == escaped
    assert canonical_link("https://موقع.example/") == canonical_link("https://xn--4gbrim.example/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news",
        "/a/7",
        "mailto:desk@news.example",
        "javascript:void(0)",
        "tag:news.example,2026:7",
        "http://",
        "http://[::1",
        "https://news.example:port/",
    ],
)
def test_what_is_no_web_address_has_no_key(url: str) -> None:
    assert canonical_link(url) is None


@given(st.text(max_size=80))
def test_a_key_is_its_own_key(text: str) -> None:
    for url in (text, f"https://news.example/{text}", f"https://news.example/a?{text}"):
        key = canonical_link(url)
        assert key is None or canonical_link(key) == key


# --- feeds' own addresses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/rss",
        "http://127.0.0.1:8080/a",
        "https://موقع.example/خلاصة",
        "http://[2a00::1]/",
        "https://u:p@news.example/",
    ],
)
def test_an_address_of_the_web_is_accepted(url: str) -> None:
    assert feed_address_problem(url) is None


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("news.example/rss", "must begin with http"),
        ("ftp://news.example/rss", "must begin with http"),
        ("feed://news.example/rss", "must begin with http"),
        ("https:///rss", "names no host"),
        ("https://news.example/a b", "white space"),
        ("https://news.example/\u200frss", "invisible"),
        ("\ufeffhttps://news.example/rss", "invisible"),
        ("https://news.example:99999/rss", "cannot be read"),
        ("https://[::1/rss", "cannot be read"),
        (f"https://{'ن' * 70}.example/", "not possible"),
    ],
)
def test_a_wrong_address_is_told_in_words_that_do_not_repeat_it(url: str, problem: str) -> None:
    told = feed_address_problem(url)
    assert told
    assert problem in told
    assert "news.example" not in told


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (
            "https://News.Example/أخبار?س=ص&a=%D8%A3",
            "https://news.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1?%D8%B3=%D8%B5&a=%D8%A3",
        ),
        ("https://موقع.example", "https://xn--4gbrim.example/"),
        ("https://news.example/a#part", "https://news.example/a"),
        ("https://news.example/a?key=%2F+x&b=[1]", "https://news.example/a?key=%2F+x&b=[1]"),
        ("http://[2A00::1]:8080/a", "http://[2a00::1]:8080/a"),
    ],
)
def test_an_address_is_sent_with_nothing_added_or_lost(url: str, sent: str) -> None:
    assert requested(url) == sent
    assert requested(sent) == sent


@pytest.mark.parametrize(
    ("base", "location", "target"),
    [
        ("https://a.example/x/feed?k=1", "/new", "https://a.example/new"),
        ("https://a.example/x/feed", "new?k=2", "https://a.example/x/new?k=2"),
        ("https://a.example/x", "//b.example/y", "https://b.example/y"),
        ("https://u:p@a.example/x", "/y", "https://u:p@a.example/y"),
        ("https://u:p@a.example/x", "https://a.example/y", "https://u:p@a.example/y"),
        ("https://u:p@a.example/x", "https://b.example/y", "https://b.example/y"),
        ("https://u:p@a.example/x", "http://a.example/y", "http://a.example/y"),
        ("https://u:p@a.example/x", "https://v:q@b.example/y", "https://v:q@b.example/y"),
        ("https://a.example/x", "ftp://a.example/y", "ftp://a.example/y"),
    ],
)
def test_a_redirect_keeps_the_password_at_home(base: str, location: str, target: str) -> None:
    assert joined(base, location) == target


def test_what_is_shown_holds_no_key_and_no_password() -> None:
    assert shown("https://desk:secret@news.example:8443/feed?token=secret#secret") == "https://news.example:8443/feed"
    assert shown("http://[::1") == "an address that cannot be read"
    assert len(shown("https://news.example/" + "a" * 5000)) == 200
    assert without_user("https://desk:secret@news.example/feed?a=1") == "https://news.example/feed?a=1"


def test_hosts_are_compared_in_one_form() -> None:
    assert host_key("News.EXAMPLE") == "news.example"
    assert host_key("[2A00::1]") == "2a00::1"
    assert host_key("موقع.example") == "xn--4gbrim.example"


@given(st.text(max_size=80))
def test_no_text_makes_the_readers_of_addresses_fail(text: str) -> None:
    for url in (text, f"https://{text}", f"https://news.example/{text}"):
        assert isinstance(shown(url), str)
        if feed_address_problem(url) is None:
            assert requested(url).isascii()
