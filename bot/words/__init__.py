"""Arabic words for people: plurals, dates, severities, and marks that keep mixed lines in order. Babel's door is plurals.py."""

from bot.words.dates import clock, day_and_clock, recent
from bot.words.isolates import isolate, isolate_runs, one_line
from bot.words.ledger import REASONS, severity, state_words
from bot.words.plurals import counted, digits_of, more_sources
from bot.words.spans import ago, every, lasting, since, within

__all__ = [
    "REASONS",
    "ago",
    "clock",
    "counted",
    "day_and_clock",
    "digits_of",
    "every",
    "isolate",
    "isolate_runs",
    "lasting",
    "more_sources",
    "one_line",
    "recent",
    "severity",
    "since",
    "state_words",
    "within",
]
