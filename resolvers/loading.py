"""Loading what a selection needs around records, in a few statements a page."""

from collections.abc import Iterable, Sequence
from itertools import chain
from uuid import UUID

from sqlalchemy import Connection

from models.contact import Contact
from models.opportunity import Opportunity
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import document_records, records
from resolvers.lens import Lens
from resolvers.seen import SeenContact, SeenOpportunity

# The names of the fields that a document asks for around records; those below a card's contact
# begin with "contact.".
Wants = frozenset[str]
_BELOW_CONTACT = "contact."

_AUDIENCE = frozenset(("followers", "viewerCanChangeOwner", "viewerCanDelete"))
_USERS = frozenset(("owner", "followers"))


def show_opportunities(
    connection: Connection, lens: Lens, cards: Sequence[Opportunity], wants: Wants
) -> list[SeenOpportunity]:
    """Return visible cards with all that `wants` names around them."""
    if not wants.isdisjoint(("contact", "contactCard")):
        records.attach_contacts(connection, cards)
    read_around(connection, lens, cards, wants)
    return [SeenOpportunity.through(lens, card) for card in cards]


def read_around(
    connection: Connection, lens: Lens, cards: Sequence[Opportunity], wants: Wants
) -> None:
    """Read all that `wants` names around cards whose contacts have been read."""
    if not wants.isdisjoint(_AUDIENCE):
        records.attach_assigned(connection, OPPORTUNITY, cards, added=_asks_who_added(wants))
    if "documentCount" in wants:
        document_records.attach_totals(connection, cards)
    if not wants.isdisjoint(("stage", "pipeline")):
        need_pipelines(connection, lens)
    if not wants.isdisjoint(_USERS):
        _need_users(connection, lens, cards, wants)
    if "contact" in wants:
        contacts = [card.contact_record for card in cards if card.contact_record]
        _around_contacts(connection, lens, contacts, below_contact(wants))


def show_contacts(
    connection: Connection, lens: Lens, contacts: Sequence[Contact], wants: Wants
) -> list[SeenContact]:
    """Return visible contacts with all that `wants` names around them."""
    wants = wants | below_contact(wants)
    _around_contacts(connection, lens, contacts, wants)
    return [SeenContact.through(lens, contact) for contact in contacts]


def _around_contacts(
    connection: Connection, lens: Lens, contacts: Sequence[Contact], wants: Wants
) -> None:
    if not wants.isdisjoint(_AUDIENCE):
        records.attach_assigned(connection, CONTACT, contacts, added=_asks_who_added(wants))
    elif lens.viewer.restricted:  # all that decides whether he sees the contact
        of = lens.viewer.user_id
        records.attach_assigned(connection, CONTACT, contacts, of=of, added=False)
    if "documentCount" in wants:
        document_records.attach_totals(connection, contacts)
    if "type" in wants:
        need_types(connection, lens)
    if "tags" in wants:
        records.attach_tags(connection, contacts)
        need_tags(connection, lens, chain.from_iterable(one.tag_ids for one in contacts))
    if not wants.isdisjoint(_USERS):
        _need_users(connection, lens, contacts, wants)


def _asks_who_added(wants: Wants) -> bool:
    return not wants.isdisjoint(("addedBy", "addedAt"))


def below_contact(wants: Wants) -> Wants:
    """Return what is asked for around the contacts of cards."""
    return frozenset(
        name.removeprefix(_BELOW_CONTACT) for name in wants if name.startswith(_BELOW_CONTACT)
    )


def need_pipelines(connection: Connection, lens: Lens) -> None:
    """See that the lens knows the practice's pipelines and stages."""
    if not lens.pipelines:
        lens.add_pipelines(*lens.known.pipelines(connection, lens.viewer.practice_id))


def need_types(connection: Connection, lens: Lens) -> None:
    """See that the lens knows the practice's contact types."""
    if not lens.types:
        lens.add_types(lens.known.types(connection, lens.viewer.practice_id))


def need_tags(connection: Connection, lens: Lens, keys: Iterable[UUID]) -> None:
    """See that the lens knows these tags."""
    missing = set(keys) - lens.tags.keys()
    lens.add_tags(lens.known.tags(connection, lens.viewer.practice_id, missing))


def need_users(connection: Connection, lens: Lens, keys: Iterable[UUID | None]) -> None:
    """See that the lens knows these users."""
    missing = {key for key in keys if key} - lens.users.keys()
    lens.add_users(lens.known.users(connection, lens.viewer.practice_id, missing))


def _need_users(
    connection: Connection, lens: Lens, found: Sequence[Contact | Opportunity], wants: Wants
) -> None:
    keys: set[UUID | None] = {one.owner_id for one in found}
    if "followers" in wants:
        keys |= {assignment.user_id for one in found for assignment in one.assigned}
    if "addedBy" in wants:
        keys |= {assignment.added_by for one in found for assignment in one.assigned}
    need_users(connection, lens, keys)
