"""changeOwner, addFollowers, removeFollowers and the ownership settings."""

from tests.model.rules import (
    PLACES,
    Call,
    Outcome,
    active,
    blind,
    follow_by_itself,
    owner_rights,
    sync,
    tied,
)
from tests.model.sight import kind, sees
from tests.model.state import Opportunity, Practice, Record, Refused

SETTINGS = {
    "makeOpportunityOwnerFollowerOfContact": "opportunity_owner_follows_contact",
    "makeContactOwnerFollowerOfOpportunity": "contact_owner_follows_opportunity",
}


def _check_change(call: Call, record: Record, owner: str | None) -> None:
    rights = owner_rights(call.practice, call.actor, record)
    if rights == {"FORBIDDEN"}:
        raise Refused("FORBIDDEN")
    if call.stale(record):
        raise Refused("CONFLICT", *rights, currentVersion=record.version)
    if owner is not None and not active(call.practice, owner):
        rights |= {"INVALID_OWNER"}
    if rights:
        raise Refused(*rights)


def change_owner(call: Call) -> Outcome:
    """R31, R33, R34, R36, R37, R44: changeOwner."""
    record, owner = call.record(call.input["recordId"]), call.input["ownerId"]
    call.need(f"{kind(record)}_WRITE")
    if owner == record.owner:
        call.fresh(record)
        return call.shown(record, warnings=set())
    _check_change(call, record, owner)
    members = tied(call.practice, record)
    keep = bool(call.input.get("keepPreviousOwnerAsFollower"))
    for member in members:
        _hand_over(member, owner, keep=keep)
    warnings = sync(call.practice, record, owner) | blind(call.practice, owner, members)
    if call.practice.settings.different:
        return call.shown(record, warnings=warnings)
    also = {each.id for each in members if each is not record and sees(call.actor, each)}
    return call.shown(record, warnings=warnings, also=also)


def _hand_over(record: Record, owner: str | None, *, keep: bool) -> None:
    previous = record.owner
    record.give(owner)
    if keep and previous is not None and not follow_by_itself(record, previous):
        raise Refused("FOLLOWER_LIMIT", limit=PLACES, current=len(record.followers))


def add_followers(call: Call) -> Outcome:
    """R40-R42, R45: addFollowers, all or none."""
    record, wanted = call.record(call.input["recordId"]), set(call.input["userIds"])
    call.need(f"{kind(record)}_WRITE")
    added = wanted - record.followers - {record.owner}
    problems = set()
    if not all(active(call.practice, user) for user in wanted):
        problems.add("INVALID_FOLLOWER")
    if len(record.followers) + len(added) > PLACES:
        problems.add("FOLLOWER_LIMIT")
    if problems:
        raise Refused(*problems, limit=PLACES, current=len(record.followers))
    record.followers |= added
    return call.shown(record, added=added, skipped=wanted - added, removed=set())


def remove_followers(call: Call) -> Outcome:
    """R45: removeFollowers, listed or all; one who does not follow is passed over."""
    record = call.record(call.input["recordId"])
    call.need(f"{kind(record)}_WRITE")
    everybody = bool(call.input.get("all"))
    removed = set(record.followers)
    if not everybody:
        removed &= set(call.input["userIds"])
    record.followers -= removed
    return call.shown(record, added=set(), removed=removed)


def differing(practice: Practice) -> list[Opportunity]:
    """Return the cards whose owner is not their contact's."""
    return [
        card
        for card in practice.opportunities.values()
        if not card.deleted and card.owner != practice.contacts[card.contact].owner
    ]


def settings(call: Call) -> Outcome:
    """K1: updateOwnershipSettings; switching off needs equal owners, or makes them equal."""
    call.need("SETTINGS_WRITE")
    state, wanted = call.practice.settings, call.input.get("allowDifferentOwners")
    if wanted is False and state.different:
        _couple(call)
    if wanted is not None:
        state.different = wanted
    for name, attribute in SETTINGS.items():
        if call.input.get(name) is not None:
            setattr(state, attribute, call.input[name])
    return Outcome()


def _couple(call: Call) -> None:
    cards = differing(call.practice)
    if cards and call.input.get("reconcile") != "CONTACT_OWNER":
        raise Refused("OWNERS_DIFFER", count=len(cards))
    for card in cards:
        previous = card.owner
        card.give(call.practice.contacts[card.contact].owner)
        if previous is not None:
            follow_by_itself(card, previous)
