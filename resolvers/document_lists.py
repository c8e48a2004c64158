"""Lists of documents, and single ones, as a viewer sees them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select
from typing_extensions import override

from models.document import document, document_link, document_word
from models.text import query_words, same_name_key
from permissions.documents import DRAFT, visible_documents
from permissions.viewer import Viewer
from resolvers import document_records
from resolvers.document_seen import Folder, SeenDocument, show_documents
from resolvers.documents import SYSTEM_FOLDERS, restorable
from resolvers.enums import DocumentKind, DocumentStatus
from resolvers.filters import SearchText
from resolvers.ids import Ref
from resolvers.lens import Lens
from resolvers.loading import Wants
from resolvers.orders import Order
from resolvers.pages import Cut, Keyset, Page, Paging, Window
from resolvers.seal import Seal
from resolvers.terms import AFTER_EVERY_WORD

_CREATED = attrgetter("created_at")
_NEWEST_FIRST = Order("DOCUMENT_CREATED_AT", True, document.c.created_at, document.c.id, _CREATED)
_LINK = document_link.c
_NEWEST_ON_RECORD = Order(
    "DOCUMENT_CREATED_AT", True, _LINK.created_at, _LINK.document_id, _CREATED
)


@dataclass(frozen=True, kw_only=True)
class DocumentFilter:
    """Which documents to list; fields are joined by AND, values of a list by OR."""

    kinds: list[DocumentKind] | None = None
    statuses: list[DocumentStatus] | None = None
    search: SearchText | None = None
    folders: list[str] | None = None
    contact_ids: list[Ref] | None = None
    deleted: bool | None = None


class Asked(NamedTuple):
    """What is asked of a list of documents, and when: what is deleted is listed for 60 days."""

    filter: DocumentFilter
    window: Window
    now: datetime


@dataclass(frozen=True)
class _Listing(Keyset):
    """The documents a viewer sees under some conditions, newest first; of `record_id`, or all."""

    paging: Paging
    conditions: tuple[ColumnElement[bool], ...]
    deleted: bool
    record_id: UUID | None = None

    @override
    def select(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Return the statement for the documents that the viewer sees under the conditions."""
        viewer = self.paging.viewer
        found = document_records.select_visible(viewer, *conditions, deleted=self.deleted)
        return (
            found if self.record_id is None else document_records.on_record(found, self.record_id)
        )

    @override
    def records_of(self, rows: Iterable[Row[Any]]) -> list[Any]:
        """Return the documents that rows of `select` hold."""
        return document_records.documents_of(rows)

    @override
    def count(self, connection: Connection) -> int:
        """Return how many documents the list has for this viewer."""
        counted = select(func.count()).select_from(self.select(*self.conditions).subquery())
        return connection.scalar(counted) or 0


def find(connection: Connection, lens: Lens, key: UUID, wants: Wants) -> SeenDocument | None:
    """Return the document with this id if the viewer sees it, else None."""
    found = document_records.find_visible(connection, lens.viewer, key)
    return show_documents(connection, lens, [found], wants)[0] if found else None


def documents(connection: Connection, lens: Lens, seal: Seal, asked: Asked, wants: Wants) -> Page:
    """Return a page of the documents the viewer sees, drafts of agreements among them."""
    conditions = tuple(_conditions(asked, lens.viewer))
    paging = Paging(lens.viewer, seal, _NEWEST_FIRST)
    listing = _Listing(paging, conditions, bool(asked.filter.deleted))
    return _page(connection, lens, listing, asked.window, wants)


def documents_of(
    connection: Connection,
    lens: Lens,
    seal: Seal,
    record_ids: Sequence[UUID],
    asked: Asked,
    wants: Wants,
) -> list[Page]:
    """Return, for each record, a page of the documents on it, newest first; drafts never (R85)."""
    conditions = (document.c.status != DRAFT, *_conditions(asked, lens.viewer))
    paging = Paging(lens.viewer, seal, _NEWEST_ON_RECORD)
    deleted = bool(asked.filter.deleted)
    listings = (_Listing(paging, conditions, deleted, record_id) for record_id in record_ids)
    return [_page(connection, lens, listing, asked.window, wants) for listing in listings]


def _page(
    connection: Connection, lens: Lens, listing: _Listing, window: Window, wants: Wants
) -> Page:
    found, has_next, has_previous = listing.page(connection, window)
    total = listing.count(connection) if "totalCount" in wants else 0
    nodes = show_documents(connection, lens, found, wants)
    return Page(nodes, listing.paging, Cut(has_next, has_previous, total))


def folders_of(connection: Connection, lens: Lens, record_id: UUID) -> list[Folder]:
    """Return the folders of a record's documents: those of every record first, others by name."""
    rule = visible_documents(lens.viewer)
    of_record = document.c.status != DRAFT
    statement = document_records.on_record(
        select(document.c.folder_key, func.min(document.c.folder), func.count())
        .where(rule, of_record)
        .group_by(document.c.folder_key)
        .order_by(document.c.folder_key),
        record_id,
    )
    found = {key: Folder(name, count) for key, name, count in connection.execute(statement)}
    system = [found.pop(same_name_key(name), Folder(name, 0)) for name in SYSTEM_FOLDERS]
    return [*system, *found.values()]


def _conditions(asked: Asked, viewer: Viewer) -> Iterator[ColumnElement[bool]]:
    columns, wanted = document.c, asked.filter
    if wanted.deleted:
        yield from restorable(asked.now)
    if wanted.kinds:
        yield columns.kind.in_(sorted(one.value for one in wanted.kinds))
    if wanted.statuses:
        yield columns.status.in_(sorted(one.value for one in wanted.statuses))
    if wanted.folders:
        yield columns.folder_key.in_(sorted(map(same_name_key, wanted.folders)))
    if wanted.contact_ids:
        keys = [ref.id for ref in wanted.contact_ids if ref.kind == "Contact"]
        yield columns.id.in_(document_records.ids_on(keys))
    for prefix in query_words(wanted.search):
        words = document_word.c
        yield columns.id.in_(
            select(words.record_id).where(
                words.practice_id == viewer.practice_id,
                words.word >= prefix,
                words.word < prefix + AFTER_EVERY_WORD,
            )
        )
