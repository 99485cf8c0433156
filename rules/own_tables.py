"""The own linguistic tables: TSV that an Arabic speaker can read and mend, in, and rows with their problems, out.

Comment lines begin with ``# ``; columns are parted by one TAB, several values of a column by ``،``; ``-`` is an empty column.
A newsroom's own files of the same names are read by the same reader and add their rows to ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rules.problems import Position, Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["COLUMNS", "TableRow", "TableSource", "own_rows", "read_table", "read_tables"]

COLUMNS: dict[str, tuple[int, int]] = {
    "plurals.tsv": (2, 2),
    "plural_only.tsv": (1, 2),
    "nisba.tsv": (2, 2),
    "masdars.tsv": (5, 6),
    "verbs.tsv": (4, 5),
    "roles.tsv": (2, 2),
    "synonyms.tsv": (2, 40),
    "names.tsv": (2, 3),
    "places.tsv": (4, 5),
    "no_nisba.tsv": (1, 2),
    "not_family.tsv": (2, 3),
    "roundups.tsv": (1, 2),
    "both_readings.tsv": (2, 3),
    "designations.tsv": (2, 2),
}
"""The files, each with the least and the most columns of a row."""
KINDS = ("person", "org", "city", "group")
LONGEST = 500
"""Characters of one cell; a longer one is a forgotten line break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """One file: its name (the folder may stand before it) and its text."""

    file: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row: its columns, each a tuple of values (empty for ``-``). ``one_way`` is True where the row begins with ``>``."""

    columns: tuple[tuple[str, ...], ...]
    one_way: bool = False
    at: Position | None = field(default=None, compare=False, repr=False)

    def values(self, number: int) -> tuple[str, ...]:
        """Return the values of a column, counted from 0; a column that is not there is empty."""
        return self.columns[number] if number < len(self.columns) else ()


def read_tables(sources: Iterable[TableSource]) -> tuple[dict[str, tuple[TableRow, ...]], tuple[Problem, ...]]:
    """Return the rows of each table by its file name, and every mistake of all files; wrong rows are left out."""
    rows: dict[str, list[TableRow]] = {}
    problems: list[Problem] = []
    for source in sources:
        name = source.file.replace("\\", "/").rsplit("/", 1)[-1]
        if name not in COLUMNS:
            near = nearest(name, COLUMNS)
            hint = f'; did you mean "{near}"?' if near else f"; expected one of: {', '.join(COLUMNS)}"
            at = Position(file=source.file, line=1, column=1)
            problems.append(
                Problem(at=at, code="unknown_table", message=f'no table is called "{name}"{hint}', nearest=near)
            )
            continue
        found, mistakes = read_table(source, name)
        rows.setdefault(name, []).extend(found)
        problems += mistakes
    return {name: tuple(found) for name, found in rows.items()}, tuple(problems)


def read_table(source: TableSource, name: str) -> tuple[tuple[TableRow, ...], tuple[Problem, ...]]:
    """Return the rows of one file by the format of the table ``name``, and every mistake with its line and column."""
    rows: list[TableRow] = []
    problems: list[Problem] = []
    for number, line in enumerate(source.text.removeprefix("\ufeff").split("\n"), 1):
        line = line.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            continue
        row = _row(line, name, Position(file=source.file, line=number, column=1), problems)
        if row is not None:
            rows.append(row)
    return tuple(rows), tuple(problems)


@cache
def own_rows() -> dict[str, tuple[TableRow, ...]]:
    """Return the rows of the tables that marsad ships; they are held free of mistakes by tests."""
    return read_tables(own_sources())[0]


def own_sources() -> Sequence[TableSource]:
    """Return the tables that marsad ships, in the order of their names; one that is not there has no rows."""
    folder = Path(__file__).with_name("tables")
    return [
        TableSource(file=name, text=(folder / name).read_text("utf-8"))
        for name in sorted(COLUMNS)
        if (folder / name).is_file()
    ]


def _row(line: str, name: str, at: Position, problems: list[Problem]) -> TableRow | None:
    one_way = name == "synonyms.tsv" and line.startswith(">")
    begin = len(line) - len(line[1:].lstrip(" ")) if one_way else 0
    cells: list[tuple[str, ...]] = []
    before = len(problems)
    for cell in line[begin:].split("\t"):
        values = tuple(" ".join(value.split()) for value in cell.split("،"))
        if not all(values) or values == ("-",) or len(cell) > LONGEST:
            place = Position(file=at.file, line=at.line, column=begin + 1)
            values = tuple(_values(cell, place, problems))
        cells.append(values)
        begin += len(cell) + 1
    while cells and not cells[-1] and len(cells) > COLUMNS[name][0]:
        cells.pop()
    least, most = COLUMNS[name]
    if not least <= len(cells) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        message = f"{len(cells)} columns stand here, {wanted} are wanted; part them by one TAB each"
        problems.append(Problem(at=at, code="bad_columns", message=message))
    elif not cells[1 if name == "names.tsv" else 0]:
        problems.append(Problem(at=at, code="empty_column", message="the first column is empty"))
    elif name == "names.tsv" and (len(cells[0]) != 1 or cells[0][0] not in KINDS):
        message = f'"{"، ".join(cells[0])}" is no kind of name; expected one of: {", ".join(KINDS)}'
        problems.append(Problem(at=at, code="bad_kind", message=message))
    return TableRow(columns=tuple(cells), one_way=one_way, at=at) if len(problems) == before else None


def _values(cell: str, at: Position, problems: list[Problem]) -> Iterator[str]:
    if cell.strip() in {"-", ""}:
        return
    if len(cell) > LONGEST:
        problems.append(Problem(at=at, code="long_cell", message=f"this column holds more than {LONGEST} characters"))
        return
    begin = 0
    for value in cell.split("،"):
        if value.strip():
            yield " ".join(value.split())
        else:
            place = Position(file=at.file, line=at.line, column=at.column + begin)
            problems.append(Problem(at=place, code="empty_value", message="nothing stands between two commas here"))
        begin += len(value) + 1
