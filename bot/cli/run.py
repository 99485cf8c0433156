"""`marsad run`: the service."""

from __future__ import annotations

import click

from bot.cli.options import config_option, load_settings

__all__ = ["command"]


@click.command("run")
@config_option
@click.option("--dry-run", is_flag=True, help="Show alerts here only; send nothing and keep nothing.")
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", show_default=True
)
def command(config: str | None, *, dry_run: bool, log_level: str) -> None:
    """Watch the feeds and send alerts until stopped (Ctrl-C, SIGTERM).

    Rule files and the list of feeds are read again whenever they are saved. Logs go to standard error, alerts of a console
    channel to standard output.

    \b
    marsad run
    marsad run --config /srv/desk/marsad.yaml --log-level warning
    """
    from bot.logs import configure_logs
    from bot.loop import run_loop
    from bot.service.entry import run_service

    configure_logs(log_level)
    run_loop(run_service(load_settings(config), dry_run=dry_run))
