"""`marsad init`: a new newsroom."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import click

from bot.cli.options import unused_config_option
from bot.newsroom import write_starters
from rules.errors import MarsadError
from rules.schema import watchlists_schema

__all__ = ["command"]

CONFIGURATION = """\
# marsad's configuration. Every key is optional; `marsad check` finds mistakes, `marsad doctor` looks for trouble.
name: راصد الأخبار
database: marsad.db
watchlists: [watchlists/]
concepts: [concepts/]

# Feeds: feeds.opml is the program's own list (`marsad feeds add`, import); list your own here as well if you like.
feeds_file: feeds.opml
feeds: []
#  - {id: example, url: "https://news.example/rss.xml", name: مثال, tags: [arab], interval: 5m}

locale: ar                  # months and digits by region: ar-LB, ar-EG, ar-SA, ar-MA …
timezone: UTC               # such as Asia/Beirut, Africa/Cairo, Asia/Riyadh

fetch:
  on_first_fetch: silent    # a new feed does not flood: silent, alert, or a duration such as 6h

# Where alerts go. Without routes, every match goes to every channel.
channels:
  screen: {console: true}
"""


@click.command("init")
@unused_config_option
@click.argument("directory", default=".", type=click.Path(file_okay=False, path_type=Path))
def command(directory: Path) -> None:
    """Write a newsroom into DIRECTORY: configuration, starter watchlists and concepts, a list of feeds.

    It asks nothing and overwrites nothing.

    \b
    marsad init my-newsroom
    """
    targets = [directory / name for name in ("marsad.yaml", "feeds.opml", "watchlists", "concepts")]
    taken = [str(target) for target in targets if target.exists()]
    if taken:
        message = f"already there, and left as it is: {', '.join(taken)}"
        raise MarsadError(message)
    directory.mkdir(parents=True, exist_ok=True)
    write_starters(directory)
    (directory / "feeds.opml").write_bytes(files("seeds").joinpath("feeds.opml").read_bytes())
    schema = json.dumps(watchlists_schema(), ensure_ascii=False, indent=2)
    (directory / "watchlists" / "watchlists.schema.json").write_text(schema + "\n", encoding="utf-8")
    (directory / "marsad.yaml").write_text(CONFIGURATION, encoding="utf-8")
    here = directory == Path()
    click.echo(
        f"A newsroom is ready {'here' if here else f'in {directory}'}. Next:\n\n"
        + ("" if here else f"  cd {directory}\n")
        + "  marsad check            # are configuration and rules sound?\n"
        "  marsad poll --once      # read every feed once; a first fetch is silent\n"
        "  marsad run              # keep watching; alerts appear in this terminal"
    )
