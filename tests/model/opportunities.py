"""The mutations of opportunities, as the rules spell them."""

from decimal import Decimal

from tests.model.rules import Call, Outcome, active, blind, owner_rights, sync, text
from tests.model.sight import may_delete
from tests.model.state import Contact, Opportunity, Refused


def _amount(call: Call) -> Decimal | None:
    if "value" not in call.input:
        return None
    value = Decimal(call.input["value"])
    if value < 0:
        raise Refused("INVALID_INPUT")
    return value.quantize(Decimal("0.01"))


def _known_stage(call: Call) -> None:
    stage = call.input.get("stageId")
    if stage is not None and stage not in call.practice.stages:
        raise Refused("NOT_FOUND")


def _default_owner(call: Call, contact: Contact) -> str | None:
    if not call.practice.settings.different or active(call.practice, contact.owner):
        return contact.owner
    return call.actor.id if call.actor.restricted else None


def _owner_problems(call: Call, contact: Contact, owner: str) -> frozenset[str]:
    problems: frozenset[str] = frozenset()
    inherited = not call.practice.settings.different and owner == contact.owner
    if not inherited and not active(call.practice, owner):
        problems |= {"INVALID_OWNER"}
    if not call.practice.settings.different and owner != contact.owner:
        problems |= owner_rights(call.practice, call.actor, contact)
    return problems


def create(call: Call) -> Outcome:
    """R32, R39, R71, R72: createOpportunity; coupled, an owner is the whole family's."""
    practice, given = call.practice, call.input
    value = _amount(call)
    contact = call.contact(given["contactId"])
    _known_stage(call)
    call.need("OPPORTUNITIES_WRITE")
    problems = frozenset({"DUPLICATE_OPPORTUNITY"} if practice.cards_of(contact) else ())
    owner = given.get("ownerId")
    if owner is not None:
        problems |= _owner_problems(call, contact, owner)
    if problems:
        raise Refused(*problems)
    card = Opportunity(call.new().id, call.new().version, practice.clock, contact=contact.id)
    card.given_name, card.source = text(given.get("name")), text(given.get("source"))
    card.treatment = text(given.get("treatmentOfInterest"))
    card.stage = given.get("stageId") or practice.lead
    if value is not None:
        card.value, card.value_source = value, "MANUAL"
    practice.opportunities[card.id] = card
    card.owner = owner if owner is not None else _default_owner(call, contact)
    warnings: set[str] = set()
    if owner is not None and not practice.settings.different:
        contact.give(owner)
    if owner is not None:
        warnings = sync(practice, card, owner) | blind(practice, owner, [card])
    return call.shown(card, warnings=warnings)


def update(call: Call) -> Outcome:
    """updateOpportunity: a name of null follows the contact's again (C7)."""
    value = _amount(call)
    card = call.opportunity(call.input["id"])
    call.need("OPPORTUNITIES_WRITE")
    call.fresh(card)
    if "name" in call.input:
        card.given_name = text(call.input["name"])
    if "source" in call.input:
        card.source = text(call.input["source"])
    if "treatmentOfInterest" in call.input:
        card.treatment = text(call.input["treatmentOfInterest"])
    if value is not None:
        card.value, card.value_source = value, "MANUAL"
    return call.shown(card)


def move(call: Call) -> Outcome:
    """R80: the stage changes, the status does not; Lead to Cold by hand warns."""
    card = call.opportunity(call.input["id"])
    _known_stage(call)
    call.need("OPPORTUNITIES_WRITE")
    call.fresh(card)
    stage = call.input["stageId"]
    skips = card.stage == call.practice.lead and stage == call.practice.cold
    if card.stage != stage:
        card.stage, card.stage_entered = stage, call.practice.clock
    return call.shown(card, warnings={"COLD_SKIPS_NURTURE"} if skips else set())


def set_status(call: Call) -> Outcome:
    """C6, C8: the status changes, the stage does not; leaving LOST clears the reason."""
    status, reason = call.input["status"], text(call.input.get("lostReason"))
    if reason is not None and status != "LOST":
        raise Refused("INVALID_INPUT")
    card = call.opportunity(call.input["id"])
    call.need("OPPORTUNITIES_WRITE")
    call.fresh(card)
    if card.status != status:
        card.status, card.status_changed = status, call.practice.clock
    card.lost_reason = (reason or card.lost_reason) if status == "LOST" else None
    return call.shown(card)


def delete(call: Call) -> Outcome:
    """R21: deleteOpportunity."""
    card = call.opportunity(call.input["id"])
    if not may_delete(call.actor, card):
        raise Refused("FORBIDDEN")
    call.fresh(card)
    card.deleted = True
    return Outcome(told={"deletedId": card.id})
