"""The JSON Schema (draft 2020-12) of watchlist and concept files, for editors that complete and check as one types.

It knows every key, and which keys need each other. Names of concepts, ids that stand twice and lines that cannot be read it
does not know: `read_rules` is the judge.
"""

from __future__ import annotations

from rules.expression import FURTHEST, MOST_PARTS, MOST_TIMES, WIDEST_GAP

__all__ = ["watchlists_schema"]

Schema = dict[str, object]

DIGITS = "[0-9٠-٩۰-۹]"
TEXT: Schema = {"type": ["string", "number", "boolean"]}
SOME_TEXT: Schema = {"anyOf": [{"type": "string", "pattern": "\\S"}, {"type": ["number", "boolean"]}]}
TEXTS: Schema = {"anyOf": [TEXT, {"type": "array", "items": SOME_TEXT}, {"type": "null"}]}
SWITCH: Schema = {
    "anyOf": [{"type": "boolean"}, {"enum": ["true", "false", "yes", "no", "on", "off", "نعم", "لا"]}, {"type": "null"}]
}
EXPRESSION: Schema = {"$ref": "#/$defs/expression"}
SEVERAL: Schema = {"anyOf": [EXPRESSION, {"type": "array", "items": EXPRESSION, "minItems": 1}]}
PART: Schema = {"$ref": "#/$defs/part"}
PARTS: Schema = {"anyOf": [PART, {"type": "array", "items": PART, "minItems": 1}]}
WORDS = ("term", "exact", "as_written", "name")
POSITIVE = ("any", "all", "near", "at_least", "concept", "regex", "title", "lead", "body", *WORDS)
WORD_OPTIONS = ("times", "gap", "nisba", "synonyms", "noun_only", "with")
NEGATIVE = ("none", "none_anywhere", "except")
DESCRIPTIONS = {
    "any": "One of these must stand in the text.",
    "all": "All of these must; may hold {none: …} and {except: …}.",
    "none": "None of these may stand in title and lead.",
    "none_anywhere": "None of these may stand anywhere in the article.",
    "except": "Phrases whose words do not count: براميل متفجرة cancels برميل in it.",
    "near": "These must stand close together: give `within`, in words.",
    "within": "How many other words may stand between the first and the last.",
    "ordered": "In this order only.",
    "same_sentence": "Within one sentence (true), or within one field.",
    "at_least": "So many of the list under `of`.",
    "of": "The list that `at_least` counts.",
    "concept": "A concept by its id or name.",
    "name": "A personal name: its spellings, but no plural and no adjective.",
    "title": "In the title only.",
    "lead": "In the lead only: the feed's summary, or the first 60 words.",
    "body": "In the body only.",
    "term": "A word or phrase in its dictionary form, with options beside it.",
    "exact": "Exactly these letters.",
    "as_written": "The word as written, with prefixes.",
    "regex": "A pattern of the `regex` library. \\b does not know Arabic prefixes; prefer a term.",
    "times": "So many mentions at least.",
    "gap": "So many other words may stand in each gap of the phrase.",
    "nisba": "The adjective of a place or noun too (true), or not (false).",
    "synonyms": "Near-synonyms too.",
    "noun_only": "The noun without its verb.",
    "with": "Counts only where one of these stands in the article too.",
}


