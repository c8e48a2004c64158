"""Setting papers: PDFs that a change needs, set and stored before its transaction (ADR-0021)."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from files.formats import FileFormat
from files.press.jobs import PressBusy, PressFailed, Unreadable
from files.storage_errors import StorageError, StorageFull
from files.whole import put_whole, read_whole
from models.text import search_words
from resolvers.enums import ErrorCode
from resolvers.papers import (
    AgreementOrder,
    Order,
    Paper,
    PaperNeeded,
    forget_file,
    paper_file,
)
from resolvers.problems import Refused, Unavailable, refuse
from resolvers.uploads import add_file
from schema.context import Services

T = TypeVar("T")

_MOST_PRINTED = 2
_MOST_WORDS = 5000
_LONGEST_WORD = 100
_AWAY = "Agreements cannot be set or stored just now. Try again in a moment."


async def with_paper(
    services: Services, practice_id: UUID, perform: Callable[[Paper | None], Awaitable[T]]
) -> T:
    """Return what `perform` does; a paper that it needs is set first, and given to it.

    Refused with CONFLICT where what the paper says changes again and again meanwhile, with
    STORAGE_FULL, or as the press refuses the text; Unavailable where press or storage is away.
    """
    paper: Paper | None = None
    for _ in range(_MOST_PRINTED):
        try:
            return await _performed(services, perform, paper)
        except PaperNeeded as needed:
            order, path = needed.order, needed.path
        paper = await _printed(services, practice_id, order, path)
    try:
        return await _performed(services, perform, paper)
    except PaperNeeded:
        message = "What the agreement says was changed meanwhile. Try again."
        raise refuse(ErrorCode.CONFLICT, message) from None


async def _performed(
    services: Services, perform: Callable[[Paper | None], Awaitable[T]], paper: Paper | None
) -> T:
    """Return what `perform` does with a paper, and remove one that it surely did not keep.

    After any other error the change may be made or not: then the sweep looks after the paper.
    """
    try:
        done = await perform(paper)
    except (PaperNeeded, Refused):
        await _remove(services, paper)
        raise
    if paper is not None and not paper.taken:
        await _remove(services, paper)
    return done


async def _printed(
    services: Services, practice_id: UUID, order: Order, path: tuple[str, ...]
) -> Paper:
    """Return a new paper, stored."""
    try:
        content, pages = await _pressed(services, order)
        file = paper_file(services.seams, practice_id, content, pages, _words(order))
        paper = Paper(order, file)
        await _store(services, paper, content)
    except Unreadable as refusal:
        raise refuse(ErrorCode.INVALID_INPUT, str(refusal), *path) from None
    except StorageFull:
        message = "There is no space left for files. Nothing was changed."
        raise refuse(ErrorCode.STORAGE_FULL, message) from None
    except (PressBusy, PressFailed, StorageError):
        raise Unavailable(_AWAY) from None
    return paper


async def _store(services: Services, paper: Paper, content: bytes) -> None:
    """Store a paper's bytes; its row is written before the first one.

    Where there is no space for all of them, nothing stays. After any other failure bytes may still
    arrive: then the sweep looks after them.
    """
    await services.database.write(add_file, paper.file)
    try:
        paper.file.segments = await put_whole(services.shelf.store, paper.file.key, content)
    except StorageFull:
        await _remove(services, paper)
        raise


async def _pressed(services: Services, order: Order) -> tuple[bytes, int | None]:
    """Return a paper's bytes, and how many pages it has."""
    press, store = services.shelf.press, services.shelf.store
    if isinstance(order, AgreementOrder):
        content = await press.render(order.text, services.seams.now())
    else:
        signed = await read_whole(store, order.signed.key, order.signed.segments or [])
        content = await press.certify(signed, order.certificate)
    return content, (await press.inspect(content, FileFormat.PDF)).pages


def _words(order: Order) -> list[str]:
    """Return the words under which an agreement is found; signing adds none."""
    if not isinstance(order, AgreementOrder):
        return order.signed.words
    words = search_words(order.text.title, order.text.body)
    return sorted({word[:_LONGEST_WORD] for word in words})[:_MOST_WORDS]


async def _remove(services: Services, paper: Paper | None) -> None:
    """Remove a paper that nobody keeps; what cannot be removed now is left to the sweep."""
    if paper is not None:
        with suppress(StorageError):
            await services.shelf.store.remove(paper.file.key)
            await services.database.write(forget_file, paper.file.id)
