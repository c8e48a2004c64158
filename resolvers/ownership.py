"""Ownership settings: whether contact and opportunities may have different owners (R30-R33, K1)."""

from sqlalchemy import update

from models.contact import contact
from models.opportunity import Opportunity, opportunity
from models.practice import practice
from permissions.rights import Permission
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import constraints, records, vocabulary
from resolvers.change import Change
from resolvers.enums import ErrorCode
from resolvers.ids import Ref
from resolvers.journal import Note
from resolvers.outcome import Outcome
from resolvers.owners import follow_automatically, put_owner
from resolvers.practice_forms import UpdateOwnershipSettings
from resolvers.problems import CountProblem, Refused

_SETTINGS = (
    "allow_different_owners",
    "make_opportunity_owner_follower_of_contact",
    "make_contact_owner_follower_of_opportunity",
)


def update_settings(change: Change, form: UpdateOwnershipSettings) -> Outcome:
    """Change the ownership settings.

    Turning different owners off needs all owners equal, or `reconcile` to make them so: each
    opportunity gets its contact's owner, and its former owner follows it (K1).
    """
    change.require(Permission.SETTINGS_WRITE)
    settings = change.hold_practice(change=True)
    wanted = {name: getattr(form, name) for name in _SETTINGS}
    new = {
        name: value
        for name, value in wanted.items()
        if value is not None and value != getattr(settings, name)
    }
    if new.get("allow_different_owners") is False:
        _make_equal(change, reconcile=form.reconcile is not None)
    if new:
        change.connection.execute(update(practice).where(practice.c.id == settings.id).values(new))
        values = {name: [getattr(settings, name), value] for name, value in new.items()}
        change.note(
            Note(
                kind="Practice",
                record_id=settings.id,
                action=change.action,
                changed=sorted(new),
                values=values,
            )
        )
    return Outcome(record=Ref("Practice", settings.id))


def _make_equal(change: Change, *, reconcile: bool) -> None:
    practice_id = change.viewer.practice_id
    differing = constraints.differing_opportunities(change.connection, practice_id)
    if not differing:
        return
    if not reconcile:
        message = (
            f"{len(differing)} opportunities have another owner than their contact."
            " Set `reconcile` to give them the contact's owner."
        )
        problem = CountProblem(
            ErrorCode.OWNERS_DIFFER, message, len(differing), "allowDifferentOwners"
        )
        raise Refused(problem)
    cards = records.load_present(change.connection, OPPORTUNITY, differing)
    of = {card.contact_id for card in cards.values()}
    owners = {one.id: one.owner_id for one in change.load(CONTACT, contact.c.id.in_(of))}
    locked: list[Opportunity] = change.load(OPPORTUNITY, opportunity.c.id.in_(differing))
    staff = vocabulary.staff(change.connection, practice_id, active_only=True)
    active = {one.id for one in staff}
    for card in locked:
        former = card.owner_id
        put_owner(change, card, owners[card.contact_id])
        if former is not None and former in active:
            follow_automatically(change, card, former)
