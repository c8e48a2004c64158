"""Sending a document's file, whole or in part; and no byte after the right to see it is lost."""

import asyncio
from contextlib import aclosing

from app.files.endpoint import Visit
from app.files.hardening import HARDENED
from app.files.ranges import OutOfRange, Span, span_of, unchanged
from app.files.sights import note, shown
from files.names import content_disposition
from files.segments import segments_of
from resolvers.enums import DocumentKind
from resolvers.file_links import DocumentLink, LinkKind, open_document
from resolvers.sending import Sending

LOOK_SECONDS = 1.0
# A client has SEND_SECONDS for so many bytes: some 26 KB a second are enough.
_CHUNK_BYTES = 256 * 1024


async def download(visit: Visit) -> None:
    """Answer GET and HEAD of a document's file."""
    link = visit.opened(open_document, LinkKind.DOWNLOAD)
    found = await shown(visit, link)
    etag, size = f'"{found.file.sha256}"', found.file.size
    visit.headers |= {**HARDENED, "ETag": etag, "Accept-Ranges": "bytes"}
    if unchanged(visit.request.headers, etag):
        await visit.answer(304)
        return
    try:
        span = span_of(visit.request.headers, size, etag)
    except OutOfRange:
        await visit.answer(416, {"Content-Range": f"bytes */{size}"})
        return
    status, wanted = (200, Span(0, size)) if span is None else (206, span)
    await visit.begin(status, _headers(found, span, wanted))
    if visit.request.method == "GET":
        note(visit, found, "document.downloaded")
        await _send(visit, link, found, wanted)
    await visit.body(b"")
    visit.seen.answered(status)


def _headers(found: Sending, span: Span | None, wanted: Span) -> dict[str, str]:
    document, file = found.document, found.file
    agreement = document.kind == DocumentKind.AGREEMENT.value
    name = f"{document.name}.pdf" if agreement else document.name
    told = {
        "Content-Type": file.media_type,
        "Content-Length": str(wanted.length),
        "Content-Disposition": content_disposition(name),
    }
    if span is not None:
        last = span.start + span.length - 1
        told["Content-Range"] = f"bytes {span.start}-{last}/{file.size}"
    return told


async def _send(visit: Visit, link: DocumentLink, found: Sending, wanted: Span) -> None:
    """Send the bytes; refused amid them if the viewer may no longer have them."""
    store, file = visit.files.store, found.file
    clock = asyncio.get_running_loop().time
    looked, segments = clock(), segments_of(file.segments or ())
    async with aclosing(store.read(file.key, segments, *wanted)) as pieces:
        async for piece in pieces:
            for start in range(0, len(piece), _CHUNK_BYTES):
                if clock() - looked >= LOOK_SECONDS:
                    await shown(visit, link)
                    looked = clock()
                chunk = piece[start : start + _CHUNK_BYTES]
                await visit.body(chunk, more=True)
                visit.seen.moved(len(chunk))
