"""Changes of opportunities: create, update, move, status, delete (R70-R80, C8)."""

from models.opportunity import Opportunity
from permissions import rules
from permissions.visibility import OPPORTUNITY
from resolvers.change import Change
from resolvers.enums import ErrorCode, OpportunityStatus, ValueSource, WarningCode
from resolvers.forms import (
    DeleteRecord,
    MoveOpportunity,
    SetOpportunityStatus,
    UpdateOpportunity,
)
from resolvers.ids import Ref
from resolvers.inputs import ABSENT
from resolvers.outcome import Notice, Outcome
from resolvers.problems import (
    Problem,
    Refused,
    forbidden,
    found,
    not_found,
    refuse,
)
from resolvers.seen import audience

_LEAD, _COLD = "Lead", "Cold"


def update(change: Change, form: UpdateOpportunity) -> Outcome:
    """Change a card's own fields; a value given by hand is MANUAL."""
    if form.value is None:
        raise refuse(ErrorCode.INVALID_INPUT, "The value cannot be null.", "value")
    card: Opportunity = found(_card_for(change, form))
    change.may_edit(OPPORTUNITY)
    change.expect(card, form.expected_version)
    if form.name is None:
        contact, _ = change.family(card.contact_id)
        card.name, card.follows_contact_name = contact.name, True
    elif form.name is not ABSENT and form.name != card.name:
        card.name, card.follows_contact_name = form.name, False
    if form.value is not ABSENT and form.value != card.value:
        card.value, card.value_source = form.value, ValueSource.MANUAL.value
    for name in ("source", "treatment_of_interest"):
        value = getattr(form, name)
        if value is not ABSENT:
            setattr(card, name, value)
    return change.outcome(OPPORTUNITY, card)


def _card_for(change: Change, form: UpdateOpportunity) -> Opportunity | Problem:
    """Return the card; where its name follows the contact again, locked after the contact."""
    if form.name is not None or form.id.kind != OPPORTUNITY.name:
        return change.opportunity(form.id, "id")
    locked = change.record(form.id, "id")
    return locked if isinstance(locked, (Opportunity, Problem)) else not_found("id")


def move(change: Change, form: MoveOpportunity) -> Outcome:
    """Put a card into another stage of its pipeline; its status stays (R80)."""
    card, step = found(change.opportunity(form.id, "id"), change.stage(form.stage_id, "stageId"))
    change.may_edit(OPPORTUNITY)
    change.expect(card, form.expected_version)
    if step.pipeline_id != card.pipeline_id:
        raise Refused(foreign_stage())
    if step.id != card.stage_id:
        left = Ref("Stage", card.stage_id)
        card.stage_id, card.stage_entered_at = step.id, change.now
        if step.name == _COLD and found(change.stage(left)).name == _LEAD:
            message = "Leads become Cold by themselves after nurture; this one skips it."
            ref = Ref(OPPORTUNITY.name, card.id)
            change.warnings.append(Notice(WarningCode.COLD_SKIPS_NURTURE, message, ref))
    return change.outcome(OPPORTUNITY, card)


def foreign_stage() -> Problem:
    """Return the answer to a stage of another pipeline."""
    message = "This stage belongs to another pipeline."
    return Problem(ErrorCode.INVALID_INPUT, message, "stageId")


def set_status(change: Change, form: SetOpportunityStatus) -> Outcome:
    """Set a card's status; its stage stays. Leaving LOST clears the reason (C6)."""
    lost = form.status is OpportunityStatus.LOST
    if not lost and isinstance(form.lost_reason, str):
        message = "Only a lost opportunity has a reason."
        raise refuse(ErrorCode.INVALID_INPUT, message, "lostReason")
    card: Opportunity = found(change.opportunity(form.id, "id"))
    change.may_edit(OPPORTUNITY)
    change.expect(card, form.expected_version)
    if card.status != form.status.value:
        card.status, card.status_changed_at = form.status.value, change.now
    if not lost:
        card.lost_reason = None
    elif form.lost_reason is not ABSENT:
        card.lost_reason = form.lost_reason
    return change.outcome(OPPORTUNITY, card)


def delete(change: Change, form: DeleteRecord) -> Outcome:
    """Delete a card: an admin, or its owner with the right (R21)."""
    card: Opportunity = found(change.opportunity(form.id, "id"))
    if not rules.may_delete(OPPORTUNITY, change.viewer, audience(card)):
        raise forbidden("Only an admin, or the owner with the right to delete, can delete this.")
    change.expect(card, form.expected_version)
    card.deleted_at = change.now
    return Outcome(deleted=form.id)
