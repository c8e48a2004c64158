"""Payloads out of outcomes: records are read again with the rights of now (C10)."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import fields
from typing import Any
from uuid import UUID

from models.stored_file import Upload
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import lists, uploads
from resolvers.ids import Ref, global_id
from resolvers.loading import need_users
from resolvers.outcome import Notice, Outcome
from resolvers.practices import SeenOwnership, SeenPractice
from resolvers.problems import Refused
from resolvers.seal import Cursor, CursorKind
from resolvers.vocabulary import head
from schema.context import Info, wants_of
from schema.links import Ticket, ticket_of
from schema.nodes import find_record
from schema.sights import saw

_RECORDS = frozenset(
    (
        *("contact", "opportunity", "record", "contact_type", "custom_field", "user"),
        *("document", "agreement_template"),
    )
)


async def accepted(payload: type[Any], outcome: Outcome, info: Info) -> Any:
    """Return the payload of a change that was made."""
    values = {
        field.name: await _VALUES[field.name](outcome, info)
        for field in fields(payload)
        if field.name not in ("cursor", "errors")
    }
    return payload(cursor=_cursor(info, outcome.number), errors=[], **values)


async def refused(payload: type[Any], refusal: Refused, info: Info) -> Any:
    """Return the payload of a change that was refused: nothing but the reasons."""
    number = await info.context.reader.run(head, info.context.viewer.practice_id)
    values: dict[str, Any] = {
        field.name: _EMPTY.get(field.name)
        for field in fields(payload)
        if field.name not in ("cursor", "errors")
    }
    return payload(cursor=_cursor(info, number), errors=list(refusal.problems), **values)


_EMPTY: dict[str, Any] = {
    "access_lost": False,
    "warnings": [],
    "added": [],
    "removed": [],
    "skipped": [],
    "also_changed": [],
    "changed_contact_count": 0,
}


def _cursor(info: Info, number: int) -> str:
    viewer = info.context.viewer
    cursor = Cursor(viewer.practice_id, number, number, CursorKind.MUTATION)
    return info.context.services.seal.cursor(viewer.user_id, cursor)


async def _record(outcome: Outcome, info: Info) -> Any:
    shown = await find_record(info, outcome.record)
    saw(info.context, shown, wants_of(info))
    return shown


async def _upload(outcome: Outcome, info: Info) -> Ticket | None:
    ref: Ref | None = outcome.record
    row: Upload | None = await info.context.read(uploads.find, ref.id) if ref else None
    return ticket_of(info.context, row) if row else None


async def _access_lost(outcome: Outcome, _info: Info) -> bool:
    return outcome.access_lost


async def _warnings(outcome: Outcome, info: Info) -> list[Notice]:
    """Return the warnings; they name only records that the viewer sees now (C8)."""
    refs = [one.record for one in outcome.warnings if one.record]
    seen = {ref for ref in refs if await find_record(info, ref) is not None}
    return [one if one.record in seen else one._replace(record=None) for one in outcome.warnings]


async def _also_changed(outcome: Outcome, info: Info) -> list[Any]:
    found: dict[UUID, Any] = {}
    for kind in (CONTACT, OPPORTUNITY):
        keys = [ref.id for ref in outcome.also_changed if ref.kind == kind.name]
        if keys:
            found |= await info.context.read(lists.find_many, kind, keys, wants_of(info))
    return [found[ref.id] for ref in outcome.also_changed if ref.id in found]


def _users(name: str) -> Callable[[Outcome, Info], Awaitable[list[Any]]]:
    async def read(outcome: Outcome, info: Info) -> list[Any]:
        keys: Iterable[UUID] = getattr(outcome, name)
        await info.context.read(need_users, keys)
        return [info.context.lens.users[key] for key in keys]

    return read


async def _practice(_outcome: Outcome, info: Info) -> SeenPractice:
    return SeenPractice(info.context.viewer.practice)


async def _ownership(_outcome: Outcome, info: Info) -> SeenOwnership:
    return SeenOwnership(info.context.viewer.practice)


async def _deleted_id(outcome: Outcome, _info: Info) -> str | None:
    ref: Ref | None = outcome.deleted
    return global_id(ref.kind, ref.id) if ref else None


async def _count(outcome: Outcome, _info: Info) -> int:
    return outcome.count


_VALUES: dict[str, Callable[[Outcome, Info], Awaitable[Any]]] = {
    **dict.fromkeys(_RECORDS, _record),
    "upload": _upload,
    "access_lost": _access_lost,
    "warnings": _warnings,
    "added": _users("added"),
    "removed": _users("removed"),
    "skipped": _users("skipped"),
    "also_changed": _also_changed,
    "practice": _practice,
    "ownership": _ownership,
    "deleted_id": _deleted_id,
    "changed_contact_count": _count,
}
