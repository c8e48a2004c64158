"""Which fields of a card depend on who looks; a field that is not named here is never kept."""

from resolvers.sharing import Need

_NOTHING = frozenset[Need]()


def _plain(*names: str) -> dict[str, frozenset[Need]]:
    return dict.fromkeys(("__typename", *names), _NOTHING)


def _needs(**names: Need) -> dict[str, frozenset[Need]]:
    return {name: frozenset((need,)) for name, need in names.items()}


_FOLLOWABLE = _plain("id", "name", "createdAt", "updatedAt", "owner", "followers", "version")
_RELATION = _needs(viewerCanChangeOwner=Need.HIMSELF, viewerCanDelete=Need.HIMSELF)
NEEDS: dict[str, dict[str, frozenset[Need]]] = {
    "Opportunity": {
        **_FOLLOWABLE,
        **_RELATION,
        **_plain("pipeline", "stage", "status", "lostReason", "valueSource", "source"),
        **_plain("treatmentOfInterest", "contactCard", "stageEnteredAt", "statusChangedAt"),
        **_needs(value=Need.VALUE, contact=Need.CONTACT, documentCount=Need.DOCUMENTS),
        **_needs(viewerCanEdit=Need.EDITS_CARD),
    },
    "Contact": {
        **_FOLLOWABLE,
        **_RELATION,
        **_plain("firstName", "lastName", "email", "phone", "type", "source", "tags"),
        **_plain("doNotDisturb"),
        **_needs(documentCount=Need.DOCUMENTS, viewerCanEdit=Need.EDITS_CONTACT),
    },
    "User": {
        **_plain("id", "name", "active"),
        **_needs(email=Need.COLLEAGUES, role=Need.COLLEAGUES, permissions=Need.COLLEAGUES),
        **_needs(onlyAssignedData=Need.COLLEAGUES),
    },
    "Money": {**_plain("amount"), **_needs(currency=Need.CURRENCY)},
    "Follower": _plain("id", "user", "source", "addedBy", "addedAt"),
    "ContactCard": _plain("contactId", "name"),
    "ContactType": _plain("id", "name", "system"),
    "Tag": _plain("id", "name", "system"),
    "DoNotDisturb": _plain("all", "channels"),
    "ChannelDoNotDisturb": _plain("channel", "status", "message"),
    "Pipeline": _plain("id", "name", "locked", "stages"),
    "Stage": _plain("id", "name", "position", "pipeline"),
}


def fields_that_need(need: Need) -> frozenset[str]:
    """Return the names of the fields of any kind that depend on `need`."""
    return frozenset(
        name for fields in NEEDS.values() for name, needs in fields.items() if need in needs
    )
