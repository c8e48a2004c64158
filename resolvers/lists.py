"""Lists of contacts and opportunities, and single records, as a viewer sees them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, select

from models.contact import contact
from models.opportunity import opportunity
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded, visible
from resolvers import records
from resolvers.filters import ContactFilter, OpportunityFilter, contact_terms, opportunity_terms
from resolvers.inputs import ContactOrder, OpportunityOrder
from resolvers.lens import Lens
from resolvers.loading import Wants, show_contacts, show_opportunities
from resolvers.orders import contact_order, opportunity_order
from resolvers.pages import Cut, Listing, Page, Paging, Window
from resolvers.seal import Seal
from resolvers.seen import SeenContact, SeenOpportunity
from resolvers.terms import Term

Seen = SeenContact | SeenOpportunity
OpportunitiesAsked = tuple[OpportunityFilter, OpportunityOrder | None, Window]


def show(
    connection: Connection, lens: Lens, kind: Guarded, found: Sequence[Any], wants: Wants
) -> Sequence[Seen]:
    """Return records of a kind with all that `wants` names around them."""
    if kind is CONTACT:
        return show_contacts(connection, lens, found, wants)
    return show_opportunities(connection, lens, found, wants)


def find(connection: Connection, lens: Lens, kind: Guarded, key: UUID, wants: Wants) -> Seen | None:
    """Return the record with this id if the viewer sees it, else None."""
    record = records.find_visible(connection, kind, lens.viewer, key)
    return show(connection, lens, kind, [record], wants)[0] if record else None


def find_many(
    connection: Connection, lens: Lens, kind: Guarded, keys: Iterable[UUID], wants: Wants
) -> dict[UUID, Seen]:
    """Return those of the records with these ids that the viewer sees, by id."""
    found = records.load_visible(connection, kind, lens.viewer, keys)
    return {one.id: one for one in show(connection, lens, kind, list(found.values()), wants)}


def contacts(
    connection: Connection,
    lens: Lens,
    seal: Seal,
    asked: tuple[ContactFilter, ContactOrder | None, Window],
    wants: Wants,
) -> Page:
    """Return a page of the contacts the viewer sees."""
    wanted, order, window = asked
    paging = Paging(lens.viewer, seal, contact_order(order))
    often = records.sees_often(connection, CONTACT, lens.viewer)
    listing = Listing(CONTACT, paging, _conditions(contact_terms(wanted, lens.viewer)), often)
    return _page(connection, lens, listing, window, wants)


def opportunities(
    connection: Connection, lens: Lens, seal: Seal, asked: OpportunitiesAsked, wants: Wants
) -> Page:
    """Return a page of the opportunities the viewer sees."""
    listing = opportunity_list(connection, lens, seal, asked)
    return _page(connection, lens, listing, asked[-1], wants)


def opportunity_list(
    connection: Connection, lens: Lens, seal: Seal, asked: OpportunitiesAsked
) -> Listing:
    """Return the list of the opportunities the viewer sees, no record read."""
    wanted, order, _ = asked
    often = records.sees_often(connection, OPPORTUNITY, lens.viewer)
    paging = Paging(lens.viewer, seal, opportunity_order(order, lens.viewer))
    return Listing(OPPORTUNITY, paging, _conditions(opportunity_terms(wanted, lens.viewer)), often)


def _conditions(terms: list[Term]) -> tuple[ColumnElement[bool], ...]:
    return tuple(term.sql() for term in terms)


def _page(
    connection: Connection,
    lens: Lens,
    listing: Listing,
    window: Window,
    wants: Wants,
) -> Page:
    found, has_next, has_previous = listing.page(connection, window)
    total = listing.count(connection) if "totalCount" in wants else 0
    nodes = show(connection, lens, listing.kind, found, wants)
    return Page(nodes, listing.paging, Cut(has_next, has_previous, total))


def opportunities_of(
    connection: Connection,
    lens: Lens,
    seal: Seal,
    contact_ids: Sequence[UUID],
    asked: tuple[OpportunityFilter, Window],
    wants: Wants,
) -> list[Page]:
    """Return, for each contact, a page of its opportunities, newest first; one read for all."""
    wanted, window = asked
    paging = Paging(lens.viewer, seal, opportunity_order(None, lens.viewer))
    after = paging.place(window.after)
    conditions = _conditions(opportunity_terms(wanted, lens.viewer))
    of_contacts = opportunity.c.contact_id.in_(set(contact_ids))
    statement = records.select_visible(OPPORTUNITY, lens.viewer, of_contacts, *conditions)
    rows = connection.execute(statement.order_by(*paging.order.by))
    shown = show_opportunities(connection, lens, records.records_of(OPPORTUNITY, rows), wants)
    by_contact: dict[UUID, list[SeenOpportunity]] = {key: [] for key in contact_ids}
    for card in shown:
        by_contact[card.contact_id].append(card)
    return [_slice(by_contact[key], paging, window.size, after) for key in contact_ids]


def _slice(
    cards: list[SeenOpportunity], paging: Paging, size: int, after: tuple[Any, UUID] | None
) -> Page:
    start = 0
    if after:
        start = sum((card.created_at, card.id) >= after for card in cards)
    nodes = cards[start : start + size]
    cut = Cut(start + size < len(cards), start > 0, len(cards))
    return Page(nodes, paging, cut)


def sources(connection: Connection, lens: Lens) -> list[str]:
    """Return the different sources of what the viewer sees, sorted; one spelling of each."""
    found: dict[str, str] = {}
    for kind, table in ((CONTACT, contact), (OPPORTUNITY, opportunity)):
        statement = (
            select(table.c.source_key, table.c.source)
            .where(visible(kind, lens.viewer), table.c.source_key.is_not(None))
            .distinct()
            .order_by(table.c.source_key, table.c.source)
        )
        for key, source in connection.execute(statement):
            found.setdefault(key, source)
    return [found[key] for key in sorted(found)]
