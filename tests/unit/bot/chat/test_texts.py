from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat import texts
from bot.chat.answer import Answer
from tests.unit.bot.chat.around import GROUP, around, on_buttons, plain


def test_help_names_every_command_of_the_menu_with_an_example() -> None:
    text = plain(texts.help_text(around()))
    assert all(f"/{name}" in text for name, _ in texts.MENU if name != "help")
    assert "/latest هدنة غزة 3" in text
    assert "تابع هدنة غزة" in text
    assert "/invite" not in text
    assert "/invite" in plain(texts.help_text(around(admin_here=True)))


def test_the_menu_keeps_telegrams_bounds() -> None:
    assert all(name.islower() and len(name) <= 32 and 0 < len(text) <= 256 for name, text in texts.MENU)


@pytest.mark.parametrize(
    ("redeemed", "admitted", "first"),
    [
        (None, True, "هذا راصد الأخبار"),
        (True, True, "قُبلت الدعوة."),
        (False, True, "هذه الدعوة غير صالحة"),
        (False, False, "هذه الدعوة غير صالحة"),
    ],
)
def test_the_first_words_tell_what_became_of_an_invitation(redeemed: bool | None, admitted: bool, first: str) -> None:
    answer = texts.start(around(admitted=admitted), redeemed=redeemed)
    assert plain(answer).startswith(first)
    assert bool(answer.buttons) is admitted


def test_a_group_is_greeted_and_one_that_is_not_invited_is_told_so() -> None:
    assert "مشرفو المجموعة" in plain(texts.greeting(around(GROUP)))
    assert "ليست مدعوّة" in plain(texts.greeting(around(GROUP, admitted=False)))


@pytest.mark.parametrize(
    "answer",
    [
        texts.later("watch", around()),
        texts.unknown_command("frobnicate", around()),
        texts.chatter("صباح الخير", around()),
        texts.chatter("صباح الخير", around(topics=())),
        texts.wordless(around()),
        texts.not_invited(around()),
        texts.admins_only(),
        texts.cannot_check(),
        texts.trouble(),
    ],
)
def test_short_answers_are_short_and_every_line_begins_in_arabic(answer: Answer) -> None:
    lines = plain(answer).splitlines()
    assert 0 < len(lines) <= 3
    assert all("ء" <= line[0] <= "ي" for line in lines)


def test_an_invitation_is_a_link_for_a_person_and_one_for_a_group() -> None:
    text = plain(texts.invitation(around(admin_here=True), "abcdefghijklmnop", timedelta(days=7)))
    assert "https://t.me/rasid_test_bot?start=abcdefghijklmnop" in text
    assert "https://t.me/rasid_test_bot?startgroup=abcdefghijklmnop" in text
    assert "7 أيام" in text


def test_somebodys_words_come_back_without_marks_that_turn_the_line() -> None:
    assert plain(texts.chatter("a\u202eb\u0000c\nd<b>", around())).startswith("لم أفهم «abc d<b>».")


def test_an_unknown_command_is_answered_with_the_nearest() -> None:
    assert "هل تقصد /follow؟" in plain(texts.unknown_command("folow", around()))
    assert "هل تقصد" not in plain(texts.unknown_command("frobnicate", around()))


def test_an_old_button_only_blinks() -> None:
    assert texts.old_button().lines == ()
    assert on_buttons(texts.old_button()) == []
