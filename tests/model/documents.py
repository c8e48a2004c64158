"""The GraphQL documents of the tests: one card with all its live facts (C1), boards, mutations."""

CARD = """
fragment Card on Opportunity {
  id name status lostReason value { amount currency } valueSource source treatmentOfInterest
  stageEnteredAt statusChangedAt createdAt updatedAt version viewerCanEdit viewerCanDelete
  documentCount
  stage { id } owner { id } followers { user { id } } contactCard { contactId name }
  documentCount
  contact {
    id firstName lastName name email phone source type { id } tags { id }
    doNotDisturb { all channels { channel status message } }
    owner { id } followers { user { id } }
    createdAt updatedAt version viewerCanEdit viewerCanDelete documentCount
  }
}
"""

TOTALS = "totals { id stage { id } count value { amount currency } }"

BOARD = (
    """
fragment Full on Board {
  id cursor hiddenByFilter
  columns {
    id stage { id } """
    + TOTALS
    + """
    cards(first: $first) { pageInfo { hasNextPage } edges { sortKey node { ...Card } } }
  }
}
"""
    + CARD
)

THIN = (
    """
fragment Thin on Board {
  id cursor hiddenByFilter
  columns {
    id stage { id } """
    + TOTALS
    + """
    cards(first: $first) { pageInfo { hasNextPage } edges { sortKey node { id } } }
  }
}
"""
)

VIEW = "$pipeline: ID!, $where: BoardFilter, $order: OpportunityOrder, $first: Int"
FULL_BOARD = (
    f"query Board({VIEW}) {{ board(pipelineId: $pipeline, filter: $where, orderBy: $order)"
    " { ...Full } }" + BOARD
)
THIN_BOARD = (
    f"query Board({VIEW}) {{ board(pipelineId: $pipeline, filter: $where, orderBy: $order)"
    " { ...Thin } }" + THIN
)

LIVE = (
    f"subscription Live({VIEW}, $after: String) {{"
    + """
  boardEvents(pipelineId: $pipeline, filter: $where, orderBy: $order, after: $after) {
    __typename cursor hiddenByFilter ownKeys """
    + TOTALS
    + """
    ... on BoardSnapshot { reason board { ...Full } }
    ... on CardEntered { sortKey opportunity { ...Card } }
    ... on CardUpdated { sortKey changedFields previousStage { id } opportunity { ...Card } }
    ... on CardLeft { opportunityId }
  }
}
"""
    + BOARD
)

ERRORS = """errors {
  __typename code message path
  ... on FollowerLimitError { limit current }
  ... on ConflictError { currentVersion }
  ... on CountError { count }
  ... on DuplicateError { existing { __typename id } }
}"""
WARNINGS = "warnings { code message recordId userId }"
USER = "id name active email role onlyAssignedData permissions"

_CONTACT = f"contact {{ id name version owner {{ id }} type {{ id }} }} accessLost {WARNINGS}"
_OPPORTUNITY = (
    "opportunity { id name version status lostReason valueSource value { amount }"
    f" stage {{ id }} owner {{ id }} followers {{ user {{ id }} }} }} accessLost {WARNINGS}"
)
_FOLLOWABLE = (
    "record { id version owner { id } followers { user { id } } } accessLost added { id }"
    f" removed {{ id }} skipped {{ id }} alsoChanged {{ id version }} {WARNINGS}"
)
_SETTINGS = (
    "ownership { allowDifferentOwners makeOpportunityOwnerFollowerOfContact"
    " makeContactOwnerFollowerOfOpportunity } practice { id }"
)
_UPLOAD = "upload { id url method expiresAt }"
_DOCUMENT = (
    "document { id name folder kind status mediaType size version deletedAt viewerCanEdit"
    " contact { id } opportunity { id } uploadedBy { id } }"
)
_FIELD = (
    "customField { id key name kind object group description formats allowMultiple maxFiles"
    " version }"
)
_TYPE = "contactType { id name system } deletedId practice { id } changedContactCount"

_AGREEMENT = (
    "document { id name status folder version pages size sha256"
    " recipients { contactCard { contactId name } primary role completed }"
    " agreement { revision body expiresAt template { id } } }"
)
_TEMPLATE = "agreementTemplate { id name body version }"

