"""What a term stands for, in Arabic: its forms by phenomenon, other ways to say it, and what does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.explained import ExplainedTerm, ExplainedWay, ExplainedWord

__all__ = ["PHENOMENA", "forms_in_short", "term_lines"]

PHENOMENA = {
    "word": "كما كُتبت",
    "name": "اسم آخر",
    "number": "المفرد والجمع",
    "dual": "المثنى",
    "case": "حالة أخرى من الإعراب",
    "feminine": "المؤنث",
    "agreement": "مطابقة الصفة",
    "nisba": "النسبة",
    "verb": "الفعل",
    "person": "تصريف الفعل",
    "synonym": "المرادف",
    "spelling": "رسم آخر",
}
ALSO = {
    "accusative": "المنصوب بالألف",
    "ha": "الهاء مكان التاء المربوطة",
    "construct": "المضاف بلا نون",
    "numbers": "مثنى الصفة وجمعها",
    "persons": "سائر أشخاص الفعل",
    "synonyms": "صيغ المرادف",
    "spellings": "رسوم متقاربة للاسم الأجنبي",
    "regular": "صيغ أخرى من المعجم أو على القياس",
}
SHORT = 10
OPTIONS = {"as_written": "بلفظه", "exact": "حرفيًا"}


def term_lines(explained: ExplainedTerm) -> list[str]:
    """Return the lines that tell a term: each word of it, other ways to say it, what looks like it and stays out."""
    term = explained.term
    option = OPTIONS.get(term.spelling) or ("اسم" if term.name else "")
    lines = [f"«{term.words}»{f' ({option})' if option else ''}"]
    if not explained.ways:
        return [*lines, "  هذا الوسم وحده، كما كُتب"]
    for words in _typed(explained.ways):
        lines += _word(words, alone=len(explained.ways[0].words) == 1)
    for why, phrases in _others(explained.ways).items():
        lines.append(f"  {PHENOMENA[why]}: {'، '.join(phrases)}")
    if term.spelling == "forms":
        lines.append(
            "  وكلها مع: و ف ب ك ل ال والضمائر المتصلة، حيث تجوز" if not term.name else "  وكلها مع: و ف ب ك ل"
        )
    if explained.kept_out:
        out = (
            f"{each.form} (من «{each.belongs_to}»)" if each.belongs_to not in {"", each.form} else each.form
            for each in explained.kept_out
        )
        lines.append(f"  لا يُحسب: {'، '.join(out)}")
    return lines


def forms_in_short(explained: ExplainedTerm) -> str:
    """Return a term's forms on one line: ``سلاح: أسلحة، تسليح …``."""
    words = _typed(explained.ways)
    others = list(dict.fromkeys(phrase for phrases in _others(explained.ways).values() for phrase in phrases))
    if len(words) > 1:
        return f"{explained.term.words}: بصيغ كلماتها{f'، وأيضًا: {_some(others)}' if others else ''}"
    forms = [form for variants in words for group in _merged(variants) for form in group[1]]
    said = [form for form in dict.fromkeys([*forms, *others]) if form != explained.term.words]
    return f"{explained.term.words}: {_some(said) or 'كما كُتبت'}"


def _some(words: list[str]) -> str:
    return "، ".join(words[:SHORT]) + (" …" if len(words) > SHORT else "")


def _typed(ways: Iterable[ExplainedWay]) -> list[list[ExplainedWord]]:
    """Return the words of the term as typed, each with its variants in all degrees of definiteness."""
    typed = [way.words for way in ways if way.why == "word"]
    length = len(typed[0]) if typed else 0
    same = [words for words in typed if [word.word for word in words] == [word.word for word in typed[0]]]
    return [[words[number] for words in same] for number in range(length)]


def _word(variants: list[ExplainedWord], *, alone: bool) -> list[str]:
    first = variants[0]
    lines = [] if alone else [f"  {first.word}:"]
    pad = "  " if alone else "    "
    if all(word.definite is True for word in variants):
        lines.append(f"{pad}معرفة فقط")
    if first.exact:
        return [*lines, f"{pad}بهذه الأحرف وحدها: {first.word}"]
    lines += [f"{pad}{PHENOMENA[why]}: {'، '.join(forms)}" for why, forms in _merged(variants)]
    also = dict.fromkeys(kind for word in variants for kind in word.also)
    if also:
        lines.append(f"{pad}ومن غير سرد: {'، '.join(ALSO[kind] for kind in ALSO if kind in also)}")
    return lines


def _merged(variants: list[ExplainedWord]) -> list[tuple[str, list[str]]]:
    """Return the forms of all variants by phenomenon, each once."""
    groups: dict[str, dict[str, None]] = {}
    for word in variants:
        for group in word.shown:
            groups.setdefault(group.why, {}).update(dict.fromkeys(group.forms))
    return [(why, list(forms)) for why, forms in groups.items()]


def _others(ways: Iterable[ExplainedWay]) -> dict[str, list[str]]:
    others: dict[str, dict[str, None]] = {}
    for way in ways:
        if way.why != "word" and way.listed:
            others.setdefault(way.why, {})[" ".join(word.word for word in way.words)] = None
    return {why: list(phrases) for why, phrases in others.items()}
