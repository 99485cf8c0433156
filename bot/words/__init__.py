"""Arabic words for people: plurals, dates, severities, and marks that keep mixed lines in order. Babel's door is plurals.py."""

from bot.words.dates import clock, day_and_clock
from bot.words.isolates import isolate, one_line
from bot.words.ledger import REASONS, severity, state_words
from bot.words.plurals import counted, more_sources

__all__ = [
    "REASONS",
    "clock",
    "counted",
    "day_and_clock",
    "isolate",
    "more_sources",
    "one_line",
    "severity",
    "state_words",
]
