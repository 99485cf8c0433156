"""Results of examples as JUnit XML, the form that CI services show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.examples import ExampleResult

__all__ = ["junit_xml"]

LONGEST_NAME = 120
FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not admit."""


def junit_xml(cases: Sequence[tuple[ExampleResult, str | None]]) -> str:
    """Return the report: a suite for each watchlist, a case for each example, with the failure's text where it failed."""
    suites: dict[str, list[tuple[ExampleResult, str | None]]] = {}
    for case in cases:
        suites.setdefault(case[0].watchlist.id, []).append(case)
    failed = sum(failure is not None for _, failure in cases)
    rows = [f'<testsuites name="marsad" tests="{len(cases)}" failures="{failed}">']
    for name, inside in suites.items():
        wrong = sum(failure is not None for _, failure in inside)
        rows.append(f'  <testsuite name={_attribute(name)} tests="{len(inside)}" failures="{wrong}">')
        rows += [row for result, failure in inside for row in _case(result, failure)]
        rows.append("  </testsuite>")
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *rows, "</testsuites>", ""])


def _case(result: ExampleResult, failure: str | None) -> list[str]:
    article, at = result.example.article, result.example.at
    text = " ".join((article.text or f"{article.title} {article.lead} {article.body}").split())
    kind = "match" if result.example.should_match else "ignore"
    name = _attribute(f"{kind}: {text}"[:LONGEST_NAME])
    place = f' file={_attribute(at.file)} line="{at.line}"' if at else ""
    head = f"    <testcase classname={_attribute(result.watchlist.id)} name={name}{place}"
    if failure is None:
        return [f"{head}/>"]
    first = failure.split("\n", 1)[0]
    body = escape(FORBIDDEN.sub("\ufffd", failure))
    return [f"{head}>", f"      <failure message={_attribute(first)}>{body}</failure>", "    </testcase>"]


def _attribute(text: str) -> str:
    return quoteattr(FORBIDDEN.sub("\ufffd", text))
