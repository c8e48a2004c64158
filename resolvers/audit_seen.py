"""Rows of the audit trail as one reader sees them: less what he may not know (R97)."""

from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Row

from permissions.rights import Permission
from resolvers.enums import ActorKind
from resolvers.ids import global_id, has_ids
from resolvers.inputs import api_name
from resolvers.lens import Lens, SeenUser
from resolvers.log import SESSION

_TOO_MANY = 1 << 63
# Kinds without ids of their own, and what their record is.
STANDS_FOR = {SESSION: "User"}
# Without this right the changes of such records are withheld.
_RIGHTS = {
    "Contact": Permission.CONTACTS_READ,
    "Opportunity": Permission.OPPORTUNITIES_READ,
    "User": Permission.TEAM_READ,
    **dict.fromkeys(("Document", "Upload", "AgreementTemplate"), Permission.DOCUMENTS_READ),
}
# What the ids in a change name.
_NAMED = {
    **dict.fromkeys(("created_by", "owner_id", "followers", "user"), "User"),
    **dict.fromkeys(("type_id", "replacement_type_id"), "ContactType"),
    # The records a document hangs on change with an agreement's recipients only.
    **dict.fromkeys(("contact_id", "records"), "Contact"),
    "field_id": "CustomField",
    "opportunity_id": "Opportunity",
    "practice_id": "Practice",
    "pipeline_id": "Pipeline",
    "stage_id": "Stage",
    "tag_ids": "Tag",
    "template_id": "AgreementTemplate",
    "recipient": "Contact",
    "recipients": "Contact",
    "signed_by": "Contact",
}


class SeenChange(NamedTuple):
    """What became of one field, as texts; None where there is no value."""

    field: str
    before: str | None
    after: str | None


class SeenEntry:
    """A row of the audit trail as its reader sees it."""

    __slots__ = ("_lens", "_row")

    def __init__(self, row: Row[Any], lens: Lens) -> None:
        """Show `row` to the lens's viewer; the lens knows its actor."""
        self._row = row
        self._lens = lens

    def __getattr__(self, name: str) -> Any:
        """Return the row's value: number, at, action, hash and such."""
        return getattr(self._row, name)

    @property
    def global_id(self) -> str:
        """The id of the row: of its practice and number."""
        return global_id("AuditEntry", key_of(self._row.practice_id, self._row.number))

    @property
    def actor(self) -> SeenUser | None:
        """Who did it; None where the program itself did."""
        return self._lens.users.get(self._row.actor_id)

    @property
    def actor_kind(self) -> str:
        """What kind of actor did it."""
        return ActorKind[self._row.actor_kind.upper()].value

    @property
    def record_id(self) -> str | None:
        """The id of the record, if records of its kind have one."""
        key, kind = self._row.record_id, self._row.record_kind
        kind = STANDS_FOR.get(kind, kind)
        return global_id(kind, key) if key and has_ids(kind) else None

    @property
    def changes(self) -> list[SeenChange]:
        """What changed, as far as the viewer may know."""
        row, viewer = self._row, self._lens.viewer
        right = _RIGHTS.get(row.record_kind)
        if right is not None and not viewer.may(right) and row.record_id != viewer.user_id:
            return []
        hidden = () if self._lens.sees_values else ("value",)
        return [
            _change(row.record_kind, name, pair)
            for name, pair in sorted(row.changes.items())
            if name not in hidden
        ]


def _change(kind: str, name: str, pair: Any) -> SeenChange:
    """Return a change of [before, after]; a count has no before."""
    before, after = pair if isinstance(pair, list) else (None, pair)
    named = kind if name == "id" else _NAMED.get(name)
    return SeenChange(api_name(name), _text(before, named), _text(after, named))


def _text(value: Any, named: str | None) -> str | None:
    """Return a stored value as text: ids as the API spells them, the rest as JSON."""
    if isinstance(value, list) and named:
        value = [_text(one, named) for one in value]
    if value is None or isinstance(value, str):
        return global_id(named, UUID(hex=value)) if value and named and has_ids(named) else value
    return orjson.dumps(value).decode()


def key_of(practice_id: UUID, number: int) -> UUID:
    """Return what stands for a row in ids: never the same in two practices."""
    return UUID(int=practice_id.int ^ number)


def number_of(practice_id: UUID, key: UUID) -> int | None:
    """Return the number of the row that `key_of` made a key for; None if there is none."""
    number = practice_id.int ^ key.int
    return number if number < _TOO_MANY else None
