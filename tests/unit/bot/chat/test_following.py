from __future__ import annotations

from dataclasses import replace

import pytest

from bot.chat.answer import Answer
from bot.chat.following import PAGE, Change, follow, topic_list, unfollow
from bot.chat.request import Request
from tests.unit.bot.chat.around import GROUP, TOPICS, around, asked, on_buttons, plain

AROUND = around()


def test_following_a_topic_changes_it_and_says_where_it_will_come() -> None:
    change = follow(asked("/follow هدنة غزة"), AROUND)
    assert isinstance(change, Change)
    assert (change.kind, change.ids) == ("follow", ("gaza-truce",))
    assert plain(change.answer) == "تتابع الآن: هدنة غزة\nسيصل كل خبر جديد فيه إلى هذه المحادثة."
    assert on_buttons(change.answer) == ["آخر أخباره", "إلغاء المتابعة"]
    in_group = follow(asked("/follow هدنة غزة", GROUP), around(GROUP))
    assert isinstance(in_group, Change)
    assert plain(in_group.answer).endswith("إلى هذه المجموعة.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/follow oil", "«النفط وأوبك» موضوع تتابعه من قبل."),
        ("/follow حرب", "أي موضوع تقصد بـ«حرب»؟"),
        ("/follow هدنة غزا", "لا موضوع باسم «هدنة غزا». هل تقصد:"),
        ("/follow 😀", "لا موضوع باسم «😀».\nالمواضيع كلها في /watchlists"),
        ("/unfollow هدنة غزة", "لا تتابع «هدنة غزة»."),
        ("/unfollow الزلازل", "«الزلازل» يصل إلى هنا بحسب إعدادات القائمين على البوت، ولا يُلغى من هنا."),
        ("/unfollow كلام", "لا موضوع باسم «كلام».\nالمواضيع كلها في /watchlists"),
    ],
)
def test_where_nothing_is_to_change_the_answer_says_why(text: str, said: str) -> None:
    verb = follow if text.startswith("/follow") else unfollow
    answer = verb(asked(text), AROUND)
    assert isinstance(answer, Answer)
    assert plain(answer) == said


def test_following_without_a_name_offers_the_list() -> None:
    for text in ("/follow", "/follow الكل", "تابع"):
        answer = follow(asked(text), AROUND)
        assert isinstance(answer, Answer)
        assert plain(answer).startswith("أي موضوع تريد متابعته؟")
        assert "متابعة: هدنة غزة" in on_buttons(answer)


def test_a_followed_topic_is_given_up_by_any_spelling_of_its_name() -> None:
    for text in ("/unfollow النفط", "ألغِ نفط", "/unsubscribe oil"):
        change = unfollow(asked(text), AROUND)
        assert isinstance(change, Change)
        assert (change.kind, change.ids) == ("unfollow", ("oil",))
        assert plain(change.answer) == "أُلغيت متابعة: النفط وأوبك"


def test_all_is_given_up_in_one_word_with_what_is_no_longer_shown() -> None:
    change = unfollow(asked("/unfollow الكل"), around(others={"oil": "النفط وأوبك", "gone": "gone"}))
    assert isinstance(change, Change)
    assert change.ids == ("oil", "gone")


def test_a_topic_that_was_switched_off_can_be_given_up() -> None:
    change = unfollow(asked("/unfollow موضوع قديم"), around(others={"gone": "موضوع قديم"}))
    assert isinstance(change, Change)
    assert change.ids == ("gone",)


def test_giving_up_without_a_name_lists_what_is_followed() -> None:
    answer = unfollow(asked("/unfollow"), AROUND)
    assert isinstance(answer, Answer)
    assert on_buttons(answer) == ["النفط وأوبك"]
    nothing = unfollow(asked("/unfollow"), around(nameable=TOPICS[:2], others={}))
    assert isinstance(nothing, Answer)
    assert plain(nothing) == "لا تتابع موضوعًا."


def test_what_comes_by_configuration_as_well_still_comes_and_says_so() -> None:
    both = replace(TOPICS[3], followed=True)
    change = unfollow(asked("/unfollow الزلازل"), around(nameable=(both,), topics=(both,)))
    assert isinstance(change, Change)
    assert plain(change.answer).endswith("يستمر وصوله إلى هنا بحسب إعدادات القائمين على البوت.")


def test_a_trial_is_not_followed() -> None:
    trial = replace(TOPICS[0], trial=True)
    answer = follow(asked("/follow هدنة غزة"), around(nameable=(trial,)))
    assert isinstance(answer, Answer)
    assert "قيد التجربة" in plain(answer)


def test_a_hint_never_names_a_topic_that_may_not_be_shown_here() -> None:
    secret = replace(TOPICS[0], id="secret", name="ملف سري جدا", private=True)
    here = around(GROUP, admin=True, nameable=(*TOPICS, secret))
    answer = follow(asked("/follow ملف سري جدي", GROUP), here)
    assert isinstance(answer, Answer)
    assert "ملف سري جدا" not in plain(answer) + "".join(on_buttons(answer))


def test_a_button_of_a_topic_that_is_gone_says_so_and_nothing_else() -> None:
    answer = follow(Request(verb="follow", topic="gone", by_button=True), AROUND)
    assert answer == Answer(toast="لم يعد هذا الموضوع متاحًا هنا.")


def test_a_word_in_a_group_that_may_not_have_been_for_us_gets_no_hint() -> None:
    assert follow(Request(verb="follow", words="يا أخي", sure=False), around(GROUP)) == Answer()


@pytest.mark.parametrize(
    ("followed", "head"),
    [((True,), "موضوع واحد، تتابعه"), ((True, False), "موضوعان، تتابع أحدهما"), ((True, True), "موضوعان، تتابعهما")],
)
def test_of_one_or_two_topics_the_list_speaks_in_the_singular_and_the_dual(
    followed: tuple[bool, ...], head: str
) -> None:
    topics = tuple(replace(TOPICS[number], followed=each) for number, each in enumerate(followed))
    assert plain(topic_list(replace(AROUND, topics=topics))).splitlines()[0] == head


def test_the_list_says_what_is_followed_and_turns_pages() -> None:
    answer = topic_list(AROUND)
    assert plain(answer).splitlines() == [
        "6 مواضيع، تتابع واحدًا منها",
        "• هدنة غزة · الأولوية عالية",
        "• صفقات السلاح مع كوريا الشمالية · الأولوية قصوى",
        "• النفط وأوبك · تتابعه",
        "• الزلازل · يصل إلى هنا",
        "• حرب السودان",
        "• حرب اليمن",
    ]
    assert "إلغاء: النفط وأوبك" in on_buttons(answer)
    many = tuple(replace(TOPICS[0], id=f"t-{number}", name=f"موضوع {number}") for number in range(2 * PAGE + 1))
    last = topic_list(around(topics=many), page=99)
    assert "صفحة 3 من 3" in plain(last)
    assert on_buttons(last) == ["متابعة: موضوع 16", "السابق"]
