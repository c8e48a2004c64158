"""The model: one practice that runs mutations, and who sees what of it."""

import copy
from collections.abc import Callable

from tests.model import contacts, opportunities, owners, papers, team
from tests.model.rules import Born, Call, Outcome
from tests.model.sight import Json
from tests.model.state import Opportunity, Practice, Refused

RULES: dict[str, Callable[[Call], Outcome]] = {
    "createContact": contacts.create,
    "updateContact": contacts.update,
    "deleteContact": contacts.delete,
    "editTags": contacts.tag,
    "setDoNotDisturb": contacts.silence,
    "createOpportunity": opportunities.create,
    "updateOpportunity": opportunities.update,
    "moveOpportunity": opportunities.move,
    "setOpportunityStatus": opportunities.set_status,
    "deleteOpportunity": opportunities.delete,
    "createDocument": papers.create,
    "deleteDocument": papers.delete,
    "changeOwner": owners.change_owner,
    "addFollowers": owners.add_followers,
    "removeFollowers": owners.remove_followers,
    "updateOwnershipSettings": owners.settings,
    "createContactType": team.create_type,
    "renameContactType": team.rename_type,
    "deleteContactType": team.delete_type,
    "createUser": team.create_user,
    "updateUserAccess": team.update_access,
    "deactivateUser": team.deactivate,
}


class Model:
    """A practice in plain Python. A refused mutation leaves it as it was."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice

    def run(self, actor: str, name: str, given: Json, born: Born | None) -> Outcome:
        """Apply one mutation and return what the server's answer must say."""
        trial = copy.deepcopy(self.practice)
        trial.clock += 1
        try:
            outcome = RULES[name](Call(trial, trial.users[actor], given, born))
        except Refused as refusal:
            return Outcome(codes=refusal.codes, details=refusal.details)
        _count(self.practice, trial)
        invariants(trial)
        self.practice = trial
        if outcome.record is not None:
            records = {record.id: record for record in trial.records()}
            outcome.version = records[outcome.record].version
        return outcome


def _count(before: Practice, after: Practice) -> None:
    """Give every changed record its new version and time: by one, in each commit (R24)."""
    known = {record.id: record for record in before.records()}
    for record in after.records():
        if record.id not in known:
            record.created = record.updated = after.clock
            if isinstance(record, Opportunity):
                record.stage_entered = record.status_changed = after.clock
        elif after.facts(record) != before.facts(known[record.id]):
            record.version += 1
            record.updated = after.clock


def invariants(practice: Practice) -> None:
    """Assert what must hold at any time: R30, R40, R44, and one card a contact (R71)."""
    for record in practice.records():
        assert len(record.followers) <= 10, record
        assert record.owner not in record.followers, record
    for contact in practice.contacts.values():
        assert len(practice.cards_of(contact)) <= 1, contact
    if not practice.settings.different:
        assert owners.differing(practice) == []
