"""Secrets: how they are read, and the one redactor that keeps them out of logs, pages, messages and errors.

Every value that comes from ``${NAME}``, NAME_FILE or the token's variable is known here from the moment it is read, and so
is whatever a configuration holds in plain sight. Bot tokens are recognised by their shape as well: libraries put them into
addresses (``/bot123:…``), sometimes percent-encoded.
"""

from __future__ import annotations

import html
import json
import os
import re
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, urlsplit

from rules.errors import MissingSecret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from bot.settings import Settings

__all__ = ["HIDDEN", "Redactor", "expand", "guard_traces", "know", "know_settings", "redact", "secret_named"]

HIDDEN = "***"
SHORTEST = 4
"""A shorter value would blank out half of every line; nobody's key is that short."""
SHORTEST_PART = 8
"""The same for parts of an address that may be a key and may be a word."""
TOKEN = re.compile(r"\d{5,16}(?::|%3[Aa])[A-Za-z0-9_-]{20,}")
"""A bot token. No word boundary before it: in ``/bot123:…`` there is none."""
USER = re.compile(r"(?<=://)[^/\s@'\"<>]{1,512}@")
NAMED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Redactor:
    """Know secrets and take them out of texts."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def know(self, values: Iterable[str]) -> None:
        """Hide these values from now on, in every form in which they may be printed."""
        forms = {form for value in values for form in _forms(value)} - self._forms
        if forms:
            self._forms |= forms
            longest_first = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def redact(self, text: str) -> str:
        """Return the text without secrets."""
        if self._pattern:
            text = self._pattern.sub(HIDDEN, text)
        if "://" in text:
            text = USER.sub(f"{HIDDEN}@", text)
        return TOKEN.sub(HIDDEN, text)


def _forms(value: str) -> set[str]:
    value = value.strip()
    parts = {value}
    if TOKEN.fullmatch(value):
        parts.add(value.partition(":")[2])
    forms = set()
    for part in parts:
        forms |= {part, quote(part), quote(part, safe=""), quote_plus(part), html.escape(part), json.dumps(part)[1:-1]}
        forms |= {repr(part)[1:-1]}
    return {form for form in forms if len(form) >= SHORTEST}


_KNOWN = Redactor()


def know(*values: str) -> None:
    """Hide these values from now on, everywhere in this process."""
    _KNOWN.know(values)


def redact(text: str) -> str:
    """Return the text without any secret that this process knows or can recognise."""
    return _KNOWN.redact(text)


def secret_named(name: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Return the value of a variable, or of the file that NAME_FILE names; None where neither is set or it is empty.

    Raise `MissingSecret` where the file cannot be read.
    """
    environment = os.environ if environment is None else environment
    value = environment.get(name, "").strip()
    file = environment.get(f"{name}_FILE", "").strip()
    if not value and file:
        try:
            value = Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            message = f"{name}_FILE names {file}, which cannot be read: {reason}"
            raise MissingSecret(message) from error
    if value:
        know(value)
    return value or None


def expand(text: str, environment: Mapping[str, str] | None = None) -> str:
    """Return a configured value with each ``${NAME}`` filled in. Raise `MissingSecret` where one is not set."""

    def value(found: re.Match[str]) -> str:
        secret = secret_named(found[1], environment)
        if secret is None:
            message = (
                f"${{{found[1]}}} is not set; set the variable {found[1]}, or {found[1]}_FILE to a file that holds it"
            )
            raise MissingSecret(message)
        return secret

    return NAMED.sub(value, text)


def know_settings(settings: Settings, environment: Mapping[str, str] | None = None) -> None:
    """Hide whatever secrets a configuration names or holds, whether or not anything reads them later."""
    texts = [settings.telegram.webhook, settings.fetch.proxy, settings.heartbeat.url if settings.heartbeat else None]
    for channel in settings.channels.values():
        texts.append(channel.secret)
        if channel.kind in {"apprise", "webhook"}:
            texts.append(channel.address)
        if channel.secret and not NAMED.search(channel.secret):
            know(channel.secret)
    names = {name for text in texts if text for name in NAMED.findall(text)}
    for name in sorted({settings.telegram.token_env, *names}):
        try:
            secret_named(name, environment)
        except MissingSecret:
            continue  # whoever needs the value tells; here there is nothing to hide
    for text in texts:
        if text and not NAMED.search(text):
            know(*_parts_of_address(text))


def _parts_of_address(text: str) -> list[str]:
    """Return what of an address may be a key: all but scheme and host of a web address, all but the scheme of others."""
    scheme, found, rest = text.partition("://")
    if not found:
        return []
    if scheme.lower() not in {"http", "https"}:
        return [part for part in (rest, *re.split(r"[/?&=@]", rest)) if len(part) >= SHORTEST_PART]
    try:
        parts = urlsplit(text)
        password = parts.password
    except ValueError:
        return [rest]
    path = text.partition("://")[2].partition("/")[2]
    pieces = [path, *re.split(r"[/?&=]", path), password or ""]
    return [piece for piece in pieces if len(piece) >= SHORTEST_PART]


def guard_traces() -> None:
    """Let the traces that Python prints by itself go through the redactor: of the program and of its threads."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write(redact("".join(traceback.format_exception(kind, error, trace))))

    def show_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not isinstance(arguments.exc_value, SystemExit):
            show(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    sys.excepthook = show
    threading.excepthook = show_thread
