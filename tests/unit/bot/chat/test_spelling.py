from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.spelling import echoed, key_of, one_number


@pytest.mark.parametrize(
    ("one", "other"),
    [("الأخبار", "اخبار"), ("غزة", "غزه"), ("مستشفى", "مستشفي"), ("هُدنة", "هدنه"), ("مؤتمر", "موتمر"), ("أسماء", "اسما"),
     ("G7", "g7"), ("القرار ١٧٠١", "القرار 1701"), ("کوریا", "كوريا"), ("ﻏﺰﺓ", "غزة"), ("هدنة-غزة", "هدنة غزة")],
)  # fmt: skip
def test_spellings_of_one_word_are_one_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(("one", "other"), [("غزة", "غزل"), ("السودان", "سوداني"), ("1701", "17010"), ("آل", "")])
def test_other_words_are_other_keys(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize(
    ("word", "number"),
    [("3", 3), ("٣", 3), ("۳", 3), ("3", 3), ("0", 0), ("-5", -5), ("\N{MINUS SIGN}5", -5), ("999", 999), ("+7", 7)],
)
def test_whole_numbers_are_read_in_any_digits(word: str, number: int) -> None:
    assert one_number(word) == number


@pytest.mark.parametrize("word", ["", "x", "3x", "2.5", "G7", "٣أخبار", "²", "9" * 10, "--1"])
def test_other_words_are_no_numbers(word: str) -> None:
    assert one_number(word) is None


@given(st.text())
def test_somebodys_words_are_shown_on_one_bounded_line_without_hidden_characters(text: str) -> None:
    shown = echoed(text)
    inner = shown[2:-2]
    assert len(inner) <= 60
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in inner)


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    key = key_of(text)
    assert "  " not in key
    assert key == key.strip()
