from __future__ import annotations

import pytest

from bot.chat.topics import Found, Several, Unknown, find_topic, topics_in
from bot.service.destinations import Destinations
from bot.settings import Route
from rules import Watchlist
from rules.expression import Term
from tests.unit.bot.chat.around import TOPICS


@pytest.mark.parametrize(
    ("asked", "id"),
    [
        ("gaza-truce", "gaza-truce"),
        ("Gaza-Truce", "gaza-truce"),
        ("هدنة غزة", "gaza-truce"),
        ("هدنه غزه", "gaza-truce"),
        ("الهدنة غزة", "gaza-truce"),
        ("هُدْنَةُ غَزَّة", "gaza-truce"),
        ("هدنـــة  غزة", "gaza-truce"),
        ("\u202bهدنة غزة\u202c", "gaza-truce"),
        ("«هدنة غزة»", "gaza-truce"),
        ("غزة", "gaza-truce"),
        ("هدنة_غزة", "gaza-truce"),
        ("#هدنة_غزة", "gaza-truce"),
        ("زلازل", "quakes"),
        ("أوبك", "oil"),
        ("اوبك", "oil"),
        ("النفط", "oil"),
        ("كوريا الشماليه", "arms-north-korea"),
        ("صفقات سلاح", "arms-north-korea"),
        ("حربالسودان", "sudan-war"),
    ],
)
def test_a_topic_is_found_by_id_and_by_any_spelling_of_its_name(asked: str, id: str) -> None:
    found = find_topic(asked, TOPICS)
    assert isinstance(found, Found)
    assert found.topic.id == id


def test_words_of_several_names_list_them() -> None:
    found = find_topic("حرب", TOPICS)
    assert isinstance(found, Several)
    assert [topic.id for topic in found.topics] == ["sudan-war", "yemen-war"]


@pytest.mark.parametrize(
    ("asked", "near"), [("هدنة غزا", "gaza-truce"), ("زلزال", "quakes"), ("gaza-truse", "gaza-truce")]
)
def test_a_slip_offers_the_nearest_name(asked: str, near: str) -> None:
    found = find_topic(asked, TOPICS)
    assert isinstance(found, Unknown)
    assert found.near[0].id == near


@pytest.mark.parametrize("asked", ["", "؟", "😀", "xyzzy", "\u202e\u200b"])
def test_what_is_like_no_name_offers_none(asked: str) -> None:
    assert find_topic(asked, TOPICS) == Unknown(near=())


def watchlist(id: str, **changes: object) -> Watchlist:
    return Watchlist(id=id, name=id, expression=Term(words="سلاح"), **changes)


WATCHLISTS = (
    watchlist("open"),
    watchlist("secret", visibility="private"),
    watchlist("secret-desk", visibility="private", channels=("desk",)),
    watchlist("secret-trial", visibility="private", state="trial", channels=("desk",)),
    watchlist("trial", state="trial"),
    watchlist("off", state="off"),
)
THERE = Destinations(channels={"desk": 1, "other": 2}, routes=(Route(watchlists=("open",), to=("other",)),))


@pytest.mark.parametrize(
    ("chat", "followed", "as_admin", "seen"),
    [
        (9, (), False, ["open"]),
        (9, ("secret",), False, ["open", "secret"]),
        (1, (), False, ["open", "secret-desk"]),
        (2, (), False, ["open"]),
        (9, ("trial", "off"), False, ["open"]),
        (9, (), True, ["open", "secret", "secret-desk", "secret-trial", "trial"]),
    ],
)
def test_private_topics_are_for_admins_and_where_they_go_and_trials_for_admins(
    chat: int, followed: tuple[str, ...], as_admin: bool, seen: list[str]
) -> None:
    topics = topics_in(WATCHLISTS, chat_id=chat, followed=frozenset(followed), there=THERE, as_admin=as_admin)
    assert [topic.id for topic in topics] == seen


def test_a_topic_says_whether_it_is_followed_or_comes_by_configuration() -> None:
    (topic, *_) = topics_in(WATCHLISTS, chat_id=2, followed=frozenset({"open"}), there=THERE, as_admin=False)
    assert (topic.followed, topic.routed) == (True, True)
    (topic, *_) = topics_in(WATCHLISTS, chat_id=1, followed=frozenset(), there=THERE, as_admin=False)
    assert (topic.followed, topic.routed) == (False, False)
