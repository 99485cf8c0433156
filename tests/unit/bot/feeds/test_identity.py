"""Which article an entry is: the trust rules, one by one, and what holds for any document."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.documents import Entry
from bot.feeds.identity import Identified, identify, keys_of
from storage import ArticleKey, KnownArticle

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def entry(guid: str | None, link: str, title: str, text: str = "نص الخبر", minutes: int = 0) -> Entry:
    address = f"https://news.example/{link}" if link else ""
    return Entry(
        guid=guid, link=address, title=title, lead=text, body="", published_at=NOW + timedelta(minutes=minutes)
    )


@dataclass
class Memory:
    """What the store would remember: takes verdicts as the desk's commit does."""

    articles: list[KnownArticle] = field(default_factory=list)

    def known(self, keys: list[ArticleKey]) -> dict[ArticleKey, KnownArticle]:
        return {key: article for article in self.articles for key in article.keys if key in keys}

    def see(self, *entries: Entry, feed: str = "a") -> list[str]:
        """Identify one document's entries, remember them, and return ``title: kind`` in order."""
        wanted = [key for keys in keys_of(feed, entries) for key in keys.all]
        verdicts = identify(feed, entries, self.known(wanted))
        for verdict in verdicts:
            if verdict.kind != "unchanged":
                self.commit(verdict, feed)
        return [f"{verdict.entry.title}: {verdict.kind}" for verdict in verdicts]

    def commit(self, verdict: Identified, feed: str) -> None:
        taken = {key for article in self.articles for key in article.keys}
        new_keys = frozenset(verdict.keys) - taken
        if verdict.article is None:
            self.articles.append(_article(len(self.articles) + 1, verdict, new_keys, feed))
            return
        place = verdict.article.id - 1
        before = self.articles[place]
        after = replace(before, keys=before.keys | new_keys, sources=before.sources | {feed})
        if verdict.kind == "revision":
            after = replace(after, title=verdict.entry.title, text_hash=verdict.text_hash, revision=before.revision + 1)
        self.articles[place] = after


def _article(number: int, verdict: Identified, keys: frozenset[ArticleKey], feed: str) -> KnownArticle:
    return KnownArticle(
        id=number,
        revision=1,
        title=verdict.entry.title,
        lead=verdict.entry.lead,
        body="",
        url=verdict.entry.link,
        text_hash=verdict.text_hash,
        story_id=number,
        seen_at=NOW,
        keys=keys,
        sources=frozenset({feed}),
        matched=frozenset(),
        silenced=frozenset(),
    )


@pytest.fixture
def memory() -> Memory:
    return Memory()


# --- known by any trusted key -------------------------------------------------------------------------------------------


def test_an_entry_seen_before_is_unchanged(memory: Memory) -> None:
    assert memory.see(entry("1", "one", "وصول شحنة")) == ["وصول شحنة: new"]
    assert memory.see(entry("1", "one", "وصول شحنة")) == ["وصول شحنة: unchanged"]


@pytest.mark.parametrize(
    "again",
    [
        entry("1", "another-place", "وصول شحنة"),
        entry(None, "one", "وصول شحنة"),
        entry("1", "", "وصول شحنة"),
        entry(None, "one/?utm_source=rss", "وصول شحنة"),
    ],
)
def test_one_known_key_is_enough(memory: Memory, again: Entry) -> None:
    memory.see(entry("1", "one", "وصول شحنة"))
    assert memory.see(again) == ["وصول شحنة: unchanged"]


def test_a_guid_means_something_within_its_feed_only(memory: Memory) -> None:
    memory.see(entry("1", "one", "وصول شحنة"))
    assert memory.see(entry("1", "two", "افتتاح معرض"), feed="b") == ["افتتاح معرض: new"]


def test_the_same_link_in_another_feed_is_a_sighting_once(memory: Memory) -> None:
    memory.see(entry("1", "one", "وصول شحنة"))
    assert memory.see(entry("x", "one", "وصول الشحنة"), feed="b") == ["وصول الشحنة: sighting"]
    assert memory.see(entry("x", "one", "وصول الشحنة"), feed="b") == ["وصول الشحنة: unchanged"]


def test_the_same_text_without_link_or_guid_is_known_within_its_feed_only(memory: Memory) -> None:
    memory.see(entry(None, "", "وصول شحنة"))
    assert memory.see(entry(None, "", "وصول  شحنة\n")) == ["وصول  شحنة\n: unchanged"]
    assert memory.see(entry(None, "", "وصول شحنة"), feed="b") == ["وصول شحنة: new"]


def test_another_text_under_a_known_guid_or_link_is_a_revision(memory: Memory) -> None:
    memory.see(entry("1", "one", "وصول شحنة"), entry("2", "two", "افتتاح معرض"))
    assert memory.see(entry("1", "one", "وصول شحنة ثانية"), entry(None, "two", "افتتاح معرض الكتاب", minutes=1)) == [
        "وصول شحنة ثانية: revision",
        "افتتاح معرض الكتاب: revision",
    ]


