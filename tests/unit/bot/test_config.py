"""marsad.yaml: the default of every key, what each takes, and every mistake with its place and the nearest valid word."""

from __future__ import annotations

from dataclasses import fields
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import settings_of
from bot.settings import (
    ChannelSettings,
    DigestSettings,
    FetchSettings,
    Heartbeat,
    KeepSettings,
    QuietHours,
    Route,
    Settings,
    TelegramSettings,
)

FILE = Path("/newsroom/marsad.yaml")
DESK = "channels: {desk: {console: true}, soc: {console: true}}\n"


def read(text: str) -> Settings:
    made, problems = settings_of(text, FILE)
    assert [str(problem) for problem in problems if not problem.warning] == []
    assert made is not None
    return made


def told(text: str) -> list[str]:
    return [str(problem) for problem in settings_of(text, FILE)[1]]


def test_every_key_is_optional_and_has_the_default_of_the_contract() -> None:
    made = read("")
    assert made == Settings(
        file=FILE,
        home=Path("/newsroom"),
        name="راصد الأخبار",
        database=Path("/newsroom/marsad.db"),
        watchlists=(Path("/newsroom/watchlists"),),
    )
    assert made.fetch == FetchSettings(
        timeout=timedelta(seconds=20),
        max_bytes=10_000_000,
        per_host=2,
        allow_hosts=(),
        on_first_fetch="silent",
        min_interval=timedelta(minutes=5),
        max_interval=timedelta(hours=6),
        contact=None,
        proxy=None,
    )
    assert (made.telegram.token_env, made.telegram.access, made.telegram.on_unknown) == (
        "TELEGRAM_BOT_TOKEN",
        "open",
        "resend",
    )
    assert made.digest == DigestSettings(over=10)
    assert made.keep == KeepSettings(articles=timedelta(days=90), ledger=timedelta(days=400))
    nothing = (made.feeds_file, made.quiet_hours, made.heartbeat, made.web, made.concepts, made.routes, made.feeds)
    assert nothing == (None, None, None, None, (), (), ())


def test_null_stands_for_the_default_of_every_key() -> None:
    keys = [field.name for field in fields(Settings) if field.name not in {"file", "home"}]
    assert read("".join(f"{key}: null\n" for key in keys)) == read("")
    for section, names in (
        ("fetch", [field.name for field in fields(FetchSettings)]),
        ("telegram", ["token_env", "base_url", "admins", "access", "on_unknown", "webhook"]),
        ("keep", ["articles", "ledger"]),
    ):
        assert read(f"{section}: {{{', '.join(f'{name}: null' for name in names)}}}\n") == read("")


def test_the_top_of_the_file() -> None:
    made = read(
        "name: راصد بيروت\ndatabase: data/news.db\nwatchlists: [a.yaml, more/]\nconcepts: [concepts/]\n"
        "locale: ar-LB\ndigits: arab\ntimezone: Asia/Beirut\nfeeds_file: feeds.opml\n"
    )
    assert (made.name, made.locale, made.digits, made.timezone) == (
        "راصد بيروت",
        "ar-LB",
        "arab",
        ZoneInfo("Asia/Beirut"),
    )
    assert made.database == Path("/newsroom/data/news.db")
    assert made.watchlists == (Path("/newsroom/a.yaml"), Path("/newsroom/more"))
    assert made.concepts == (Path("/newsroom/concepts"),)
    assert made.feeds_file == Path("/newsroom/feeds.opml")


def test_an_absolute_path_stays_as_it_is() -> None:
    assert read("database: /var/lib/marsad/marsad.db\n").database == Path("/var/lib/marsad/marsad.db")


def test_feeds() -> None:
    text = (
        'feeds:\n  - {id: a, url: "https://a.example/rss", name: أ, tags: [x, y], interval: 1s, full_text: true}\n'
        '  - {id: b, url: "https://b.example/rss", full_text: نعم}\n  - {id: c, url: "https://c.example/rss", full_text: no}\n'
    )
    first, second, third = read(text).feeds
    assert (first.id, first.name, first.tags, first.interval, first.full_text) == (
        "a",
        "أ",
        ("x", "y"),
        timedelta(seconds=1),
        "true",
    )
    assert (second.name, second.tags, second.interval, second.full_text) == ("b", (), None, "true")
    assert third.full_text == "false"
    assert {feed.source for feed in read(text).feeds} == {"config"}


