"""The parts of marsad.yaml that say what is fetched, and how: ``feeds`` and ``fetch``."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from bot.feeds.addresses import feed_address_problem
from bot.settings import FeedSettings, FetchSettings
from rules import Form, nearest
from rules.forms import read_boolean, read_duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules import Node, Position

__all__ = ["read_feed_list", "read_fetch", "read_positive"]

ID = re.compile(r"[\w][\w.-]{0,99}")
HOST = re.compile(r"[\w.-]{1,253}")


def read_feed_list(form: Form) -> Iterable[FeedSettings]:
    """Yield the feeds under ``feeds``; every mistake goes to the form's problems."""
    ids: dict[str, Position] = {}
    urls: dict[str, Position] = {}
    for node in form.items("feeds"):
        feed = Form(node, form.problems, what="a feed")
        feed.keys("id", "url", "name", "tags", "interval", "full_text")
        feed.later("full_text")
        if feed.node is None:
            continue
        made = FeedSettings(
            id=_id(feed, node, ids),
            url=_url(feed, node, urls),
            name=feed.text("name", feed.text("id", "")),
            tags=feed.texts("tags"),
            interval=_interval(feed),
            full_text=_full_text(feed),
            at=node.at,
        )
        if made.id and made.url:
            yield made


def _id(feed: Form, node: Node, seen: dict[str, Position]) -> str:
    scalar = feed.scalar("id")
    if scalar is None or not ID.fullmatch(scalar.text):
        at = scalar.at if scalar else node.at
        feed.wrong(at, "bad_id", 'a feed needs an "id" of letters, digits, dots and dashes')
        return ""
    first = seen.setdefault(scalar.text, scalar.at)
    if first != scalar.at:
        feed.wrong(
            scalar.at, "duplicate_id", f'the feed id "{scalar.text}" is taken; the first is in line {first.line}'
        )
        return ""
    return scalar.text


def _url(feed: Form, node: Node, seen: dict[str, Position]) -> str:
    scalar = feed.scalar("url")
    problem = feed_address_problem(scalar.text) if scalar else "it is missing"
    if problem or scalar is None:
        feed.wrong(scalar.at if scalar else node.at, "bad_url", f'the feed\'s "url" cannot be used: {problem}')
        return ""
    first = seen.setdefault(scalar.text, scalar.at)
    if first != scalar.at:
        feed.wrong(scalar.at, "duplicate_url", f"this address is listed already, in line {first.line}")
        return ""
    return scalar.text


def _interval(feed: Form) -> timedelta | None:
    interval = feed.duration("interval", None)
    scalar = feed.scalar("interval")
    if interval is not None and scalar and interval < timedelta(seconds=1):
        feed.wrong(scalar.at, "out_of_range", '"interval" must be a second or more')
        return None
    return interval


def _full_text(feed: Form) -> Literal["auto", "true", "false"]:
    scalar = feed.scalar("full_text")
    if scalar is None or scalar.text == "auto":
        return "auto"
    wanted = read_boolean(scalar.text)
    if wanted is None:
        feed.wrong(scalar.at, "bad_choice", f'"full_text" takes auto, true or false, not "{scalar.text}"')
        return "auto"
    return "true" if wanted else "false"


def read_fetch(form: Form | None) -> FetchSettings:
    """Return what ``fetch`` says."""
    if form is None:
        return FetchSettings()
    names = ("timeout", "max_bytes", "per_host", "allow_hosts", "on_first_fetch", "min_interval", "max_interval")
    form.keys(*names, "contact", "proxy")
    default = FetchSettings()
    fetch = FetchSettings(
        timeout=read_positive(form, "timeout", default.timeout),
        max_bytes=_size(form, default.max_bytes),
        per_host=form.integer("per_host", default.per_host, minimum=1, maximum=1000),
        allow_hosts=_hosts(form),
        on_first_fetch=_on_first_fetch(form),
        min_interval=read_positive(form, "min_interval", default.min_interval),
        max_interval=read_positive(form, "max_interval", default.max_interval),
        contact=_contact(form),
        proxy=_proxy(form),
    )
    at = form.scalar("max_interval") or form.scalar("min_interval")
    if fetch.min_interval > fetch.max_interval and at:
        form.wrong(at.at, "out_of_range", '"max_interval" must not be shorter than "min_interval"')
    return fetch


def read_positive(form: Form, key: str, default: timedelta) -> timedelta:
    """Return a duration longer than nothing."""
    value, scalar = form.duration(key, default), form.scalar(key)
    if value <= timedelta() and scalar:
        form.wrong(scalar.at, "out_of_range", f'"{key}" must be longer than nothing')
        return default
    return value


def _size(form: Form, default: int) -> int:
    size, scalar = form.size("max_bytes", default), form.scalar("max_bytes")
    if size < 1 and scalar:
        form.wrong(scalar.at, "out_of_range", '"max_bytes" must be a byte or more')
        return default
    return size


def _hosts(form: Form) -> tuple[str, ...]:
    for scalar in form.scalars("allow_hosts"):
        if not HOST.fullmatch(scalar.text) and not _is_address(scalar.text.removeprefix("[").removesuffix("]")):
            message = f'"allow_hosts" lists host names or addresses alone, such as 127.0.0.1, not "{scalar.text}"'
            form.wrong(scalar.at, "bad_host", message)
    return form.texts("allow_hosts")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _on_first_fetch(form: Form) -> Literal["silent", "alert"] | timedelta:
    scalar = form.scalar("on_first_fetch")
    if scalar is None or scalar.text == "silent":
        return "silent"
    if scalar.text == "alert":
        return "alert"
    duration = read_duration(scalar.text)
    if duration is None:
        near = nearest(scalar.text, ("silent", "alert"))
        hint = f'; did you mean "{near}"?' if near else ""
        message = f'"on_first_fetch" takes silent, alert or a duration such as 6h, not "{scalar.text}"{hint}'
        form.wrong(scalar.at, "bad_choice", message, near=near)
    return duration or "silent"


def _contact(form: Form) -> str | None:
    scalar = form.scalar("contact")
    if scalar and not (scalar.text.isascii() and scalar.text.isprintable()):
        message = '"contact" goes into the User-Agent: Latin letters in one line, such as mailto:desk@news.example'
        form.wrong(scalar.at, "bad_contact", message)
        return None
    return scalar.text if scalar else None


def _proxy(form: Form) -> str | None:
    scalar = form.scalar("proxy")
    if scalar is None or "${" in scalar.text:
        return scalar.text if scalar else None
    try:
        parts = urlsplit(scalar.text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        form.wrong(scalar.at, "bad_url", '"proxy" takes an address such as http://proxy.example:3128')
        return None
    return scalar.text
