"""The schema that editors check against: what the reader takes is valid, what it tells as a mistake is not."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from bot.newsroom import starter_sources
from rules import RuleSource, read_rules
from rules.schema import watchlists_schema

VALIDATOR = Draft202012Validator(watchlists_schema())
HEAD = "watchlists:\n  - id: x\n"
FOUND = "    match: سلاح\n"


def valid(text: str) -> bool:
    return VALIDATOR.is_valid(YAML(typ="safe", pure=True).load(text))


def read(text: str) -> bool:
    concept = RuleSource(file="c", text="concepts:\n  - {id: nk, name: كوريا, match: بيونغيانغ}\n")
    return not read_rules([RuleSource(file="f", text=text), concept]).mistakes


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(watchlists_schema())


def test_every_starter_is_valid() -> None:
    for source in starter_sources():
        assert valid(source.text), source.file


@pytest.mark.parametrize(
    "text",
    [
        "watchlists: []\n",
        "watchlists:\nconcepts:\n",
        HEAD + FOUND,
        HEAD + "    match: |\n      سلاح\n      ليس: كرة\n",
        HEAD + "    match: 1701\n",
        HEAD
        + FOUND
        + "    name: 2024\n    severity: high\n    in: all\n    language: any\n    sources: {include: [a, b], exclude: c}\n"
        "    channels: [desk]\n    cooldown: 30m\n    visibility: private\n    state: trial\n",
        HEAD + FOUND + "    sources:\n    channels: desk\n    cooldown: 90\n    tests:\n",
        HEAD + FOUND + "    cooldown: ٣٠m\n    severity:\n",
        HEAD + FOUND + "    tests: {match: [نص, {title: عنوان, source: a}], ignore: نص}\n",
        HEAD + "    match: {any: [سلاح, 010, NO, 5.1], none: كرة}\n",
        HEAD + "    match: {all: [سلاح, {none: [كرة]}, {except: أ}], none_anywhere: [ب, ج]}\n",
        HEAD + "    match: {near: [سلاح, {any: [أ, ب]}], within: 10, ordered: true, same_sentence: لا}\n",
        HEAD + "    match: {near: [سلاح, ذخيرة], within: '١٠', ordered: نعم}\n",
        HEAD + "    match: {at_least: 2, of: [أ, ب, {concept: nk}]}\n",
        HEAD + "    match: {title: هدنة, lead: [أ, ب], body: {regex: 'F-\\d+'}}\n",
        HEAD
        + "    match: {term: مالي, times: 3, gap: 1, nisba: false, synonyms: لا, noun_only: yes, with: [باماكو]}\n",
        HEAD + "    match: {name: محمد, times: 2}\n",
        HEAD + "    match: {exact: سلاح}\n",
        HEAD + "    match: {as_written: سلاح, with: {near: [أ, ب], within: 2}}\n",
        "concepts:\n  - {id: a-b, name: اسم, match: {any: [أ, ب]}}\n",
    ],
)
def test_what_the_reader_takes_is_valid(text: str) -> None:
    assert read(text), text
    assert valid(text), [error.message for error in VALIDATOR.iter_errors(YAML(typ="safe", pure=True).load(text))]


@pytest.mark.parametrize(
    "text",
    [
        "watchlist: []\n",
        "watchlists: سلاح\n",
        "watchlists:\n  - match: سلاح\n",
        HEAD,
        "watchlists:\n  - id: Bad Id\n    match: سلاح\n",
        HEAD + FOUND + "    severity: hihg\n",
        HEAD + FOUND + "    in: body\n",
        HEAD + FOUND + "    cooldown: soon\n",
        HEAD + FOUND + "    tests: {match: [{عاجل: هدنة}]}\n",
        HEAD + FOUND + "    tests: {matches: []}\n",
        HEAD + FOUND + "    sources: [a]\n",
        HEAD + "    match: [سلاح, ذخيرة]\n",
        HEAD + "    match: {any: []}\n",
        HEAD + "    match: {none: [كرة]}\n",
        HEAD + "    match: {any: [أ, {none: ب}]}\n",
        HEAD + "    match: {any: [أ], within: 10}\n",
        HEAD + "    match: {near: [أ, ب]}\n",
        HEAD + "    match: {near: [أ], within: 3}\n",
        HEAD + "    match: {near: [أ, ب], within: 5000}\n",
        HEAD + "    match: {near: [أ, ب], within: كثير}\n",
        HEAD + "    match: {at_least: 2}\n",
        HEAD + "    match: {of: [أ, ب]}\n",
        HEAD + "    match: {any: [أ], times: 3}\n",
        HEAD + "    match: {term: أ, times: 1000}\n",
        HEAD + "    match: {term: [أ, ب]}\n",
        HEAD + "    match: {term: أ, nisba: ربما}\n",
        HEAD + "    match: {anny: [أ]}\n",
        HEAD + "    match: {}\n",
        HEAD + "    match: ''\n",
        "concepts:\n  - {id: a, match: أ, severity: high}\n",
    ],
)
def test_what_the_reader_tells_as_a_mistake_is_invalid(text: str) -> None:
    assert not read(text), text
    assert not valid(text)
