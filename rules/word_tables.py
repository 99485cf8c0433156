"""The own tables as they are asked: by the folded key of a word or phrase, worked out of their rows once.

A key is a word without marks, hamza seats and ى/ي evened out (`rules.text.fold`); a phrase's key is its words' keys with
single spaces. Values keep the spelling of the tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rules.text import clean, fold, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rules.own_tables import TableRow

    Rows = Mapping[str, Sequence[TableRow]]
    Several = dict[str, tuple[str, ...]]

__all__ = ["Place", "Verb", "WordTables", "key_of", "word_tables"]

SHORTEST_PASSIVE = 4
"""Letters from which on a passive is no noun's letters (بيع, برئ)."""


class Verb(NamedTuple):
    """A verb by its third persons; ``short`` is the stem before consonant endings where it is another (قال: قل)."""

    past: str
    present: str
    passive_past: str = ""
    passive_present: str = ""
    short: str = ""
    spelt: tuple[str, ...] = ()
    """The four as the table spells them, with their marks and with brackets where their letters are another word's."""
    of: str = ""
    """The masdar, for its own hamza: إنفاق is spent on, and no أنفاق."""


class Place(NamedTuple):
    """A place: every spelling with the canonical first, its nisbas (may be phrases), and its capital or nothing."""

    spellings: tuple[str, ...]
    nisbas: tuple[str, ...]
    capital: str = ""


class WordTables(NamedTuple):
    """What the tables say, by key. ``singulars`` is ``plurals`` the other way round, and so on.

    ``own_words`` are the keys of all single words that are no names, ``own_names`` those of names and places. ``origins`` are
    adjectives that say where someone is from (سوري): as terms they agree in gender and number. ``split_by_hamza`` are the keys
    that a verb with a bare alef shares with a plural with a hamza: «انهار المبنى», «أنهار».
    """

    plurals: Several
    singulars: Several
    nisbas: Several
    bases_of_nisba: Several
    feminines: Several
    masculines: Several
    plural_only: frozenset[str]
    no_nisba: frozenset[str]
    masdars: dict[str, tuple[Verb, ...]]
    verbs: dict[str, tuple[Verb, ...]]
    synonyms: Several
    names: Several
    places: dict[str, Place]
    not_family: Several
    doubtful: Several
    both_readings: dict[str, frozenset[str]]
    roundups: tuple[str, ...]
    own_words: frozenset[str]
    own_names: frozenset[str]
    origins: frozenset[str]
    split_by_hamza: frozenset[str]
    designations: Several

    def plain(self) -> tuple[object, ...]:
        """Return the same in plain tuples, as they can be kept."""
        verbs = [
            {key: tuple(map(tuple, found)) for key, found in table.items()} for table in (self.masdars, self.verbs)
        ]
        values = self._asdict() | {"masdars": verbs[0], "verbs": verbs[1]}
        return tuple((values | {"places": {key: tuple(place) for key, place in self.places.items()}}).values())

    @classmethod
    def of_plain(cls, values: Iterable[object]) -> WordTables:
        """Return what `plain` was made of."""
        tables = cls._make(values)
        verbs = [
            {key: tuple(map(Verb._make, found)) for key, found in table.items()}
            for table in (tables.masdars, tables.verbs)
        ]
        places = {key: Place._make(place) for key, place in tables.places.items()}
        return tables._replace(masdars=verbs[0], verbs=verbs[1], places=places)


def key_of(phrase: str) -> str:
    """Return the key of a word or phrase."""
    cleaned = clean(phrase)
    return fold(cleaned) if cleaned.isalpha() else " ".join(fold(word) for word in words_of(phrase))


