"""The sweep removes what no record shows, and nothing that one shows."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, insert, select, update
from typing_extensions import override

from app.keeping.sweep import sweep
from files.storage_errors import StorageError
from files.store import FileStore, open_store
from models.agreement import agreement, agreement_recipient
from models.base import metadata
from models.document import document, document_link, document_word
from models.seams import utc_now
from models.stored_file import stored_file, upload
from resolvers.ids import parse
from tests.files_http.conftest import STORES
from tests.files_http.files import (
    Left,
    get,
    left,
    links,
    noise,
    objects,
    put,
    raw,
    send_file,
    sound,
    until_left,
)
from tests.files_http.losses import DELETE
from tests.processes import free_port
from tests.s3 import s3_url
from tests.scenarios.spa import Spa

HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
RESTORE = "mutation ($id: ID!) { restoreDocument(input: {id: $id}) { errors { code } } }"
TABLES = (document, document_link, document_word, agreement, agreement_recipient)


async def swept(spa: Spa, after: timedelta, store: FileStore | None = None) -> Counter[str]:
    """Sweep as if it was so much later."""
    desk = spa.server.desk
    chosen = store or desk.services.shelf.store
    removed = await sweep(desk.services.database, chosen, desk.settings, utc_now() + after)
    return +Counter({what: removed[what] for what in ("document rows", "documents", "files")})


async def count(spa: Spa, *tables: object) -> list[int]:
    def counted(connection: Connection) -> list[int]:
        names = [getattr(one, "name", "") for one in tables]
        found = (metadata.tables[name] for name in names)
        return [connection.scalar(select(func.count()).select_from(table)) or 0 for table in found]

    async with spa.server.desk.services.database.reader() as reader:
        return await reader.run(counted)


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_an_upload_that_was_never_sent_goes_after_a_day(spa: Spa) -> None:
    await sound(spa.ada, await spa.contact(), 100)
    assert await swept(spa, 25.9 * HOURS) == Counter()
    assert await count(spa, stored_file, upload) == [1, 1]
    assert await swept(spa, 26.1 * HOURS) == Counter(files=1)
    assert await count(spa, stored_file, upload) == [0, 0]


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_an_upload_that_no_record_took_goes_after_a_day(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    await put(spa.ada, asked["url"], noise(100))
    assert await swept(spa, 25.9 * HOURS) == Counter()
    assert await left(spa.server) == Left(uploads=1, complete=1, objects=1)
    assert await swept(spa, 26.1 * HOURS) == Counter(files=1)
    assert await left(spa.server) == Left()
    assert await count(spa, stored_file) == [0]


async def test_what_a_broken_upload_leaves_goes_when_nobody_can_write_to_it(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    made = await raw(spa.ada, "PUT", asked["url"], Content_Length="100")
    await made.send(noise(50))
    made.cut()
    await until_left(spa.server, Left())
    assert await count(spa, stored_file) == [1]
    assert await swept(spa, 1.9 * HOURS) == Counter()
    assert await swept(spa, 2.1 * HOURS) == Counter(files=1)
    assert await count(spa, stored_file) == [0]


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_a_deleted_document_can_come_back_for_sixty_days_and_then_goes(spa: Spa) -> None:
    contact = await spa.contact()
    kept = await send_file(spa.ada, contact)
    gone = (await send_file(spa.ada, contact))["id"]
    for deleted in (kept["id"], gone):
        await spa.ada.ask(DELETE, id=deleted)
    assert await swept(spa, 59.9 * DAYS) == Counter()
    assert (await spa.ada.ask(RESTORE, id=kept["id"]))["restoreDocument"]["errors"] == []
    found = await links(spa.ada, kept["id"])
    assert found
    assert (await get(spa.ada, found["previewUrl"])).status_code == 200
    removed = await swept(spa, 60.1 * DAYS)
    assert (removed["documents"], removed["files"]) == (1, 1)
    assert await left(spa.server) == Left(complete=1, documents=1, objects=2)
    assert await count(spa, stored_file, document_link) == [1, 1]
    assert await swept(spa, 400 * DAYS) == Counter()
    found = await links(spa.ada, kept["id"])
    assert found
    assert (await get(spa.ada, found["downloadUrl"])).status_code == 200


def _sign(connection: Connection, key: object, contact: object, file: object) -> None:
    """Turn a document into an agreement that was signed."""
    ours = document.c.id == key
    practice = connection.scalar(select(document.c.practice_id).where(ours))
    connection.execute(update(document).where(ours).values(kind="AGREEMENT", status="COMPLETED"))
    row = {"document_id": key, "practice_id": practice, "revision": 1, "body": "x"}
    connection.execute(insert(agreement).values(**row, signed_file_id=file))
    person = {"id": key, "document_id": key, "practice_id": practice, "contact_id": contact}
    given = {"position": 1, "is_primary": True, "role": "SIGNER"}
    connection.execute(insert(agreement_recipient).values(**person, **given))


def _forget_when(connection: Connection) -> None:
    """Say of every file that its time is over."""
    connection.execute(update(stored_file).values(remove_after=utc_now()))


async def test_nothing_goes_that_a_document_or_an_agreement_has(spa: Spa) -> None:
    contact = await spa.contact()
    shown = await send_file(spa.ada, contact)
    asked = await sound(spa.ada, contact, 100)
    await put(spa.ada, asked["url"], noise(100))
    database = spa.server.desk.services.database
    async with database.reader() as reader:
        signed = await reader.run(lambda c: c.scalar(select(upload.c.file_id)))
    await database.write(_sign, parse(shown["id"]).id, parse(contact).id, signed)
    await database.write(_forget_when)
    assert await swept(spa, 30 * DAYS) == Counter()
    assert await left(spa.server) == Left(uploads=1, complete=2, documents=1, objects=2)
    await spa.ada.ask(DELETE, id=shown["id"])
    assert await swept(spa, 59 * DAYS) == Counter()
    removed = await swept(spa, 61 * DAYS)
    assert (removed["documents"], removed["files"]) == (1, 2)
    assert await count(spa, *TABLES, stored_file, upload) == [0] * 7
    assert objects(spa.server) == []


async def test_an_agreement_behind_many_files_goes_with_them(
    spa: Spa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.keeping.documents.BATCH", 2)
    contact = await spa.contact()
    keys = [(await send_file(spa.ada, contact))["id"] for _ in range(5)]
    signed = parse(keys[-1]).id
    database = spa.server.desk.services.database
    await database.write(_sign, signed, parse(contact).id, None)
    for key in keys:
        await spa.ada.ask(DELETE, id=key)
    removed = await swept(spa, 61 * DAYS)
    assert (removed["documents"], removed["files"]) == (5, 5)
    assert await count(spa, *TABLES, stored_file) == [0] * 6


async def test_while_the_storage_is_away_what_is_known_of_a_file_stays(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    await put(spa.ada, asked["url"], noise(100))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        away = open_store(s3_url(free_port()), patience_seconds=0.5)
    assert await swept(spa, 27 * HOURS, away) == Counter()
    assert await count(spa, stored_file) == [1]
    assert len(objects(spa.server)) == 1
    assert await swept(spa, 27 * HOURS) == Counter(files=1)
    assert objects(spa.server) == []


class Stubborn(FileStore):
    """A storage that does not remove some files."""

    def __init__(self, store: FileStore, kept: list[str]) -> None:
        self.__dict__.update(store.__dict__)
        self.kept = kept
        self.tries = 0

    @override
    async def remove(self, key: str) -> None:
        self.tries += 1
        if key in self.kept:
            raise StorageError("no")
        await super().remove(key)


async def _keys(spa: Spa) -> list[str]:
    statement = select(stored_file.c.key).order_by(stored_file.c.id)
    async with spa.server.desk.services.database.reader() as reader:
        return await reader.run(lambda connection: list(connection.scalars(statement)))


async def test_a_file_that_cannot_be_removed_keeps_no_other_one(
    spa: Spa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.keeping.documents.BATCH", 4)
    contact = await spa.contact()
    for _ in range(9):
        await sound(spa.ada, contact, 100)
    keys = await _keys(spa)
    kept = [keys[at] for at in (0, 1, 5)]
    store = Stubborn(spa.server.desk.services.shelf.store, kept)
    assert await swept(spa, 27 * HOURS, store) == Counter(files=6)
    assert await _keys(spa) == kept
    assert await swept(spa, 27 * HOURS) == Counter(files=3)


async def test_after_five_files_in_a_row_the_storage_is_away(spa: Spa) -> None:
    contact = await spa.contact()
    for _ in range(9):
        await sound(spa.ada, contact, 100)
    keys = await _keys(spa)
    store = Stubborn(spa.server.desk.services.shelf.store, keys[1:])
    assert await swept(spa, 27 * HOURS, store) == Counter(files=1)
    assert (store.tries, await _keys(spa)) == (6, keys[1:])


async def test_many_files_go_a_thousand_at_a_time(
    spa: Spa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.keeping.documents.BATCH", 3)
    contact = await spa.contact()
    for _ in range(8):
        await sound(spa.ada, contact, 100)
    assert await swept(spa, 27 * HOURS) == Counter(files=8)
    assert await count(spa, stored_file, upload) == [0, 0]
