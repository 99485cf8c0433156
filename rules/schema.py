"""The JSON Schema (draft 2020-12) of watchlist and concept files, for editors; `read_rules` is the judge."""

from __future__ import annotations

__all__ = ["watchlists_schema"]

Schema = dict[str, object]

TEXT: Schema = {"type": ["string", "number", "boolean"]}
TEXTS: Schema = {"type": "array", "items": TEXT, "minItems": 1}
EXPRESSION: Schema = {"$ref": "#/$defs/expression"}
SEVERAL: Schema = {"anyOf": [EXPRESSION, {"type": "array", "items": EXPRESSION, "minItems": 1}]}


def watchlists_schema() -> Schema:
    """Return the schema as plain data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "marsad: watchlists and concepts",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "watchlists": {"type": ["array", "null"], "items": {"$ref": "#/$defs/watchlist"}},
            "concepts": {"type": ["array", "null"], "items": {"$ref": "#/$defs/concept"}},
        },
        "$defs": {
            "id": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 64},
            "match": {
                "description": "Lines (a text: every line must hold, commas part alternatives) or a tree.",
                "anyOf": [{"type": "string"}, EXPRESSION],
            },
            "expression": {"anyOf": [TEXT, _tree()]},
            "example": {"anyOf": [TEXT, _object(dict.fromkeys(("title", "lead", "body", "source"), TEXT))]},
            "watchlist": _watchlist(),
            "concept": _object(
                {"id": {"$ref": "#/$defs/id"}, "name": TEXT, "match": {"$ref": "#/$defs/match"}}, "id", "match"
            ),
        },
    }


def _watchlist() -> Schema:
    examples: Schema = {"type": "array", "items": {"$ref": "#/$defs/example"}}
    return _object(
        {
            "id": {"$ref": "#/$defs/id"},
            "name": TEXT,
            "severity": {"enum": ["low", "normal", "high", "critical"]},
            "match": {"$ref": "#/$defs/match"},
            "in": {"enum": ["topic", "title", "lead", "all"]},
            "language": {"enum": ["ar", "any"]},
            "sources": _object({"include": {"anyOf": [TEXT, TEXTS]}, "exclude": {"anyOf": [TEXT, TEXTS]}}),
            "channels": {"type": "array", "items": TEXT},
            "cooldown": {"type": ["string", "number"]},
            "visibility": {"enum": ["public", "private"]},
            "state": {"enum": ["live", "trial", "off"]},
            "tests": _object({"match": examples, "ignore": examples}),
        },
        "id",
        "match",
    )


def _tree() -> Schema:
    switch: Schema = {"type": ["boolean", "string"]}
    number: Schema = {"type": ["integer", "string"]}
    groups = dict.fromkeys(
        ("any", "all", "none", "none_anywhere", "except", "title", "lead", "body", "with", "of"), SEVERAL
    )
    words = dict.fromkeys(("term", "exact", "as_written", "name", "concept", "regex"), TEXT)
    switches = dict.fromkeys(("ordered", "same_sentence", "nisba", "synonyms", "noun_only"), switch)
    numbers = dict.fromkeys(("within", "at_least", "times", "gap"), number)
    near: Schema = {"near": {"type": "array", "items": EXPRESSION, "minItems": 2}}
    return _object({**groups, **near, **words, **switches, **numbers})


def _object(properties: Schema, *required: str) -> Schema:
    made: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**made, "required": list(required)} if required else made
