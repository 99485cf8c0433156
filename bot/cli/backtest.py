"""`marsad backtest`: watchlists tried on the stored articles."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bot import words
from bot.archive import try_rulesets
from bot.cli.options import config_option, json_option, load_settings
from bot.cli.rule_files import choose_rules
from bot.loop import run_loop
from bot.newsroom import read_feeds
from rules import compile_ruleset
from rules.errors import MarsadError, UsageError
from rules.forms import read_duration
from storage import open_sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from bot.archive import Trial, TrialMatch
    from bot.settings import Settings
    from rules import Ruleset

__all__ = ["command"]


@click.command("backtest")
@config_option
@json_option
@click.argument("file")
@click.option("--since", metavar="DURATION", default="30d", show_default=True, help="How far back to look.")
@click.option("--against", metavar="OLD", help="An older version of the file: tell what the change adds and removes.")
@click.option(
    "-n", "count", type=click.IntRange(0, 10_000), default=10, show_default=True, help="Titles to show of each."
)
def command(config: str | None, *, as_json: bool, file: str, since: str, against: str | None, count: int) -> None:
    """Tell what the watchlists of FILE would have sent from the stored articles: by day, with titles and sources.

    One story is one alert, as it would have been. Works beside a running service and changes nothing.

    \b
    marsad backtest watchlists/arms.yaml --since 7d
    marsad backtest draft.yaml --against watchlists/arms.yaml
    """
    settings = load_settings(config)
    span = read_duration(since)
    if not span:
        message = f'--since takes a duration such as 12h or 30d, not "{since}"'
        raise UsageError(message)
    rulesets = [_compiled(config, name) for name in (file, against) if name is not None]
    if not settings.database.exists():
        message = f"{settings.database}: no articles are stored yet; `marsad poll --once` or `marsad run` begins"
        raise MarsadError(message)
    read, trials = run_loop(_trials(settings, rulesets, span))
    report = _Report(settings, rulesets, trials, count)
    if as_json:
        for row in report.records():
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    articles = words.counted(read, "مقال", settings.digits)
    click.echo(f"تجربة على الأرشيف: {articles} في {words.within(span, settings.digits)}")
    click.echo("\n".join(report.lines()))
    if span > settings.keep.articles:
        kept = words.within(settings.keep.articles, settings.digits)
        click.echo(
            f"نصوص ما قبل {kept} لم تعد محفوظة (keep.articles)، فجُرّبت القواعد فيه على العناوين والمقدمات وحدها.",
            err=True,
        )


def _compiled(config: str | None, name: str) -> Ruleset:
    """Compile the watchlists of one file, as if all of them were live."""
    chosen = choose_rules(config, [name])
    live = [replace(each, state="live") for each in chosen.files.watchlists if each.at and each.at.file in chosen.names]
    if not live:
        message = f"{name}: there is no watchlist in it"
        raise UsageError(message)
    return compile_ruleset(live, chosen.files.concepts, arabic=chosen.arabic())


async def _trials(
    settings: Settings, rulesets: Sequence[Ruleset], span: timedelta
) -> tuple[int, list[dict[str, Trial]]]:
    since = datetime.now(UTC) - span
    sources = {feed.id: frozenset({feed.id, *feed.tags}) for feed in read_feeds(settings)}
    store = await open_sqlite(settings.database, read_only=True)
    try:
        size = await store.archive_size(since=since)
        with click.progressbar(length=size, label="articles", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            return size, await try_rulesets(store, rulesets, since=since, sources=sources, progress=bar.update)
    finally:
        await store.close()


class _Report:
    """What was found, as lines and as records. The second ruleset, where there is one, is the older version."""

    def __init__(
        self, settings: Settings, rulesets: Sequence[Ruleset], trials: Sequence[Mapping[str, Trial]], count: int
    ) -> None:
        self._settings = settings
        self._new, self._old = trials[0], trials[1] if len(trials) > 1 else None
        self._names: dict[str, str] = {}
        for ruleset in rulesets:
            for name, watchlist in ruleset.watchlists.items():
                self._names.setdefault(name, watchlist.name)
        self._feeds = {feed.id: feed.name for feed in read_feeds(settings)}
        self._count = count

    def lines(self) -> list[str]:
        lines: list[str] = []
        for watchlist in self._names:
            lines += ["", *(self._plain(watchlist) if self._old is None else self._compared(watchlist))]
        return lines

    def records(self) -> list[dict[str, object]]:
        return [self._record(watchlist) for watchlist in self._names]

    # --- for people -------------------------------------------------------------------------------------------------------

    def _plain(self, watchlist: str) -> list[str]:
        trial = self._new[watchlist]
        days = [f"  {day}: {number}" for day, number in self._by_day(trial.alerts).items()]
        return [self._head(watchlist, trial), *days, *self._titles(trial.alerts)]

    def _head(self, watchlist: str, trial: Trial) -> str:
        digits = self._settings.digits
        alerts, articles = (
            words.counted(len(trial.alerts), "تنبيه", digits),
            words.counted(len(trial.matches), "خبر", digits),
        )
        bare = sum(match.suppressed is not None for match in trial.matches)
        note = f"، منها {words.digits_of(str(bare), digits)} لا تُرسل: جولة صحف" if bare else ""
        return f"{self._named(watchlist)}: {alerts} ({articles}{note})"

    def _named(self, watchlist: str) -> str:
        name, id = self._names[watchlist], words.isolate(watchlist)
        return id if name == watchlist else f"{name} ({id})"

    def _compared(self, watchlist: str) -> list[str]:
        added, removed = self._added(watchlist), self._removed(watchlist)
        digits = self._settings.digits
        name = self._named(watchlist)
        if self._old is not None and watchlist not in self._old:
            name += "، قاعدة جديدة"
        elif watchlist not in self._new:
            name += "، ليست في الملف الجديد"
        if not added and not removed:
            return [f"{name}: لم يتغير شيء"]
        said = [
            (verb, words.counted(len(matches), "خبر", digits))
            for verb, matches in (("زاد", added), ("نقص", removed))
            if matches
        ]
        head = f"{name}: {'، و'.join(f'{verb} {number}' for verb, number in said)}"
        before, after = self._alerts(self._old or {}, watchlist), self._alerts(self._new, watchlist)
        alerts = f"من {before} إلى {after}" if before != after else f"{after} كما كانت"
        lines = [f"{head} (التنبيهات {words.digits_of(alerts, digits)})"]
        lines += [f"  زاد: {line}" for line in self._titles(added, plain=True)]
        return lines + [f"  نقص: {line}" for line in self._titles(removed, plain=True)]

    def _titles(self, matches: Sequence[TrialMatch], *, plain: bool = False) -> list[str]:
        settings, lines = self._settings, []
        for number, match in enumerate(reversed(matches[-self._count :] if self._count else ()), 1):
            source = words.isolate(self._feeds.get(match.feed, match.feed))
            when = words.day_and_clock(match.seen_at, settings.timezone, settings.locale, settings.digits)
            head = "" if plain else f"  {words.digits_of(str(number), settings.digits)}. "
            lines.append(f"{head}{words.one_line(match.title)} · {source} · {when}")
        return lines

    def _by_day(self, matches: Sequence[TrialMatch]) -> dict[str, int]:
        settings = self._settings
        days = Counter(
            words.day_and_clock(match.seen_at, settings.timezone, settings.locale, settings.digits).rpartition("،")[0]
            for match in matches
        )
        return dict(days)

    # --- what changed -----------------------------------------------------------------------------------------------------

    def _added(self, watchlist: str) -> list[TrialMatch]:
        return self._difference(self._new, self._old or {}, watchlist)

    def _removed(self, watchlist: str) -> list[TrialMatch]:
        return self._difference(self._old or {}, self._new, watchlist)

    @staticmethod
    def _difference(left: Mapping[str, Trial], right: Mapping[str, Trial], watchlist: str) -> list[TrialMatch]:
        known = (
            {match.id for match in right[watchlist].matches if not match.suppressed} if watchlist in right else set()
        )
        matches = left[watchlist].matches if watchlist in left else []
        return [match for match in matches if match.id not in known and not match.suppressed]

    @staticmethod
    def _alerts(trials: Mapping[str, Trial], watchlist: str) -> int:
        return len(trials[watchlist].alerts) if watchlist in trials else 0

    # --- for programs -----------------------------------------------------------------------------------------------------

    def _record(self, watchlist: str) -> dict[str, object]:
        matches = self._new[watchlist].matches if watchlist in self._new else []
        zone = self._settings.timezone
        days = Counter(match.seen_at.astimezone(zone).date().isoformat() for match in matches if match.opens)
        made: dict[str, object] = {
            "watchlist": watchlist,
            "alerts": self._alerts(self._new, watchlist),
            "articles": [_article(match) for match in matches],
            "days": dict(days),
        }
        if self._old is not None:
            made["added"] = [_article(match) for match in self._added(watchlist)]
            made["removed"] = [_article(match) for match in self._removed(watchlist)]
        return made


def _article(match: TrialMatch) -> dict[str, object]:
    return {
        "id": match.id,
        "title": match.title,
        "url": match.url,
        "feed": match.feed,
        "seen_at": match.seen_at.isoformat(),
        "story": match.story_id,
        "alert": match.opens,
        "suppressed": match.suppressed,
    }
