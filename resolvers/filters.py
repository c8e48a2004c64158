"""Filters of lists and boards: what callers may ask for, as terms (C9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table

from models.contact import contact
from models.facts import source_key
from models.opportunity import opportunity
from models.text import query_words
from permissions.rights import Permission
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded
from resolvers.clean import email_key, phone_key
from resolvers.enums import OpportunityStatus
from resolvers.ids import Ref
from resolvers.inputs import DateTimeRange, DecimalRange, Search
from resolvers.problems import BadRequest, Forbidden
from resolvers.terms import (
    Between,
    FollowedBy,
    OneOf,
    OwnedBy,
    OwnerActive,
    Searched,
    Tagged,
    Term,
)

SearchText = Annotated[str, Search()]


@dataclass(frozen=True, kw_only=True)
class ContactFilter:
    """Which contacts to list; fields are joined by AND, values of a list by OR."""

    search: SearchText | None = None
    type_ids: list[Ref] | None = None
    tag_ids: list[Ref] | None = None
    owner_ids: list[Ref] | None = None
    unassigned: bool | None = None
    follower_ids: list[Ref] | None = None
    emails: list[str] | None = None
    phones: list[str] | None = None
    source: list[str] | None = None
    owner_active: bool | None = None
    created_at: DateTimeRange | None = None
    updated_at: DateTimeRange | None = None


@dataclass(frozen=True, kw_only=True)
class BoardFilter:
    """What a board shows. Without `statuses` it shows OPEN; an empty list means every status."""

    statuses: list[OpportunityStatus] | None = None
    search: SearchText | None = None
    owner_ids: list[Ref] | None = None
    unassigned: bool | None = None
    follower_ids: list[Ref] | None = None
    tag_ids: list[Ref] | None = None
    source: list[str] | None = None
    value: DecimalRange | None = None
    owner_active: bool | None = None
    created_at: DateTimeRange | None = None
    updated_at: DateTimeRange | None = None
    stage_entered_at: DateTimeRange | None = None
    status_changed_at: DateTimeRange | None = None


@dataclass(frozen=True, kw_only=True)
class OpportunityFilter(BoardFilter):
    """Which opportunities to list; no restriction on the status unless `statuses` has some."""

    pipeline_id: Ref | None = None
    stage_ids: list[Ref] | None = None
    contact_ids: list[Ref] | None = None


def contact_terms(asked: ContactFilter, viewer: Viewer) -> list[Term]:
    """Return the terms of a list of contacts."""
    columns = contact.c
    country = viewer.practice.country
    terms: list[Term] = list(_common_terms(CONTACT, asked, viewer))
    if asked.type_ids:
        terms.append(_referred(columns.type_id, "", asked.type_ids, "ContactType"))
    if asked.emails:
        terms.append(OneOf(columns.email_key, "", frozenset(map(email_key, asked.emails))))
    if asked.phones:
        keys = (phone_key(phone, country) for phone in asked.phones)
        terms.append(OneOf(columns.phone, "", frozenset(key for key in keys if key)))
    return terms


def opportunity_terms(asked: OpportunityFilter, viewer: Viewer) -> list[Term]:
    """Return the terms of a list of opportunities."""
    columns = opportunity.c
    terms = list(_card_terms(asked, viewer))
    if asked.statuses:
        terms.append(_status_term(asked.statuses))
    if asked.pipeline_id:
        terms.append(_referred(columns.pipeline_id, "", [asked.pipeline_id], "Pipeline"))
    if asked.stage_ids:
        terms.append(_referred(columns.stage_id, "stage", asked.stage_ids, "Stage"))
    if asked.contact_ids:
        terms.append(_referred(columns.contact_id, "", asked.contact_ids, "Contact"))
    return terms


def board_statuses(asked: BoardFilter) -> list[OpportunityStatus]:
    """Return the statuses a board shows, each once; all of them where the list is empty."""
    if asked.statuses is None:
        return [OpportunityStatus.OPEN]
    wanted = frozenset(asked.statuses or OpportunityStatus)
    return [status for status in OpportunityStatus if status in wanted]


def board_terms(asked: BoardFilter, viewer: Viewer) -> list[Term]:
    """Return the terms of a board, the status included."""
    terms = list(_card_terms(asked, viewer))
    if len(board_statuses(asked)) < len(OpportunityStatus):
        terms.append(_status_term(board_statuses(asked)))
    return terms


def asks_only_status(asked: BoardFilter) -> bool:
    """Return whether a board is filtered by nothing but the status."""
    rest = {name: value for name, value in vars(asked).items() if name != "statuses"}
    return all(value in (None, []) or _open(value) for value in rest.values())


def _card_terms(asked: BoardFilter, viewer: Viewer) -> Iterator[Term]:
    columns = opportunity.c
    yield from _common_terms(OPPORTUNITY, asked, viewer)
    if asked.value and not _open(asked.value):
        if not viewer.may(Permission.OPPORTUNITY_VALUE_READ):
            raise Forbidden("You may not see values, so you cannot filter by them.")
        low, high = asked.value.min, asked.value.max
        _check_order(low, high, "value.min must not be above value.max.", touching=True)
        yield Between(columns.value, "value", low, high, includes_high=True)
    yield from _ranges(opportunity, asked, "stage_entered_at", "status_changed_at")


def _common_terms(
    kind: Guarded, asked: ContactFilter | BoardFilter, viewer: Viewer
) -> Iterator[Term]:
    if words := query_words(asked.search):
        yield Searched(kind, viewer, words)
    if asked.owner_ids or asked.unassigned is not None:
        users = _ids(asked.owner_ids, "User") if asked.owner_ids else None
        yield OwnedBy(kind, users, asked.unassigned)
    if asked.follower_ids:
        yield FollowedBy(kind, _ids(asked.follower_ids, "User"))
    if asked.tag_ids:
        yield Tagged(kind, viewer, _ids(asked.tag_ids, "Tag"))
    if asked.source:
        sources = frozenset(source_key(source) for source in asked.source)
        yield OneOf(kind.table.c.source_key, "source", sources - {None})
    if asked.owner_active is not None:
        yield OwnerActive(kind, viewer.practice_id, asked.owner_active)
    yield from _ranges(kind.table, asked, "created_at", "updated_at")


def _ranges(table: Table, asked: Any, *names: str) -> Iterator[Term]:
    for name in names:
        span: DateTimeRange | None = getattr(asked, name)
        if span and not _open(span):
            _check_order(span.from_, span.to, "A range must begin before it ends.", touching=False)
            yield Between(table.c[name], name, span.from_, span.to, includes_high=False)


def _check_order(low: Any, high: Any, message: str, *, touching: bool) -> None:
    if low is None or high is None:
        return
    if low > high or (low == high and not touching):
        raise BadRequest(message)


def _open(value: Any) -> bool:
    if isinstance(value, DateTimeRange):
        return value.from_ is None and value.to is None
    return isinstance(value, DecimalRange) and value.min is None and value.max is None


def _status_term(statuses: list[OpportunityStatus]) -> Term:
    return OneOf(opportunity.c.status, "status", frozenset(one.value for one in statuses))


def _referred(column: ColumnElement[Any], attribute: str, refs: list[Ref], kind: str) -> Term:
    return OneOf(column, attribute, _ids(refs, kind))


def _ids(refs: list[Ref], kind: str) -> frozenset[UUID]:
    """Return the ids among `refs` that name a `kind`; others match nothing (C5)."""
    return frozenset(ref.id for ref in refs if ref.kind == kind)
