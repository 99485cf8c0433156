"""`marsad explain`: the forms of a term, or why a rule matches a text and why not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from bot.cli.match import text_of
from bot.cli.options import config_option, json_option
from bot.cli.rule_files import choose_rules
from bot.words.isolates import isolate
from bot.words.term_forms import forms_in_short, term_lines
from bot.words.why import why_lines
from rules import Article, Concept, Watchlist, nearest, read_expression
from rules.errors import MistakesFound
from rules.explain import explain
from rules.explained import explain_term
from rules.expression import ConceptReference, Term, walk
from rules.writing import as_lines, as_tree, as_yaml

if TYPE_CHECKING:
    from bot.cli.rule_files import Chosen
    from rules import Hit, RuleFiles
    from rules.explain import Clause, Explanation
    from rules.explained import ExplainedTerm
    from rules.expression import Expression

    Rule = Watchlist | Concept | Expression

__all__ = ["command"]


@click.command("explain")
@config_option
@json_option
@click.argument("asked", metavar="TERM|ID")
@click.option(
    "--text-file", metavar="FILE", help="Tell clause by clause why this text matches or not; `-` for standard input."
)
@click.option("--yaml", "as_tree_yaml", is_flag=True, help="Print the rule as a tree.")
def command(config: str | None, *, as_json: bool, asked: str, text_file: str | None, as_tree_yaml: bool) -> None:
    """Explain a TERM (any lines of the language): the forms that it stands for, grouped, and what it will not match.

    With the ID of a watchlist or concept, explain that rule. With --text-file, tell clause by clause why the text matches
    or not, and the nearest miss. Without a configuration the starters are used.

    \b
    marsad explain "صفقة سلاح"
    marsad explain arms-deal --text-file article.txt
    marsad explain arms-deal --yaml
    """
    chosen = choose_rules(config, (), despite_mistakes=True)
    files = chosen.files
    rule = _rule(asked, files)
    if as_tree_yaml:
        tree = as_tree(_expression(rule))
        click.echo(json.dumps(tree, ensure_ascii=False) if as_json else as_yaml(tree).rstrip())
    elif text_file is not None:
        _why(rule, chosen, text_of(text_file), as_json=as_json)
    else:
        _forms(rule, chosen, as_json=as_json)


def _rule(asked: str, files: RuleFiles) -> Rule:
    """Return the watchlist or concept with this id, else the expression that the words stand for."""
    items: list[Watchlist | Concept] = [*files.watchlists, *files.concepts]
    found = next((item for item in items if item.id == asked), None)
    for mistake in files.mistakes:
        if found is None and asked.isascii():  # it may be the id of what could not be read
            raise MistakesFound(files.mistakes)
        click.echo(str(mistake), err=True)
    if found:
        return found
    near = nearest(asked, [item.id for item in items]) if "-" in asked else None
    if near:
        click.echo(f'no watchlist or concept has the id "{asked}"; did you mean "{near}"? Read as a term:', err=True)
    expression, problems = read_expression(asked, concepts=files.concepts, file="TERM")
    if expression is None:
        raise MistakesFound([problem for problem in problems if not problem.warning])
    for warning in problems:
        click.echo(str(warning), err=True)
    return expression


def _expression(rule: Rule) -> Expression:
    return rule.expression if isinstance(rule, Watchlist | Concept) else rule


def _name(rule: Rule) -> str:
    return f"{rule.name} ({isolate(rule.id)})" if isinstance(rule, Watchlist | Concept) else "التعبير"


# --- why --------------------------------------------------------------------------------------------------------------------


def _why(rule: Rule, chosen: Chosen, text: str, *, as_json: bool) -> None:
    article = Article(text=text)
    asked = rule if isinstance(rule, Watchlist) else _expression(rule)
    found = explain(asked, chosen.files.concepts, article, arabic=chosen.arabic())
    if as_json:
        click.echo(json.dumps(_why_record(rule, found), ensure_ascii=False))
        return
    click.echo(f"{'يطابق' if found.matches else 'لا يطابق'}: {_name(rule)}")
    for line in why_lines(found, article):
        click.echo(line)


def _why_record(rule: Rule, found: Explanation) -> dict[str, object]:
    return {
        "rule": rule.id if isinstance(rule, Watchlist | Concept) else None,
        "matches": found.matches,
        "barred": found.barred,
        "clauses": [_clause(clause) for clause in found.clauses],
    }


def _clause(clause: Clause) -> dict[str, object]:
    miss = clause.miss
    return {
        "label": clause.label,
        "kind": clause.kind,
        "holds": clause.holds,
        "count": clause.count,
        "hits": [_hit(hit) for hit in clause.hits],
        "miss": miss
        and {
            "code": miss.code,
            "missing": list(miss.missing),
            "found": [_hit(hit) for hit in miss.found],
            "have": miss.have,
            "need": miss.need,
            "nearest": miss.nearest,
        },
    }


def _hit(hit: Hit) -> dict[str, object]:
    return {"field": hit.field, "start": hit.start, "end": hit.end, "term": hit.term}


# --- forms ------------------------------------------------------------------------------------------------------------------


def _forms(rule: Rule, chosen: Chosen, *, as_json: bool) -> None:
    expression = _expression(rule)
    terms = list(dict.fromkeys(node for node in walk(expression) if isinstance(node, Term)))
    told = [explain_term(term, chosen.arabic()) for term in terms]
    concepts = _concepts(expression, chosen)
    if as_json:
        record = {"terms": [_term_record(each) for each in told], "concepts": [concept.id for concept in concepts]}
        click.echo(json.dumps(record, ensure_ascii=False))
    elif isinstance(rule, Watchlist | Concept):
        names = {concept.id: concept.name for concept in chosen.files.concepts}
        lines = as_lines(expression, names) or as_yaml(as_tree(expression)).rstrip()
        click.echo("\n".join([_name(rule), *(f"  {line}" for line in lines.split("\n")), ""]))
        for each in told:
            click.echo(forms_in_short(each))
        for concept in concepts:
            click.echo(_concept_in_short(concept, chosen))
    else:
        blocks = ["\n".join(term_lines(each)) for each in told]
        click.echo("\n\n".join([*blocks, *(_concept_in_short(concept, chosen) for concept in concepts)]))


def _concepts(expression: Expression, chosen: Chosen) -> list[Concept]:
    """Return the concepts that an expression names."""
    named = {node.id for node in walk(expression) if isinstance(node, ConceptReference)}
    return [concept for concept in chosen.files.concepts if concept.id in named]


def _concept_in_short(concept: Concept, chosen: Chosen) -> str:
    names = {each.id: each.name for each in chosen.files.concepts}
    lines = as_lines(concept.expression, names) or as_yaml(as_tree(concept.expression)).rstrip()
    return f"مفهوم {concept.name} ({isolate(concept.id)}): {' + '.join(lines.splitlines())}"


def _term_record(explained: ExplainedTerm) -> dict[str, object]:
    ways = [
        {
            "why": way.why,
            "words": [
                {
                    "word": word.word,
                    "definite": word.definite,
                    "exact": word.exact,
                    "forms": [
                        {"why": group.why, "forms": list(group.forms), "before_pronouns": list(group.before_pronouns)}
                        for group in word.groups
                    ],
                }
                for word in way.words
            ],
        }
        for way in explained.ways
    ]
    out = [{"form": each.form, "belongs_to": each.belongs_to} for each in explained.kept_out]
    return {"term": explained.term.words, "ways": ways, "kept_out": out}
