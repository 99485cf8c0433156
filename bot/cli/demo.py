"""`marsad demo`: the main job on sample feeds."""

from __future__ import annotations

import click

from bot.cli.options import unused_config_option

__all__ = ["command"]


@click.command("demo")
@unused_config_option
@click.option("--once", is_flag=True, help="Tell everything at once, poll one round, and end.")
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="error", show_default=True
)
def command(*, once: bool, log_level: str) -> None:
    """Watch sample outlets that publish on this machine, and print the alerts; needs no configuration and no network.

    The outlets are served over real HTTP on 127.0.0.1 and bring new entries every few seconds. It ends when everything is
    told, or with Ctrl-C, and prints the books: what became of every match.

    \b
    marsad demo
    marsad demo --once
    """
    from bot.cli.audit import audit_text
    from bot.demo.demo import run_demo
    from bot.logs import configure_logs
    from bot.loop import run_loop
    from bot.service.entry import stop_on_signals

    configure_logs(log_level)

    async def main() -> bool:
        with stop_on_signals() as stop:
            report, audit = await run_demo(stop, once=once, tell=lambda text: click.echo(text, err=True))
        del report
        click.echo(audit_text(audit))
        return audit.balanced

    if not run_loop(main()):
        raise SystemExit(1)