def test_fetch() -> None:
    made = read(
        "fetch: {timeout: 1m, max_bytes: 500kB, per_host: ٣, allow_hosts: [127.0.0.1, nas.lan, '[::1]'], on_first_fetch: 6h,"
        " min_interval: 30, max_interval: 1d, contact: 'mailto:desk@news.example', proxy: 'http://proxy.example:3128'}\n"
    ).fetch
    assert made == FetchSettings(
        timeout=timedelta(minutes=1),
        max_bytes=500_000,
        per_host=3,
        allow_hosts=("127.0.0.1", "nas.lan", "[::1]"),
        on_first_fetch=timedelta(hours=6),
        min_interval=timedelta(seconds=30),
        max_interval=timedelta(days=1),
        contact="mailto:desk@news.example",
        proxy="http://proxy.example:3128",
    )
    assert read("fetch: {on_first_fetch: alert}\n").fetch.on_first_fetch == "alert"


@pytest.mark.parametrize(
    ("size", "number"), [("10MB", 10_000_000), ("1 GB", 10**9), ("500kB", 500_000), ("77", 77), ("1.5mb", 1_500_000)]
)
def test_sizes_are_powers_of_a_thousand(size: str, number: int) -> None:
    assert read(f"fetch: {{max_bytes: {size}}}\n").fetch.max_bytes == number


@pytest.mark.parametrize(
    ("duration", "seconds"), [("30s", 30), ("5m", 300), ("2h", 7200), ("7d", 604_800), ("90", 90), ("٥m", 300)]
)
def test_durations(duration: str, seconds: int) -> None:
    assert read(f"fetch: {{timeout: {duration}}}\n").fetch.timeout == timedelta(seconds=seconds)


def test_telegram() -> None:
    text = (
        "telegram: {token_env: BOT, base_url: 'http://localhost:8081/bot', admins: [1234, '5'], access: invited,"
        " on_unknown: skip}\n"
    )
    assert read(text).telegram == TelegramSettings(
        token_env="BOT", base_url="http://localhost:8081/bot", admins=(1234, 5), access="invited", on_unknown="skip"
    )


def test_channels_and_routes() -> None:
    made = read(
        'channels:\n  desk: {telegram: "@my_desk", thread: 5, max_per_hour: 20}\n  group: {telegram: -1001234}\n'
        '  soc: {apprise: "slack://${SLACK_TOKENS}"}\n  api: {webhook: "https://x.example/in", secret: "${HOOK}"}\n'
        "  screen: {console: true}\n"
        "routes:\n  - {watchlists: [arms-*], severity: [high, critical], to: [desk, soc], continue: true}\n  - {to: desk}\n"
    )
    assert list(made.channels) == ["desk", "group", "soc", "api", "screen"]
    assert made.channels["desk"] == ChannelSettings(
        name="desk", kind="telegram", address="@my_desk", thread=5, max_per_hour=20
    )
    assert made.channels["group"].address == "-1001234"
    assert made.channels["soc"].address == "slack://${SLACK_TOKENS}"
    assert made.channels["api"].secret == "${HOOK}"
    assert made.channels["screen"].kind == "console"
    assert made.routes == (
        Route(to=("desk", "soc"), watchlists=("arms-*",), severity=("high", "critical"), continues=True),
        Route(to=("desk",)),
    )


def test_the_rest() -> None:
    made = read(
        'quiet_hours: {from: "23:00", to: 6:30, except: [critical]}\ndigest: {over: 3}\n'
        "keep: {articles: 30d, ledger: 60d}\nheartbeat: {at: 09:00, url: 'https://ping.example/x'}\n"
        'web: {listen: "127.0.0.1:8765"}\n'
    )
    assert made.quiet_hours == QuietHours(start=time(23), end=time(6, 30), exceptions=("critical",))
    assert made.digest == DigestSettings(over=3)
    assert made.keep == KeepSettings(articles=timedelta(days=30), ledger=timedelta(days=60))
    assert made.heartbeat == Heartbeat(at=time(9), url="https://ping.example/x")
    assert made.web == "127.0.0.1:8765"
    assert read("digest: {over: null}\n").digest == DigestSettings(over=None)
    assert read("web: {listen: '[::1]:8765'}\n").web == "[::1]:8765"


