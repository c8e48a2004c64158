"""What is noted of reads: single records one by one, lists and boards by their count (P21, C11)."""

from collections.abc import Iterable, Sequence
from typing import Any

from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers.audit_seen import SeenEntry
from resolvers.boards import Board, BoardColumn
from resolvers.columns import ColumnRequest
from resolvers.document_seen import SeenDocument
from resolvers.loading import Wants
from resolvers.pages import Page
from resolvers.seen import SeenContact, SeenFollower, SeenOpportunity
from schema.context import Context

_LISTED = {
    CONTACT.name: "contacts.listed",
    OPPORTUNITY.name: "opportunities.listed",
    "Document": "documents.listed",
}


def saw(context: Context, shown: Any, wants: Wants) -> None:
    """Note what is shown by itself: a record, the record of a follower, a board.

    The contact of a card is shown, too, where the document asks for it and the viewer sees it.
    """
    if isinstance(shown, SeenContact):
        context.saw("contact.read", CONTACT.name, shown.id)
    elif isinstance(shown, SeenOpportunity):
        context.saw("opportunity.read", OPPORTUNITY.name, shown.id)
        if "contact" in wants and shown.contact is not None:
            context.saw("contact.read", CONTACT.name, shown.contact_id)
    elif isinstance(shown, SeenDocument):
        _saw_document(context, shown, wants)
    elif isinstance(shown, SeenFollower):
        context.saw(f"{shown.kind.lower()}.read", shown.kind, shown.assignment.record_id)
    elif isinstance(shown, (Board, BoardColumn)):
        board = shown if isinstance(shown, Board) else shown.board
        saw_board(context, board, board.cards_ahead)
    elif isinstance(shown, SeenEntry):
        saw_audit(context, 1)


def _saw_document(context: Context, shown: SeenDocument, wants: Wants) -> None:
    """Note a document, and the contacts and the card that are shown with it."""
    context.saw("document.read", "Document", shown.row.id)
    if "contact" in wants:
        people = shown.recipients if "recipients" in wants else []
        for one in (shown.contact, *(each.contact for each in people)):
            if one is not None:
                context.saw("contact.read", CONTACT.name, one.id)
    if "opportunity" in wants and shown.opportunity is not None:
        context.saw("opportunity.read", OPPORTUNITY.name, shown.opportunity.id)


def saw_list(context: Context, kind: str, count: int) -> None:
    """Note that so many records of a list are shown."""
    context.saw(_LISTED[kind], kind, count=count)


def saw_board(context: Context, board: Board, count: int = 0) -> None:
    """Note a board, or that so many of its cards are shown."""
    context.saw("board.read", "Pipeline", board.view.pipeline_id, count)


def saw_columns(context: Context, asked: Sequence[ColumnRequest], pages: Iterable[Page]) -> None:
    """Note how many cards of a board's columns are shown, unless they were noted with the board."""
    board = asked[0].column.board
    if not board.ahead:
        saw_board(context, board, sum(map(shown_of, pages, (one.wants for one in asked))))


def saw_audit(context: Context, count: int) -> None:
    """Note that so many rows of the audit trail are shown."""
    context.saw("audit.read", "Practice", context.viewer.practice_id, count)


def shown_of(page: Any, wants: Wants) -> int:
    """Return how many records of a page the document asks for: all of them, or none."""
    return 0 if wants.isdisjoint(("nodes", "edges")) else len(page.nodes)
