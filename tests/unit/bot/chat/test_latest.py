from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.answer import Answer
from bot.chat.button_data import read_data
from bot.chat.latest import MOST, USUAL, Wanted, latest_answer, latest_wanted
from bot.chat.request import Request
from storage import NewsCursor
from tests.unit.bot.chat.around import NOW, TOPICS, around, asked, news, on_buttons, plain

AROUND = around()


def wanted(text: str) -> Wanted:
    found = latest_wanted(asked(text), AROUND)
    assert isinstance(found, Wanted)
    return found


@pytest.mark.parametrize(
    ("text", "topic", "count"),
    [
        ("/latest", None, USUAL),
        ("/latest 3", None, 3),
        ("/latest ٣", None, 3),
        ("/latest هدنة غزة", "gaza-truce", USUAL),
        ("/latest هدنة غزة 3", "gaza-truce", 3),
        ("/latest ٧ هدنة غزة", "gaza-truce", 7),
        ("/latest gaza-truce 20", "gaza-truce", 20),
    ],
)
def test_a_topic_and_a_number_may_follow_in_either_order(text: str, topic: str | None, count: int) -> None:
    found = wanted(text)
    assert (found.topic.id if found.topic else None, found.count, found.note) == (topic, count, "")
    assert found.ids == ((topic,) if topic else tuple(each.id for each in TOPICS))


@pytest.mark.parametrize("number", ["0", "-3", "٠"])
def test_a_number_under_one_is_told_its_bounds(number: str) -> None:
    assert (wanted(f"/latest {number}").count, wanted(f"/latest {number}").note) == (USUAL, "العدد من 1 إلى 20.")


def test_too_large_a_number_gets_what_a_message_holds() -> None:
    assert wanted("/latest 999").count == MOST
    assert "20 على الأكثر" in wanted("/latest 999").note


def test_a_number_that_belongs_to_a_name_is_no_count() -> None:
    topics = (replace(TOPICS[0], id="un-1701", name="القرار 1701"), *TOPICS)
    found = latest_wanted(asked("/latest القرار ١٧٠١"), around(topics=topics))
    assert isinstance(found, Wanted)
    assert (found.topic and found.topic.id, found.count) == ("un-1701", USUAL)


@pytest.mark.parametrize(
    "text", ["/latest 😀", "/latest <b>x</b>", "/latest 2.5", "/latest \u202eabc", "/latest " + "غ" * 4000]
)
def test_a_name_that_is_none_gets_a_hint(text: str) -> None:
    answer = latest_wanted(asked(text), AROUND)
    assert isinstance(answer, Answer)
    assert plain(answer).startswith("لا موضوع باسم «")


def test_the_nearest_name_stands_on_a_button() -> None:
    answer = latest_wanted(asked("/latest هدنة غزا"), AROUND)
    assert isinstance(answer, Answer)
    assert on_buttons(answer) == ["هدنة غزة"]


def test_a_name_of_several_lists_them() -> None:
    answer = latest_wanted(asked("/latest حرب 3"), AROUND)
    assert isinstance(answer, Answer)
    assert (plain(answer), on_buttons(answer)) == ("أي موضوع تقصد بـ«حرب 3»؟", ["حرب السودان", "حرب اليمن"])


def test_the_list_of_a_topic_reads_as_voice_has_it() -> None:
    rows = [
        news(1, title="الوسطاء يمددون المفاوضات يومين", sightings=4),
        news(2, title="تل أبيب تشترط قائمة أسماء", feed_id="b", state="pending", hold="quiet_hours"),
        news(15, title="القاهرة تستضيف جولة جديدة", state="sent"),
    ]
    answer = latest_answer(wanted("/latest هدنة غزة 3"), rows, AROUND)
    assert plain(answer).splitlines() == [
        "آخر 3 أخبار · هدنة غزة",
        "1. الوسطاء يمددون المفاوضات يومين",
        "   الشرق الأوسط و3 مصادر أخرى · اليوم 14:00",
        "2. تل أبيب تشترط قائمة أسماء",
        "   BBC عربي · اليوم 13:00 · في الانتظار: ساعات الهدوء",
        "3. القاهرة تستضيف جولة جديدة",
        "   الشرق الأوسط · اليوم 00:00",
    ]
    assert on_buttons(answer) == ["كل المواضيع"]
    assert answer.lines[1][1].url == "https://news.example/1"


