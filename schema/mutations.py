"""The roots of changing: each is one resolver, one input and one payload."""

from collections.abc import Callable
from functools import partial
from typing import Any

import strawberry

from resolvers import (
    agreement_forms,
    agreement_templates,
    agreements,
    contact_types,
    contacts,
    custom_field_forms,
    custom_fields,
    document_forms,
    documents,
    field_files,
    followers,
    forms,
    new_opportunities,
    opportunities,
    owners,
    ownership,
    practice_forms,
    sessions,
    staff,
    uploads,
)
from resolvers.problems import Refused
from schema import payloads
from schema.context import Info
from schema.idempotent import idempotency_key
from schema.inputs import cleaned, form_input
from schema.kind import described, kind
from schema.presenting import accepted, refused
from schema.printing import with_paper


def mutation(work: Callable[..., Any], form: type[Any], payload: type[Any]) -> Any:
    """Return the field of a mutation: cleans the input, performs `work`, answers `payload`."""

    async def resolve(info: Info, input: Any) -> Any:
        try:
            wanted = cleaned(form, input, info)
            key = idempotency_key(info)
            change = partial(info.context.change, info.field_name, work, wanted, key)
            outcome = await with_paper(info.context.services, info.context.practice_id, change)
        except Refused as refusal:
            return await refused(payload, refusal, info)
        return await accepted(payload, outcome, info)

    resolve.__annotations__ = {"info": Info, "input": form_input(form), "return": payload | None}
    return strawberry.mutation(resolver=resolve, description=described(work))  # type: ignore[arg-type]


@kind()
class Mutation:
    """What can be changed; each field is one transaction."""

    create_contact = mutation(contacts.create, forms.CreateContact, payloads.ContactPayload)
    update_contact = mutation(contacts.update, forms.UpdateContact, payloads.ContactPayload)
    delete_contact = mutation(contacts.delete, forms.DeleteRecord, payloads.DeletePayload)
    edit_tags = mutation(contacts.edit_tags, forms.EditTags, payloads.ContactPayload)
    set_do_not_disturb = mutation(
        contacts.set_do_not_disturb, forms.SetDoNotDisturb, payloads.ContactPayload
    )
    create_opportunity = mutation(
        new_opportunities.create, forms.CreateOpportunity, payloads.OpportunityPayload
    )
    update_opportunity = mutation(
        opportunities.update, forms.UpdateOpportunity, payloads.OpportunityPayload
    )
    move_opportunity = mutation(
        opportunities.move, forms.MoveOpportunity, payloads.OpportunityPayload
    )
    set_opportunity_status = mutation(
        opportunities.set_status, forms.SetOpportunityStatus, payloads.OpportunityPayload
    )
    delete_opportunity = mutation(opportunities.delete, forms.DeleteRecord, payloads.DeletePayload)
    change_owner = mutation(owners.change_owner, forms.ChangeOwner, payloads.FollowablePayload)
    add_followers = mutation(followers.add, forms.AddFollowers, payloads.FollowablePayload)
    remove_followers = mutation(followers.remove, forms.RemoveFollowers, payloads.FollowablePayload)
    create_contact_type = mutation(
        contact_types.create, practice_forms.CreateContactType, payloads.ContactTypePayload
    )
    rename_contact_type = mutation(
        contact_types.rename, practice_forms.RenameContactType, payloads.ContactTypePayload
    )
    delete_contact_type = mutation(
        contact_types.delete, practice_forms.DeleteContactType, payloads.ContactTypePayload
    )
    update_ownership_settings = mutation(
        ownership.update_settings,
        practice_forms.UpdateOwnershipSettings,
        payloads.OwnershipSettingsPayload,
    )
    create_user = mutation(staff.create, practice_forms.CreateUser, payloads.UserPayload)
    update_user_access = mutation(
        staff.update_access, practice_forms.UpdateUserAccess, payloads.UserPayload
    )
    deactivate_user = mutation(
        staff.deactivate, practice_forms.DeactivateUser, payloads.UserPayload
    )
    create_custom_field = mutation(
        custom_fields.create, custom_field_forms.CreateCustomField, payloads.CustomFieldPayload
    )
    update_custom_field = mutation(
        custom_fields.update, custom_field_forms.UpdateCustomField, payloads.CustomFieldPayload
    )
    delete_custom_field = mutation(custom_fields.delete, forms.DeleteRecord, payloads.DeletePayload)
    request_field_upload = mutation(
        field_files.request, custom_field_forms.RequestFieldUpload, payloads.UploadPayload
    )
    add_field_file = mutation(
        field_files.add, custom_field_forms.AddFieldFile, payloads.DocumentPayload
    )
    delete_field_file = mutation(field_files.delete, forms.DeleteRecord, payloads.DeletePayload)
    request_upload = mutation(uploads.request, document_forms.RequestUpload, payloads.UploadPayload)
    create_document = mutation(
        documents.create, document_forms.CreateDocument, payloads.DocumentPayload
    )
    update_document = mutation(
        documents.update, document_forms.UpdateDocument, payloads.DocumentPayload
    )
    delete_document = mutation(documents.delete, forms.DeleteRecord, payloads.DeletePayload)
    restore_document = mutation(
        documents.restore, document_forms.RestoreDocument, payloads.DocumentPayload
    )
    create_agreement_template = mutation(
        agreement_templates.create,
        agreement_forms.CreateAgreementTemplate,
        payloads.AgreementTemplatePayload,
    )
    update_agreement_template = mutation(
        agreement_templates.update_template,
        agreement_forms.UpdateAgreementTemplate,
        payloads.AgreementTemplatePayload,
    )
    delete_agreement_template = mutation(
        agreement_templates.delete, forms.DeleteRecord, payloads.DeletePayload
    )
    create_agreement = mutation(
        agreements.create, agreement_forms.CreateAgreement, payloads.DocumentPayload
    )
    update_agreement = mutation(
        agreements.update, agreement_forms.UpdateAgreement, payloads.DocumentPayload
    )
    send_agreement = mutation(
        agreements.send, agreement_forms.SendAgreement, payloads.DocumentPayload
    )
    revise_agreement = mutation(
        agreements.revise, agreement_forms.ReviseAgreement, payloads.DocumentPayload
    )
    logout = mutation(sessions.log_out, practice_forms.Logout, payloads.LogoutPayload)
    sign_out_user = mutation(
        sessions.sign_out_user, practice_forms.SignOutUser, payloads.UserPayload
    )
