"""Decide: what a rule says, and which articles it matches. Pure: no I/O but reading its own tables, no asyncio."""

from rules.arabic import Arabic, load_arabic
from rules.article import Article, Field, Hit, Match, Severity
from rules.explained import ExplainedTerm, ExplainedWay, ExplainedWord, FormGroup, KeptOut, explain_term
from rules.files import RuleFiles, RuleSource, read_rules
from rules.forms import Form
from rules.own_tables import TableSource, read_tables
from rules.patterns import graphemes
from rules.positions import Mapping, Node, Scalar, Sequence, read_yaml
from rules.problems import Position, Problem, nearest
from rules.ruleset import Ruleset, compile_expression, compile_ruleset, language_of
from rules.tree import read_expression
from rules.watchlist import Concept, Example, Scope, Watchlist

__all__ = [
    "Arabic",
    "Article",
    "Concept",
    "Example",
    "ExplainedTerm",
    "ExplainedWay",
    "ExplainedWord",
    "Field",
    "Form",
    "FormGroup",
    "Hit",
    "KeptOut",
    "Mapping",
    "Match",
    "Node",
    "Position",
    "Problem",
    "RuleFiles",
    "RuleSource",
    "Ruleset",
    "Scalar",
    "Scope",
    "Sequence",
    "Severity",
    "TableSource",
    "Watchlist",
    "compile_expression",
    "compile_ruleset",
    "explain_term",
    "graphemes",
    "language_of",
    "load_arabic",
    "nearest",
    "read_expression",
    "read_rules",
    "read_tables",
    "read_yaml",
]
