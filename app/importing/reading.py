"""Reading a CSV file, row by row."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from app.failures import Failure
from app.importing.fields import IDENTIFIER_COLUMNS, Kind, mapping


@dataclass(frozen=True)
class Row:
    """One row: its place in the file (the header is row 1) and its texts by field.

    Blank cells are left out. `broken` says why the row cannot be read at all; `identified` are
    the fields whose people are named by another system's identifiers.
    """

    number: int
    values: dict[str, str]
    broken: str | None = None
    identified: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Source:
    """A file to import, and how its columns fill fields."""

    path: Path
    kind: Kind
    fields: dict[str, str]

    def rows(self) -> Iterator[Row]:
        """Yield the rows; Failure where the file is no CSV text in UTF-8."""
        identified = frozenset(self.fields.keys() & IDENTIFIER_COLUMNS)
        people = frozenset(self.fields[column] for column in identified)
        with _opened(self.path) as stream:
            reader = csv.DictReader(stream, strict=True)
            number = 1
            try:
                for number, cells in enumerate(reader, start=2):
                    yield _row(number, cells, self.fields, people)
            except (csv.Error, UnicodeDecodeError) as error:
                raise Failure(f"{self.path.name}, after row {number}: {error}.") from None

    def batches(self, size: int | None) -> Iterator[list[Row]]:
        """Yield the rows, `size` at a time; all at once without a size."""
        rows = self.rows()
        while batch := list(islice(rows, size)):
            yield batch


def open_source(path: Path, kind: Kind, given: list[str]) -> Source:
    """Return the file with its columns understood; Failure says what is wrong with it."""
    try:
        with _opened(path) as stream:
            columns = next(csv.reader(stream, strict=True), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise Failure(f"{path.name} cannot be read: {error}.") from None
    if len(set(columns)) != len(columns):
        raise Failure(f"{path.name} has two columns of the same name.")
    return Source(path, kind, mapping(kind, columns, given))


def _opened(path: Path) -> IO[str]:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from None


def _row(
    number: int, cells: dict[str | None, object], fields: dict[str, str], people: frozenset[str]
) -> Row:
    if None in cells:
        return Row(number, {}, "The row has more cells than the header.")
    if None in cells.values():
        return Row(number, {}, "The row has fewer cells than the header.")
    values = {field: str(cells[column]).strip() for column, field in fields.items()}
    return Row(number, {name: text for name, text in values.items() if text}, None, people)
