"""`marsad doctor`: what could go wrong, before it does."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, json_option, load_settings
from bot.clock import SystemClock
from bot.doctor.away import look_away
from bot.doctor.here import look_around, look_at_database, service_runs
from bot.logs import configure_logs
from bot.loop import run_loop
from bot.secrets import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.doctor.finding import Finding
    from bot.settings import Settings

__all__ = ["command"]


@click.command("doctor")
@config_option
@json_option
@click.option("--offline", is_flag=True, help="Ask neither Telegram nor the feeds' servers.")
def command(config: str | None, *, as_json: bool, offline: bool) -> None:
    """Look for trouble: configuration, rules, secrets, disk, clock, database, channels. Changes nothing.

    Each line begins with ok, warn or fail; one that fails makes the exit status 1.

    \b
    marsad doctor
    marsad doctor --offline --json
    """
    configure_logs("error")
    settings = load_settings(config)
    found: list[Finding] = []
    for finding in _findings(settings, offline=offline):
        found.append(finding)
        if not as_json:
            click.echo(redact(str(finding)))
    failed = any(finding.level == "fail" for finding in found)
    if as_json:
        record = {"ok": not failed, "findings": [asdict(finding) for finding in found]}
        click.echo(redact(json.dumps(record, ensure_ascii=False)))
    if failed:
        raise SystemExit(1)


def _findings(settings: Settings, *, offline: bool) -> Iterator[Finding]:
    clock = SystemClock()
    yield from look_around(settings, clock.now())
    yield from run_loop(look_at_database(settings, clock.now()))
    if not offline:
        yield from run_loop(look_away(settings, clock, running=bool(service_runs(settings))))
