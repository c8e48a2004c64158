"""Loading what a selection needs around records, in a few statements a page."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from models.contact import Contact
from models.opportunity import Opportunity
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import document_records, records, vocabulary
from resolvers.lens import Lens
from resolvers.seen import SeenContact, SeenOpportunity

# The names of the fields that a document asks for around records; those below a card's contact
# begin with "contact.".
Wants = frozenset[str]
_BELOW_CONTACT = "contact."
# Rows of the vocabulary that stay the same as long as its revision does.
Known = dict[str, Any]

_AUDIENCE = frozenset(("followers", "viewerCanChangeOwner", "viewerCanDelete"))
_USERS = frozenset(("owner", "followers", "addedBy"))


def show_opportunities(
    connection: Connection, lens: Lens, cards: Sequence[Opportunity], wants: Wants
) -> list[SeenOpportunity]:
    """Return visible cards with all that `wants` names around them."""
    contacts: list[Contact] = []
    if not wants.isdisjoint(("contact", "contactCard")):
        contacts = records.attach_contacts(connection, cards)
    if not wants.isdisjoint(_AUDIENCE):
        records.attach_assigned(connection, OPPORTUNITY, cards)
    if "documentCount" in wants:
        document_records.attach_totals(connection, cards)
    if not wants.isdisjoint(("stage", "pipeline")):
        need_pipelines(connection, lens)
    if not wants.isdisjoint(_USERS):
        _need_users(connection, lens, cards)
    if "contact" in wants:
        _around_contacts(connection, lens, contacts, below_contact(wants))
    return [SeenOpportunity.through(lens, card) for card in cards]


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
    if lens.viewer.restricted or not wants.isdisjoint(_AUDIENCE):
        records.attach_assigned(connection, CONTACT, contacts)
    if "documentCount" in wants:
        document_records.attach_totals(connection, contacts)
    if "type" in wants:
        need_types(connection, lens)
    if "tags" in wants:
        records.attach_tags(connection, contacts)
        need_tags(connection, lens, chain.from_iterable(one.tag_ids for one in contacts))
    if not wants.isdisjoint(_USERS):
        _need_users(connection, lens, contacts)


def below_contact(wants: Wants) -> Wants:
    """Return what is asked for around the contacts of cards."""
    return frozenset(
        name.removeprefix(_BELOW_CONTACT) for name in wants if name.startswith(_BELOW_CONTACT)
    )


def need_pipelines(connection: Connection, lens: Lens) -> None:
    """See that the lens knows the practice's pipelines and stages."""
    if not lens.pipelines:
        practice_id = lens.viewer.practice_id
        found = vocabulary.pipelines(connection, practice_id)
        lens.add_pipelines(found, vocabulary.stages(connection, practice_id))


def know_pipelines(connection: Connection, lens: Lens, known: Known) -> None:
    """See that the lens knows the pipelines and stages; `known` keeps them for the next one."""
    if "pipelines" not in known:
        practice_id = lens.viewer.practice_id
        known["pipelines"] = vocabulary.pipelines(connection, practice_id)
        known["stages"] = vocabulary.stages(connection, practice_id)
    if not lens.pipelines:
        lens.add_pipelines(known["pipelines"], known["stages"])


def need_types(connection: Connection, lens: Lens) -> None:
    """See that the lens knows the practice's contact types."""
    if not lens.types:
        lens.add_types(vocabulary.contact_types(connection, lens.viewer.practice_id))


def need_tags(connection: Connection, lens: Lens, keys: Iterable[UUID]) -> None:
    """See that the lens knows these tags."""
    missing = set(keys) - lens.tags.keys()
    if missing:
        lens.add_tags(vocabulary.tags(connection, lens.viewer.practice_id, missing))


def need_users(connection: Connection, lens: Lens, keys: Iterable[UUID | None]) -> None:
    """See that the lens knows these users."""
    missing = {key for key in keys if key} - lens.users.keys()
    if missing:
        lens.add_users(vocabulary.users(connection, lens.viewer.practice_id, missing))


def _need_users(connection: Connection, lens: Lens, found: Iterable[Contact | Opportunity]) -> None:
    keys: set[UUID | None] = set()
    for one in found:
        keys.add(one.owner_id)
        for assignment in one.assigned:
            keys.update((assignment.user_id, assignment.added_by))
    need_users(connection, lens, keys)
