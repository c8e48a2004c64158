"""Importing a whole file: 500 rows a transaction, each row by itself (C12)."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from app.failures import Failure
from app.importing.contacts import import_contact
from app.importing.fields import Kind
from app.importing.job import Job, Report, Result, run
from app.importing.opportunities import import_lead, import_opportunity
from app.importing.reading import Row, Source
from models.database import Database
from models.seams import Seams
from permissions.rights import Permission
from permissions.viewer import Credential, Viewer
from resolvers import vocabulary
from resolvers.journal import Author, Note, write

_BATCH = 500


def _import_contact(job: Job) -> Result:
    return import_contact(job)[1]


_WORK: dict[Kind, Callable[[Job], Result]] = {
    Kind.LEADS: import_lead,
    Kind.CONTACTS: _import_contact,
    Kind.OPPORTUNITIES: import_opportunity,
}


class _DryRun(Exception):
    """Rolls back; carries what would have happened."""

    def __init__(self, reports: list[Report]) -> None:
        super().__init__()
        self.reports = reports


@dataclass(frozen=True)
class Import:
    """A file to import as a user; a dry run changes nothing."""

    source: Source
    user_id: UUID
    dry_run: bool = False


async def import_source(
    database: Database, job: Import, seams: Seams, tell: Callable[[list[Report]], None]
) -> None:
    """Import the file; `tell` hears of the rows of each transaction after its commit.

    Failure if the user is not active, or neither an ADMIN nor one with the permission IMPORT.
    """
    for rows in job.source.batches(None if job.dry_run else _BATCH):
        try:
            reports = await database.write(_import_rows, job, seams, rows)
        except _DryRun as done:
            reports = done.reports
        tell(reports)


def _import_rows(
    connection: Connection, job: Import, seams: Seams, rows: list[Row]
) -> list[Report]:
    viewer = vocabulary.load_viewer(connection, Credential(job.user_id))
    if viewer is None or not viewer.may(Permission.IMPORT):
        raise Failure("Importing needs an active admin, or a user with the permission IMPORT.")
    notes: list[Note] = []
    reports = []
    for row in rows:
        one = Job(connection, viewer, seams, row)
        reports.append(run(one, _WORK[job.source.kind]))
        notes += one.notes
    if job.dry_run:
        raise _DryRun(reports)
    write(connection, _author(viewer, seams), notes)
    return reports


def _author(viewer: Viewer, seams: Seams) -> Author:
    return Author(
        practice_id=viewer.practice_id,
        user_id=viewer.user_id,
        at=seams.now(),
        key=None,
        request_id=None,
    )
