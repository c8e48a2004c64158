"""The mutations of contacts, as the rules spell them."""

from tests.model.rules import Call, Outcome, active, text
from tests.model.sight import may_delete
from tests.model.state import CHANNELS, Contact, Practice, Refused

FIELDS = {"firstName": "first", "lastName": "last", "email": "email", "source": "source"}


def e164(phone: str | None) -> str | None:
    """Return a phone number as it is stored; one without a plus is American."""
    if text(phone) is None:
        return None
    assert phone is not None
    digits = "".join(char for char in phone if char.isdigit())
    return f"+{digits}" if phone.strip().startswith("+") else f"+1{digits}"


def _problems(practice: Practice, contact: Contact) -> set[str]:
    for other in practice.contacts.values():
        if other.id == contact.id or other.deleted:
            continue
        same_email = contact.email is not None and other.email == contact.email
        if same_email or (contact.phone is not None and other.phone == contact.phone):
            return {"DUPLICATE_CONTACT"}
    return set()


def _fill(call: Call, contact: Contact) -> None:
    for name, attribute in FIELDS.items():
        if name in call.input:
            setattr(contact, attribute, text(call.input[name]))
    if "phone" in call.input:
        contact.phone = e164(call.input["phone"])


def _reachable(contact: Contact) -> None:
    if not any((contact.first, contact.last, contact.email, contact.phone)):
        raise Refused("INVALID_INPUT")


def create(call: Call) -> Outcome:
    """R36, R39, R51, R58: createContact."""
    practice = call.practice
    contact = Contact("", 1, practice.clock, type=call.input["typeId"])
    _fill(call, contact)
    _reachable(contact)
    wanted = call.input.get("tagIds") or []
    if contact.type not in practice.types or not set(wanted) <= set(practice.tags.values()):
        raise Refused("NOT_FOUND")
    call.need("CONTACTS_WRITE")
    contact.tags = set(wanted)
    contact.owner = call.input.get("ownerId")
    if contact.owner is None and call.actor.restricted:
        contact.owner = call.actor.id
    problems = _problems(practice, contact)
    if contact.owner is not None and not active(practice, contact.owner):
        problems.add("INVALID_OWNER")
    if problems:
        raise Refused(*problems)
    contact.id, contact.version = call.new().id, call.new().version
    practice.contacts[contact.id] = contact
    return call.shown(contact)


def update(call: Call) -> Outcome:
    """updateContact: absent leaves, null clears (C6)."""
    contact = call.contact(call.input["id"])
    kind = call.input.get("typeId")
    if kind is not None and kind not in call.practice.types:
        raise Refused("NOT_FOUND")
    call.need("CONTACTS_WRITE")
    call.fresh(contact)
    _fill(call, contact)
    contact.type = kind or contact.type
    _reachable(contact)
    problems = _problems(call.practice, contact)
    if problems:
        raise Refused(*problems)
    return call.shown(contact)


def delete(call: Call) -> Outcome:
    """R21: the contact goes with all its opportunities, whoever owns them."""
    contact = call.contact(call.input["id"])
    if not may_delete(call.actor, contact):
        raise Refused("FORBIDDEN")
    call.fresh(contact)
    for card in call.practice.cards_of(contact):
        card.deleted = True
    contact.deleted = True
    return Outcome(told={"deletedId": contact.id})


def tag(call: Call) -> Outcome:
    """R57: editTags by name, in any case."""
    contact = call.contact(call.input["contactId"])
    call.need("CONTACTS_WRITE")
    for part, change in (("add", contact.tags.add), ("remove", contact.tags.discard)):
        for name in call.input.get(part) or []:
            change(call.practice.tags[name.strip().casefold()])
    return call.shown(contact)


def silence(call: Call) -> Outcome:
    """C8: setDoNotDisturb, `all` first."""
    contact = call.contact(call.input["contactId"])
    call.need("CONTACTS_WRITE")
    everything = call.input.get("all")
    if everything is not None:
        contact.muted_all, contact.muted = everything, set()
    for each in call.input.get("channels") or []:
        _channel(contact, each["channel"], on=each["on"])
    return call.shown(contact)


def _channel(contact: Contact, channel: str, *, on: bool) -> None:
    if contact.muted_all and on:
        return
    if contact.muted_all:
        contact.muted_all, contact.muted = False, set(CHANNELS)
    (contact.muted.add if on else contact.muted.discard)(channel)