def test_a_server_that_alternates_between_two_texts_makes_one_revision(memory: Memory) -> None:
    old, new = entry("1", "one", "وصول شحنة"), entry("1", "one", "وصول شحنة ثانية")
    memory.see(old)
    assert [memory.see(one)[0].rpartition(" ")[2] for one in (new, old, new, old)] == [
        "revision", "unchanged", "unchanged", "unchanged",
    ]  # fmt: skip


def test_the_text_of_another_article_is_a_revision_all_the_same(memory: Memory) -> None:
    memory.see(entry("1", "one", "عاجل"), entry("2", "two", "وصول شحنة", minutes=1))
    assert memory.see(entry("1", "one", "وصول شحنة")) == ["وصول شحنة: revision"]


# --- guids that are not trusted -----------------------------------------------------------------------------------------


def test_a_guid_repeated_over_different_links_is_not_trusted(memory: Memory) -> None:
    first = [entry("0", "one", "وصول شحنة"), entry("0", "two", "افتتاح معرض", minutes=1)]
    assert memory.see(*first) == ["وصول شحنة: new", "افتتاح معرض: new"]
    assert memory.see(*first, entry("0", "three", "إضراب عام", minutes=2)) == [
        "وصول شحنة: unchanged", "افتتاح معرض: unchanged", "إضراب عام: new",
    ]  # fmt: skip
    assert not any(key.kind == "guid" for article in memory.articles for key in article.keys)


def test_a_guid_repeated_over_different_titles_is_not_trusted(memory: Memory) -> None:
    document = [entry("0", "", "وصول شحنة"), entry("0", "", "افتتاح معرض", minutes=1)]
    assert memory.see(*document) == ["وصول شحنة: new", "افتتاح معرض: new"]
    assert memory.see(*document) == ["وصول شحنة: unchanged", "افتتاح معرض: unchanged"]


def test_known_links_that_come_with_new_guids_end_the_trust_in_guids(memory: Memory) -> None:
    memory.see(entry("1", "one", "وصول شحنة"))
    for poll in range(2, 5):
        assert memory.see(entry(str(poll), "one", "وصول شحنة")) == ["وصول شحنة: unchanged"]


def test_guids_that_number_places_hide_no_new_entry(memory: Memory) -> None:
    """Entry 1 is always the newest: with each new entry every link moves one place down."""
    titles = [
        "وصول شحنة قمح إلى الميناء",
        "افتتاح معرض الكتاب في العاصمة",
        "إضراب عمال النقل غدا",
        "هزة أرضية في الشمال",
    ]
    seen: list[str] = []
    for number, title in enumerate(titles):
        seen.insert(0, title)
        document = [
            entry(str(place), f"p{titles.index(one)}", one, minutes=number) for place, one in enumerate(seen, 1)
        ]
        assert f"{title}: new" in memory.see(*document)
    assert len(memory.articles) == len(titles)


def test_a_page_of_recycled_guids_without_any_known_link_hides_nothing(memory: Memory) -> None:
    memory.see(entry("1", "one", "وصول شحنة قمح إلى الميناء"), entry("2", "two", "افتتاح معرض الكتاب", minutes=1))
    assert memory.see(entry("1", "three", "إضراب عمال النقل غدا"), entry("2", "four", "هزة أرضية قوية", minutes=1)) == [
        "إضراب عمال النقل غدا: new",
        "هزة أرضية قوية: new",
    ]


def test_a_link_known_from_another_feed_says_nothing_against_the_guids(memory: Memory) -> None:
    memory.see(entry("x-1", "one", "وصول شحنة"), feed="b")
    assert memory.see(entry("1", "one", "وصول شحنة")) == ["وصول شحنة: sighting"]
    assert memory.see(entry("1", "moved", "وصول شحنة")) == ["وصول شحنة: unchanged"]


# --- links that are not trusted -----------------------------------------------------------------------------------------


def test_a_link_that_several_entries_share_is_not_trusted(memory: Memory) -> None:
    document = [entry("1", "live", "وصول شحنة"), entry("2", "live", "افتتاح معرض", minutes=1)]
    assert memory.see(*document) == ["وصول شحنة: new", "افتتاح معرض: new"]
    assert memory.see(*document, entry("3", "live", "إضراب عام", minutes=2)) == [
        "وصول شحنة: unchanged", "افتتاح معرض: unchanged", "إضراب عام: new",
    ]  # fmt: skip


def test_a_shared_link_says_nothing_of_the_other_links(memory: Memory) -> None:
    memory.see(entry(None, "live", "وصول شحنة"), entry(None, "live", "افتتاح معرض"), entry(None, "one", "إضراب عام"))
    assert memory.see(entry(None, "one", "إضراب عام يشمل النقل")) == ["إضراب عام يشمل النقل: revision"]


