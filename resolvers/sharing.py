"""What a viewer's rights change of a card: viewers who have all of it in common see the same."""

from collections.abc import Hashable
from enum import Enum

from permissions.rights import Permission
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY


class Need(Enum):
    """On what of its viewer a field depends."""

    CONTACT = "whether he sees the card's contact"
    VALUE = "whether he may see money"
    DOCUMENTS = "whether he may see documents"
    EDITS_CARD = "whether he may edit cards"
    EDITS_CONTACT = "whether he may edit contacts"
    COLLEAGUES = "whether he may see the rights of others; his own he may always see"
    HIMSELF = "who he is"
    CURRENCY = "his practice's currency"


_RIGHTS = {
    Need.CONTACT: CONTACT.read,
    Need.VALUE: Permission.OPPORTUNITY_VALUE_READ,
    Need.DOCUMENTS: Permission.DOCUMENTS_READ,
    Need.EDITS_CARD: OPPORTUNITY.write,
    Need.EDITS_CONTACT: CONTACT.write,
    Need.COLLEAGUES: Permission.TEAM_READ,
}


def in_common(viewer: Viewer, needs: frozenset[Need]) -> Hashable:
    """Return what is equal for viewers who see the same where fields depend on `needs`.

    Whether a restricted viewer sees the contact differs from card to card: that is part of a
    card's key.
    """
    rights = tuple(right for need, right in _RIGHTS.items() if need in needs and viewer.may(right))
    personal = Need.HIMSELF in needs or (
        Need.COLLEAGUES in needs and not viewer.may(Permission.TEAM_READ)
    )
    currency = viewer.practice.currency if Need.CURRENCY in needs else None
    himself = (viewer.user_id, viewer.role, viewer.permissions) if personal else None
    return rights, himself, currency
