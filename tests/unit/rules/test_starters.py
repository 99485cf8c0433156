"""Every starter must read without a word of complaint, and do what its own examples say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.newsroom import starter_sources
from rules import Article, Example, RuleFiles, Ruleset, Watchlist, compile_ruleset, load_arabic, read_rules
from rules.lint import TermRules
from seeds import outlets, stories_of

FILES: RuleFiles = read_rules(starter_sources())
RULESET: Ruleset = compile_ruleset(FILES.watchlists, FILES.concepts)
HEADLINES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parents[2] / "cases/headlines.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
EXAMPLES = [(watchlist, example) for watchlist in FILES.watchlists for example in watchlist.examples]


def test_starters_hold_neither_mistakes_nor_warnings() -> None:
    assert [str(problem) for problem in FILES.problems] == []


def test_the_reference_lists_every_starter_with_its_name_and_severity() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/starters.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (\w+) \|", page, re.MULTILINE)
    assert sorted(rows) == sorted((each.id, each.name, each.severity) for each in FILES.watchlists)


def test_every_word_and_phrase_of_the_starters_finds_itself() -> None:
    rules = TermRules(FILES, load_arabic())
    found = {term: dict(rules.found(Article(text=term.words))) for term in rules.terms}
    assert [term.words for term in rules.terms if rules.number(term) not in found[term]] == []


def test_no_term_of_the_starters_is_a_list_that_ran_together() -> None:
    rules = TermRules(FILES, load_arabic())
    assert [term.words for term in rules.terms if {"-", "–", "|"} & set(term.words.split())] == []


def test_each_starter_has_five_examples_of_both_kinds() -> None:
    for watchlist in FILES.watchlists:
        matching = sum(example.should_match for example in watchlist.examples)
        assert matching >= 5, watchlist.id
        assert len(watchlist.examples) - matching >= 5, watchlist.id


@pytest.mark.parametrize(
    ("watchlist", "example"), EXAMPLES, ids=[f"{watchlist.id}-{place}" for place, (watchlist, _) in enumerate(EXAMPLES)]
)
def test_a_starter_does_what_its_example_says(watchlist: Watchlist, example: Example) -> None:
    matched = any(match.watchlist == watchlist.id for match in RULESET.match(example.article))
    assert matched == example.should_match, example.article


def test_both_outlets_of_the_arms_talks_alert_and_the_football_deal_does_not() -> None:
    found = {}
    for outlet in outlets():
        for entry in stories_of(outlet.id):
            matches = RULESET.match(Article(title=entry.title, lead=entry.lead, body=entry.body))
            found[entry.guid] = {match.watchlist for match in matches}
    assert "north-korea-weapons" in found["alraseef-moscow-pyongyang"]
    assert "north-korea-weapons" in found["almanara-moscow-pyongyang"]
    assert found["alraseef-transfer"] == set()
    assert found["almidan-deal"] == set()
    assert "earthquake" not in found["alraseef-quake-politics"]
    assert "sea-piracy" not in found["almidan-piracy"]


@pytest.mark.parametrize(("watchlist", "sign", "headline"), HEADLINES, ids=[str(n) for n in range(len(HEADLINES))])
def test_a_headline_alone_tells_its_topic(watchlist: str, sign: str, headline: str) -> None:
    found = {match.watchlist for match in RULESET.match(Article(title=headline))}
    assert (watchlist in found) == (sign == "+"), headline