# mutation: (its input type, what to select of its payload besides cursor and errors)
MUTATIONS = {
    "createContact": ("CreateContactInput", _CONTACT),
    "updateContact": ("UpdateContactInput", _CONTACT),
    "editTags": ("EditTagsInput", _CONTACT),
    "setDoNotDisturb": ("SetDoNotDisturbInput", _CONTACT),
    "deleteContact": ("DeleteRecordInput", "deletedId"),
    "createOpportunity": ("CreateOpportunityInput", _OPPORTUNITY),
    "updateOpportunity": ("UpdateOpportunityInput", _OPPORTUNITY),
    "moveOpportunity": ("MoveOpportunityInput", _OPPORTUNITY),
    "setOpportunityStatus": ("SetOpportunityStatusInput", _OPPORTUNITY),
    "deleteOpportunity": ("DeleteRecordInput", "deletedId"),
    "changeOwner": ("ChangeOwnerInput", _FOLLOWABLE),
    "addFollowers": ("AddFollowersInput", _FOLLOWABLE),
    "removeFollowers": ("RemoveFollowersInput", _FOLLOWABLE),
    "createContactType": ("CreateContactTypeInput", _TYPE),
    "renameContactType": ("RenameContactTypeInput", _TYPE),
    "deleteContactType": ("DeleteContactTypeInput", _TYPE),
    "updateOwnershipSettings": ("UpdateOwnershipSettingsInput", _SETTINGS),
    "createUser": ("CreateUserInput", f"user {{ {USER} }}"),
    "updateUserAccess": ("UpdateUserAccessInput", f"user {{ {USER} }}"),
    "deactivateUser": ("DeactivateUserInput", f"user {{ {USER} }}"),
    "signOutUser": ("SignOutUserInput", f"user {{ {USER} }}"),
    "createAgreementTemplate": ("CreateAgreementTemplateInput", _TEMPLATE),
    "updateAgreementTemplate": ("UpdateAgreementTemplateInput", _TEMPLATE),
    "deleteAgreementTemplate": ("DeleteRecordInput", "deletedId"),
    "createAgreement": ("CreateAgreementInput", _AGREEMENT),
    "updateAgreement": ("UpdateAgreementInput", _AGREEMENT),
    "sendAgreement": ("SendAgreementInput", _AGREEMENT),
    "reviseAgreement": ("ReviseAgreementInput", _AGREEMENT),
    "deleteDocument": ("DeleteRecordInput", "deletedId"),
    "restoreDocument": ("RestoreDocumentInput", _DOCUMENT),
    "logout": ("LogoutInput", ""),
    "requestUpload": ("RequestUploadInput", _UPLOAD),
    "createDocument": ("CreateDocumentInput", _DOCUMENT),
    "updateDocument": ("UpdateDocumentInput", _DOCUMENT),
    "createCustomField": ("CreateCustomFieldInput", _FIELD),
    "updateCustomField": ("UpdateCustomFieldInput", _FIELD),
    "deleteCustomField": ("DeleteRecordInput", "deletedId"),
    "requestFieldUpload": ("RequestFieldUploadInput", _UPLOAD),
    "addFieldFile": ("AddFieldFileInput", _DOCUMENT),
    "deleteFieldFile": ("DeleteRecordInput", "deletedId"),
}


def mutation(name: str, *, keyed: bool = False, cursor: bool = True) -> str:
    """Return the document of one mutation; `keyed` adds @idempotent with the variable $key."""
    kind, chosen = MUTATIONS[name]
    key, directive = (", $key: String!", " @idempotent(key: $key)") if keyed else ("", "")
    place = "cursor" if cursor else ""
    return (
        f"mutation Change($input: {kind}!{key}) {{ {name}(input: $input){directive}"
        f" {{ {place} {ERRORS} {chosen} }} }}"
    )


# All that an admin can read of his practice: what a refused change must not have touched.
EVERYTHING = (
    """
query Everything($pipeline: ID!) {
  viewer { practice {
    name currency timeZone sources
    ownership { allowDifferentOwners makeOpportunityOwnerFollowerOfContact
      makeContactOwnerFollowerOfOpportunity }
    contactTypes { id name system } tags { id name system }
    customFields {
      id key name object group description formats allowMultiple maxFiles version updatedAt
    }
    users(activeOnly: false) { """
    + USER
    + """ }
  } }
  contacts(first: 40, orderBy: { field: CREATED_AT }) { totalCount nodes {
    id firstName lastName name email phone source type { id } tags { id }
    doNotDisturb { all channels { channel status } }
    owner { id } followers { id source addedAt addedBy { id } user { id } }
    createdAt updatedAt version
  } }
  documents(first: 40) { totalCount nodes { ...Kept } }
  deleted: documents(first: 40, filter: { deleted: true }) { totalCount nodes { ...Kept } }
  board(pipelineId: $pipeline, filter: { statuses: [] }) { hiddenByFilter columns {
    totals { count value { amount } }
    cards(first: 20) { edges { sortKey node {
      id name status lostReason value { amount } valueSource source treatmentOfInterest
      stageEnteredAt statusChangedAt createdAt updatedAt version
      owner { id } followers { id source addedAt addedBy { id } user { id } }
    } } }
  } }
}
fragment Kept on Document {
  id name folder kind status version updatedAt deletedAt contact { id } opportunity { id }
}
"""
)
