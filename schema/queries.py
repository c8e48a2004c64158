"""The roots of reading."""

from collections.abc import Callable
from typing import Any

import strawberry

from permissions.visibility import CONTACT, OPPORTUNITY, Guarded
from resolvers import agreement_templates, audit_log, document_lists, lists
from resolvers.document_lists import DocumentFilter
from resolvers.filters import BoardFilter, ContactFilter, OpportunityFilter
from resolvers.ids import Ref
from resolvers.inputs import ContactOrder, OpportunityOrder
from resolvers.loading import need_pipelines
from resolvers.pages import Page, window
from resolvers.practices import SeenViewer
from resolvers.problems import BadRequest
from resolvers.views import BoardView, default_order
from schema.ahead import read_board, read_opportunities
from schema.audit import AuditConnection
from schema.board import Board
from schema.context import Info, Shown, wants_of
from schema.documents import Document, DocumentConnection
from schema.inputs import (
    AuditFilterInput,
    BoardFilterInput,
    ContactFilterInput,
    ContactOrderInput,
    DocumentFilterInput,
    OpportunityFilterInput,
    OpportunityOrderInput,
    asked,
)
from schema.kind import Node, kind
from schema.nodes import find_node, find_nodes, find_record, parsed
from schema.records import (
    Contact,
    ContactConnection,
    Opportunity,
    OpportunityConnection,
)
from schema.sights import saw, saw_audit, saw_list, shown_of
from schema.templates import AgreementTemplate
from schema.vocabulary import Pipeline, Viewer


def board_view(info: Info, pipeline_id: str, filter: Any, order_by: Any) -> BoardView | None:
    """Return the view that a board's arguments name; None where the id is of another kind."""
    ref = parsed(pipeline_id)
    wanted = asked(BoardFilter, filter, info) or BoardFilter()
    order = asked(OpportunityOrder, order_by, info) or default_order()
    return BoardView(ref.id, wanted, order) if ref.kind == "Pipeline" else None


async def _shown(info: Info, kind: Guarded, ref: Ref) -> Shown:
    """Return a record that is asked for by its id, and note that it is shown."""
    wants = wants_of(info)
    found: Shown = await info.context.read(lists.find, kind, ref.id, wants)
    saw(info.context, found, wants)
    return found


async def _listed(info: Info, kind: Guarded, list_of: Callable[..., Page], asked: Any) -> Shown:
    """Return a page of a list, and note how many records it shows."""
    context, wants = info.context, wants_of(info)
    page: Shown = await context.read(list_of, context.services.seal, asked, wants)
    saw_list(context, kind.name, shown_of(page, wants))
    return page


@kind()
class Query:
    """What can be read: always what the viewer may see, and nothing else."""

    @strawberry.field
    async def viewer(self, info: Info) -> Viewer:
        """Who asks."""
        return SeenViewer(info.context.viewer)  # type: ignore[return-value]

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        """The record with this id, or null where the viewer sees none."""
        shown: Node | None = await find_node(info, id)
        return shown

    @strawberry.field
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        """The records with these ids, in their order; null where the viewer sees none."""
        most = info.context.limits.ids
        if len(ids) > most:
            raise BadRequest(f"At most {most} ids are allowed in one call.")
        return await find_nodes(info, ids)

    @strawberry.field
    async def contact(self, info: Info, id: strawberry.ID) -> Contact | None:
        """The contact with this id, or null."""
        ref = parsed(id)
        if ref.kind != CONTACT.name:
            return None
        return await _shown(info, CONTACT, ref)

    @strawberry.field
    async def contacts(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: ContactFilterInput | None = None,
        order_by: ContactOrderInput | None = None,
    ) -> ContactConnection:
        """The contacts the viewer sees, newest first unless ordered otherwise."""
        wanted = asked(ContactFilter, filter, info) or ContactFilter()
        order = asked(ContactOrder, order_by, info)
        page = (wanted, order, window(first, after, last, before, info.context.limits))
        return await _listed(info, CONTACT, lists.contacts, page)

    @strawberry.field
    async def opportunity(self, info: Info, id: strawberry.ID) -> Opportunity | None:
        """The opportunity with this id, or null."""
        ref = parsed(id)
        if ref.kind != OPPORTUNITY.name:
            return None
        return await _shown(info, OPPORTUNITY, ref)

    @strawberry.field
    async def opportunities(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: OpportunityFilterInput | None = None,
        order_by: OpportunityOrderInput | None = None,
    ) -> OpportunityConnection:
        """The opportunities the viewer sees, newest first unless ordered otherwise."""
        wanted = asked(OpportunityFilter, filter, info) or OpportunityFilter()
        order = asked(OpportunityOrder, order_by, info)
        page = (wanted, order, window(first, after, last, before, info.context.limits))
        done = await read_opportunities(info, page)
        return done or await _listed(info, OPPORTUNITY, lists.opportunities, page)  # type: ignore[return-value]

    @strawberry.field
    async def document(self, info: Info, id: strawberry.ID) -> Document | None:
        """The document with this id, or null."""
        ref = parsed(id)
        found: Document | None = await find_record(info, ref) if ref.kind == "Document" else None
        saw(info.context, found, wants_of(info))
        return found

    @strawberry.field
    async def documents(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: DocumentFilterInput | None = None,
    ) -> DocumentConnection:
        """The files and agreements the viewer sees, newest first, with drafts that are his."""
        wanted = asked(DocumentFilter, filter, info) or DocumentFilter()
        context, wants, services = info.context, wants_of(info), info.context.services
        page_of = window(first, after, last, before, context.limits)
        of = document_lists.Asked(wanted, page_of, services.seams.now())
        page: Any = await context.read(document_lists.documents, services.seal, of, wants)
        saw_list(context, "Document", shown_of(page, wants))
        return page  # type: ignore[no-any-return]

    @strawberry.field
    async def agreement_templates(self, info: Info) -> list[AgreementTemplate]:
        """The practice's templates for agreements, by name; none without DOCUMENTS_READ."""
        return await info.context.read(agreement_templates.listed)

    @strawberry.field
    async def pipelines(self, info: Info) -> list[Pipeline]:
        """The practice's pipelines."""
        await info.context.read(need_pipelines)
        return list(info.context.lens.pipelines.values())  # type: ignore[arg-type]

    @strawberry.field
    async def board(
        self,
        info: Info,
        pipeline_id: strawberry.ID,
        filter: BoardFilterInput | None = None,
        order_by: OpportunityOrderInput | None = None,
    ) -> Board | None:
        """The viewer's board of a pipeline, as of one moment; null where he sees none."""
        view = board_view(info, pipeline_id, filter, order_by)
        if view is None:
            return None
        return await read_board(info, view)  # type: ignore[return-value]

    @strawberry.field
    async def audit_log(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: AuditFilterInput | None = None,
    ) -> AuditConnection:
        """The audit trail, newest first. Needs AUDIT_READ; never with Only Assigned Data (R97)."""
        wanted = asked(audit_log.AuditFilter, filter, info) or audit_log.AuditFilter()
        context, wants = info.context, wants_of(info)
        of = (wanted, window(first, after, last, before, context.limits))
        page: Any = await context.read(audit_log.entries, context.services.seal, of, wants)
        saw_audit(context, shown_of(page, wants))
        return page  # type: ignore[no-any-return]
