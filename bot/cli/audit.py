"""`marsad audit`: the books."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, json_option, load_settings
from bot.loop import run_loop
from bot.secrets import redact
from bot.service.lock import newsroom_lock
from bot.words.isolates import isolate
from bot.words.ledger import KINDS, STATES, book_words, total_of
from bot.words.plurals import counted
from rules.errors import MarsadError, UsageError
from rules.forms import read_duration
from storage import open_sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.settings import Settings
    from storage import AuditReport, DoubtRow, StuckRow

__all__ = ["audit_text", "command"]

SHOWN = 20
"""Messages in doubt and stuck ones that the text names; `--json` names all."""


@click.command("audit")
@config_option
@json_option
@click.option("--since", metavar="DURATION", help="Matches of this time only, such as 7d; all of them without it.")
@click.option("--fix", is_flag=True, help="Repair what needs no guess; the service must be stopped.")
def command(config: str | None, *, as_json: bool, since: str | None, fix: bool) -> None:
    """Balance the books: every match, in every chat, sent or waiting or not sent and why.

    The exit status is 1 if they do not balance.

    \b
    marsad audit
    marsad audit --since 7d --json
    """
    settings = load_settings(config)
    span = read_duration(since) if since else None
    if since and span is None:
        message = f'--since takes a duration such as 12h or 7d, not "{since}"'
        raise UsageError(message)
    if not settings.database.exists():
        message = f"{settings.database}: nothing is recorded yet; `marsad poll --once` or `marsad run` begins"
        raise MarsadError(message)
    with newsroom_lock(settings.database) if fix else nullcontext():
        report = run_loop(_audit(settings, span, fix=fix))
    click.echo(json.dumps(_record(report), ensure_ascii=False) if as_json else audit_text(report))
    if not report.balanced:
        raise SystemExit(1)


async def _audit(settings: Settings, span: timedelta | None, *, fix: bool) -> AuditReport:
    now = datetime.now(UTC)
    store = await open_sqlite(settings.database, read_only=not fix)
    try:
        return await store.audit(since=now - span if span else None, now=now, fix=fix)
    finally:
        await store.close()


def _record(report: AuditReport) -> dict[str, object]:
    """Return the report as JSON has it: moments as ISO text."""
    record = {**asdict(report), "balanced": report.balanced, "deliveries": sum(row.deliveries for row in report.rows)}
    plain: dict[str, object] = json.loads(redact(json.dumps(record, ensure_ascii=False, default=_iso)))
    return plain


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def audit_text(report: AuditReport) -> str:
    """Return the books as people read them: a line for each watchlist and chat, the sums, and what does not balance."""
    lines = [f"المقالات: {report.articles:,} · المطابقات: {report.matches:,}", ""]
    lines += [f"• {isolate(row.watchlist_id)} إلى {isolate(row.chat)}: {book_words(row)}" for row in report.rows]
    lines += ["", f"المجموع: {book_words(total_of(report.rows))}"]
    if report.messages:
        lines.append(f"الرسائل: {_messages(report.messages)}")
    if report.unknowns:
        lines.append(f"إجابات ضاعت (أُعيدت الرسالة فقد تتكرر، أو لم تُعد فقد لا تكون وصلت): {report.unknowns:,}")
    lines += [f"غير مؤكد: {_doubt(doubt)}" for doubt in report.doubts[-SHOWN:]]
    lines += [f"عالق: {_stuck(stuck)}" for stuck in report.stuck[:SHOWN]]
    lines += [f"أُصلح: {isolate(repair)}" for repair in report.fixed]
    lines += [f"لا يتوازن: {isolate(trouble)}" for trouble in report.troubles]
    lines.append("الحسابات متوازنة." if report.balanced else "الحسابات غير متوازنة.")
    return redact("\n".join(lines))


def _messages(counts: Mapping[str, Mapping[str, int]]) -> str:
    return "؛ ".join(
        f"{KINDS.get(kind, kind)}: {' + '.join(f'{count:,} {STATES[state]}' for state, count in states.items())}"
        for kind, states in counts.items()
    )


def _doubt(row: DoubtRow) -> str:
    when = f"، {_when(row.last_at)}" if row.last_at else ""
    times = f"، {counted(row.times, 'مرة')}" if row.times > 1 else ""
    what = row.title or KINDS[row.kind]
    return f"الرسالة {row.message_id} إلى {isolate(row.chat)}{times}{when}، وهي الآن: {STATES[row.state]} · {what}"


def _stuck(row: StuckRow) -> str:
    where = f"الرسالة {row.message_id} إلى {isolate(row.chat)}"
    return f"{where}، {STATES[row.state]} منذ {_when(row.since)}: {isolate(row.why)}"


def _when(moment: datetime) -> str:
    return isolate(f"{moment:%Y-%m-%d %H:%M} UTC")
