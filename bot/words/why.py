"""Why an article matches a topic or does not, in Arabic sentences: one line a clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.words.isolates import one_line
from bot.words.plurals import Digits, counted

if TYPE_CHECKING:
    from rules import Article, Hit
    from rules.explain import Clause, Explanation, Miss

__all__ = ["why_lines"]

FIELDS = {"title": "العنوان", "lead": "المقدمة", "body": "المتن", "text": "النص"}
BARRED = {
    "off": "الموضوع موقوف (state: off)",
    "language": "لغة النص ليست العربية (language: any ترفع هذا الشرط)",
    "include": "المصدر ليس من مصادر الموضوع (sources: include)",
    "exclude": "المصدر مستبعد من الموضوع (sources: exclude)",
}
SHOWN = 4
LONGEST_QUOTE = 100


def why_lines(explanation: Explanation, article: Article, digits: Digits = "latn") -> list[str]:
    """Return a line for each clause: ✓ with its evidence, or ✗ with what it lacks and the nearest miss."""
    lines = [f"✗ {BARRED[explanation.barred]}"] if explanation.barred else []
    if explanation.by_topic:
        lines.append("✓ لم يَرِد كله في العنوان والمقدمة، لكن كل جزء منه تكرر 3 مرات أو أكثر")
    return lines + [line for clause in explanation.clauses if (line := _clause(clause, article, digits))]


def _clause(clause: Clause, article: Article, digits: Digits) -> str | None:
    if clause.kind == "except":
        return f"✓ لا يُحسب ما في «{clause.label}»: {_where(clause.hits, article)}" if clause.hits else None
    if clause.kind == "exclude":
        if clause.holds:
            return f"✓ لا استبعاد: لم ترد «{clause.label}»"
        return f"✗ مستبعد: وردت {_where(clause.hits, article)}"
    if clause.holds:
        often = f" ({counted(clause.count, 'مرة', digits)})" if clause.count > 1 else ""
        return f"✓ «{clause.label}»: وردت {_where(clause.hits, article)}{often}"
    return f"✗ «{clause.label}»: {_miss(clause.miss, article, digits) if clause.miss else 'لم ترد'}"


def _miss(miss: Miss, article: Article, digits: Digits) -> str:
    nearest = f"؛ أقرب كلمة «{miss.nearest}»" if miss.nearest else ""
    found = _where(miss.found, article) if miss.found else ""
    match miss.code:
        case "absent":
            return f"ينقصه {_either(miss.missing)}{nearest}"
        case "scattered" if miss.missing:
            return f"وردت {found}، وينقصه {' و'.join(f'«{word}»' for word in miss.missing)}{nearest}"
        case "scattered" | "too_far":
            between, allowed = counted(miss.have, "كلمة", digits), counted(miss.need, "كلمة", digits)
            return f"بين {_quotes(miss.found, article)} {between}، والمسموح {allowed}"
        case "other_sentence":
            return f"{_quotes(miss.found, article)} ليست في جملة واحدة"
        case "wrong_order":
            return f"{_quotes(miss.found, article)} بعكس الترتيب المطلوب"
        case "elsewhere":
            return f"وردت {found} ({counted(miss.have, 'مرة', digits)})، لا حيث يجب"
        case "too_few":
            return f"وردت {counted(miss.have, 'مرة', digits)}، والمطلوب أن ترد {counted(miss.need, 'مرة', digits)}"
        case "no_company":
            return f"وردت {found}، لكن بلا {_either(miss.missing)}"
        case "some_of":
            return f"تحقق {miss.have} من {miss.need}؛ ينقصه {_either(miss.missing)}"
        case _:
            return f"مستبعد: وردت {found}" if miss.code == "excluded" else f"وردت {found}، لكن داخل ما لا يُحسب"


def _either(words: tuple[str, ...]) -> str:
    shown = " أو ".join(f"«{word}»" for word in words[:SHOWN])
    return f"{shown} أو غيرها" if len(words) > SHOWN else shown


def _where(hits: tuple[Hit, ...], article: Article) -> str:
    """Return the first places: ``«صفقات الأسلحة» في العنوان و«سلاح» في المتن``."""
    seen: dict[str, str] = {}
    for hit in hits:
        seen.setdefault(_text(hit, article), FIELDS[hit.field])
    return " و".join(f"«{text}» في {field}" for text, field in list(seen.items())[:2])


def _quotes(hits: tuple[Hit, ...], article: Article) -> str:
    return " و".join(f"«{text}»" for text in dict.fromkeys(_text(hit, article) for hit in hits))


def _text(hit: Hit, article: Article) -> str:
    whole = getattr(article, hit.field) or ""
    text = one_line(whole[hit.start : hit.end])
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…"
