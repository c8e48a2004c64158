"""P15, C1: what waits is one frame a card; it is taken in order, each under its own cursor."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import aclosing, asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

import subscriptions.stream
from models.database import Reader
from permissions.viewer import Viewer
from resolvers.enums import OpportunityOrderField, SnapshotReason
from resolvers.filters import BoardFilter
from resolvers.inputs import OpportunityOrder
from resolvers.lens import Lens
from resolvers.perform import Unauthenticated
from resolvers.problems import NotFound, RequestError
from resolvers.seal import Cursor, CursorKind, Seal
from resolvers.totals import Totals
from resolvers.views import BoardView
from subscriptions.delta import Item
from subscriptions.events import BoardEvent
from subscriptions.stream import Frame, Request, Stream
from tests.resolvers.people import VIEWER
from tests.subscriptions.story import LEAD, PIPELINE, Story, kind

SEAL = Seal(b"a secret of tests, 32 bytes long")
VIEW = BoardView(PIPELINE, BoardFilter(), OpportunityOrder(field=OpportunityOrderField.CREATED_AT))
NONE = Totals({}, 0)
TOUCHED = frozenset((LEAD,))


class Plain:
    """A subscription without a document: it tells errors by their code."""

    key: Hashable = "plain"

    def audience(self, viewer: Viewer) -> Hashable:
        return viewer.user_id

    async def render(self, event: BoardEvent, lens: Lens, reader: Reader) -> bytes:
        raise NotImplementedError

    def render_error(self, error: RequestError) -> bytes:
        return error.code.encode()


def stream() -> Stream:
    return Stream(Request(view=VIEW, operation=Plain()), VIEWER, SEAL)


def item(card: int, number: int, was: str | None = "OPEN", now: str | None = "OPEN") -> Item:
    story = Story(key=card)
    facts = story.at(0)[0]
    held, shown = (facts if state else None for state in (was, now))
    return Item(card=story.card, number=number, held=held, now=shown)


def frame(card: int, number: int, text: str) -> Frame:
    """Return a frame whose cursor stands after its text."""
    return Frame([f"{text} ".encode(), b""], item(card, number))


@asynccontextmanager
async def reading(
    of: Stream, opened: list[SnapshotReason] | None = None, refusal: RequestError | None = None
) -> AsyncIterator[Any]:
    """Yield the reader's end of a stream; a restart is answered by one frame."""

    async def open_again(again: Stream, reason: SnapshotReason) -> None:
        if refusal:
            raise refusal
        if opened is not None:
            opened.append(reason)
        again.start(8, 8, NONE, [Frame([b"snapshot ", b""], None)])

    async def heartbeat(again: Stream) -> bytes:
        return f"heartbeat {again.position}".encode()

    async with asyncio.timeout(5), aclosing(of.frames(open_again, heartbeat)) as frames:
        yield frames


async def take(frames: Any) -> tuple[str, Cursor | None]:
    """Return the next frame's text and its cursor."""
    text, _, cursor = (await anext(frames)).payload.decode().partition(" ")
    return text, SEAL.open_cursor(VIEWER.user_id, cursor) if len(cursor) > 10 else None


def place(number: int, base: int) -> Cursor:
    return Cursor(VIEWER.practice_id, number, base, CursorKind.STREAM, VIEW.fingerprint)


async def test_frames_are_taken_in_order_each_under_its_number() -> None:
    board = stream()
    board.start(0, 9, NONE, [frame(50, 3, "a"), frame(60, 5, "b"), frame(70, 9, "c")], TOUCHED)
    async with reading(board) as frames:
        assert await take(frames) == ("a", place(3, 0))
        assert (board.partly_taken, board.owed) == (True, TOUCHED)
        assert await take(frames) == ("b", place(5, 0))
        assert await take(frames) == ("c", place(9, 9))
        assert (board.partly_taken, board.owed) == (False, frozenset())


async def test_a_later_batch_replaces_what_was_not_taken() -> None:
    board = stream()
    board.start(0, 2, NONE, [frame(50, 1, "a"), frame(60, 2, "b")], TOUCHED)
    async with reading(board) as frames:
        assert await take(frames) == ("a", place(1, 0))
        board.tell(5, NONE, [frame(60, 4, "b2"), frame(50, 5, "a2")], TOUCHED)
        assert len(board.waiting) == 2
        assert await take(frames) == ("b2", place(4, 0))
        assert await take(frames) == ("a2", place(5, 5))


