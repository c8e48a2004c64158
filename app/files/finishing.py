"""The end of an upload: it is looked into and written down, or nothing of it stays."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice

import structlog

from app.files.desk import FileDesk
from app.files.looks import Look, format_of, look_again
from app.files.refusals import ended, is_final
from app.files.sources import on_disk
from files.formats import IMAGES, OFFICE, TEXTS, FileFormat
from files.press.jobs import Inspection
from files.segments import Segment
from models.errors import described
from models.stored_file import StoredFile
from models.text import fold
from resolvers import receiving
from resolvers.file_links import UploadLink
from resolvers.receiving import Received, Receiving

MOST_WORDS = 5000
_LONGEST_WORD = 100
_READABLE = IMAGES | OFFICE | TEXTS | {FileFormat.PDF}
_log = structlog.get_logger(__name__)


async def finish(
    files: FileDesk,
    link: UploadLink,
    file: StoredFile,
    segments: Sequence[Segment],
    look: Look | None,
) -> str:
    """Complete an upload of which all bytes are stored; return the file's SHA-256.

    Refused if the file is not what it should be, or its sender may no longer send it.
    """
    await files.store.sync(file.key, segments)
    look = look or await look_again(files.store, file, segments)
    sha256 = look.sha256(file.size)
    found = await _inspected(files, file, segments)
    words = await asyncio.to_thread(words_of, found.text)
    sizes = [one.size for one in segments]
    received = Received(sizes, sha256, found.pages, words)
    if not await files.database.write(receiving.complete, link, received):
        raise ended()
    return sha256


async def _inspected(files: FileDesk, file: StoredFile, segments: Sequence[Segment]) -> Inspection:
    """Return what is in a file; Unreadable if it cannot be opened. Waits for its turn."""
    file_format = format_of(file)
    if file_format not in _READABLE:
        return Inspection()
    async with files.inspections, on_disk(files.store, file.key, segments) as paths:
        return await files.shelf.press.inspect(paths, file_format)


def words_of(text: str) -> list[str]:
    """Return the first 5,000 words under which a text is found; nobody searches very long ones.

    >>> words_of("Consent, and CONSENT again")
    ['consent', 'and', 'again']
    """
    words = (word for word in fold(text).split() if len(word) <= _LONGEST_WORD)
    return list(islice(dict.fromkeys(words), MOST_WORDS))


@asynccontextmanager
async def all_or_nothing(files: FileDesk, upload: Receiving) -> AsyncIterator[None]:
    """Leave nothing of an upload that fails inside."""
    try:
        yield
    except BaseException:
        await give_up(files, upload)
        raise


@asynccontextmanager
async def given_up_if_final(files: FileDesk, upload: Receiving) -> AsyncIterator[None]:
    """Leave nothing of an upload that fails inside for good; else it goes on later."""
    try:
        yield
    except Exception as error:
        if is_final(error):
            await give_up(files, upload)
        raise


async def give_up(files: FileDesk, upload: Receiving) -> bool:
    """Forget an upload and remove its bytes; return False where it is complete or gone already.

    What cannot be removed now, the sweep finds.
    """
    try:
        given_up = await files.database.write(receiving.abandon, upload.upload.id, files.now())
        if given_up:
            await files.store.remove(upload.file.key)
    except Exception as error:
        _log.warning("upload not removed", **described(error))
        return True
    return given_up
