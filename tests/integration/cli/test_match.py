"""`marsad match`: what matches, where, and rows in and out."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.cli.conftest import Ran

RULES = """\
watchlists:
  - {id: arms, match: سلاح, tests: {match: [سلاح], ignore: [كتاب]}}
"""


def jsonl(path: Path, *rows: object) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def test_offsets_count_code_points_of_the_file_as_it_is(marsad: Callable[..., object], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffعنوان 🚨\r\nوصل سلاح\r\n".encode())
    (match,) = json.loads(marsad("match", "a.txt", "--expr", "سلاح", "--json").out)["matches"]
    assert match == {
        "watchlist": None,
        "severity": "normal",
        "hits": [{"field": "text", "start": 13, "end": 17, "term": "سلاح"}],
    }


def test_rows_come_through_a_named_pipe_too(marsad: Callable[..., Ran], tmp_path: Path) -> None:
    pipe = tmp_path / "rows"
    os.mkfifo(pipe)
    writer = threading.Thread(
        daemon=True, target=pipe.write_text, args=('{"id": 1, "text": "سلاح", "match": "سلاح"}\n', "utf-8")
    )
    writer.start()
    ran = marsad("match", "--jsonl", "rows")
    writer.join(5)
    assert (ran.status, json.loads(ran.out)["id"]) == (0, 1)


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1256"])
def test_a_text_that_windows_saved_is_read(marsad: Callable[..., Ran], tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes("أعلنت الوزارة وصول شحنة من السلاح إلى الميناء".encode(encoding))
    (match,) = json.loads(marsad("match", "a.txt", "--expr", "سلاح", "--json").out)["matches"]
    assert (match["hits"][0]["start"], match["hits"][0]["end"]) == (27, 33)


def test_standard_input_is_a_dash(
    marsad: Callable[..., object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("وصل سلاح".encode())))
    assert json.loads(marsad("match", "-", "--expr", "سلاح", "--json").out)["matches"][0]["hits"][0]["start"] == 4


def test_exactly_one_input_is_named(marsad: Callable[..., object], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("سلاح", "utf-8")
    assert marsad("match").status == 2
    assert marsad("match", "a.txt", "--text-file", "a.txt").status == 2
    assert marsad("match", "a.txt", "--jsonl", "a.txt").status == 2
    assert marsad("match", "--expr", "سلاح").status == 2


def test_a_row_answers_each_row_in_order_and_bad_ones_end_with_1(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(RULES, "utf-8")
    file = newsroom / "rows.jsonl"
    jsonl(
        file,
        {"id": 1, "text": "وصل سلاح"},
        {"id": "b", "title": "سلاح", "lead": None, "body": "نص"},
        {"id": 3, "title": "عن بيونغيانغ", "match": "مفهوم nk"},
        {"id": 4, "text": "ذخيرة", "match": {"any": ["ذخيرة", "سلاح"]}},
        {"id": 5, "text": "لا شيء"},
        {"id": 6, "text": "x", "match": "سلاح قرب"},
        {"id": "\ud800", "text": "سلاح", "match": None},
        {"id": 8, "text": 5},
        {"id": 9},
    )
    with file.open("ab") as more:
        more.write(b"\n{broken\n[1]\n\xff\xfe\n")
    ran = marsad("match", "--jsonl", str(file))
    assert ran.status == 1
    rows = [json.loads(line) for line in ran.lines]
    said = [
        (row["id"], [match["watchlist"] for match in row["matches"]] if "matches" in row else "error") for row in rows
    ]
    assert said == [
        (1, ["arms"]),
        ("b", ["arms"]),
        (3, [None]),
        (4, [None]),
        (5, []),
        (6, "error"),
        ("\ud800", ["arms"]),
        (8, "error"),
        (9, "error"),
        (None, "error"),
        (None, "error"),
        (None, "error"),
    ]
    assert rows[1]["matches"][0]["hits"] == [{"field": "title", "start": 0, "end": 4, "term": "سلاح"}]


def test_an_expression_stands_for_the_watchlists_in_rows_too(marsad: Callable[..., object], newsroom: Path) -> None:
    name = jsonl(newsroom / "rows.jsonl", {"id": 1, "text": "وصلت ذخيرة"}, {"id": 2, "text": "سلاح"})
    ran = marsad("match", "--jsonl", name, "--expr", "ذخيرة + ليس: سلاح")
    assert ran.status == 0
    assert [len(json.loads(line)["matches"]) for line in ran.lines] == [1, 0]


def test_a_match_that_would_not_alert_stands_apart(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(RULES.replace("سلاح,", '"سلاح\\nذخيرة",', 1), "utf-8")
    row = {"id": 1, "title": "جولة في الصحف", "lead": "سلاح هنا وسلاح وسلاح", "body": "ذخيرة\nذخيرة\nذخيرة"}
    ran = marsad("match", "--jsonl", jsonl(newsroom / "rows.jsonl", row))
    assert json.loads(ran.out) == {
        "id": 1,
        "matches": [],
        "suppressed": [{"watchlist": "arms", "reason": "roundup"}],
    }


def test_people_see_the_lines_with_the_words_marked(marsad: Callable[..., object], newsroom: Path) -> None:
    (newsroom / "watchlists" / "w.yaml").write_text(RULES, "utf-8")
    (newsroom / "a.txt").write_text("عنوان\nوصل سلاح جديد\n", "utf-8")
    assert marsad("match", "a.txt").lines == ["عادية · arms (arms)", "  وصل «سلاح» جديد"]
    (newsroom / "b.txt").write_text("عنوان", "utf-8")
    assert marsad("match", "b.txt").out == "لا يطابق أي موضوع\n"


def test_what_looks_mistyped_in_an_expression_is_told_beside_the_answer(
    marsad: Callable[..., object], newsroom: Path
) -> None:
    (newsroom / "a.txt").write_text("صفقة سلاح", "utf-8")
    for command in (("match", "a.txt", "--expr"), ("explain", "--text-file", "a.txt")):
        ran = marsad(*command, "ذخيرة | سلاح")
        assert ran.status == 0
        assert ':1:7: warning: "|" means nothing here' in ran.err
