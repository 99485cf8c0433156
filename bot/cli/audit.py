"""`marsad audit`: the books."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, json_option, load_settings
from bot.loop import run_loop
from bot.service.lock import newsroom_lock
from bot.words.ledger import HOLDS, REASONS
from rules.errors import MarsadError, UsageError
from rules.forms import read_duration
from storage import AuditRow, open_sqlite

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage import AuditReport

__all__ = ["audit_text", "command"]


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
    record = asdict(report)
    record["since"] = report.since.isoformat() if report.since else None
    return {**record, "balanced": report.balanced, "deliveries": sum(row.deliveries for row in report.rows)}


def audit_text(report: AuditReport) -> str:
    """Return the books as people read them: a line for each watchlist and chat, the sums, and what does not balance."""
    lines = [f"المقالات: {report.articles:,} · المطابقات: {report.matches:,}", ""]
    lines += [f"{row.watchlist_id} ← {row.chat}: {_sum(row)}" for row in report.rows]
    lines += ["", f"المجموع: {_total(report.rows)}"]
    if report.unknowns:
        lines.append(f"إجابات ضاعت (كل واحدة منها تكرار محتمل): {report.unknowns:,}")
    lines += [f"عالق: {trouble}" for trouble in report.stuck]
    lines += [f"أُصلح: {repair}" for repair in report.fixed]
    lines += [f"لا يتوازن: {trouble}" for trouble in report.troubles]
    lines.append("الحسابات متوازنة." if report.balanced else "الحسابات غير متوازنة.")
    return "\n".join(lines)


def _sum(row: AuditRow) -> str:
    return f"{row.deliveries:,} = {' + '.join(_parts(row)) or '0'}"


def _total(rows: tuple[AuditRow, ...]) -> str:
    suppressed: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for row in rows:
        suppressed.update(row.suppressed)
        held.update(row.held)
    total = AuditRow(
        watchlist_id="",
        chat="",
        deliveries=sum(row.deliveries for row in rows),
        sent=sum(row.sent for row in rows),
        listed_only=sum(row.listed_only for row in rows),
        pending=sum(row.pending for row in rows),
        sending=sum(row.sending for row in rows),
        unknown=sum(row.unknown for row in rows),
        failed=sum(row.failed for row in rows),
        suppressed=dict(suppressed),
        held=dict(held),
    )
    return _sum(total)


def _parts(row: AuditRow) -> list[str]:
    free = row.pending - sum(row.held.values())
    counts = [
        (row.sent - row.listed_only, "أُرسل"),
        (row.listed_only, "ضُمّ إلى تنبيه سابق"),
        *((count, f"لم يُرسل: {REASONS[reason]}") for reason, count in sorted(row.suppressed.items())),
        (free, "في الانتظار"),
        *((count, f"في الانتظار: {HOLDS[hold]}") for hold, count in sorted(row.held.items())),
        (row.sending, "قيد الإرسال"),
        (row.unknown, "غير مؤكد"),
        (row.failed, "تعذّر"),
    ]
    return [f"{count:,} {name}" for count, name in counts if count]
