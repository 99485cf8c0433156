"""`marsad`: the group of commands, and the one place that turns errors into words and exit statuses. click's first door."""

from __future__ import annotations

import importlib
import io
import os
import sys

import click

from bot.secrets import guard_traces, redact
from bot.version import version
from rules.errors import MarsadError, MistakesFound, UsageError
from rules.problems import nearest

__all__ = ["main"]

COMMANDS = {
    "init": "Write a newsroom: configuration, starter watchlists, feeds.",
    "demo": "Show the main job on sample feeds; needs nothing.",
    "run": "Watch the feeds and send alerts until stopped.",
    "poll": "Poll every due feed once, deliver, and end.",
    "check": "Find every mistake in configuration and rules.",
    "match": "Tell which watchlists match a text, and where.",
    "latest": "Show the newest matched articles.",
    "feeds": "List, add, remove, import and export feeds.",
    "audit": "Balance the books: what became of every match.",
    "doctor": "Look for trouble: files, database, disk, clock.",
    "schema": "Print the JSON Schema of rule files.",
}


class _Lazy(click.Group):
    """Imports a command's module when the command is called, so that `match` starts without the network's libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            near = nearest(cmd_name, COMMANDS)
            hint = f' Did you mean "{near}"?' if near else ""
            ctx.fail(f'No such command "{cmd_name}".{hint}')
        module = importlib.import_module(f"bot.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), "--version", prog_name="marsad", message="%(prog)s %(version)s")
def marsad() -> None:
    """Watch Arabic news feeds and alert chats when a watchlist topic appears.

    Begin with `marsad demo`, then `marsad init my-newsroom`. Every command has a --help of its own.
    Exit status: 0 done, 1 failed or mistakes found, 2 wrong usage.
    """


def main() -> None:
    """Run the command line and exit."""
    guard_traces()
    try:
        status = marsad.main(standalone_mode=False)
    except click.exceptions.Abort:
        status = 130
    except click.ClickException as error:
        status = _shown(error)
    except click.exceptions.Exit as error:
        status = error.exit_code
    except SystemExit as error:
        status = error.code
    except UsageError as error:
        status = _told(str(error), 2)
    except MistakesFound as error:
        status = _told("\n".join(str(problem) for problem in error.problems), 1, bare=True)
    except MarsadError as error:
        status = _told(str(error), 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader went away: nothing more to say
        status = 0
    except KeyboardInterrupt:
        status = 130
    sys.exit(status if isinstance(status, int) else 0)


def _told(message: str, status: int, *, bare: bool = False) -> int:
    click.echo(redact(message if bare else f"marsad: {message}"), err=True)
    return status


def _shown(error: click.ClickException) -> int:
    told = io.StringIO()
    error.show(file=told)
    click.echo(redact(told.getvalue()), err=True, nl=False)
    return error.exit_code
