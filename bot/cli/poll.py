"""`marsad poll --once`: one round."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, load_settings
from bot.colour import colour_wanted
from bot.words.english import many

if TYPE_CHECKING:
    from bot.service.service import Report, Service

__all__ = ["command"]

ERASE = "\r\x1b[K"


@click.command("poll")
@config_option
@click.option(
    "--once", is_flag=True, required=True, help="One round, then end; for a service that stays see `marsad run`."
)
@click.option("--all", "every", is_flag=True, help="Poll feeds that are not due yet too.")
@click.option("--dry-run", is_flag=True, help="Show alerts here only; send nothing and keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON line, on standard output.")
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="warning", show_default=True
)
def command(config: str | None, *, once: bool, every: bool, dry_run: bool, as_json: bool, log_level: str) -> None:
    """Poll every feed that is due once, deliver for up to two minutes, and report what stays.

    \b
    marsad poll --once
    marsad poll --once --all --dry-run
    """
    from bot.logs import configure_logs
    from bot.loop import run_loop
    from bot.service.entry import poll_once

    del once
    configure_logs(log_level)
    progress = _progress if colour_wanted(sys.stderr) else None
    report = run_loop(poll_once(load_settings(config), every=every, dry_run=dry_run, progress=progress))
    if progress:
        click.echo(ERASE, err=True, nl=False)
    if as_json:
        print_json(report)
    else:
        click.echo(summary(report), err=True)


def _progress(service: Service) -> None:
    """Show how far the round is, in one line of a terminal that the next output erases."""
    tally = service.tally
    found = f"{many(tally.new_articles, 'new article')}, {many(tally.matches, 'match', 'matches')}"
    text = f"{many(tally.polled, 'feed')} polled, {found}"
    click.echo(f"{ERASE}{text}\r", err=True, nl=False)


def print_json(report: Report) -> None:
    """Print the report as one line of JSON."""
    import json

    row = asdict(report)
    row["waiting_until"] = report.waiting_until.isoformat() if report.waiting_until else None
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def summary(report: Report) -> str:
    """Return one sentence on a round, and one on what stays."""
    text = (
        f"{many(report.polled, 'feed')} polled ({report.unchanged} unchanged, {report.failed} failed), "
        f"{many(report.new_articles, 'new article')}, {many(report.matches, 'match', 'matches')}, "
        f"{many(report.sent, 'message')} sent"
    )
    if report.waiting_until:
        text += f"; messages wait, the next one until {report.waiting_until:%Y-%m-%d %H:%M:%S} UTC"
    return text
