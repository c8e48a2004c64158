"""Many documents: lists of them through the resolver layer, and a PDF of many pages."""

import asyncio
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from benchmarks.places import Place, changed
from benchmarks.serving import SECRET
from files.press.jobs import AgreementText
from files.press.press import Press
from files.segments import new_key
from models.base import columns_of
from models.contact import contact
from models.database import Database
from models.document import Document, document, document_link
from models.practice import practice
from models.seams import new_id
from models.stored_file import StoredFile, stored_file
from models.text import same_name_key
from permissions.viewer import Credential
from resolvers import vocabulary
from resolvers.document_lists import Asked, DocumentFilter, documents
from resolvers.lens import Lens
from resolvers.pages import Window
from resolvers.seal import Seal
from resolvers.uploads import as_row

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_SEAL = Seal(SECRET)
_WANTS = frozenset(("nodes", "name", "folder", "createdAt"))
_COLUMNS = tuple(str(column.key) for column in columns_of(document, Document))


async def many_pages(pages: int) -> bytes:
    """Return a PDF of so many pages."""
    press = Press()
    body = "\n\n".join(
        f"# Page {number}\n\n" + "All of it counts. " * 400 for number in range(pages)
    )
    text = AgreementText("Demo", "Many pages", "A-1", body)
    try:
        return await press.render(text, _BEGIN, seconds=60)
    finally:
        await press.close()


def fill(place: Place, first: int, count: int) -> None:
    """Add documents to contacts of the practice, one a contact, then the next round."""
    asyncio.run(changed(place.url, lambda connection: _fill(connection, first, count)))


def _fill(connection: Connection, first: int, count: int) -> None:
    of_practice: UUID | None = connection.scalar(select(practice.c.id))
    assert of_practice is not None
    people = connection.scalars(select(contact.c.id).order_by(contact.c.id).limit(1000)).all()
    files, papers, links = [], [], []
    for number in range(first, first + count):
        at, person = _BEGIN + timedelta(seconds=number), people[number % len(people)]
        facts: Any = ("application/pdf", 1, "0" * 64, 1, [], at)
        file = StoredFile(new_id(), of_practice, new_key(), [1], *facts)
        paper = _paper(number, file, person, at)
        files.append(as_row(file))
        row = {name: getattr(paper, name) for name in _COLUMNS}
        papers.append({**row, "folder_key": same_name_key(paper.folder)})
        links.append(
            {
                "practice_id": of_practice,
                "document_id": paper.id,
                "record_id": person,
                "record_kind": "Contact",
                "created_at": at,
            }
        )
    for table, rows in ((stored_file, files), (document, papers), (document_link, links)):
        connection.execute(insert(table), rows)
    connection.execute(text("ANALYZE"))  # as the database itself does in time


def _paper(number: int, file: StoredFile, person: UUID, at: datetime) -> Document:
    return Document(
        id=new_id(),
        practice_id=file.practice_id,
        kind="FILE",
        status="STORED",
        name=f"Consent {number}.pdf",
        folder="Internal",
        contact_id=person,
        opportunity_id=None,
        field_id=None,
        file_id=file.id,
        created_by=None,
        source_channel=None,
        source_message=None,
        source_attachment=None,
        version=1,
        created_at=at,
        updated_at=at,
    )


def list_times(place: Place, seconds: float) -> dict[str, float]:
    """Return the median milliseconds of the first page and of one in the middle, by viewer."""
    return asyncio.run(_list_times(place, seconds))


async def _list_times(place: Place, seconds: float) -> dict[str, float]:
    database = Database(place.url)
    async with database.reader() as reader:
        found = await reader.run(_timed, place, seconds)
    await database.close()
    return found


def _timed(connection: Connection, place: Place, seconds: float) -> dict[str, float]:
    found = {}
    users = {"everything": place.staff.unrestricted[1], "assigned": place.staff.restricted[0]}
    for name, user in users.items():
        viewer = vocabulary.load_viewer(connection, Credential(UUID(user)))
        assert viewer is not None
        lens = Lens(viewer)

        def page(after: str | None = None, lens: Lens = lens) -> str | None:
            window = Window(50, after=after)
            asked = Asked(DocumentFilter(), window, _BEGIN)
            found = documents(connection, lens, _SEAL, asked, _WANTS)
            return found.page_info.end_cursor

        middle = page()
        found[f"first page, {name}"] = _median(page, seconds)
        found[f"second page, {name}"] = _median(lambda at=middle: page(at), seconds)  # type: ignore[misc]
    return found


def _median(read: Callable[[], object], seconds: float) -> float:
    read()
    times: list[float] = []
    until = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < until:
        began = time.perf_counter()
        read()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)
