"""Reading an agreement by its link: the page, pictures of its pages, the PDF."""

from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.desk import Desk
from app.signing import pages
from files.formats import FileFormat
from files.storage_errors import StorageError
from files.whole import read_whole
from models.stored_file import StoredFile
from resolvers.agreement_states import OPEN
from resolvers.file_links import ShareLink, open_share, open_signed
from resolvers.signing import Closed, Visit, visit
from resolvers.signing_seen import Signing, find_signed, find_signing

_LONGEST_NUMBER = 4
_LONGEST_ADDRESS = 64  # a proxy may say anything


def opened(desk: Desk, request: Request) -> ShareLink:
    """Return which recipient and revision the request's address is for; BadLink for others."""
    services = desk.services
    return open_share(services.shelf, request.path_params["link"], services.seams.now())


def visit_of(desk: Desk, request: Request, request_id: str) -> Visit:
    """Return when and from where the request comes."""
    address = request.client.host if request.client else ""
    return Visit(desk.services.seams.now(), address[:_LONGEST_ADDRESS], request_id)


async def read(desk: Desk, request: Request, request_id: str) -> Response:
    """Answer with the page; the first GET of a recipient is noted, HEAD changes nothing."""
    link, by = opened(desk, request), visit_of(desk, request, request_id)
    found = await looked(desk, find_signing, link)
    over = found.is_over(by.now)
    if found.document.status not in OPEN or (over and request.method == "HEAD"):
        raise Closed
    if request.method == "GET" and (over or found.recipient.viewed_at is None):
        visited = await desk.services.database.write(visit, link, by)
        await desk.services.relay.announce(found.practice.id)
        found = _there(visited)
    return pages.agreement(found, request.path_params["link"])


async def looked(desk: Desk, job: Any, link: Any) -> Signing:
    """Return what a job finds for a link; Closed if that is nothing."""
    async with desk.services.database.reader() as reader:
        return _there(await reader.run(job, link))


def _there(found: Signing | None) -> Signing:
    if found is None:
        raise Closed
    return found


async def page_image(desk: Desk, request: Request, _request_id: str) -> Response:
    """Answer with a picture of a page; it is made once."""
    found = await _readable(desk, request)
    number = request.path_params["number"]
    page = int(number) if number.isdecimal() and len(number) <= _LONGEST_NUMBER else 0
    if not 1 <= page <= (found.document.pages or 0):
        raise Closed
    shelf, key = desk.services.shelf, found.file.key
    png = await shelf.store.get_preview(key, page)
    if png is None:
        content = await _content(desk, found.file)
        png = await shelf.press.preview(content, FileFormat.PDF, page)
        with suppress(StorageError):  # next time it is made again
            await shelf.store.put_preview(key, page, png)
    return Response(png, 200, pages.HEADERS, "image/png")


async def pdf(desk: Desk, request: Request, _request_id: str) -> Response:
    """Answer with the PDF that is to be read and signed."""
    return await _pdf(desk, await _readable(desk, request))


async def completed_pdf(desk: Desk, request: Request, _request_id: str) -> Response:
    """Answer with the completed PDF, for a minute after the last signature."""
    services = desk.services
    link = open_signed(services.shelf, request.path_params["link"], services.seams.now())
    return await _pdf(desk, await looked(desk, find_signed, link))


async def _readable(desk: Desk, request: Request) -> Signing:
    found = await looked(desk, find_signing, opened(desk, request))
    if not found.is_open(desk.services.seams.now()):
        raise Closed
    return found


async def _pdf(desk: Desk, found: Signing) -> Response:
    headers = {**pages.HEADERS, "Content-Disposition": 'attachment; filename="agreement.pdf"'}
    return Response(await _content(desk, found.file), 200, headers, found.file.media_type)


async def _content(desk: Desk, file: StoredFile) -> bytes:
    return await read_whole(desk.services.shelf.store, file.key, file.segments or [])
