"""Sending a file in parts, over lost connections: tus 1.0 with creation, termination, expiration.

https://tus.io/protocols/resumable-upload
"""

from collections.abc import Sequence
from email.utils import format_datetime
from functools import wraps

from app.files.endpoint import Handler, Visit
from app.files.finishing import all_or_nothing, finish, give_up, given_up_if_final
from app.files.looks import Look, format_of
from app.files.receiver import Receiver
from app.files.refusals import FileRefused, bad_request, conflict, gone, too_large
from app.files.upload import begun, check_size, length_of, take
from files.segments import Segment
from resolvers import receiving
from resolvers.file_links import RESUMABLE, LinkKind, UploadLink, open_upload, upload_url
from resolvers.receiving import Receiving

VERSION = "1.0.0"
MEDIA_TYPE = "application/offset+octet-stream"
MOST_SEGMENTS = 4096
_LOCKED = 423


def tus(handler: Handler) -> Handler:
    """Let a handler answer who speaks our version of tus."""

    @wraps(handler)
    async def speaking(visit: Visit) -> None:
        visit.headers["Tus-Resumable"] = VERSION
        if visit.request.headers.get("tus-resumable") != VERSION:
            message = f"Send `Tus-Resumable: {VERSION}`."
            raise FileRefused(412, "BAD_REQUEST", message, **{"Tus-Version": VERSION})
        await handler(visit)

    return speaking


async def options(visit: Visit) -> None:
    """Tell what we speak."""
    told = {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,termination,expiration",
        "Tus-Max-Size": str(visit.files.settings.max_upload_bytes),
    }
    await visit.answer(204, told)


@tus
async def create(visit: Visit) -> None:
    """Open an upload, and answer where its parts go."""
    length = _number(visit, "upload-length")
    link = visit.opened(open_upload, LinkKind.UPLOAD)
    upload = await begun(visit, link)
    async with all_or_nothing(visit.files, upload):
        check_size(length, upload.file.size)
    until = upload.upload.created_at + RESUMABLE
    location = upload_url(visit.files.shelf, LinkKind.RESUME, link, until)
    await visit.answer(201, {"Location": location, **_expiry(upload)})


@tus
async def head(visit: Visit) -> None:
    """Answer how many bytes are there; an upload of which all are there is completed."""
    link, upload = await _resumed(visit)
    segments = await visit.files.store.segments(upload.file.key)
    offset = _end(segments)
    if offset == upload.file.size and upload.file.sha256 is None:
        with visit.files.intake.alone(link.upload_id, _LOCKED):
            await _finished(visit, link, upload, segments, None)
    told = {"Upload-Offset": str(offset), "Upload-Length": str(upload.file.size)}
    await visit.answer(200, {**told, **_expiry(upload)})


@tus
async def patch(visit: Visit) -> None:
    """Receive a part; the last one completes the upload."""
    offset = _number(visit, "upload-offset")
    if visit.request.headers.get("content-type") != MEDIA_TYPE:
        raise FileRefused(415, "BAD_REQUEST", f"Send `Content-Type: {MEDIA_TYPE}`.")
    link, upload = await _resumed(visit)
    intake = visit.files.intake
    with intake.alone(link.upload_id):
        async with intake.admitted(link.credential.user_id):
            end = await _taken(visit, link, upload, offset)
    await visit.answer(204, {"Upload-Offset": str(end), **_expiry(upload)})


@tus
async def delete(visit: Visit) -> None:
    """Give an upload up that is not complete."""
    link, upload = await _resumed(visit)
    with visit.files.intake.alone(link.upload_id):
        visit.files.intake.take_look(link.upload_id)
        if not await give_up(visit.files, upload):
            raise gone()
    await visit.answer(204)


async def _resumed(visit: Visit) -> tuple[UploadLink, Receiving]:
    """Return the upload that the link is for, if its sender may still send it."""
    files = visit.files
    link = visit.opened(open_upload, LinkKind.RESUME)
    upload = await files.database.write(receiving.resume, link, files.now())
    if upload is None:
        raise gone()
    visit.seen.viewer(upload.viewer)
    return link, upload


async def _taken(visit: Visit, link: UploadLink, upload: Receiving, offset: int) -> int:
    """Return how many bytes are there after this part."""
    files, file = visit.files, upload.file
    stored = await files.store.segments(file.key)
    if offset != _end(stored):
        raise conflict("The upload is at another offset. Ask for it with HEAD.")
    if offset < file.size and len(stored) >= MOST_SEGMENTS:
        raise bad_request("Send larger parts.")
    if offset + (length_of(visit) or 0) > file.size:
        raise too_large()
    look = _look(visit, upload, offset)
    async with given_up_if_final(files, upload):
        receiver = Receiver(files.store, file.key, stored, look=look, keeps=True)
        try:
            async with receiver:
                await take(visit, receiver, file.size)
        finally:
            # Where a part could not be put, another process may have put other bytes there.
            if look is not None and receiver.settled == receiver.end < file.size:
                files.intake.keep_look(link.upload_id, look)
        if receiver.end == file.size and file.sha256 is None:
            await _finished(visit, link, upload, receiver.segments, look)
    return receiver.end


async def _finished(
    visit: Visit,
    link: UploadLink,
    upload: Receiving,
    segments: Sequence[Segment],
    look: Look | None,
) -> None:
    """Complete an upload; one that cannot be completed is given up."""
    async with given_up_if_final(visit.files, upload):
        await finish(visit.files, link, upload.file, segments, look)


def _look(visit: Visit, upload: Receiving, offset: int) -> Look | None:
    """Return the look at all bytes so far; None if another process saw some of them."""
    look = visit.files.intake.take_look(upload.upload.id)
    if look is None and not offset:
        return Look(format_of(upload.file))
    return look if look is not None and look.count == offset else None


def _end(segments: Sequence[Segment]) -> int:
    return sum(one.size for one in segments)


def _number(visit: Visit, name: str) -> int:
    """Return the number in a header; refused if it is missing or none."""
    given = visit.request.headers.get(name, "")
    if not given.isascii() or not given.isdecimal() or len(given) > 19:
        raise bad_request(f"Send `{name.title()}` as a number of bytes.")
    return int(given)


def _expiry(upload: Receiving) -> dict[str, str]:
    until = upload.upload.created_at + RESUMABLE
    return {"Upload-Expires": format_datetime(until, usegmt=True)}