def test_a_longer_memory_for_articles_takes_the_ledger_along() -> None:
    assert read("keep: {articles: 500d}\n").keep.ledger == timedelta(days=500)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("nam: x\n", "1:1", 'unknown key "nam"; did you mean "name"?'),
        ("name: [a]\n", "1:7", "takes one value"),
        ("watchlists: {a: b}\n", "1:13", "takes a list"),
        ("locale: arabic\n", "1:9", "such as ar-LB"),
        ("digits: arabic\n", "1:9", 'did you mean "arab"?'),
        ("timezone: Asia/Beiruth\n", "1:11", 'did you mean "Asia/Beirut"?'),
        ("feeds: x\n", "1:8", "takes a list"),
        ("feeds:\n  - x\n", "2:5", "must be keys with values"),
        ("feeds:\n  - {url: 'https://a.example'}\n", "2:5", 'needs an "id"'),
        ("feeds:\n  - {id: 'a b', url: 'https://a.example'}\n", "2:10", "letters, digits"),
        ("feeds:\n  - {id: a}\n", "2:5", "it is missing"),
        ("feeds:\n  - {id: a, url: 'ftp://a.example'}\n", "2:18", "must begin with http"),
        ("feeds:\n  - {id: a, url: 'https://a.example', interval: 0}\n", "2:49", "a second or more"),
        ("feeds:\n  - {id: a, url: 'https://a.example', interval: soon}\n", "2:49", "takes a duration"),
        ("feeds:\n  - {id: a, url: 'https://a.example', full_text: maybe}\n", "2:50", "true or false"),
        ("feeds:\n  - {id: a, url: 'https://a.example', tag: x}\n", "2:39", 'did you mean "tags"?'),
        (
            "feeds:\n  - {id: a, url: 'https://a.example'}\n  - {id: a, url: 'https://b.example'}\n",
            "3:10",
            "the first is in line 2",
        ),
        (
            "feeds:\n  - {id: a, url: 'https://a.example'}\n  - {id: b, url: 'https://a.example'}\n",
            "3:18",
            "listed already, in line 2",
        ),
        ("fetch: {timeot: 3s}\n", "1:9", 'did you mean "timeout"?'),
        ("fetch: {timeout: 0}\n", "1:18", "longer than nothing"),
        ("fetch: {max_bytes: big}\n", "1:20", "takes a size"),
        ("fetch: {max_bytes: 0}\n", "1:20", "a byte or more"),
        ("fetch: {per_host: 0}\n", "1:19", "between 1 and 1000"),
        ("fetch: {per_host: two}\n", "1:19", "whole number"),
        ("fetch: {allow_hosts: ['http://x/']}\n", "1:23", "host names or addresses alone"),
        ("fetch: {allow_hosts: ['127.0.0.1:8080']}\n", "1:23", "host names or addresses alone"),
        ("feeds:\n  - {id: a, url: 'https://a.example', full_text: maybe}\n", "2:50", "takes auto, true or false"),
        ("fetch: {on_first_fetch: silnt}\n", "1:25", 'did you mean "silent"?'),
        ("fetch: {min_interval: 7h}\n", "1:23", "must not be shorter"),
        ("fetch: {min_interval: 2h, max_interval: 1h}\n", "1:41", "must not be shorter"),
        ('fetch: {contact: "a\\nb"}\n', "1:18", "in one line"),
        ("fetch: {proxy: proxy.example}\n", "1:16", "such as http://"),
        ("telegram: {token_env: '12:AA'}\n", "1:23", "never the token itself"),
        ("telegram: {base_url: 'https://api.example'}\n", "1:22", "ends in /bot"),
        ("telegram: {admins: [me]}\n", "1:21", "numeric ids"),
        ("telegram: {access: opn}\n", "1:20", 'did you mean "open"?'),
        ("telegram: {on_unknown: rsend}\n", "1:24", 'did you mean "resend"?'),
        ("channels: [a]\n", "1:11", "must be keys with values"),
        ("channels: {a: {}}\n", "1:12", "needs exactly one of: telegram, apprise, webhook, console"),
        ("channels: {a: {telegram: '@desk', console: true}}\n", "1:12", "exactly one of"),
        ("channels: {a: {telegrm: '@desk'}}\n", "1:16", 'did you mean "telegram"?'),
        ("channels: {a: {telegram: my_desk}}\n", "1:26", 'did you mean "@my_desk"?'),
        ("channels: {a: {telegram: 'https://t.me/x'}}\n", "1:26", "@name or a numeric id"),
        ("channels: {a: {console: false}}\n", "1:25", "delete its line"),
        ("channels: {a: {webhook: x.example}}\n", "1:25", "begins with https://"),
        ("channels: {a: {apprise: slack}}\n", "1:25", "an Apprise address"),
        ("channels: {a: {apprise: 'slack://${SLACK'}}\n", "1:25", "a variable is written ${NAME}"),
        ("channels: {a: {console: true, thread: 5}}\n", "1:39", "belongs to a telegram channel"),
        ("channels: {a: {console: true, secret: '${X}'}}\n", "1:39", "belongs to a webhook channel"),
        ("channels: {a: {telegram: '@desk', thread: x}}\n", "1:43", "whole number"),
        ("channels: {a: {telegram: '@desk', max_per_hour: 0}}\n", "1:49", "1 or more"),
        (DESK + "routes:\n  - {severity: [high]}\n", "3:5", 'needs "to"'),
        (DESK + "routes:\n  - {to: [dsk]}\n", "3:11", 'did you mean "desk"?'),
        (DESK + "routes:\n  - {to: [desk، soc]}\n", "3:11", "the Arabic comma"),
        (DESK + "routes:\n  - {to: [desk], severity: [hih]}\n", "3:29", 'did you mean "high"?'),
        (DESK + "routes:\n  - {to: [desk], continue: maybe}\n", "3:28", "نعم، لا"),
        ("quiet_hours: {from: 25:00, to: 06:00}\n", "1:21", "a time of day"),
        ("quiet_hours: {from: 23:00}\n", "1:14", '"to" takes a time of day'),
        ("quiet_hours: {from: 23:00, to: 23:00}\n", "1:14", "the same time"),
        ("quiet_hours: {from: 23:00, to: 06:00, except: [crit]}\n", "1:48", 'did you mean "critical"?'),
        ("digest: {over: 0}\n", "1:16", "1 or more"),
        ("keep: {articles: 0d}\n", "1:18", "longer than nothing"),
        ("keep: {articles: 90d, ledger: 10d}\n", "1:31", 'not be shorter than "articles"'),
        ("heartbeat: {at: 9}\n", "1:17", "a time of day"),
        ("heartbeat: {url: x}\n", "1:12", '"at" takes a time of day'),
        ("web: {listen: 8765}\n", "1:15", "an address and a port"),
        ("web: {listen: '127.0.0.1:99999'}\n", "1:15", "an address and a port"),
        ("name: a\nname: b\n", "2:1", "a second time"),
        ("fetch:\n\ttimeout: 3s\n", "2:1", "a tab in the indentation"),
        ("- name: x\n", "1:1", "must be keys with values"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, place: str, words: str) -> None:
    assert any(line.startswith(f"marsad.yaml:{place}: ") and words in line for line in told(text)), told(text)


