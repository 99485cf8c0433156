"""`marsad`: the group of commands, and the one place that turns errors into words and exit statuses. click's first door."""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
from contextlib import suppress

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
    "test": "Run the examples of watchlists.",
    "fmt": "Lay out rule files; comments and meaning stay.",
    "match": "Tell which watchlists match a text, and where.",
    "explain": "Show the forms of a term, or why a rule matches.",
    "backtest": "Try watchlists on the stored articles.",
    "latest": "Show the newest matched articles.",
    "feeds": "List, add, remove, import and export feeds.",
    "audit": "Balance the books: what became of every match.",
    "doctor": "Look for trouble: files, database, disk, clock.",
    "schema": "Print the JSON Schema of rule files.",
}


SELDOM = 50_000
"""New objects after which the collector looks for garbage: a start makes half a million that stay, and hardly any garbage."""
INTERRUPTED = 130
"""What a shell reports for a command that Ctrl-C ended."""


class _Lazy(click.Group):
    """Imports a command's module when the command is called, so that `match` starts without the network's libraries."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return _silenced()

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


def _tell_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"marsad {version()}")
        ctx.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
def marsad() -> None:
    """Watch Arabic news feeds and alert chats when a watchlist topic appears.

    Begin with `marsad demo`, then `marsad init my-newsroom`. Every command has a --help of its own.
    Exit status: 0 done, 1 failed or mistakes found, 2 wrong usage.
    """


def main() -> None:
    """Run the command line and exit."""
    guard_traces()
    gc.set_threshold(SELDOM, *gc.get_threshold()[1:])
    if sys.stdout is None:  # `marsad run >&-`: alerts for the terminal would be lost without a word
        sys.exit("marsad: standard output is closed; lead it to /dev/null if nothing shall be shown")
    _speak_utf8()
    status = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = _silenced()
    except OSError as error:
        status = _told(error) or 1
        _silenced()
    sys.exit(status)


def _run() -> int:
    """Return the exit status of the command; every error of ours is told in its own words."""
    try:
        answer = marsad.main(prog_name="marsad", standalone_mode=False)
    except SystemExit as error:
        answer = error.code
    except click.exceptions.Abort:
        answer = INTERRUPTED
    except click.ClickException as error:
        answer = _shown(error)
    except KeyboardInterrupt:
        answer = INTERRUPTED
    except Exception as error:
        answer = _told(error)
        if answer is None:
            raise
    return answer if isinstance(answer, int) else 0


def _told(error: Exception) -> int | None:
    """Tell an error and return its status; None for a surprise, whose trace is what helps."""
    while isinstance(error, ExceptionGroup):  # a task group carries what ended it
        error = error.exceptions[0]
    match error:
        case MistakesFound():
            text, status = "\n".join(str(problem) for problem in error.problems), 1
        case MarsadError():
            text, status = f"marsad: {error}", 2 if isinstance(error, UsageError) else 1
        case OSError() if error.strerror:
            text, status = f"marsad: {error.filename or 'output'}: {error.strerror}", 1
        case _:
            return None
    click.echo(redact(text), err=True)
    return status


def _shown(error: click.ClickException) -> int:
    told = io.StringIO()
    error.show(file=told)
    click.echo(redact(told.getvalue()), err=True, nl=False)
    return error.exit_code


def _speak_utf8() -> None:
    """Read arguments and write text as UTF-8 whatever the locale says; half a surrogate pair is written as its escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    for place, word in enumerate(sys.argv):
        with suppress(UnicodeError):
            sys.argv[place] = os.fsencode(word).decode("utf-8")


def _silenced() -> int:
    """Go quiet: the reader went away (`marsad latest | head -1`), and nothing went wrong."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
