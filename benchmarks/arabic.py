"""marsad beside a substring, stemmers and a lemmatiser on labelled sentences; prints a table in Markdown.

Every peer gets marsad's own tokeniser, its phrases (words in a row, gaps as asked) and its `near`; only the way a word becomes
a key differs, on both sides alike. The light stemmer is written after the published description of light10.

python benchmarks/arabic.py [FILE.jsonl | FILE.tsv ...]      default: our own cases, and $MARSAD_EVAL/eval's if it is set
"""

from __future__ import annotations

import json
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import simplemma
import Stemmer

from bot.knowledge import known_arabic
from rules import Article, compile_expression, read_expression
from rules.expression import AllOf, AnyOf, Near, Term
from rules.text import clean, fold, tokenise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rules.expression import Expression
    from rules.text import Token

Case = tuple[object, str, bool]
ROOT = Path(__file__).parents[1]
PREFIXES = ("وال", "بال", "كال", "فال", "لل", "ال", "و")
SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي")
STEMMER = Stemmer.Stemmer("arabic")


def cases(path: Path) -> Iterator[Case]:
    for line in path.read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if path.suffix == ".jsonl":
            row = json.loads(line)
            yield row["match"], row["text"], row["should_match"]
        else:
            _, sign, match, text = line.split("\t")
            yield match, text, sign == "+"


def as_is(word: str) -> str:
    return fold(word)


@lru_cache(1 << 16)
def light(word: str) -> str:
    """Strip one prefix and all suffixes of light10 while two letters (three behind و) remain."""
    word = fold(word).replace("ة", "ه")
    for prefix in PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= (3 if prefix == "و" else 2):
            word = word[len(prefix) :]
            break
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 2:
            word = word[: -len(suffix)]
    return word


@lru_cache(1 << 16)
def snowball(word: str) -> str:
    return str(STEMMER.stemWord(word))


@lru_cache(1 << 16)
def lemma(word: str) -> str:
    return fold(simplemma.lemmatize(word, lang="ar"))


def holds(node: Expression, tokens: list[Token], key: Callable[[str], str]) -> list[tuple[int, int]]:
    """Return the places (first, last) where a node is said, by keys of words."""
    match node:
        case Term():
            words = [key(token.clean) for token in tokenise(node.words)]
            keys = [key(token.clean) for token in tokens]
            found = []
            for start in range(len(keys)):
                last = said(words, keys, start, node.gap)
                if last is not None and tokens[last].sentence == tokens[start].sentence:
                    found.append((start, last))
            return found
        case Near():
            parts = [holds(part, tokens, key) for part in node.parts]
            if not all(parts):
                return []
            return [
                (left[0], right[1])
                for left in parts[0]
                for right in parts[-1]
                if abs(left[0] - right[0]) - 1 <= node.within and tokens[left[0]].sentence == tokens[right[0]].sentence
            ]
        case AnyOf():
            return [place for part in node.parts for place in holds(part, tokens, key)]
        case AllOf():
            parts = [holds(part, tokens, key) for part in node.parts]
            return parts[0] if all(parts) else []
        case _:
            return []


def said(words: list[str], keys: list[str], start: int, gap: int) -> int | None:
    at = start
    for number, word in enumerate(words):
        window = range(at, at + 1) if number == 0 else range(at + 1, at + gap + 2)
        following = next((place for place in window if place < len(keys) and keys[place] == word), None)
        if following is None:
            return None
        at = following
    return at


def substring(expression: Expression, text: str, even: Callable[[str], str]) -> bool:
    match expression:
        case Term():
            return even(expression.words) in even(text)
        case AnyOf():
            return any(substring(part, text, even) for part in expression.parts)
        case Near() | AllOf():
            return all(substring(part, text, even) for part in expression.parts)
        case _:
            return False


def marsad(expression: Expression, text: str) -> bool:
    return compile_expression(expression, arabic=known_arabic()).match(Article(text=text)) is not None


PEERS: dict[str, Callable[[Expression, str], bool]] = {
    "substring": lambda expression, text: substring(expression, text, str),
    "substring, letters evened out": lambda expression, text: substring(
        expression, text, lambda said: " ".join(fold(clean(word)) for word in said.split())
    ),
    "whole words": lambda expression, text: bool(holds(expression, tokenise(text), as_is)),
    "PyStemmer (snowball)": lambda expression, text: bool(holds(expression, tokenise(text), snowball)),
    "light stemmer (like light10)": lambda expression, text: bool(holds(expression, tokenise(text), light)),
    "simplemma on both sides": lambda expression, text: bool(holds(expression, tokenise(text), lemma)),
    "**marsad**": marsad,
}


def figures(path: Path) -> None:
    read = [
        (expression, text, wanted) for match, text, wanted in cases(path) if (expression := read_expression(match)[0])
    ]
    print(f"\n{path.name}: {len(read)} sentences, {sum(wanted for _, _, wanted in read)} of them should match\n")
    print("| approach | precision | recall | F1 | false hits | missed |\n|---|---|---|---|---|---|")
    for name, peer in PEERS.items():
        answers = [(peer(expression, text), wanted) for expression, text, wanted in read]
        right = sum(found and wanted for found, wanted in answers)
        false = sum(found and not wanted for found, wanted in answers)
        missed = sum(wanted and not found for found, wanted in answers)
        precision = right / (right + false) if right + false else 0.0
        recall = right / (right + missed) if right + missed else 0.0
        both = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        print(f"| {name} | {precision:.3f} | {recall:.3f} | {both:.3f} | {false} | {missed} |")


def main() -> None:
    paths = [Path(name) for name in sys.argv[1:]] or [ROOT / "tests" / "cases" / "arabic.tsv"]
    shared = os.environ.get("MARSAD_EVAL")
    if not sys.argv[1:] and shared and (Path(shared) / "eval" / "arabic_cases.jsonl").is_file():
        paths.append(Path(shared) / "eval" / "arabic_cases.jsonl")
    for path in paths:
        figures(path)


if __name__ == "__main__":
    main()
