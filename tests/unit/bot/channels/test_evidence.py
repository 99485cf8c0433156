from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.evidence import LONGEST, evidence_of
from rules import Hit
from storage import AlertArticle


def article(lead: str = "", body: str = "", words: tuple[str, ...] = ()) -> AlertArticle:
    hits = []
    for name, text in (("lead", lead), ("body", body)):
        hits += [
            Hit(field=name, start=text.index(word), end=text.index(word) + len(word), term=word)
            for word in words
            if word in text
        ]
    return AlertArticle(
        article_id=1,
        feed_id="f",
        url="",
        title="",
        lead=lead,
        body=body,
        published_at=None,
        seen_at=datetime(2026, 1, 1, tzinfo=UTC),
        watchlists={},
        hits=tuple(hits),
    )


def test_the_sentence_with_the_most_terms_is_quoted_and_its_words_marked() -> None:
    lead = "وصل الوفد صباحًا. تبحث المحادثات توريد الأسلحة إلى الميناء. وغادر الوفد مساءً."
    found = evidence_of(article(lead, words=("الأسلحة", "الميناء")))
    assert found is not None
    assert found.text == "«تبحث المحادثات توريد الأسلحة إلى الميناء.»"
    assert [found.text[start:end] for start, end in found.marks] == ["الأسلحة", "الميناء"]


def test_the_body_is_quoted_where_it_says_more() -> None:
    found = evidence_of(article("الأسلحة أولًا.", "توريد الأسلحة إلى الميناء.", words=("الأسلحة", "الميناء")))
    assert found is not None
    assert "الميناء" in found.text


def test_a_figure_with_a_point_ends_no_sentence() -> None:
    found = evidence_of(article("بلغت قوة الزلزال 6.9 درجات وفق المركز.", words=("الزلزال",)))
    assert found is not None
    assert "6.9 درجات وفق المركز" in found.text


def test_without_a_hit_in_lead_or_body_there_is_no_evidence() -> None:
    assert evidence_of(article("نص لا شيء فيه")) is None


def test_a_long_sentence_is_cut_at_words_around_the_hits() -> None:
    lead = "كلمة " * 100 + "الأسلحة " + "كلمة " * 100
    found = evidence_of(article(lead, words=("الأسلحة",)))
    assert found is not None
    assert found.text.startswith("«…كلمة")
    assert found.text.endswith("كلمة…»")
    assert len(found.text) <= LONGEST + 20
    assert [found.text[start:end] for start, end in found.marks] == ["الأسلحة"]


@given(st.text(max_size=700), st.data())
def test_marks_always_show_the_words_of_the_hit(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    given_article = article(text)
    hit = Hit(field="lead", start=start, end=end, term="x")
    made = AlertArticle(**{name: getattr(given_article, name) for name in given_article.__slots__} | {"hits": (hit,)})
    found = evidence_of(made)
    if found:
        for left, right in found.marks:
            assert 0 <= left <= right <= len(found.text)
            assert found.text[left:right].split() == text[start:end].split()