def test_the_list_of_all_names_the_topics_and_has_them_on_buttons() -> None:
    rows = [news(1), news(2, watchlists={"oil": "النفط وأوبك", "quakes": "الزلازل"}), news(3)]
    answer = latest_answer(replace(wanted("/latest"), count=2), rows, AROUND)
    assert plain(answer).splitlines()[0] == "آخر خبرين"
    assert plain(answer).splitlines()[-1].endswith(" · النفط وأوبك، الزلازل")
    assert on_buttons(answer)[:3] == ["هدنة غزة", "النفط وأوبك", "الزلازل"]
    assert on_buttons(answer)[-1] == "الأقدم"


def test_older_goes_on_after_the_last_one_shown() -> None:
    rows = [news(1), news(2), news(3)]
    answer = latest_answer(replace(wanted("/latest"), count=2), rows, AROUND)
    data = read_data(answer.buttons[-1][-1].data)
    assert data is not None
    assert data.before == NewsCursor(matched_at=rows[1].matched_at, article_id=2)
    older = latest_wanted(Request(verb="latest", before=data.before), AROUND)
    assert isinstance(older, Wanted)
    page = latest_answer(older, [news(3)], AROUND)
    assert plain(page).splitlines()[0] == "أخبار أقدم: خبر واحد"
    assert on_buttons(page) == ["الأحدث"]
    assert latest_answer(older, [], AROUND) == Answer(toast="لا أخبار أقدم.")


def test_a_list_too_long_for_a_message_is_cut_between_news_and_says_so() -> None:
    rows = [news(number, title="خبر طويل العنوان " * 30, watchlists={"x": "موضوع " * 40}) for number in range(1, 22)]
    answer = latest_answer(wanted("/latest 20"), rows, AROUND)
    text = plain(answer)
    assert len(text) < 4000
    assert "اختُصرت القائمة" in text
    shown = sum(line.startswith("   ") for line in text.splitlines())
    assert text.startswith(f"آخر {shown} ")
    data = read_data(answer.buttons[-1][-1].data)
    assert data is not None
    assert data.before is not None
    assert data.before.article_id == shown


def test_yesterday_and_older_days_are_named() -> None:
    rows = [news(1, published_at=NOW - timedelta(days=1)), news(2, published_at=NOW - timedelta(days=3))]
    lines = plain(latest_answer(wanted("/latest هدنة غزة"), rows, AROUND)).splitlines()
    assert lines[2].endswith("· أمس 15:00")
    assert lines[4].endswith("· الثلاثاء 28 نيسان، 15:00")


def test_no_news_is_said_in_words() -> None:
    assert plain(latest_answer(wanted("/latest هدنة غزة"), [], AROUND)) == "لا أخبار بعد في «هدنة غزة»."
    assert plain(latest_answer(wanted("/latest"), [], AROUND)) == "لا أخبار بعد في المواضيع كلها."
    nothing = around(topics=(), nameable=())
    everything = latest_wanted(asked("/latest"), nothing)
    assert isinstance(everything, Wanted)
    assert plain(latest_answer(everything, [], nothing)) == "لا مواضيع متاحة هنا بعد."


def test_arabic_digits_are_used_where_the_newsroom_wants_them() -> None:
    text = plain(latest_answer(wanted("/latest هدنة غزة"), [news(1)] * 3, around(digits="arab")))
    assert text.splitlines()[0] == "آخر ٣ أخبار · هدنة غزة"
    assert "اليوم ١٤:٠٠" in text
