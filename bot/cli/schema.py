"""`marsad schema`: the JSON Schema of rule files."""

from __future__ import annotations

import json

import click

from bot.cli.options import unused_config_option
from rules.schema import watchlists_schema

__all__ = ["command"]


@click.command("schema")
@unused_config_option
def command() -> None:
    """Print the JSON Schema of watchlist and concept files, for editors that complete and check as you type.

    \b
    marsad schema > watchlists/watchlists.schema.json
    """
    click.echo(json.dumps(watchlists_schema(), ensure_ascii=False, indent=2))
