from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.markup import one_line, plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("نص بلا وسوم", "نص بلا وسوم"),
        ("<p>الفقرة الأولى</p><p>الفقرة الثانية</p>", "الفقرة الأولى\nالفقرة الثانية"),
        ("سطر<br/>آخر<br>ثالث", "سطر\nآخر\nثالث"),
        ("<b>كلمة</b><i>ملتصقة</i>", "كلمةملتصقة"),
        ("<p>قبل</p><script>alert('سر')</script><p>بعد</p>", "قبل\nبعد"),
        ("<style>p{}</style>نص<iframe src='x'>بديل</iframe>", "نص"),
        ("خبر &quot;عاجل&quot; &amp; مهم", 'خبر "عاجل" & مهم'),
        ("خبر &amp;quot;عاجل&amp;quot;", 'خبر "عاجل"'),
        ("&lt;p&gt;فقرة&lt;/p&gt;&lt;p&gt;أخرى&lt;/p&gt;", "فقرة\nأخرى"),
        ("&#1582;&#1576;&#1585;", "خبر"),
        ("&amp;lt;b&amp;gt;خبر&amp;lt;/b&amp;gt;", "خبر"),
        ("إذا كان س&lt;ص فإن ع&gt;ص", "إذا كان س<ص فإن ع>ص"),
        ("وسم &lt;html&gt; في النص", "وسم <html> في النص"),
        ("<p>خبر &amp;quot;عاجل&amp;quot;</p>", 'خبر "عاجل"'),
        ("5 < 7 و 9 > 3", "5 < 7 و 9 > 3"),
        ("Q&A و R&D", "Q&A و R&D"),
        ("مسافات    كثيرة \t هنا", "مسافات كثيرة هنا"),
        ("<a href='x' title='a>b'>رابط</a>", "رابط"),
        ("<p>فقرة لم تغلق", "فقرة لم تغلق"),
        ("نص <object>لم يغلق وبقي الخبر", "نص لم يغلق وبقي الخبر"),
        ("نص <script>var x = 1;", "نص"),
        ("نص <!-- تعليق --> باق", "نص باق"),
        ("نص <![CDATA[مع]]> باق", "نص مع باق"),
        ("حرف\x00تحكم\x0bهنا", "حرفتحكم هنا"),
        ("نص <!-- لم يغلق", "نص -- لم يغلق"),
        ("نص <![if !IE]>باق<![endif]>", "نص باق"),
        ("<![<p>نص</p>", "نص"),
        ("", ""),
    ],
)
def test_markup_becomes_the_text_that_a_reader_sees(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_a_title_is_one_line() -> None:
    assert one_line("عاجل:\n<br>هدنة  في\tالجنوب") == "عاجل: هدنة في الجنوب"


@given(st.text(max_size=300))
def test_any_text_gives_clean_paragraphs(text: str) -> None:
    made = plain_text(text)
    assert all(line == " ".join(line.split()) and line for line in made.split("\n") if made)


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<b", ">", "<script>", "</script>", "<!--", "-->", "&lt;", "&amp;", "نص", "<![", "'", '"']
        ),
        max_size=40,
    )
)
def test_broken_markup_never_fails(pieces: list[str]) -> None:
    assert isinstance(plain_text("".join(pieces)), str)
