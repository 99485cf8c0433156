"""The redactor: every form in which a secret could be shown."""

from __future__ import annotations

import html
import io
import json
import logging
import urllib.parse
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import configure_logs, logger_of
from bot.secrets import Redactor, expand, know_settings, redact
from bot.settings import ChannelSettings, Heartbeat, Settings, TelegramSettings

NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=0x6FF, exclude_categories=("Cs", "Cc")), min_size=4)


def shown(secret: str) -> list[str]:
    quoted = urllib.parse.quote
    return [
        f"https://api.example/bot{secret}/getMe",
        quoted(secret, safe=""),
        quoted(secret),
        f"x={urllib.parse.quote_plus(secret)}&y=1",
        json.dumps({"key": secret}),
        repr(secret),
        html.escape(secret),
        f"before{secret}after",
    ]


@given(secret=NAMES)
def test_a_known_value_is_hidden_in_every_form_in_which_it_is_printed(secret: str) -> None:
    redactor = Redactor()
    redactor.know([secret])
    for text in shown(secret):
        assert secret not in redactor.redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://api.telegram.org/bot{}/getUpdates",
        "Bot[token={}]",
        "/bot{}",
        "GET /bot{} HTTP/1.1",
        "رمز{}نص",
    ],
)
def test_a_bot_token_that_nobody_told_of_is_known_by_its_shape(text: str, planted: object) -> None:
    for token in (planted.token, urllib.parse.quote(planted.token, safe="")):
        hidden = redact(text.format(token))
        assert planted.token.partition(":")[2] not in hidden
        assert "***" in hidden


def test_the_secret_half_of_a_known_token_is_hidden_alone_too(planted: object) -> None:
    redactor = Redactor()
    redactor.know([planted.token])
    assert planted.token.partition(":")[2] not in redactor.redact(f"key={planted.token.partition(':')[2]}")


def test_user_and_password_of_an_address_are_hidden_and_the_rest_stays_readable() -> None:
    assert (
        redact("ftp https://user:pass@news.example/feed?q=1 failed") == "ftp https://***@news.example/feed?q=1 failed"
    )
    assert redact("https://news.example/@desk a@b.example") == "https://news.example/@desk a@b.example"


def test_what_is_no_secret_stays_as_it_is() -> None:
    text = "الساعة 18:42، القرار 1701: نص، 12345:abc، sha256 https://news.example/a?b=c"
    assert Redactor().redact(text) == text


def test_every_name_in_a_value_is_filled_in_and_hidden_from_then_on(planted: object) -> None:
    value = expand("slack://${ONE}/x/${TWO}", {"ONE": planted.key, "TWO": planted.secret})
    assert value == f"slack://{planted.key}/x/{planted.secret}"
    assert redact(value) == "slack://***/x/***"


def settings(**changes: object) -> Settings:
    made = Settings(file=Path("/m/marsad.yaml"), home=Path("/m"), database=Path("/m/marsad.db"), watchlists=())
    return replace(made, **changes)


def test_what_a_configuration_names_or_holds_is_hidden_before_anything_reads_it() -> None:
    channels = {
        "soc": ChannelSettings(name="soc", kind="apprise", address="slack://AlphaBravo12/CharlieDelta34"),
        "api": ChannelSettings(
            name="api", kind="webhook", address="https://hook.example/in/EchoFoxtrot56", secret="${HOOK_KEY}"
        ),
        "old": ChannelSettings(name="old", kind="webhook", address="https://hook.example/", secret="GolfHotel78"),
    }
    beat = Heartbeat(at=time(9), url="https://ping.example/IndiaJuliett90")
    made = settings(channels=channels, heartbeat=beat, telegram=TelegramSettings(token_env="MY_TOKEN"))
    know_settings(made, {"HOOK_KEY": "KiloLima1234", "MY_TOKEN": "MikeNovember5678"})
    line = (
        "slack://AlphaBravo12/CharlieDelta34 CharlieDelta34 https://hook.example/in/EchoFoxtrot56 GolfHotel78 "
        "https://ping.example/IndiaJuliett90 KiloLima1234 MikeNovember5678"
    )
    hidden = redact(line)
    for secret in ("AlphaBravo12", "CharlieDelta34", "EchoFoxtrot56", "GolfHotel78", "IndiaJuliett90", "Kilo", "Mike"):
        assert secret not in hidden
    assert "https://hook.example/" in hidden


def test_a_log_line_of_ours_or_of_a_library_holds_no_secret_nor_does_its_trace(planted: object) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logs("debug", stream)
        error = ValueError(f"https://api.telegram.org/bot{planted.token}/sendMessage")
        logger_of("test").error("failed", url=f"/bot{planted.token}", exc_info=error)
        logging.getLogger("aiohttp.client").warning("bad %s", planted.token, exc_info=error)
        logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", planted.token)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
    told = stream.getvalue()
    assert "failed" in told
    assert "bad" in told
    assert "HTTP Request" not in told
    assert planted.token.partition(":")[2] not in told