def test_where_neither_guid_nor_link_is_trusted_the_text_decides(memory: Memory) -> None:
    document = [entry("0", "live", "وصول شحنة"), entry("0", "live", "افتتاح معرض", minutes=1)]
    assert memory.see(*document) == ["وصول شحنة: new", "افتتاح معرض: new"]
    assert memory.see(*document) == ["وصول شحنة: unchanged", "افتتاح معرض: unchanged"]
    changed = [entry("0", "live", "وصول شحنة", text="نص آخر"), document[1]]
    assert memory.see(*changed) == ["وصول شحنة: new", "افتتاح معرض: unchanged"]


# --- one document -------------------------------------------------------------------------------------------------------


def test_an_entry_doubled_in_the_document_is_one(memory: Memory) -> None:
    assert memory.see(entry("1", "one", "وصول شحنة"), entry("1", "one", "وصول شحنة")) == ["وصول شحنة: new"]


def test_of_an_entry_doubled_with_two_texts_the_newer_stands(memory: Memory) -> None:
    old, new = entry("1", "one", "وصول شحنة", "أولا"), entry("1", "one", "وصول شحنة", "ثانيا", minutes=5)
    memory.see(new, old)
    assert memory.articles[0].text_hash == keys_of("a", [new])[0].text_hash


def test_two_entries_that_lead_to_one_known_article_are_not_written_twice(memory: Memory) -> None:
    memory.see(entry("1", "one", "وصول شحنة"))
    document = [entry("1", "", "وصول شحنة ثانية"), entry(None, "one", "وصول شحنة ثالثة", minutes=1)]
    assert memory.see(*document) == ["وصول شحنة ثالثة: revision"]


def test_entries_come_in_the_order_of_their_dates_undated_last(memory: Memory) -> None:
    undated = replace(entry("3", "three", "بلا تاريخ"), published_at=None)
    document = [undated, entry("2", "two", "ثان", minutes=5), entry("1", "one", "أول")]
    assert memory.see(*document) == ["أول: new", "ثان: new", "بلا تاريخ: new"]


def test_the_date_is_no_part_of_the_text(memory: Memory) -> None:
    memory.see(entry("1", "one", "وصول شحنة"))
    assert memory.see(entry("1", "one", "وصول شحنة", minutes=600)) == ["وصول شحنة: unchanged"]


# --- whatever the document ----------------------------------------------------------------------------------------------

ENTRIES = st.builds(
    entry,
    guid=st.one_of(st.none(), st.sampled_from(["1", "2", "3"])),
    link=st.sampled_from(["", "one", "two", "three"]),
    title=st.sampled_from(["وصول شحنة قمح", "افتتاح معرض كتاب", "إضراب عمال النقل", "هزة أرضية قوية"]),
    text=st.sampled_from(["نص", "نص آخر"]),
    minutes=st.integers(0, 3),
)
DOCUMENTS = st.lists(ENTRIES, max_size=6)


@given(DOCUMENTS)
def test_the_same_document_again_brings_nothing(document: list[Entry]) -> None:
    memory = Memory()
    memory.see(*document)
    assert [line for line in memory.see(*document) if line.endswith("new")] == []


@given(st.lists(DOCUMENTS, max_size=4), DOCUMENTS)
def test_after_any_history_a_document_settles(history: list[list[Entry]], document: list[Entry]) -> None:
    memory = Memory()
    for past in history:
        memory.see(*past)
    memory.see(*document)
    memory.see(*document)
    assert [line for line in memory.see(*document) if not line.endswith("unchanged")] == []


@given(st.lists(DOCUMENTS, max_size=4))
def test_no_document_writes_one_article_or_one_key_twice(history: list[list[Entry]]) -> None:
    memory = Memory()
    for document in history:
        wanted = [key for keys in keys_of("a", document) for key in keys.all]
        verdicts = identify("a", document, memory.known(wanted))
        ids = [verdict.article.id for verdict in verdicts if verdict.article]
        assert len(ids) == len(set(ids))
        deciding = [key for verdict in verdicts if verdict.kind == "new" for key in verdict.keys if key.kind != "text"]
        assert len(deciding) == len(set(deciding))
        memory.see(*document)


@given(DOCUMENTS, st.randoms())
def test_the_order_of_the_document_does_not_decide_who_is_new(document: list[Entry], rng: object) -> None:
    shuffled = list(document)
    rng.shuffle(shuffled)
    assert sorted(Memory().see(*document)) == sorted(Memory().see(*shuffled))


@given(DOCUMENTS)
def test_every_distinct_link_with_a_title_of_its_own_is_seen(document: list[Entry]) -> None:
    """Nothing is hidden: in an empty memory each entry that shares neither guid, link nor text with another is new."""
    alone = [
        one
        for one in document
        if not any(
            other is not one
            and (other.link == one.link or other.guid == one.guid or (other.title, other.lead) == (one.title, one.lead))
            for other in document
        )
    ]
    verdicts = identify("a", document, {})
    assert {id(one) for one in alone} <= {id(verdict.entry) for verdict in verdicts if verdict.kind == "new"}
