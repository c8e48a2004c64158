"""Reads that many objects of one answer share: asked one by one, read together."""

from collections.abc import Callable, Hashable
from typing import Any

from strawberry.dataloader import DataLoader

from permissions.visibility import OPPORTUNITY
from resolvers import columns, custom_field_lists, document_lists, lists
from resolvers.boards import BoardColumn
from resolvers.columns import ColumnRequest
from resolvers.custom_field_lists import CustomFieldValue
from resolvers.document_lists import Asked, DocumentFilter
from resolvers.filters import OpportunityFilter
from resolvers.pages import Page, Window
from resolvers.seen import SeenContact
from schema.ahead import page_plan, read_columns
from schema.context import Context, Info, Shown, wants_of
from schema.sights import saw_columns, saw_list, shown_of


def _loader(context: Context, key: Hashable, load: Callable[[list[Any]], Any]) -> Any:
    """Return the loader of this operation for `key`, made on first use."""
    if key not in context.loaders:
        context.loaders[key] = DataLoader(load, cache=False)
    return context.loaders[key]


async def opportunities_of(
    info: Info, contact: Any, wanted: OpportunityFilter, window: Window
) -> Shown:
    """Return a page of a contact's opportunities; one read for all contacts asked alike."""
    context, wants = info.context, wants_of(info)
    shown: SeenContact = contact

    async def load(contact_ids: list[Any]) -> list[Page]:
        seal = context.services.seal
        pages: list[Page] = await context.read(
            lists.opportunities_of, seal, contact_ids, (wanted, window), wants
        )
        saw_list(context, OPPORTUNITY.name, sum(shown_of(page, wants) for page in pages))
        return pages

    page: Shown = await _loader(context, (repr(wanted), window, wants), load).load(shown.id)
    return page


async def documents_of(info: Info, record: Any, wanted: DocumentFilter, window: Window) -> Shown:
    """Return a page of a record's documents."""
    context, wants = info.context, wants_of(info)

    async def load(record_ids: list[Any]) -> list[Page]:
        services = context.services
        of = Asked(wanted, window, services.seams.now())
        pages: list[Page] = await context.read(
            document_lists.documents_of, services.seal, record_ids, of, wants
        )
        saw_list(context, "Document", sum(shown_of(page, wants) for page in pages))
        return pages

    key = ("documents", repr(wanted), window, wants)
    page: Shown = await _loader(context, key, load).load(record.id)
    return page


async def custom_fields_of(info: Info, record: Any) -> Shown:
    """Return the custom fields of a record with their files; one read for all records asked."""
    context, wants = info.context, wants_of(info)
    kind: str = record.kind.name

    async def load(record_ids: list[Any]) -> list[list[CustomFieldValue]]:
        found: list[list[CustomFieldValue]] = await context.read(
            custom_field_lists.values_of, kind, record_ids, wants
        )
        if "files" in wants:
            shown = sum(len(value.files) for values in found for value in values)
            saw_list(context, "Document", shown)
        return found

    values: Shown = await _loader(context, ("fields", kind, wants), load).load(record.id)
    return values


async def document_folders_of(info: Info, record: Any) -> Shown:
    """Return the folders of a record's documents; one read for all records."""
    context = info.context

    async def load(record_ids: list[Any]) -> list[Any]:
        found: list[Any] = await context.read(document_lists.folders_of, record_ids)
        return found

    folders: Shown = await _loader(context, "folders", load).load(record.id)
    return folders


async def column_cards(info: Info, column: Any, window: Window) -> Shown:
    """Return a page of a column; one read for all columns of the board."""
    context, plan = info.context, page_plan(info)
    shown: BoardColumn = column

    async def load(requests: list[Any]) -> list[Any]:
        done = await read_columns(context, plan, requests) if plan else None
        if done is not None:
            return done
        pages = await context.reader.run(columns.column_pages, requests)
        saw_columns(context, requests, pages)
        return pages

    request = ColumnRequest(shown, window, wants_of(info))
    request.check()  # of all that are read together, only this one is to blame
    page: Shown = await _loader(context, ("cards", id(shown.board), id(plan)), load).load(request)
    return page