def word_tables(rows: Rows, territories: Mapping[str, str]) -> WordTables:
    """Return the tables by key; ``territories`` are the names of states by their code, for the rows that give one."""
    plurals, singulars = _two_ways(rows, "plurals.tsv")
    nisbas, bases_of_nisba = _two_ways(rows, "nisba.tsv")
    feminines, masculines = _two_ways(rows, "roles.tsv")
    plural_only = frozenset(key_of(row.values(0)[0]) for row in rows.get("plural_only.tsv", ()))
    no_nisba = frozenset(key_of(word) for row in rows.get("no_nisba.tsv", ()) for word in row.values(0))
    masdars, names, places = _masdars(rows), _names(rows), _places(rows, territories)
    words = {*plurals, *singulars, *nisbas, *bases_of_nisba, *feminines, *masculines, *plural_only, *masdars}
    words |= {key_of(nisba) for place in places.values() for nisba in place.nisbas}
    words |= {f"{word[:-2]}ين" for word in singulars if word.endswith("ون")}  # «بارزين» is no ب + أرزين
    own_words = frozenset(word for phrase in words for word in phrase.split())
    return WordTables(
        plurals=plurals,
        singulars=singulars,
        nisbas=nisbas,
        bases_of_nisba=bases_of_nisba,
        feminines=feminines,
        masculines=masculines,
        plural_only=plural_only,
        no_nisba=no_nisba,
        masdars=masdars,
        verbs=_verbs(rows, masdars),
        synonyms=_synonyms(rows),
        names=names,
        places=places,
        not_family=_not_family(rows, doubtful=False),
        doubtful=_not_family(rows, doubtful=True),
        both_readings=_both_readings(rows),
        roundups=tuple(pattern for row in rows.get("roundups.tsv", ()) for pattern in row.values(0)),
        own_words=own_words,
        own_names=_single_names((*names, *places), own_words),
        origins=frozenset(_origins(places, no_nisba)),
        split_by_hamza=frozenset(_split_by_hamza(masdars, singulars)),
        designations=_designations(rows),
    )


def _said(phrase: str) -> str:
    """Return a phrase of the tables without marks, its words parted by single spaces."""
    cleaned = clean(phrase)
    return cleaned if cleaned.isalpha() else " ".join(words_of(phrase))


def _two_ways(rows: Rows, name: str) -> tuple[Several, Several]:
    there: Several = {}
    back: Several = {}
    for row in rows.get(name, ()):
        for first in row.values(0):
            others = tuple(clean(other) for other in row.values(1))
            there[key_of(first)] = (*there.get(key_of(first), ()), *others)
            for other in others:
                back[key_of(other)] = (*back.get(key_of(other), ()), clean(first))
    return there, back


def _masdars(rows: Rows) -> dict[str, tuple[Verb, ...]]:
    found: dict[str, tuple[Verb, ...]] = {}
    for row in rows.get("masdars.tsv", ()):
        for masdar in row.values(0):
            key = key_of(masdar)
            found[key] = (*found.get(key, ()), _verb(row.columns[1:])._replace(of=clean(masdar)))
    return found


def _verbs(rows: Rows, masdars: dict[str, tuple[Verb, ...]]) -> dict[str, tuple[Verb, ...]]:
    found: dict[str, tuple[Verb, ...]] = {}
    own = [_verb(row.columns) for row in rows.get("verbs.tsv", ())]
    for verb in (*own, *(verb for verbs in masdars.values() for verb in verbs)):
        for said in (verb, *_passive(verb)):
            for key in dict.fromkeys((key_of(said.past), key_of(said.present))):  # «يهدد» is typed for «هدد»
                found[key] = (*found.get(key, ()), said)
    return found


def _passive(verb: Verb) -> Iterator[Verb]:
    """Yield a verb's passive where it has letters of its own: «أصيب» and «اغتيل» are terms too, but «بيع» is a noun."""
    own = len(verb.passive_past) >= SHORTEST_PASSIVE and key_of(verb.passive_past) != key_of(verb.past)
    if own and verb.passive_present:
        yield Verb(verb.passive_past, verb.passive_present, short=verb.short, spelt=verb.spelt[2:3])


def _verb(columns: Sequence[tuple[str, ...]]) -> Verb:
    spelt = tuple(column[0] if column else "" for column in columns[:4])
    short = "".join(columns[4]) if len(columns) > 4 else ""
    past, present, passive_past, passive_present = (clean(cell.strip("()[]")) for cell in (*spelt, "", "", "")[:4])
    return Verb(past, present, passive_past, passive_present, clean(short), spelt)


