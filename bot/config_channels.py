"""The parts of marsad.yaml that say where alerts go: ``telegram``, ``channels`` and ``routes``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.settings import ChannelSettings, Route, TelegramSettings
from rules import Form, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules import Position, Scalar

__all__ = ["SEVERITIES", "read_channels", "read_routes", "read_telegram"]

SEVERITIES = ("low", "normal", "high", "critical")
KINDS = ("telegram", "apprise", "webhook", "console")
ONLY = {"thread": ("telegram",), "secret": ("webhook",)}
"""Keys that mean something for some kinds of channel only."""
SECRETS = (
    re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}"),  # a Telegram token
    re.compile(r"[a-z]+://[^$\s]*[A-Za-z0-9]{16,}"),  # an Apprise address with its key
)
VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
CHAT = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}|-?\d{1,18}")


def read_telegram(form: Form | None) -> TelegramSettings:
    """Return what ``telegram`` says."""
    if form is None:
        return TelegramSettings()
    form.keys("token_env", "base_url", "admins", "access", "on_unknown", "webhook")
    form.later("webhook")
    default = TelegramSettings()
    admins = []
    for scalar in form.scalars("admins"):
        if re.fullmatch(r"-?\d{1,18}", scalar.text):
            admins.append(int(scalar.text))
        else:
            form.wrong(scalar.at, "bad_number", f'"admins" lists numeric ids, not "{scalar.text}"')
    name = form.scalar("token_env")
    if name and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name.text):
        form.wrong(name.at, "bad_name", '"token_env" takes the name of an environment variable, never the token itself')
    base = form.scalar("base_url")
    if base and not re.fullmatch(r"https?://\S+/bot", base.text):
        form.wrong(
            base.at, "bad_url", '"base_url" takes an address that ends in /bot, as https://api.telegram.org/bot does'
        )
    return TelegramSettings(
        token_env=name.text if name else default.token_env,
        base_url=base.text if base else None,
        admins=tuple(admins),
        access=form.choice("access", ("open", "invited"), default.access),  # type: ignore[arg-type]
        on_unknown=form.choice("on_unknown", ("resend", "skip"), default.on_unknown),  # type: ignore[arg-type]
        webhook=form.text("webhook", None),
    )


def read_channels(form: Form) -> dict[str, ChannelSettings]:
    """Return the channels by name, in their order."""
    listed = form.child("channels")
    found = {}
    for key, node in listed.node.entries if listed and listed.node else ():
        channel = _channel(key.text, key.at, Form(node, form.problems, what=f'the channel "{key.text}"'))
        if channel:
            found[key.text] = channel
    return found


def _channel(name: str, at: Position, form: Form) -> ChannelSettings | None:
    form.keys(*KINDS, "thread", "template", "max_per_hour", "secret")
    form.later("apprise", "webhook", "template", "max_per_hour")
    kinds = [kind for kind in KINDS if form.get(kind) is not None]
    if len(kinds) != 1:
        form.wrong(at, "bad_channel", f'the channel "{name}" needs exactly one of: {", ".join(KINDS)}')
        return None
    kind, scalar = kinds[0], form.scalar(kinds[0])
    for key, owners in ONLY.items():
        node = form.get(key)
        if node and kind not in owners:
            form.wrong(node.at, "bad_channel", f'"{key}" belongs to a {owners[0]} channel, and "{name}" is none')
    for key in (kind, "secret"):
        _look_at_variables(form, key)
        _warn_of_secrets(form, key)
    _look_at_address(form, kind, scalar)
    return ChannelSettings(
        name=name,
        kind=kind,  # type: ignore[arg-type]  # one of KINDS
        address="stdout" if kind == "console" else (scalar.text if scalar else ""),
        thread=form.integer("thread", 0, minimum=0),
        template=form.text("template", None),
        max_per_hour=form.integer("max_per_hour", None, minimum=1),
        secret=form.text("secret", None),
        at=at,
    )


def _look_at_address(form: Form, kind: str, scalar: Scalar | None) -> None:
    """Tell an address that no chat of this kind can have; what comes from the environment is not looked at."""
    if scalar is None or "${" in scalar.text:
        return
    if kind == "console" and not form.boolean("console", default=True):
        form.wrong(scalar.at, "bad_channel", '"console" takes true; to have no such channel, delete its line')
    if kind == "telegram" and not CHAT.fullmatch(scalar.text):
        near = f"@{scalar.text}" if CHAT.fullmatch(f"@{scalar.text}") else None
        hint = f'; did you mean "{near}"?' if near else ""
        message = f'"telegram" takes @name or a numeric id, not "{scalar.text}"{hint}'
        form.wrong(scalar.at, "bad_chat", message, near=near)
    if kind == "webhook" and not re.fullmatch(r"https?://[^\s/]\S*", scalar.text):
        form.wrong(scalar.at, "bad_url", '"webhook" takes an address that begins with https:// or http://')
    if kind == "apprise" and not re.match(r"[a-z][a-z0-9+.-]*://", scalar.text, re.IGNORECASE):
        form.wrong(scalar.at, "bad_url", '"apprise" takes an Apprise address such as slack://${SLACK_TOKENS}')


def _look_at_variables(form: Form, key: str) -> None:
    scalar = form.scalar(key)
    if scalar and "${" in VARIABLE.sub("", scalar.text):
        form.wrong(
            scalar.at, "bad_variable", f'"{key}": a variable is written ${{NAME}}, with Latin letters, digits and _'
        )


def _warn_of_secrets(form: Form, key: str) -> None:
    scalar = form.scalar(key)
    if scalar is None or "${" in scalar.text or key in {"console", "telegram"}:
        return
    if key == "secret" or any(pattern.search(scalar.text) for pattern in SECRETS):
        message = f'"{key}" holds a secret in plain sight; write ${{NAME}} and set the environment variable NAME'
        form.problems.append(Problem(at=scalar.at, code="literal_secret", message=message, warning=True))


def read_routes(form: Form, channels: Mapping[str, ChannelSettings]) -> Iterable[Route]:
    """Yield the routes, in their order."""
    for node in form.items("routes"):
        route = Form(node, form.problems, what="a route")
        route.keys("watchlists", "severity", "to", "continue")
        if route.node is None:
            continue
        if not route.scalars("to"):
            route.wrong(node.at, "no_destination", 'a route needs "to": the channels it leads to')
        for scalar in route.scalars("to"):
            if scalar.text not in channels:
                message = f'no channel is called "{scalar.text}"'
                route.unknown(scalar.at, "unknown_channel", message, scalar.text, channels)
        for scalar in route.scalars("severity"):
            if scalar.text not in SEVERITIES:
                message = f'"severity" cannot be "{scalar.text}"'
                route.unknown(scalar.at, "bad_choice", message, scalar.text, SEVERITIES)
        yield Route(
            to=route.texts("to"),
            watchlists=route.texts("watchlists"),
            severity=route.texts("severity"),  # type: ignore[arg-type]  # checked above
            continues=route.boolean("continue", default=False),
            at=node.at,
        )