async def test_p15_what_waits_is_never_more_than_one_frame_a_card() -> None:
    board = stream()
    for number in range(1, 1000):
        board.tell(number, NONE, [frame(50, number, f"v{number}")], TOUCHED)
    assert len(board.waiting) == 1
    async with reading(board) as frames:
        assert (await take(frames))[0] == "v999"


async def test_the_base_moves_on_where_there_is_nothing_to_tell() -> None:
    board = stream()
    board.start(0, 1, NONE, [frame(50, 1, "a"), frame(60, 1, "b")], TOUCHED)
    async with reading(board) as frames:
        await take(frames)
        board.advance(7, NONE)
        assert (board.position, board.base) == (7, 0)
        await take(frames)
        board.advance(9, NONE)
        assert (board.position, board.base) == (9, 9)


async def test_an_interruption_drops_what_waits_and_opens_again() -> None:
    board, opened = stream(), list[SnapshotReason]()
    board.start(0, 2, NONE, [frame(50, 1, "a"), frame(60, 2, "b")], TOUCHED)
    async with reading(board, opened) as frames:
        await take(frames)
        board.interrupt(SnapshotReason.ACCESS_CHANGED)
        assert await take(frames) == ("snapshot", place(8, 8))
    assert opened == [SnapshotReason.ACCESS_CHANGED]


async def test_c5_a_stream_that_may_not_go_on_tells_why_and_ends() -> None:
    board = stream()
    async with reading(board, refusal=NotFound("gone")) as frames:
        board.interrupt(SnapshotReason.ACCESS_CHANGED)
        assert (await anext(frames)).payload == b"NOT_FOUND"
        with pytest.raises(StopAsyncIteration):
            await anext(frames)


async def test_an_ended_stream_sends_nothing_that_waited() -> None:
    board = stream()
    board.start(0, 1, NONE, [frame(50, 1, "a")], TOUCHED)
    board.end()
    async with reading(board) as frames:
        with pytest.raises(Unauthenticated):
            await anext(frames)


async def test_a_waiting_reader_is_woken() -> None:
    board = stream()
    async with reading(board) as frames:
        waiting = asyncio.create_task(take(frames))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        board.tell(1, NONE, [frame(50, 1, "a")], TOUCHED)
        assert (await waiting)[0] == "a"
        waiting = asyncio.create_task(take(frames))
        await asyncio.sleep(0.01)
        board.interrupt(SnapshotReason.FELL_BEHIND)
        assert (await waiting)[0] == "snapshot"


async def test_c1_a_heartbeat_comes_when_nothing_else_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert subscriptions.stream.HEARTBEAT_SECONDS == 15.0
    monkeypatch.setattr(subscriptions.stream, "HEARTBEAT_SECONDS", 0.02)
    board = stream()
    async with reading(board) as frames:
        assert (await anext(frames)).payload == b"heartbeat 0"
        board.advance(4, NONE)
        assert (await anext(frames)).payload == b"heartbeat 4"
        board.tell(5, NONE, [frame(50, 5, "a")], TOUCHED)
        assert (await take(frames))[0] == "a"


JOINED = [
    ("entered", "updated", "entered"),
    ("entered", "left", "nothing"),
    ("updated", "updated", "updated"),
    ("updated", "left", "left"),
    ("left", "entered", "updated"),
]
STATES: dict[str, tuple[str | None, str | None]] = {
    "entered": (None, "OPEN"),
    "updated": ("OPEN", "OPEN"),
    "left": ("OPEN", None),
}


@pytest.mark.parametrize(("first", "second", "together"), JOINED)
def test_two_changes_of_a_card_join_to_one(first: str, second: str, together: str) -> None:
    earlier, later = item(50, 3, *STATES[first]), item(50, 7, *STATES[second])
    earlier.changed, earlier.own_keys = {"value", "name"}, ["b", "a"]
    later.changed, later.own_keys = {"value", "stage"}, ["a", "c"]
    joined = later.after(earlier)
    assert kind(joined) == together
    assert joined.number == 7
    assert joined.changed == {"name", "stage", "value"}
    assert joined.own_keys == ["b", "a", "c"]
    assert earlier.changed == {"value", "name"}


def test_only_streams_that_show_the_same_are_told_together() -> None:
    one, two = stream(), stream()
    for each in (one, two):
        each.look_as(VIEWER)
    assert one.group == two.group
    two.advance(3, NONE)
    assert one.group != two.group
    elsewhere = BoardView(UUID(int=5), VIEW.filter, VIEW.order_by)
    other = Stream(Request(view=elsewhere, operation=Plain()), VIEWER, SEAL)
    other.look_as(VIEWER)
    assert one.group != other.group
