"""A card of the model in the shape of the API's answer, for one viewer."""

from typing import Any

from tests.model.sight import Json, may_delete, sees
from tests.model.state import Contact, Opportunity, Practice, User

TIMES = ("stageEnteredAt", "statusChangedAt", "createdAt", "updatedAt")


def _owner(user: str | None) -> Json | None:
    return None if user is None else {"id": user}


def contact_shape(viewer: User, contact: Contact) -> Json:
    """Return the contact as a card shows it to one who may see it."""
    channels = [
        {"channel": name, "status": status, "message": None} for name, status in contact.silence()
    ]
    return {
        "id": contact.id,
        "firstName": contact.first,
        "lastName": contact.last,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "source": contact.source,
        "type": {"id": contact.type},
        "tags": sorted(contact.tags),
        "doNotDisturb": {"all": contact.muted_all, "channels": channels},
        "owner": _owner(contact.owner),
        "followers": sorted(contact.followers),
        "createdAt": contact.created,
        "updatedAt": contact.updated,
        "version": contact.version,
        "documentCount": len(contact.documents) if viewer.may("DOCUMENTS_READ") else 0,
        "viewerCanEdit": viewer.may("CONTACTS_WRITE"),
        "viewerCanDelete": may_delete(viewer, contact),
    }


def card_shape(practice: Practice, viewer: User, card: Opportunity) -> Json:
    """Return the card as this viewer must see it; times are numbers of commits."""
    contact = practice.contacts[card.contact]
    money = {"amount": str(card.value), "currency": "USD"}
    return {
        "id": card.id,
        "name": practice.name_of(card),
        "status": card.status,
        "lostReason": card.lost_reason,
        "value": money if viewer.may("OPPORTUNITY_VALUE_READ") else None,
        "valueSource": card.value_source,
        "source": card.source,
        "treatmentOfInterest": card.treatment,
        "stageEnteredAt": card.stage_entered,
        "statusChangedAt": card.status_changed,
        "createdAt": card.created,
        "updatedAt": card.updated,
        "version": card.version,
        "documentCount": len(card.documents) if viewer.may("DOCUMENTS_READ") else 0,
        "viewerCanEdit": viewer.may("OPPORTUNITIES_WRITE"),
        "viewerCanDelete": may_delete(viewer, card),
        "stage": {"id": card.stage},
        "owner": _owner(card.owner),
        "followers": sorted(card.followers),
        "contactCard": {"contactId": contact.id, "name": contact.name},
        "contact": contact_shape(viewer, contact) if sees(viewer, contact) else None,
    }


class Times:
    """What the server calls the time of each commit, learned once and then held against it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], dict[int, str]] = {}

    def read(self, shape: Json | None, answer: Json | None) -> None:
        """Replace the commit numbers in `shape` by the server's times.

        A time not met before is taken from `answer`, and must be later than the ones before it.
        """
        if shape is None or answer is None:
            return
        for name in TIMES:
            if name in shape:
                shape[name] = self._time(shape["id"], name, shape[name], answer[name])
        if "contact" in shape:
            self.read(shape["contact"], answer.get("contact"))

    def _time(self, record: str, name: str, number: int, told: Any) -> str:
        known = self._known.setdefault((record, name), {})
        if number not in known:
            earlier = [time for commit, time in known.items() if commit < number]
            assert all(time < told for time in earlier), (record, name, earlier, told)
            known[number] = told
        return known[number]
