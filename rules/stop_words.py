"""Words of every sentence: they say nothing as terms, and are never taken for a form of another word."""

from __future__ import annotations

from rules.text import fold

__all__ = ["PARTICLES", "STOP_WORDS"]

STOP_WORDS = frozenset(
    map(
        fold,
        (
            "في", "من", "على", "إلى", "عن", "مع", "أن", "إن", "لا", "ما", "لم", "لن", "قد", "كل", "بعد", "قبل", "عند",
            "منذ", "حتى", "بين", "أو", "ثم", "لكن", "هو", "هي", "هم", "هذا", "هذه", "ذلك", "تلك", "التي", "الذي",
            "الذين", "كان", "كانت", "يكون", "قال", "قالت", "أي", "غير", "بعض", "كما", "حيث", "إذا", "عبر", "ضد", "حول",
            "خلال", "أمام", "وراء", "فوق", "تحت",
        ),
    )
)  # fmt: skip
PARTICLES = STOP_WORDS | frozenset(
    map(
        fold,
        (
            "أما", "إما", "إذ", "إلا", "بل", "بدون", "بيد", "جاء", "جراء", "حسب", "حال", "حيال", "دون", "ذات", "سوى", "سواء",
            "عليه", "عليها", "فيه", "فيها", "فقط", "كلا", "كي", "لدى", "لنا", "له", "لها", "لهم", "لو", "ليس", "ليست", "متى",
            "معنا", "منا", "منه", "منها", "نحن", "نحو", "هنا", "هناك", "هل", "هؤلاء", "أثناء", "بهم", "بها", "به", "لعل", "يا",
        ),
    )
)  # fmt: skip
"""Beside them words that say too little to be a form, and may yet be typed as terms."""
