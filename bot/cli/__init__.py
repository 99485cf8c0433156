"""The command line: one module a command, imported only when it is called."""

from bot.cli.group import main

__all__ = ["main"]
