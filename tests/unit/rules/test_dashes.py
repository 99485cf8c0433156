"""A lone underscore stands for a dash in some newspapers: it is no word and shifts nothing."""

from __future__ import annotations

from rules import Article, Ruleset, compile_ruleset, read_rules
from rules.files import RuleSource

TEXT = "أعلن المتحدث _ في بيان _ أن القافلة وصلت. وصل بعدها وفد _ من ثلاثة _ إلى المدينة"


def ruleset(match: str) -> Ruleset:
    text = f"watchlists:\n  - id: a\n    match: |\n      {match}\n    tests: {{match: [قافلة], ignore: [سفينة]}}\n"
    files = read_rules([RuleSource(file="watchlists/a.yaml", text=text)])
    return compile_ruleset(files.watchlists, files.concepts)


def test_words_after_a_dash_are_found_at_their_own_place() -> None:
    (match,) = ruleset("وفد قرب 8 مدينة").match(Article(text=TEXT))
    assert [TEXT[hit.start : hit.end] for hit in match.hits] == ["وفد", "المدينة"]


def test_a_dash_does_not_move_the_end_of_a_sentence() -> None:
    assert ruleset("قافلة قرب 20 وفد").match(Article(text=TEXT)) == ()
