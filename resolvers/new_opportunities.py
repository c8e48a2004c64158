"""Making opportunities: one a contact and pipeline, and who owns it (R32, R39, R71, C8)."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from models.base import columns_of
from models.contact import Contact
from models.opportunity import Opportunity
from models.practice import Pipeline, Stage, stage
from models.user import User
from permissions import rules
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import constraints, records
from resolvers.change import Change
from resolvers.enums import ErrorCode, OpportunityStatus, ValueSource
from resolvers.forms import CreateOpportunity
from resolvers.ids import Ref
from resolvers.opportunities import foreign_stage
from resolvers.outcome import Outcome
from resolvers.owners import (
    assign,
    follower_cannot,
    invalid_owner,
    owner_refusal,
    put_owner,
    sync_followers,
    warn_of_blind_owner,
)
from resolvers.problems import (
    DuplicateProblem,
    Problem,
    Refused,
    forbidden,
    found,
    not_found,
    refuse,
)

DEFAULT_VALUE = Decimal("500.00")


def create(change: Change, form: CreateOpportunity) -> Outcome:
    """Add a card for a contact: one a pipeline (R71), worth 500.00 unless told otherwise."""
    if form.value is None:
        raise refuse(ErrorCode.INVALID_INPUT, "The value cannot be null.", "value")
    change.hold_practice()
    owner = change.active_user(form.owner_id) if form.owner_id else None
    contact, pipeline, step = found(
        _contact_with_family(change, form.contact_id),
        change.pipeline(form.pipeline_id, "pipelineId"),
        change.stage(form.stage_id, "stageId") if form.stage_id else None,
    )
    change.may_edit(OPPORTUNITY)
    step = step or _first_stage(change, pipeline)
    family_first = _family_must_change(change, contact, form, owner)
    problems = _creation_problems(change, contact, step, form, owner)
    if step.pipeline_id != pipeline.id:
        problems.append(foreign_stage())
    if problems:
        raise Refused(*problems)
    if family_first:
        _hand_over_family(change, contact, owner)
    card = _new_card(change, contact, step, form)
    change.add(OPPORTUNITY, card)
    put_owner(change, card, _first_owner(change, contact, owner))
    if owner is not None:
        _follow_up(change, card, owner)
    return change.outcome(OPPORTUNITY, card)


def _follow_up(change: Change, card: Opportunity, owner: User) -> None:
    """Do what follows from an owner who was named."""
    sync_followers(change, card, owner.id)
    if owner.id != change.viewer.user_id:
        warn_of_blind_owner(change, owner, OPPORTUNITY)


def _contact_with_family(change: Change, ref: Ref) -> Contact | Problem:
    if ref.kind != CONTACT.name:
        return not_found("contactId")
    locked = change.record(ref, "contactId")
    return locked if isinstance(locked, (Contact, Problem)) else not_found("contactId")


def _first_stage(change: Change, pipeline: Pipeline) -> Stage:
    statement = select(*columns_of(stage, Stage)).where(stage.c.pipeline_id == pipeline.id)
    return Stage(*change.connection.execute(statement.order_by(stage.c.position).limit(1)).one())


def _family_must_change(
    change: Change, contact: Contact, form: CreateOpportunity, owner: User | None
) -> bool:
    """Return whether R31 applies to the family first; refuse who lacks the right (C8)."""
    if change.practice.allow_different_owners or form.owner_id is None:
        return False
    if owner is not None and owner.id == contact.owner_id:
        return False
    if _family_refusal(change, contact) is rules.Refusal.FORBIDDEN:
        raise forbidden("You may not change the owner of this contact.")
    return True


def _family_refusal(change: Change, contact: Contact) -> rules.Refusal | None:
    return owner_refusal(change, contact, change.members(contact.id))


def _creation_problems(
    change: Change,
    contact: Contact,
    step: Stage,
    form: CreateOpportunity,
    owner: User | None,
) -> list[Problem]:
    problems: list[Problem] = []
    existing = constraints.present_opportunity(change.connection, contact.id, step.pipeline_id)
    if existing is not None:
        problems.append(_duplicate(change, existing))
    coupled = not change.practice.allow_different_owners
    if form.owner_id and owner is None:
        problems.append(invalid_owner("ownerId"))
    elif owner and coupled and owner.id != contact.owner_id and _follows(change, contact):
        problems.append(follower_cannot("ownerId"))
    return problems


def _follows(change: Change, contact: Contact) -> bool:
    refusal = _family_refusal(change, contact)
    return refusal is rules.Refusal.FOLLOWER_CANNOT_CHANGE_OWNER


def _duplicate(change: Change, existing: UUID) -> Problem:
    seen = records.find_visible(change.connection, OPPORTUNITY, change.viewer, existing)
    return DuplicateProblem(
        ErrorCode.DUPLICATE_OPPORTUNITY,
        "This contact has an opportunity in this pipeline already.",
        Ref(OPPORTUNITY.name, existing) if seen else None,
        "contactId",
    )


def _hand_over_family(change: Change, contact: Contact, owner: User | None) -> None:
    for one in change.members(contact.id):
        if one.owner_id != (owner.id if owner else None):
            assign(change, one, owner)


def _first_owner(change: Change, contact: Contact, owner: User | None) -> UUID | None:
    """Return who owns a new card (R32, R39, C8)."""
    if owner is not None:
        return owner.id
    if not change.practice.allow_different_owners:
        return contact.owner_id
    if contact.owner_id and change.active_user(Ref("User", contact.owner_id)):
        return contact.owner_id
    return change.viewer.user_id if change.viewer.restricted else None


def _new_card(
    change: Change, contact: Contact, step: Stage, form: CreateOpportunity
) -> Opportunity:
    given = form.value if isinstance(form.value, Decimal) else None
    return Opportunity(
        id=change.seams.new_id(),
        practice_id=change.viewer.practice_id,
        contact_id=contact.id,
        pipeline_id=step.pipeline_id,
        stage_id=step.id,
        name=form.name or contact.name,
        follows_contact_name=form.name is None,
        status=OpportunityStatus.OPEN.value,
        lost_reason=None,
        value=DEFAULT_VALUE if given is None else given,
        value_source=(ValueSource.DEFAULT if given is None else ValueSource.MANUAL).value,
        source=form.source,
        treatment_of_interest=form.treatment_of_interest,
        owner_id=None,
        stage_entered_at=change.now,
        status_changed_at=change.now,
        version=1,
        created_at=change.now,
        updated_at=change.now,
    )