def test_all_mistakes_are_told_at_once_in_their_order_and_what_is_good_is_kept() -> None:
    made, problems = settings_of("nam: x\nfetch: {timeout: 0}\nlocale: ar-EG\nkeep: {articles: x}\n", FILE)
    assert [problem.at.line for problem in problems] == [1, 2, 4]
    assert made is not None
    assert made.locale == "ar-EG"


def test_a_mistake_is_told_once_however_often_its_key_is_read() -> None:
    assert len(told("telegram: {admins: {a: b}}\n")) == 1
    assert len([line for line in told(DESK + "routes:\n  - {to: [desk، soc]}\n") if "comma" in line]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "channels: {a: {webhook: 'https://x.example', secret: abc}}\n",
        "channels: {a: {apprise: 'slack://A1B2C3D4E5F6G7H8I9/b/c'}}\n",
    ],
)
def test_a_secret_in_plain_sight_is_a_warning(text: str) -> None:
    (line,) = [line for line in told(text) if "later version" not in line]
    assert "warning: " in line
    assert "${NAME}" in line
    read(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("quiet_hours: {from: 23:00, to: 06:00}\n", "1:1"),
        ("digest: {over: 3}\n", "1:1"),
        ("telegram: {webhook: 'https://bot.example/x'}\n", "1:12"),
        ("channels:\n  a: {telegram: '@desk', max_per_hour: 3}\n", "2:26"),
        ("feeds:\n  - {id: a, url: 'https://a.example/rss', full_text: true}\n", "2:43"),
    ],
)
def test_a_key_that_nothing_heeds_yet_is_told_so(text: str, place: str) -> None:
    (line,) = told(text)
    assert f":{place}: warning: " in line
    assert "takes effect in a later version" in line
    read(text)


def test_a_token_in_the_wrong_place_is_not_repeated() -> None:
    token = "123456:" + "A" * 35
    assert token not in "\n".join(told(f"telegram: {{token_env: '{token}'}}\n"))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    settings_of(text, FILE)
    settings_of(f"fetch: {{timeout: {text}}}\nchannels: {{a: {text}}}\nfeeds:\n  - {text}\n", FILE)