def _synonyms(rows: Rows) -> Several:
    found: Several = {}
    for row in rows.get("synonyms.tsv", ()):
        members = [value for column in row.columns for value in column]
        for number, member in enumerate(members):
            if number == 0 or not row.one_way:
                others = tuple(map(_told, (other for other in members if other != member)))
                key = key_of(member.strip("()"))
                found[key] = (*found.get(key, ()), *others)
    return found


def _told(member: str) -> str:
    """Return a synonym without marks, unless it stands in brackets: then it counts by its marks alone (مسيّرة)."""
    return member.strip("()") if member.startswith("(") else _said(member)


def _names(rows: Rows) -> Several:
    """Return all spellings of a name by each; a row whose usual one is known already, as a newsroom's may be, adds to it."""
    found: Several = {}
    for row in rows.get("names.tsv", ()):
        said = tuple(map(_said, (*row.values(1), *row.values(2))))
        known = found.get(key_of(said[0]), ())
        spellings = _joined(known, said)
        for key in map(key_of, spellings):
            if found.get(key, known) == known:
                found[key] = spellings
    return found


def _joined(some: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *more)))


def _places(rows: Rows, territories: Mapping[str, str]) -> dict[str, Place]:
    """Return places by each of their spellings; a row of a place that is known already adds to it."""
    found: dict[str, Place] = {}
    for row in rows.get("places.tsv", ()):
        code = "".join(row.values(4))
        official = [territories[code]] if code in territories else []
        said = [_said(spelling) for spelling in (*row.values(0), *row.values(1), *official)]
        known = found.get(key_of(said[0]), Place((), ()))
        place = Place(
            _joined(known.spellings, said),
            _joined(known.nisbas, map(_said, row.values(2))),
            known.capital or "".join(row.values(3)),
        )
        for key in map(key_of, place.spellings):
            if found.get(key, known) == known:
                found[key] = place
    return found


def _both_readings(rows: Rows) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in rows.get("both_readings.tsv", ()):
        token = key_of(row.values(0)[0])
        found[token] = found.get(token, frozenset()).union(map(key_of, row.values(1)))
    return found


def _designations(rows: Rows) -> Several:
    """Return all spellings of a designation's letters by each of them: «بي» is B and P."""
    found: Several = {}
    for row in rows.get("designations.tsv", ()):
        spellings = (*row.values(0), *map(_said, row.values(1)))
        for spelling in spellings:
            key = key_of(spelling)
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *spellings)))
    return found


def _not_family(rows: Rows, *, doubtful: bool) -> Several:
    """Return what never counts, or the forms in brackets, which count with the article or their marks alone."""
    found: Several = {}
    for row in rows.get("not_family.tsv", ()):
        forms = tuple(form.strip("()") for form in row.values(1) if form.startswith("(") == doubtful)
        for word in row.values(0) if forms else ():
            found[key_of(word)] = (*found.get(key_of(word), ()), *forms)
    return found


def _single_names(phrases: Sequence[str], own_words: frozenset[str]) -> frozenset[str]:
    """Return the words of names; «لدول» of a council's name is ل + دول as everywhere."""
    rows = [phrase.split() for phrase in phrases]
    words = {row[0] for row in rows} | {word for row in rows for word in row[1:] if not _has_clitic(word, own_words)}
    longer = (phrase.split() for phrase in phrases if " " in phrase)
    definite = {word for phrase in longer for word in phrase if word.startswith("ال") and len(word) > 4}
    return frozenset(words | {word[2:] for word in definite})  # الموريتانية of the state's full name is ال + موريتانية


def _has_clitic(word: str, own_words: frozenset[str]) -> bool:
    return word.startswith(("لل", "وال")) or (word[0] in "لو" and word[1:] in own_words)


def _origins(places: Mapping[str, Place], no_nisba: frozenset[str]) -> Iterable[str]:
    sure = (place for key, place in places.items() if key not in no_nisba)
    return (key_of(nisba) for place in sure for nisba in place.nisbas if " " not in nisba)


def _split_by_hamza(masdars: Mapping[str, tuple[Verb, ...]], singulars: Several) -> Iterable[str]:
    verbs = (verb for found in masdars.values() for verb in found if verb.past.startswith("ا"))
    return (fold(verb.past) for verb in verbs if fold(verb.past) in singulars)
