"""A row as an opportunity: made, or written over the one its contact has in the pipeline."""

from datetime import datetime
from uuid import UUID

from app.importing.contacts import import_contact, match_of, type_ref
from app.importing.job import Job, Result, record_in
from app.importing.people import follow, owner_ref
from models.contact import Contact
from models.opportunity import Opportunity
from models.practice import Pipeline, Stage
from models.text import same_name_key
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import constraints, new_opportunities, owners, vocabulary
from resolvers.change import Change
from resolvers.enums import ErrorCode, OpportunityStatus, ValueSource
from resolvers.forms import ChangeOwner, CreateOpportunity
from resolvers.ids import Ref
from resolvers.inputs import ABSENT
from resolvers.problems import found, refuse

_WON_STAGE, _LEAD, _PATIENT = "Patient", "Lead", "Patient"


def import_lead(job: Job) -> Result:
    """Import a contact with an open opportunity in the pipeline's first stage."""
    key = job.cells.text("externalId")
    if key and job.known(CONTACT.name, key):
        return Result.UNCHANGED
    ref, result = import_contact(job)
    pipeline = _pipeline(job)
    if _present(job, ref.id, pipeline) is not None:
        return result
    _create(job, ref, pipeline, owner_field=None)
    return Result.UPDATED if result is Result.UNCHANGED else result


def import_opportunity(job: Job) -> Result:
    """Import an opportunity of a contact that is known, or that the row describes."""
    cells = job.cells
    key = cells.text("externalId") or cells.text("contactExternalId")
    if key and job.known(OPPORTUNITY.name, key):
        return Result.UNCHANGED
    _refuse_differing_owners(job)
    contact, pipeline = _contact(job), _pipeline(job)
    present = _present(job, contact.id, pipeline)
    with job.change() as change:
        _to_contact(job, change, contact)
        if present is not None:
            _to_card(job, change, Ref(OPPORTUNITY.name, present), pipeline)
    if present is not None:
        job.remember(Ref(OPPORTUNITY.name, present), key)
        return Result.UPDATED
    job.remember(_create(job, contact, pipeline, owner_field="owner"), key)
    return Result.CREATED


def _refuse_differing_owners(job: Job) -> None:
    cells = job.cells
    of_contact, of_card = cells.text("contactOwner"), cells.text("owner")
    coupled = not job.viewer.practice.allow_different_owners
    if coupled and of_contact and of_card and of_contact != of_card:
        message = "The contact and the opportunity must have the same owner in this practice."
        raise refuse(ErrorCode.OWNERS_DIFFER, message)


def _contact(job: Job) -> Ref:
    cells = job.cells
    key = cells.text("contactExternalId")
    if key is not None:
        known = job.known(CONTACT.name, key)
        if known is None:
            raise refuse(ErrorCode.NOT_FOUND, "No contact was imported under this external id.")
        return Ref(CONTACT.name, known)
    match = match_of(job)
    return Ref(CONTACT.name, match) if match else import_contact(job, "contactOwner")[0]


def _pipeline(job: Job) -> Pipeline:
    """Return the pipeline the row names, or the practice's first."""
    name = job.cells.text("pipeline")
    for one in vocabulary.pipelines(job.connection, job.viewer.practice_id):
        if name is None or same_name_key(one.name) == same_name_key(name):
            return one
    raise refuse(ErrorCode.NOT_FOUND, "pipeline: There is no pipeline of this name.")


def _present(job: Job, contact_id: UUID, pipeline: Pipeline) -> UUID | None:
    return constraints.present_opportunity(job.connection, contact_id, pipeline.id)


def _to_contact(job: Job, change: Change, ref: Ref) -> None:
    """Give the contact its owner; a lead that was won becomes a patient."""
    record: Contact = found(change.record(ref))
    owner = owner_ref(job, change, "contactOwner")
    if owner is not None:
        owners.change_owner(change, ChangeOwner(record_id=ref, owner_id=owner))
    if _status(job) is OpportunityStatus.WON and record.type_id == type_ref(change, _LEAD).id:
        change.may_edit(CONTACT)
        record.type_id = type_ref(change, _PATIENT).id
    won_at = job.cells.moment("wonAt")
    if won_at and won_at < record.created_at:
        job.remarks.append("Won before the first contact; accepted.")


def _to_card(job: Job, change: Change, ref: Ref, pipeline: Pipeline) -> None:
    card: Opportunity = found(change.record(ref))
    change.may_edit(OPPORTUNITY)
    owner = owner_ref(job, change, "owner")
    if owner is not None:
        owners.change_owner(change, ChangeOwner(record_id=ref, owner_id=owner))
    _settle(job, card, _stage(job, pipeline), change.now)
    value = job.cells.amount("value")
    if value is not None and value != card.value:
        card.value, card.value_source = value, ValueSource.MANUAL.value
    card.treatment_of_interest = job.cells.text("treatmentOfInterest") or card.treatment_of_interest
    card.source = job.cells.text("source") or card.source
    follow(job, change, card)


def _create(job: Job, contact: Ref, pipeline: Pipeline, owner_field: str | None) -> Ref:
    """Add a card; without `owner_field` its owner is its contact's (R32)."""
    cells = job.cells
    value = cells.amount("value")
    with job.change() as change:
        form = CreateOpportunity(
            contact_id=contact,
            pipeline_id=Ref("Pipeline", pipeline.id),
            value=ABSENT if value is None else value,
            source=cells.text("source"),
            treatment_of_interest=cells.text("treatmentOfInterest"),
            owner_id=owner_ref(job, change, owner_field) if owner_field else None,
        )
        ref = new_opportunities.create(change, form).record
        assert ref is not None
        card: Opportunity = record_in(change, ref)
        began = cells.moment("createdAt") or cells.moment("wonAt") or card.created_at
        card.created_at = card.stage_entered_at = card.status_changed_at = began
        _settle(job, card, _stage(job, pipeline), began)
        if owner_field:
            follow(job, change, card)
    return ref


def _settle(job: Job, card: Opportunity, step: Stage | None, otherwise: datetime) -> None:
    """Put a card into its stage and status, since the moment it was won."""
    at = job.cells.moment("wonAt") or otherwise
    status = _status(job)
    if step is not None and step.id != card.stage_id:
        card.stage_id, card.stage_entered_at = step.id, at
    if status is not None and status.value != card.status:
        card.status, card.status_changed_at = status.value, at
        card.lost_reason = None


def _stage(job: Job, pipeline: Pipeline) -> Stage | None:
    """Return the stage the row names; Patient for one that was won; else None."""
    name = job.cells.text("stage")
    if name is None and _status(job) is not OpportunityStatus.WON:
        return None
    for one in vocabulary.stages(job.connection, job.viewer.practice_id):
        wanted = same_name_key(name or _WON_STAGE)
        if one.pipeline_id == pipeline.id and same_name_key(one.name) == wanted:
            return one
    if name is None:
        return None
    raise refuse(ErrorCode.NOT_FOUND, "stage: The pipeline has no stage of this name.")


def _status(job: Job) -> OpportunityStatus | None:
    """Return the status the row names; WON for one that has a date won; else None."""
    name = job.cells.text("status")
    if name is None:
        return OpportunityStatus.WON if job.cells.has("wonAt") else None
    try:
        return OpportunityStatus(name.upper())
    except ValueError:
        known = ", ".join(status.value for status in OpportunityStatus)
        raise refuse(ErrorCode.INVALID_INPUT, f"status: One of {known} is needed.") from None
