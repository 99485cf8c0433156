"""Options that commands share, and the configuration that they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.config import read_settings
from bot.newsroom import find_config
from bot.secrets import know_settings
from rules.errors import UsageError

if TYPE_CHECKING:
    from bot.settings import Settings

__all__ = ["config_option", "json_option", "load_settings", "optional_settings", "unused_config_option"]

config_option = click.option(
    "--config",
    metavar="PATH",
    help="The configuration; else $MARSAD_CONFIG, else ./marsad.yaml.",
)
unused_config_option = click.option(
    "--config", metavar="PATH", expose_value=False, hidden=True, help="Accepted as everywhere; nothing is read from it."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print records as JSON.")


def load_settings(config: str | None) -> Settings:
    """Return the configuration; raise where there is none or it holds mistakes."""
    settings = optional_settings(config)
    if settings is None:
        message = "no configuration: there is no ./marsad.yaml; `marsad init` writes one, --config names another"
        raise UsageError(message)
    return settings


def optional_settings(config: str | None) -> Settings | None:
    """Return the configuration, or None where none is named and none lies here."""
    path = find_config(config)
    if path is None:
        return None
    settings = read_settings(path)
    know_settings(settings)
    return settings