def watchlists_schema() -> Schema:
    """Return the schema as plain data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "marsad: watchlists and concepts",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            "watchlists": {"type": ["array", "null"], "items": {"$ref": "#/$defs/watchlist"}},
            "concepts": {"type": ["array", "null"], "items": {"$ref": "#/$defs/concept"}},
        },
        "$defs": {
            "id": {
                "description": "Small Latin letters, digits and single dashes; unique.",
                "type": ["string", "integer"],
                "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
                "maxLength": 64,
            },
            "match": {
                "description": "Lines (every line must hold, commas part alternatives) or a tree.",
                "anyOf": [{"type": "string", "pattern": "\\S"}, {"type": "number"}, _tree(top=True)],
            },
            "expression": {"anyOf": [SOME_TEXT, _tree(top=True)]},
            "part": {"anyOf": [SOME_TEXT, _tree(top=False)]},
            "example": {"anyOf": [SOME_TEXT, _example()]},
            "watchlist": _watchlist(),
            "concept": _object(
                {"id": {"$ref": "#/$defs/id"}, "name": TEXT, "match": {"$ref": "#/$defs/match"}}, "id", "match"
            ),
        },
    }


def _watchlist() -> Schema:
    example: Schema = {"$ref": "#/$defs/example"}
    examples: Schema = {"anyOf": [example, {"type": "array", "items": example}, {"type": "null"}]}
    duration = {"type": "string", "pattern": f"^\\s*{DIGITS}+([.]{DIGITS}+)?\\s*[smhdwSMHDW]?\\s*$"}
    sources = _object({"include": TEXTS, "exclude": TEXTS}, null=True)
    return _object(
        {
            "id": {"$ref": "#/$defs/id"},
            "name": {**TEXT, "description": "What readers see; the id where it is absent."},
            "severity": _choice("How urgent an alert is.", "low", "normal", "high", "critical"),
            "match": {"$ref": "#/$defs/match"},
            "in": _choice("topic: the article is about it; or where to look.", "topic", "title", "lead", "all"),
            "language": _choice("ar: mostly Arabic script; any lifts that.", "ar", "any"),
            "sources": {**sources, "description": "Ids or tags of feeds."},
            "channels": {**TEXTS, "description": "Names of channels; the routes decide where it is absent."},
            "cooldown": {
                "description": "The least time between two alerts in one chat: 30m, 2h.",
                "anyOf": [duration, {"type": "number", "minimum": 0}, {"type": "null"}],
            },
            "visibility": _choice("private: only admins and the chats it goes to see it.", "public", "private"),
            "state": _choice("trial: matched and shown to admins only.", "live", "trial", "off"),
            "tests": {
                **_object({"match": examples, "ignore": examples}, null=True),
                "description": "Texts that must match, and texts that must be left alone.",
            },
        },
        "id",
        "match",
    )


def _example() -> Schema:
    fields = ("title", "lead", "body", "source")
    return {**_object(dict.fromkeys(fields, TEXT)), "anyOf": [{"required": [name]} for name in fields[:3]]}


def _tree(*, top: bool) -> Schema:
    """Return a mapping of the tree; at the top, and wherever something must be found, exclusions alone are not enough."""
    properties: Schema = dict.fromkeys(
        ("any", "none", "none_anywhere", "except", "title", "lead", "body", "with", "of"), SEVERAL
    )
    properties |= {
        "all": PARTS,
        **dict.fromkeys(("concept", *WORDS), SOME_TEXT),
        "regex": {"type": "string", "minLength": 1},
    }
    properties |= dict.fromkeys(("ordered", "same_sentence", "nisba", "synonyms", "noun_only"), SWITCH)
    properties |= {
        "near": {"type": "array", "items": EXPRESSION, "minItems": 2, "maxItems": MOST_PARTS},
        "within": _number(0, FURTHEST),
        "at_least": _number(1, None),
        "times": _number(1, MOST_TIMES),
        "gap": _number(0, WIDEST_GAP),
    }
    told: Schema = {name: {**_plain(schema), "description": DESCRIPTIONS[name]} for name, schema in properties.items()}
    heads = POSITIVE if top else (*POSITIVE, *NEGATIVE)
    word = {"anyOf": [{"required": [name]} for name in WORDS]}
    return {
        **_object(told),
        "anyOf": [{"required": [name]} for name in heads],
        "dependentRequired": {
            "near": ["within"],
            "within": ["near"],
            "ordered": ["near"],
            "same_sentence": ["near"],
            "at_least": ["of"],
            "of": ["at_least"],
        },
        "dependentSchemas": dict.fromkeys(WORD_OPTIONS, word),
    }


def _plain(schema: object) -> Schema:
    assert isinstance(schema, dict)  # noqa: S101 - every schema above is one
    return schema


def _number(minimum: int, maximum: int | None) -> Schema:
    number: Schema = {"type": "integer", "minimum": minimum}
    if maximum is not None:
        number["maximum"] = maximum
    return {"anyOf": [number, {"type": "string", "pattern": f"^{DIGITS}+$"}]}


def _choice(description: str, *options: str) -> Schema:
    return {"description": description, "enum": [*options, None]}


def _object(properties: Schema, *required: str, null: bool = False) -> Schema:
    kind = ["object", "null"] if null else "object"
    made: Schema = {"type": kind, "additionalProperties": False, "properties": properties}
    return {**made, "required": list(required)} if required else made
