"""One row's work: changes in a savepoint of their own, with all that mutations write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from app.importing.reading import Row
from app.importing.values import Cells
from models.log import external_id
from models.seams import Seams
from permissions.viewer import Viewer
from resolvers.change import Change
from resolvers.flush import flush
from resolvers.ids import Ref
from resolvers.journal import Note
from resolvers.problems import Refused

ACTION = "import"
SYSTEM = "import"


class Result(Enum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass
class Report:
    """What is told of a row: the result and why; `remarks` are warnings."""

    number: int
    result: Result
    remarks: list[str] = field(default_factory=list)


@dataclass
class Job:
    """What a row's import works with."""

    connection: Connection
    viewer: Viewer
    seams: Seams
    row: Row
    notes: list[Note] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def cells(self) -> Cells:
        """The row's values."""
        return Cells(self.row.values, self.viewer.practice)

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Yield a change; what it changed is written when it ends."""
        change = Change(self.connection, self.viewer, self.seams, ACTION)
        yield change
        self.notes += [*flush(change), *change.notes]
        self.remarks += [warning.message for warning in change.warnings]

    def known(self, kind: str, key: str) -> UUID | None:
        """Return the record that was imported under this external id."""
        table = external_id.c
        found: UUID | None = self.connection.scalar(
            select(table.record_id).where(
                table.practice_id == self.viewer.practice_id,
                table.system == SYSTEM,
                table.kind == kind,
                table.external_id == key,
            )
        )
        return found

    def remember(self, ref: Ref, key: str | None) -> None:
        """Keep under which external id a record was imported."""
        if key is None or self.known(ref.kind, key) is not None:
            return
        row = {"practice_id": self.viewer.practice_id, "system": SYSTEM}
        row_keys = {"kind": ref.kind, "external_id": key, "record_id": ref.id}
        self.connection.execute(insert(external_id), row | row_keys)


def run(job: Job, work: Any) -> Report:
    """Run `work` for a row; a refused row leaves nothing behind."""
    row = job.row
    if row.broken:
        return Report(row.number, Result.FAILED, [row.broken])
    try:
        with job.connection.begin_nested():
            result: Result = work(job)
    except Refused as refused:
        job.notes.clear()
        told = [f"{one.code.value}: {one.message}" for one in refused.problems]
        return Report(row.number, Result.FAILED, told)
    except IntegrityError:
        job.notes.clear()
        return Report(row.number, Result.FAILED, ["Another record has the same identity."])
    return Report(row.number, result, job.remarks)


def record_in(change: Change, ref: Ref | None) -> Any:
    """Return the record of a change that `ref` names."""
    return next(one.record for one in change.tracked if ref and one.record.id == ref.id)
