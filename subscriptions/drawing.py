"""Turning net changes into frames: events with rows behind a lens, rendered once."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Self
from uuid import UUID

from sqlalchemy import Connection

from models.contact import Contact
from models.database import Reader
from models.opportunity import Opportunity
from models.practice import ContactType, Pipeline, Stage, Tag
from models.user import User
from permissions.viewer import Viewer
from resolvers.boards import Board, StageTotals, stage_totals
from resolvers.enums import SnapshotReason
from resolvers.ids import global_id
from resolvers.known import Known
from resolvers.lens import Lens
from resolvers.log import LogSlice
from resolvers.seal import CURSOR_LENGTH
from resolvers.seen import SeenOpportunity
from subscriptions.delta import Item
from subscriptions.events import (
    BoardEvent,
    BoardSnapshot,
    CardEntered,
    CardLeft,
    CardUpdated,
    Heartbeat,
)
from subscriptions.stream import Batch, Frame, Stream

# Stands where the cursor of the receiving stream goes; nobody outside can know it.
_CURSOR = secrets.token_urlsafe(CURSOR_LENGTH)[:CURSOR_LENGTH]


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The vocabulary around the cards of a batch, read once for all viewers."""

    users: dict[UUID, User]
    tags: list[Tag]
    types: list[ContactType]
    pipelines: list[Pipeline]
    stages: list[Stage]

    @classmethod
    def read(cls, connection: Connection, practice_id: UUID, log: LogSlice, known: Known) -> Self:
        """Return what lenses need to show the cards of `log`; `known` is of its revision."""
        cards = [history.card for history in log.histories]
        contacts = [card.contact_record for card in cards if card.contact_record]
        tags = set(chain.from_iterable(one.tag_ids for one in contacts))
        pipelines, stages = known.pipelines(connection, practice_id)
        return cls(
            users=known.users(connection, practice_id, _user_ids(chain(cards, contacts))),
            tags=known.tags(connection, practice_id, tags),
            types=known.types(connection, practice_id),
            pipelines=pipelines,
            stages=stages,
        )

    def lens(self, viewer: Viewer) -> Lens:
        """Return the vocabulary as `viewer` sees it."""
        lens = Lens(viewer)
        lens.add_users(self.users)
        lens.add_tags(self.tags)
        lens.add_types(self.types)
        lens.add_pipelines(self.pipelines, self.stages)
        return lens


def _user_ids(records: Iterable[Contact | Opportunity]) -> set[UUID]:
    ids: set[UUID | None] = set()
    for record in records:
        ids.add(record.owner_id)
        for one in record.assigned:
            ids.update((one.user_id, one.added_by))
    return {key for key in ids if key is not None}


def touched(items: Iterable[Item]) -> frozenset[UUID]:
    """Return the stages whose totals the items change."""
    return frozenset(facts.stage for item in items for facts in (item.held, item.now) if facts)


async def draw(stream: Stream, items: list[Item], batch: Batch, lens: Lens, reader: Reader) -> None:
    """Add the frames that tell the items to a batch; the last one tells the totals."""
    sums = [
        stage_totals(stream.seal, lens, stream.request.view, stage, batch.totals)
        for stage in lens.stages.values()
        if stage.id in batch.owed
    ]
    hidden = batch.totals.hidden_by_filter
    for place, item in enumerate(items, start=1):
        event = _event(stream, item, lens, sums if place == len(items) else [], hidden)
        batch.frames.append(Frame(await _rendered(stream, event, lens, reader), item))


async def draw_snapshot(
    stream: Stream, reason: SnapshotReason, board: Board, reader: Reader
) -> Frame:
    """Return the frame that tells a whole board."""
    shown = replace(board, resume=_CURSOR)
    event = BoardSnapshot(
        cursor=_CURSOR,
        totals=[column.totals for column in shown.columns],
        hidden_by_filter=board.hidden_by_filter,
        reason=reason.value,
        board=shown,
    )
    return Frame(await _rendered(stream, event, board.lens, reader), None)


async def draw_heartbeat(stream: Stream, reader: Reader) -> Frame:
    """Return the frame that tells that all is well."""
    event = Heartbeat(cursor=_CURSOR, hidden_by_filter=stream.totals.hidden_by_filter)
    return Frame(await _rendered(stream, event, Lens(stream.viewer), reader), None)


async def _rendered(stream: Stream, event: BoardEvent, lens: Lens, reader: Reader) -> list[bytes]:
    payload = await stream.request.operation.render(event, lens, reader)
    return payload.split(_CURSOR.encode())


def _event(
    stream: Stream, item: Item, lens: Lens, sums: list[StageTotals], hidden: int
) -> BoardEvent:
    told = {
        "cursor": _CURSOR,
        "totals": sums,
        "hidden_by_filter": hidden,
        "own_keys": item.own_keys,
    }
    if item.now is None:
        key = global_id("Opportunity", item.card.id)
        return CardLeft(opportunity_id=key, **told)  # type: ignore[arg-type]
    card = SeenOpportunity.through(lens, item.card)
    sort_key = stream.request.view.order(stream.viewer).sort_key(item.card)
    if item.held is None:
        return CardEntered(sort_key=sort_key, opportunity=card, **told)  # type: ignore[arg-type]
    moved = item.held.stage != item.now.stage
    return CardUpdated(
        sort_key=sort_key,
        opportunity=card,
        changed_fields=sorted(item.changed),
        previous_stage=lens.stages[item.held.stage] if moved else None,
        **told,  # type: ignore[arg-type]
    )
