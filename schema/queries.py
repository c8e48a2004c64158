"""The roots of reading."""

from typing import Any

import strawberry

from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import lists
from resolvers.boards import find_board
from resolvers.filters import BoardFilter, ContactFilter, OpportunityFilter
from resolvers.inputs import ContactOrder, OpportunityOrder
from resolvers.loading import need_pipelines
from resolvers.pages import window
from resolvers.practices import SeenViewer
from resolvers.problems import BadRequest
from resolvers.views import BoardView, default_order
from schema.board import Board
from schema.context import Info, wants_of
from schema.inputs import (
    BoardFilterInput,
    ContactFilterInput,
    ContactOrderInput,
    OpportunityFilterInput,
    OpportunityOrderInput,
    asked,
)
from schema.kind import Node, kind
from schema.nodes import find_node, find_nodes, parsed
from schema.records import (
    Contact,
    ContactConnection,
    Opportunity,
    OpportunityConnection,
)
from schema.vocabulary import Pipeline, Viewer


def board_view(info: Info, pipeline_id: str, filter: Any, order_by: Any) -> BoardView | None:
    """Return the view that a board's arguments name; None where the id is of another kind."""
    ref = parsed(pipeline_id)
    wanted = asked(BoardFilter, filter, info) or BoardFilter()
    order = asked(OpportunityOrder, order_by, info) or default_order()
    return BoardView(ref.id, wanted, order) if ref.kind == "Pipeline" else None


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
        return await info.context.read(lists.find, CONTACT, ref.id, wants_of(info))

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
        context = info.context
        page = (wanted, order, window(first, after, last, before, context.limits))
        return await context.read(lists.contacts, context.services.seal, page, wants_of(info))

    @strawberry.field
    async def opportunity(self, info: Info, id: strawberry.ID) -> Opportunity | None:
        """The opportunity with this id, or null."""
        ref = parsed(id)
        if ref.kind != OPPORTUNITY.name:
            return None
        return await info.context.read(lists.find, OPPORTUNITY, ref.id, wants_of(info))

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
        context = info.context
        page = (wanted, order, window(first, after, last, before, context.limits))
        return await context.read(lists.opportunities, context.services.seal, page, wants_of(info))

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
        return await info.context.read(find_board, info.context.services.seal, view)
