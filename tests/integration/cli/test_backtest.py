"""`marsad backtest`: what rules would have sent from the stored articles, and what a change adds and removes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.integration.commits import Past

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


ARTICLES = (
    Past(40, "صفقة سلاح قديمة جدًا"),
    Past(9, "صفقة سلاح بين البلدين", story="deal"),
    Past(9, "توقيع صفقة السلاح", story="deal"),
    Past(2, "وصول ذخيرة إلى الميناء"),
    Past(1, "سلاح جديد في المتحف"),
    Past(0.1, "معرض الكتاب يفتتح أبوابه"),
)
NEW = """\
watchlists:
  - id: arms
    name: صفقات السلاح
    state: off
    match: صفقة سلاح، ذخيرة
    tests: {match: [صفقة سلاح], ignore: [كتاب]}
"""
OLD = NEW.replace("صفقة سلاح، ذخيرة", "سلاح")


@pytest.fixture
def archive(newsroom: Path, stored: Callable[..., None]) -> Path:
    stored(*ARTICLES)
    (newsroom / "new.yaml").write_text(NEW, "utf-8")
    (newsroom / "old.yaml").write_text(OLD, "utf-8")
    (newsroom / "one.yaml").write_text("watchlists:\n  - {id: oil, match: الكتاب, in: all}\n", "utf-8")
    return newsroom


def test_one_story_is_one_alert_and_days_and_titles_are_told(marsad: Callable[..., object], archive: Path) -> None:
    ran = marsad("backtest", "new.yaml")
    assert ran.status == 0, ran.err
    head, empty, first, *rest = ran.lines
    assert (head, empty) == ("تجربة على الأرشيف: 5 مقالات في آخر 30 يومًا", "")
    assert first == "صفقات السلاح (\u2068arms\u2069): تنبيهان (3 أخبار)"
    assert len(rest) == 4
    assert all(line.endswith(": 1") for line in rest[:2])
    assert rest[2].startswith("  1. وصول ذخيرة إلى الميناء · المنارة · ")
    assert rest[3].startswith("  2. صفقة سلاح بين البلدين · المنارة · ")
    assert marsad("backtest", "new.yaml", "--since", "7d").lines[2].endswith(": تنبيه واحد (خبر واحد)")


def test_a_change_is_told_by_what_it_adds_and_removes(marsad: Callable[..., object], archive: Path) -> None:
    ran = marsad("backtest", "new.yaml", "--against", "old.yaml")
    assert ran.status == 0, ran.err
    assert ran.lines[2] == "صفقات السلاح (\u2068arms\u2069): زاد خبر واحد، ونقص خبر واحد (التنبيهات 2 كما كانت)"
    assert ran.lines[3].startswith("  زاد: وصول ذخيرة إلى الميناء · المنارة")
    assert ran.lines[4].startswith("  نقص: سلاح جديد في المتحف · المنارة")
    rows = marsad("backtest", "new.yaml", "--against", "one.yaml").lines
    assert rows[2] == "صفقات السلاح (\u2068arms\u2069)، قاعدة جديدة: زاد 3 أخبار (التنبيهات من 0 إلى 2)"
    assert rows[-2].startswith("\u2068oil\u2069، ليست في الملف الجديد: نقص خبر واحد (التنبيهات من 1 إلى 0)")
    same = marsad("backtest", "new.yaml", "--against", "new.yaml")
    assert same.lines[2].endswith(": لم يتغير شيء")


def test_json_holds_every_article(marsad: Callable[..., object], archive: Path) -> None:
    (row,) = [json.loads(line) for line in marsad("backtest", "new.yaml", "--against", "old.yaml", "--json").lines]
    assert (row["watchlist"], row["alerts"], sum(row["days"].values())) == ("arms", 2, 2)
    assert [(each["title"], each["alert"]) for each in row["articles"]] == [
        ("صفقة سلاح بين البلدين", True),
        ("توقيع صفقة السلاح", False),
        ("وصول ذخيرة إلى الميناء", True),
    ]
    assert [each["title"] for each in row["added"]] == ["وصول ذخيرة إلى الميناء"]
    assert [each["title"] for each in row["removed"]] == ["سلاح جديد في المتحف"]
    assert row["articles"][0]["feed"] == "almanara"


def test_what_is_asked_wrongly_is_told(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "new.yaml").write_text(NEW, "utf-8")
    assert "no articles are stored yet" in marsad("backtest", "new.yaml").err
    for since in ("soon", "0", "99999999d", "-3d"):
        assert marsad("backtest", "new.yaml", "--since", since).status == 2
    assert marsad("backtest", "concepts/c.yaml").status == 2
    (newsroom / "marsad.yaml").unlink()
    assert marsad("backtest", "new.yaml").status == 2


def test_it_reads_beside_a_writer(marsad: Callable[..., object], archive: Path) -> None:
    import sqlite3

    with sqlite3.connect(archive / "marsad.db", isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert marsad("backtest", "new.yaml").status == 0
        writer.execute("ROLLBACK")
    writer.close()


def test_a_time_before_the_texts_that_are_kept_is_told(marsad: Callable[..., object], archive: Path) -> None:
    assert marsad("backtest", "new.yaml", "--since", "90d").err == ""
    ran = marsad("backtest", "new.yaml", "--since", "91d")
    assert ran.lines[0].endswith("في آخر 91 يومًا")
    assert ran.err.startswith("نصوص ما قبل آخر 90 يومًا لم تعد محفوظة")
