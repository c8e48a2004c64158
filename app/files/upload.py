"""Sending a file in one request: PUT to the link of an upload."""

import orjson

from app.files.endpoint import Visit
from app.files.finishing import all_or_nothing, finish
from app.files.looks import Look, format_of
from app.files.receiver import Receiver
from app.files.refusals import bad_request, gone, too_large
from resolvers import receiving
from resolvers.file_links import LinkKind, UploadLink, open_upload
from resolvers.ids import global_id
from resolvers.receiving import Receiving


async def put(visit: Visit) -> None:
    """Receive a file as a whole, and answer what was received."""
    files = visit.files
    link = visit.opened(open_upload, LinkKind.UPLOAD)
    async with files.intake.admitted(link.credential.user_id):
        upload = await begun(visit, link)
        async with all_or_nothing(files, upload):
            sha256 = await _received(visit, link, upload)
    told = {"id": global_id("Upload", link.upload_id), "size": upload.file.size, "sha256": sha256}
    await visit.answer(201, {"Content-Type": "application/json"}, orjson.dumps(told))


async def begun(visit: Visit, link: UploadLink) -> Receiving:
    """Open an upload, which its link does once."""
    files = visit.files
    upload = await files.database.write(receiving.begin, link, files.now())
    if upload is None:
        raise gone()
    visit.seen.viewer(upload.viewer)
    return upload


async def _received(visit: Visit, link: UploadLink, upload: Receiving) -> str:
    """Return the SHA-256 of the file when all of it is there and fits."""
    files, file = visit.files, upload.file
    length = length_of(visit)
    if length is not None:
        check_size(length, file.size)
    look = Look(format_of(file))
    async with Receiver(files.store, file.key, look=look) as receiver:
        await take(visit, receiver, file.size)
    check_size(receiver.end, file.size)
    return await finish(files, link, file, receiver.segments, look)


async def take(visit: Visit, receiver: Receiver, most: int) -> None:
    """Let a receiver take the body of the request, of which every byte is counted."""
    try:
        await receiver.take(visit.request, most, visit.files.settings.receive_seconds)
    finally:
        visit.seen.moved(receiver.came)


def length_of(visit: Visit) -> int | None:
    """Return how long the body is said to be; None if it is not said."""
    given = visit.request.headers.get("content-length", "")
    return int(given) if given.isdecimal() else None


def check_size(given: int, announced: int) -> None:
    """Refuse another number of bytes than was announced."""
    if given > announced:
        raise too_large()
    if given < announced:
        raise bad_request("These are fewer bytes than were announced.")
