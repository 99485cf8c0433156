"""Real newspaper text, served as feeds on loopback, the whole way. Needs the folder that MARSAD_EVAL names."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

EVAL = os.environ.get("MARSAD_EVAL", "")
pytestmark = [
    pytest.mark.skipif(not EVAL, reason="MARSAD_EVAL names no folder of real articles"),
    pytest.mark.timeout(300),
]
PER_FEED = 150


def test_real_articles_are_stored_and_the_seed_article_alerts_once(
    newsroom: Callable, press: object, tmp_path: Path
) -> None:
    lines = (Path(EVAL) / "eval/news/articles.jsonl").read_text("utf-8").splitlines()
    articles = [json.loads(line) for line in lines if line.strip()]
    title, _, text = (Path(EVAL) / "seed_article.txt").read_text("utf-8").partition("\n")
    paths = [f"/real-{number}" for number in range(len(articles) // PER_FEED + 1)]
    for number, article in enumerate(articles):
        press.publish(paths[number // PER_FEED], article["id"], article["title"], summary=article["body"])
    press.publish("/seed", "seed", title, summary=text)
    room = newsroom("/seed", *paths, interval="1h", watchlists="watchlists: []\n")
    starters = tmp_path / "starters"
    assert room.marsad("init", str(starters)).returncode == 0
    for folder in ("watchlists", "concepts"):
        shutil.rmtree(room.folder / folder, ignore_errors=True)
        shutil.copytree(starters / folder, room.folder / folder)
    configuration = room.folder / "marsad.yaml"
    configuration.write_text(configuration.read_text("utf-8") + "concepts: [concepts/]\n", "utf-8")

    first = room.marsad("poll", "--once", timeout=280)
    assert first.returncode == 0, first.stderr[-2000:]
    distinct = {(article["title"].strip(), article["body"].strip()) for article in articles}
    assert room.rows("select count(*) from articles")[0][0] >= len(distinct)
    assert first.stdout.count(title) == 1
    hits = room.rows(
        "select m.watchlist_id, m.hits from matches m join articles a on a.id = m.article_id"
        " where a.title like '%بوتين وزعيم كوريا الشمالية%'"
    )
    stored = room.rows("select title, lead, body from articles where title like '%بوتين وزعيم كوريا الشمالية%'")[0]
    fields = dict(zip(("title", "lead", "body"), stored, strict=True))
    shown = {fields[field][start:end] for _, found in hits for field, start, end, _ in json.loads(found)}
    assert {"كوريا الشمالية", "بأسلحة"} <= shown
    assert {"north-korea-weapons", "arms-deal"} <= {watchlist for watchlist, _ in hits}

    second = room.marsad("poll", "--once", "--all", timeout=120)
    assert second.returncode == 0
    assert second.stdout.count("\n\n") == 0, "a second round sends nothing"
    audit = room.audit()
    assert audit["balanced"] is True
