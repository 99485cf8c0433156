"""A commit of a poll is whole or not at all, wherever within it the process dies."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from storage import open_sqlite
from tests.integration.commits import NOW
from tests.integration.test_cancelled_verbs import CHATS, DAY, FEEDS, LEASE, RULES

HERE = Path(__file__).parent


async def leased(path: Path) -> None:
    store = await open_sqlite(path)
    await store.sync_feeds(FEEDS, NOW)
    await store.sync_chats(CHATS)
    await store.record_ruleset("d", {"a.yaml": "x"}, good=True, now=NOW, watchlists=RULES)
    await store.claim_due_feeds(NOW, LEASE, limit=10, longest_wait=DAY)
    await store.close()


def test_a_death_at_any_statement_of_a_commit_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    template = tmp_path / "template.db"
    asyncio.run(leased(template))
    run = [sys.executable, "-m", "tests.integration.dies_within", str(template), str(tmp_path)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=100, check=True, cwd=HERE.parent.parent)
    told = json.loads(done.stdout)
    assert told["deaths"] > 20  # statements between BEGIN and COMMIT of two articles with two deliveries each
    assert told["committed"]
    assert told["torn"] == []
