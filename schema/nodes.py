"""`node(id:)`: any record by its id, if the viewer may see it (R14)."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from permissions.visibility import CONTACT, OPPORTUNITY, Guarded
from resolvers import (
    agreement_templates,
    audit_log,
    custom_field_lists,
    document_lists,
    lists,
    vocabulary,
)
from resolvers.boards import Board, BoardColumn, find_board
from resolvers.ids import BadId, Ref, parse
from resolvers.lens import Lens, SeenUser
from resolvers.loading import need_pipelines, need_tags, need_types
from resolvers.practices import SeenPractice
from resolvers.problems import BadRequest
from resolvers.views import restored_view
from schema.context import Info, wants_of
from schema.sights import saw

_GUARDED = {
    "Contact": CONTACT,
    "Opportunity": OPPORTUNITY,
    "ContactFollower": CONTACT,
    "OpportunityFollower": OPPORTUNITY,
}


def parsed(text: str) -> Ref:
    """Return what an id names; BadRequest for a text that is no id."""
    try:
        return parse(text)
    except BadId as error:
        raise BadRequest("This is not an id.") from error


async def find_node(info: Info, text: str) -> Any:
    """Return what an id names as the viewer sees it, else None; what is shown is noted."""
    description = info.context.services.seal.open_view(text)
    if description is not None:
        found = await _view(info, description)
    else:
        found = await find_record(info, parsed(text))
    saw(info.context, found, wants_of(info))
    return found


async def find_nodes(info: Info, texts: Sequence[str]) -> list[Any]:
    """Return what ids name, in their order; contacts and opportunities in one read each."""
    seal = info.context.services.seal
    refs = {text: parsed(text) for text in texts if seal.open_view(text) is None}
    found: dict[tuple[str, UUID], Any] = {}
    for kind in (CONTACT, OPPORTUNITY):
        keys = [ref.id for ref in refs.values() if ref.kind == kind.name]
        if keys:
            many: dict[UUID, Any] = await info.context.read(
                lists.find_many, kind, keys, wants_of(info)
            )
            found.update(((kind.name, key), one) for key, one in many.items())
    for one in found.values():
        saw(info.context, one, wants_of(info))
    return [
        found.get((refs[text].kind, refs[text].id))
        if text in refs and refs[text].kind in (CONTACT.name, OPPORTUNITY.name)
        else await find_node(info, text)
        for text in texts
    ]


async def find_record(info: Info, ref: Ref | None) -> Any:
    """Return a record as the viewer sees it, else None."""
    if ref is None:
        return None
    if ref.kind in _GUARDED:
        return await _guarded(info, ref, _GUARDED[ref.kind])
    if ref.kind == "Practice":
        practice = info.context.viewer.practice
        return SeenPractice(practice) if practice.id == ref.id else None
    if ref.kind == "Document":
        return await info.context.read(document_lists.find, ref.id, wants_of(info))
    return await info.context.read(_VOCABULARY[ref.kind], ref.id)


async def _guarded(info: Info, ref: Ref, kind: Guarded) -> Any:
    wants = wants_of(info) | {"followers"} if ref.user_id else wants_of(info)
    found: Any = await info.context.read(lists.find, kind, ref.id, wants)
    if found is None or ref.user_id is None:
        return found
    followers = (one for one in found.followers if one.assignment.user_id == ref.user_id)
    return next(followers, None)


def _user(connection: Any, lens: Lens, key: UUID) -> Any:
    found = vocabulary.users(connection, lens.viewer.practice_id, [key]).get(key)
    return SeenUser(found, lens.viewer) if found else None


def _tag(connection: Any, lens: Lens, key: UUID) -> Any:
    need_tags(connection, lens, [key])
    return lens.tags.get(key)


def _contact_type(connection: Any, lens: Lens, key: UUID) -> Any:
    need_types(connection, lens)
    return lens.types.get(key)


def _pipeline(connection: Any, lens: Lens, key: UUID) -> Any:
    need_pipelines(connection, lens)
    return lens.pipelines.get(key)


def _stage(connection: Any, lens: Lens, key: UUID) -> Any:
    need_pipelines(connection, lens)
    return lens.stages.get(key)


_VOCABULARY: dict[str, Callable[[Any, Lens, UUID], Any]] = {
    "User": _user,
    "Tag": _tag,
    "ContactType": _contact_type,
    "CustomField": custom_field_lists.find,
    "Pipeline": _pipeline,
    "Stage": _stage,
    "AuditEntry": audit_log.find_entry,
    "AgreementTemplate": agreement_templates.find,
    "Upload": lambda _connection, _lens, _key: None,  # it is read with its payload only
}


async def _view(info: Info, description: list[Any]) -> Board | BoardColumn | None:
    """Return a board, or the column that an id of a column or of its totals names."""
    part, view, stage_id = restored_view(description)
    board: Board | None = await info.context.read(find_board, info.context.services.seal, view)
    if board is None or part == "board":
        return board
    columns = (column for column in board.columns if column.stage.id == stage_id)
    return next(columns, None)
