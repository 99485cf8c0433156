from __future__ import annotations

from bot.service.destinations import Destinations, channels_of, deliveries_of
from bot.settings import Route
from rules import Watchlist
from rules.expression import Term


def watchlist(id: str = "arms-north-korea", **changes: object) -> Watchlist:
    return Watchlist(id=id, name=id, expression=Term(words="سلاح"), **changes)


CHANNELS = {"desk": 1, "soc": 2, "screen": 3}


def test_without_routes_a_match_goes_to_every_channel() -> None:
    assert channels_of(watchlist(), "normal", Destinations(channels=CHANNELS)) == ("desk", "soc", "screen")


def test_the_first_matching_route_wins() -> None:
    routes = (Route(watchlists=("arms-*",), to=("soc",)), Route(to=("desk",)))
    there = Destinations(channels=CHANNELS, routes=routes)
    assert channels_of(watchlist(), "normal", there) == ("soc",)
    assert channels_of(watchlist("quakes"), "normal", there) == ("desk",)


def test_a_route_that_continues_lets_the_next_one_add() -> None:
    routes = (Route(watchlists=("arms-*",), to=("soc",), continues=True), Route(to=("desk", "soc")))
    assert channels_of(watchlist(), "normal", Destinations(channels=CHANNELS, routes=routes)) == ("soc", "desk")


def test_a_route_may_ask_for_severities() -> None:
    there = Destinations(channels=CHANNELS, routes=(Route(severity=("high", "critical"), to=("soc",)),))
    assert channels_of(watchlist(), "high", there) == ("soc",)
    assert channels_of(watchlist(), "normal", there) == ()


def test_a_watchlists_own_channels_come_before_routes() -> None:
    there = Destinations(channels=CHANNELS, routes=(Route(to=("desk",)),))
    assert channels_of(watchlist(channels=("screen",)), "normal", there) == ("screen",)


def test_a_chat_that_follows_gets_one_delivery_beside_the_routes() -> None:
    there = Destinations(channels=CHANNELS, routes=(Route(to=("desk",)),), followers={"arms": frozenset({1, 9})})
    assert [row.chat_id for row in deliveries_of(watchlist("arms"), "normal", there)] == [1, 9]


def test_without_any_destination_one_delivery_says_no_route() -> None:
    (row,) = deliveries_of(watchlist(), "normal", Destinations(channels={}))
    assert (row.chat_id, row.state, row.reason) == (None, "suppressed", "no_route")


def test_a_trial_goes_nowhere_not_even_to_followers() -> None:
    there = Destinations(channels=CHANNELS, followers={"arms": frozenset({9})})
    (row,) = deliveries_of(watchlist("arms", state="trial"), "normal", there)
    assert row.reason == "no_route"


def test_a_mute_suppresses_in_its_chat_only_and_a_star_mutes_everything() -> None:
    mutes = frozenset({(1, "arms"), (2, "*")})
    rows = deliveries_of(watchlist("arms"), "normal", Destinations(channels=CHANNELS, mutes=mutes))
    assert [(row.chat_id, row.state) for row in rows] == [(1, "suppressed"), (2, "suppressed"), (3, "pending")]


def test_a_reason_to_suppress_holds_for_every_chat() -> None:
    rows = deliveries_of(watchlist(), "normal", Destinations(channels=CHANNELS), suppress="first_fetch")
    assert {(row.state, row.reason) for row in rows} == {("suppressed", "first_fetch")}
