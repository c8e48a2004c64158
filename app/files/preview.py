"""Pictures of pages: made by the press when they are first asked for, then kept."""

import re

from app.files.desk import FileDesk
from app.files.endpoint import Visit
from app.files.hardening import HARDENED
from app.files.looks import format_of
from app.files.ranges import unchanged
from app.files.refusals import not_found
from app.files.sights import note, shown
from app.files.sources import on_disk
from files.press.jobs import PressFailed, Unreadable
from files.segments import segments_of
from models.stored_file import StoredFile
from resolvers.file_links import LinkKind, open_document

_PAGE = re.compile(r"[1-9][0-9]{0,5}")
_NO_PAGE = "There is no such page."
_BOMB = "The file cannot be shown within limits."


async def preview(visit: Visit) -> None:
    """Answer GET and HEAD of a page's picture."""
    link = visit.opened(open_document, LinkKind.PREVIEW)
    found = await shown(visit, link)
    page = _page(visit, found.file)
    etag = f'"{found.file.sha256}-{page}"'
    told = {**HARDENED, "ETag": etag}
    if unchanged(visit.request.headers, etag):
        await visit.answer(304, told)
        return
    png = await _picture(visit.files, found.file, page)
    found = await shown(visit, link)  # the right may be lost while the picture was made
    told |= {
        "Content-Type": "image/png",
        "Content-Length": str(len(png)),
        "Content-Disposition": "inline",
    }
    await visit.begin(200, told)
    if visit.request.method == "GET":
        note(visit, found, "document.previewed")
        visit.seen.moved(len(png))
        await visit.body(png)
    else:
        await visit.body(b"")
    visit.seen.answered(200)


def _page(visit: Visit, file: StoredFile) -> int:
    """Return which page is asked for; refused if the file has none of this number."""
    given = visit.request.query_params.get("page", "1")
    if not _PAGE.fullmatch(given) or int(given) > (file.pages or 1):
        raise not_found(_NO_PAGE)
    return int(given)


async def _picture(files: FileDesk, file: StoredFile, page: int) -> bytes:
    """Return the picture of a page; of several who ask at once, one has it made."""
    kept = await files.store.get_preview(file.key, page)
    if kept is not None:
        return kept
    try:
        return await files.previews.done((file.key, page), lambda: _made(files, file, page))
    except Unreadable as error:
        raise not_found(str(error)) from None
    except PressFailed as error:
        if error.reason == "closed":
            raise
        raise not_found(_BOMB) from None


async def _made(files: FileDesk, file: StoredFile, page: int) -> bytes:
    """Return a new picture of a page, and keep it."""
    segments = segments_of(file.segments or ())
    async with files.drawings, on_disk(files.store, file.key, segments) as paths:
        png = await files.shelf.press.preview(paths, format_of(file), page)
    await files.store.put_preview(file.key, page, png)
    return png
