"""Lists of documents, and single ones, as a viewer sees them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select
from typing_extensions import override

from models.document import Document, document, document_link, document_word
from models.planning import plan_by_values
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
_READ = frozenset(("nodes", "edges", "pageInfo"))
_NOTHING: tuple[list[Document], bool, bool] = ([], False, False)
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
    if lens.viewer.restricted:
        plan_by_values(connection)
    found, has_next, has_previous = listing.page(connection, asked.window)
    total = listing.count(connection) if "totalCount" in wants else 0
    nodes = show_documents(connection, lens, found, wants)
    return Page(nodes, paging, Cut(has_next, has_previous, total))


def documents_of(
    connection: Connection,
    lens: Lens,
    seal: Seal,
    record_ids: Sequence[UUID],
    asked: Asked,
    wants: Wants,
) -> list[Page]:
    """Return, for each record, a page of the documents on it, newest first; drafts never (R85).

    Totals are counted for all records at once; pages of no document are not read.
    """
    conditions = (document.c.status != DRAFT, *_conditions(asked, lens.viewer))
    paging = Paging(lens.viewer, seal, _NEWEST_ON_RECORD)
    deleted = bool(asked.filter.deleted)
    listings = [_Listing(paging, conditions, deleted, record_id) for record_id in record_ids]
    read = not wants.isdisjoint(_READ)
    cuts = [one.page(connection, asked.window) if read else _NOTHING for one in listings]
    totals = _totals(connection, lens.viewer, record_ids, conditions, deleted=deleted)
    every = [one for found, _, _ in cuts for one in found]
    shown = {one.row.id: one for one in show_documents(connection, lens, every, wants)}
    return [
        Page([shown[one.id] for one in found], paging, Cut(more, less, totals.get(record_id, 0)))
        for record_id, (found, more, less) in zip(record_ids, cuts, strict=True)
    ]


def _totals(
    connection: Connection,
    viewer: Viewer,
    record_ids: Sequence[UUID],
    conditions: Sequence[ColumnElement[bool]],
    *,
    deleted: bool,
) -> dict[UUID, int]:
    """Return how many documents hang on each record under some conditions."""
    record = document_link.c.record_id
    rule = visible_documents(viewer, deleted=deleted)
    statement = document_records.on_records(select(record, func.count()), record_ids)
    rows = connection.execute(statement.where(rule, *conditions).group_by(record))
    return {key: count for key, count in rows}  # noqa: C416 - rows are no pairs for dict()


def folders_of(
    connection: Connection, lens: Lens, record_ids: Sequence[UUID]
) -> list[list[Folder]]:
    """Return the folders of each record's documents: those of every record, others by name."""
    record, key = document_link.c.record_id, document.c.folder_key
    counted = select(record, key, func.min(document.c.folder), func.count())
    statement = (
        document_records.on_records(counted, record_ids)
        .where(visible_documents(lens.viewer), document.c.status != DRAFT)
        .group_by(record, key)
        .order_by(key)
    )
    found: dict[UUID, dict[str, Folder]] = {one: {} for one in record_ids}
    for record_id, folder_key, name, count in connection.execute(statement):
        found[record_id][folder_key] = Folder(name, count)
    return [_in_order(found[one]) for one in record_ids]


def _in_order(found: dict[str, Folder]) -> list[Folder]:
    system = {same_name_key(name): Folder(name, 0) for name in SYSTEM_FOLDERS}
    return list({**system, **found}.values())


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
