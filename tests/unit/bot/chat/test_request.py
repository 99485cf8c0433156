from __future__ import annotations

import pytest

from bot.chat.incoming import Incoming, Membership
from bot.chat.request import Request, request_of
from tests.unit.bot.chat.around import GROUP, ME, NOW, PRIVATE, pressed, wrote


@pytest.mark.parametrize(
    ("text", "verb", "words"),
    [
        ("/start", "start", ""),
        ("/start abcDEF_-123456789", "start", "abcDEF_-123456789"),
        ("/help", "help", ""),
        ("/HELP", "help", ""),
        ("/latest", "latest", ""),
        ("/latest هدنة غزة 3", "latest", "هدنة غزة 3"),
        ("/latest\nهدنة غزة", "latest", "هدنة غزة"),
        ("/latest@rasid_test_bot هدنة", "latest", "هدنة"),
        ("/latest@Rasid_Test_Bot", "latest", ""),
        ("/watchlists", "watchlists", ""),
        ("/follow النفط", "follow", "النفط"),
        ("/subscribe oil", "follow", "oil"),
        ("/unfollow oil", "unfollow", "oil"),
        ("/unsubscribe oil", "unfollow", "oil"),
        ("/status", "status", ""),
        ("/الجديد", "latest", ""),
        ("/تابع هدنة غزة", "follow", "هدنة غزة"),
        ("\u200f/help", "help", ""),
        ("الجديد", "latest", ""),
        ("الجديدُ", "latest", ""),
        ("تابع هدنة غزة", "follow", "هدنة غزة"),
        ("تابِع هدنة غزة", "follow", "هدنة غزة"),
        ("ألغِ هدنة غزة", "unfollow", "هدنة غزة"),
        ("الغ هدنة غزة", "unfollow", "هدنة غزة"),
        ("إلغاء متابعة هدنة غزة", "unfollow", "هدنة غزة"),
        ("الحالة", "status", ""),
        ("الحاله", "status", ""),
        ("مساعدة", "help", ""),
        ("مساعده", "help", ""),
        ("المواضيع", "watchlists", ""),
        ("أخبار هدنة غزة", "latest", "هدنة غزة"),
        ("هدنة غزة", "chatter", "هدنة غزة"),
        ("الحالة في غزة", "chatter", "الحالة في غزة"),
        ("/", "chatter", "/"),
        ("//help", "chatter", "//help"),
    ],
)
def test_what_is_written_in_a_private_chat_becomes_a_verb_and_its_words(text: str, verb: str, words: str) -> None:
    request = request_of(wrote(text), ME)
    assert request is not None
    assert (request.verb, request.words) == (verb, words)


@pytest.mark.parametrize(
    ("text", "command"),
    [("/watch سلاح", "watch"), ("/mute", "mute"), ("/why", "why"), ("/audit", "audit"), ("لماذا", "why"),
     ("ابحث عن سلاح", "search"), ("اكتم ساعة", "mute"), ("ألغِ الكتم", "unmute")],
)  # fmt: skip
def test_commands_that_come_later_are_known_as_such(text: str, command: str) -> None:
    request = request_of(wrote(text), ME)
    assert request is not None
    assert (request.verb, request.command) == ("later", command)


def test_an_unknown_command_is_named() -> None:
    assert request_of(wrote("/frobnicate now"), ME) == Request(verb="unknown", command="frobnicate")


@pytest.mark.parametrize("text", ["صباح الخير", "الحالة صعبة", "/frobnicate", "/help@other_bot", "تابع هدنة غزة", ""])
def test_in_a_group_what_is_not_said_to_the_bot_is_left_alone(text: str) -> None:
    assert request_of(wrote(text, GROUP), ME) is None


def test_in_a_group_commands_and_replies_are_for_the_bot() -> None:
    assert request_of(wrote("/latest", GROUP), ME) == Request(verb="latest")
    assert request_of(wrote("/frobnicate@rasid_test_bot", GROUP), ME) == Request(verb="unknown", command="frobnicate")
    assert request_of(wrote("الجديد", GROUP, to_us=True), ME) == Request(verb="latest", sure=False)
    assert request_of(wrote("كلام عن الخبر", GROUP, to_us=True), ME) is None


def test_pictures_get_an_answer_in_private_only() -> None:
    assert request_of(wrote(None), ME) == Request(verb="wordless")
    assert request_of(wrote(None, GROUP), ME) is None


def test_what_was_pressed_is_read_from_the_button() -> None:
    assert request_of(pressed("f:oil:2"), ME) == Request(verb="follow", topic="oil", page=2, by_button=True)
    assert request_of(pressed("x:1:2"), ME) == Request(verb="old_button", by_button=True)


def test_coming_and_going_asks_nothing() -> None:
    came = Incoming(place=PRIVATE, user=1, at=NOW, event=Membership(was_inside=False, is_inside=True))
    assert request_of(came, ME) is None


def test_a_long_text_is_read_to_a_bound() -> None:
    request = request_of(wrote("/follow " + "غ" * 4000), ME)
    assert request is not None
    assert len(request.words) == 400
