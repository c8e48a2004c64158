"""P15, C1: what waits is one frame a card; it is taken in order, each under its own cursor."""

import asyncio
from collections.abc import Hashable
from uuid import UUID

import pytest

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
from subscriptions.pulling import Pull
from subscriptions.stream import Batch, Frame, Request, Stream
from tests.resolvers.people import VIEWER
from tests.subscriptions.story import LEAD, PIPELINE, Story

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


def stream(view: BoardView = VIEW) -> Stream:
    reader = Listener()
    return Stream(Request(view=view, operation=Plain()), VIEWER, SEAL, reader, reader.restart)


def item(card: int, number: int, was: str | None = "OPEN", now: str | None = "OPEN") -> Item:
    story = Story(key=card)
    facts = story.at(0)[0]
    held, shown = (facts if state else None for state in (was, now))
    return Item(card=story.card, number=number, held=held, now=shown)


def frame(card: int, number: int, text: str) -> Frame:
    """Return a frame whose cursor stands after its text."""
    return Frame([f"{text} ".encode(), b""], item(card, number))


class Listener(Pull):
    """The reader's end of a stream; a restart is answered by one frame, or refused."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[SnapshotReason] = []
        self.refusal: RequestError | None = None

    def restart(self, again: Stream, reason: SnapshotReason) -> None:
        self.opened.append(reason)
        if self.refusal:
            again.fail(self.refusal)
        else:
            again.start(8, Batch(8, NONE, [Frame([b"snapshot ", b""], None)]))
            again.pump()


def made() -> tuple[Stream, Listener]:
    """Return a stream and its reader."""
    board = stream()
    assert isinstance(board.sink, Listener)
    return board, board.sink


def batch(position: int, *frames: Frame) -> Batch:
    return Batch(position, NONE, list(frames), TOUCHED)


async def take(reader: Listener) -> tuple[str, Cursor | None]:
    """Return the next frame's text and its cursor."""
    async with asyncio.timeout(5):
        text, _, cursor = (await anext(reader)).payload.decode().partition(" ")
    return text, SEAL.open_cursor(VIEWER.user_id, cursor) if len(cursor) > 10 else None


def place(number: int, base: int) -> Cursor:
    return Cursor(VIEWER.practice_id, number, base, CursorKind.STREAM, VIEW.fingerprint)


async def test_frames_are_taken_in_order_each_under_its_number() -> None:
    board, reader = made()
    board.start(0, batch(9, frame(50, 3, "a"), frame(60, 5, "b"), frame(70, 9, "c")))
    board.pump()
    assert await take(reader) == ("a", place(3, 0))
    assert (board.partly_taken, board.owed) == (True, TOUCHED)
    assert await take(reader) == ("b", place(5, 0))
    assert await take(reader) == ("c", place(9, 9))
    assert (board.partly_taken, board.owed) == (False, frozenset())


async def test_a_later_batch_replaces_what_was_not_taken() -> None:
    board, reader = made()
    board.start(0, batch(2, frame(50, 1, "a"), frame(60, 2, "b")))
    board.pump()
    assert await take(reader) == ("a", place(1, 0))
    board.tell(batch(5, frame(60, 4, "b2"), frame(50, 5, "a2")))
    assert len(board.waiting) == 2
    assert await take(reader) == ("b2", place(4, 0))
    assert await take(reader) == ("a2", place(5, 5))


async def test_p15_what_waits_is_never_more_than_one_frame_a_card() -> None:
    board, reader = made()
    for number in range(1, 1000):
        board.tell(batch(number, frame(50, number, f"v{number}")))
    assert len(board.waiting) == 1
    assert (await take(reader))[0] == "v999"


async def test_the_base_moves_on_where_there_is_nothing_to_tell() -> None:
    board, reader = made()
    board.start(0, batch(1, frame(50, 1, "a"), frame(60, 1, "b")))
    board.pump()
    await take(reader)
    board.advance(7, NONE)
    assert (board.position, board.base) == (7, 0)
    await take(reader)
    board.advance(9, NONE)
    assert (board.position, board.base) == (9, 9)


async def test_an_interruption_drops_what_waits_and_opens_again() -> None:
    board, reader = made()
    board.start(0, batch(2, frame(50, 1, "a"), frame(60, 2, "b")))
    board.pump()
    await take(reader)
    board.interrupt(SnapshotReason.ACCESS_CHANGED)
    assert reader.opened == []
    assert await take(reader) == ("snapshot", place(8, 8))
    assert reader.opened == [SnapshotReason.ACCESS_CHANGED]


async def test_c5_a_stream_that_may_not_go_on_tells_why_and_ends() -> None:
    board, reader = made()
    reader.refusal = NotFound("gone")
    board.interrupt(SnapshotReason.ACCESS_CHANGED)
    assert await take(reader) == ("NOT_FOUND", None)
    with pytest.raises(StopAsyncIteration):
        await take(reader)


async def test_an_ended_stream_sends_nothing_that_waited() -> None:
    board, reader = made()
    board.start(0, batch(1, frame(50, 1, "a")))
    board.pump()
    board.end()
    with pytest.raises(Unauthenticated):
        await take(reader)


async def test_who_has_left_is_told_nothing_not_even_the_end() -> None:
    board, reader = made()
    board.leave()
    board.tell(batch(1, frame(50, 1, "a")))
    board.interrupt(SnapshotReason.FELL_BEHIND)
    board.start(0, batch(1, frame(50, 1, "a")))
    board.pump()
    board.end()
    board.fail(NotFound("gone"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await anext(reader)
    assert reader.opened == []


async def test_a_waiting_reader_is_woken() -> None:
    board, reader = made()
    waiting = asyncio.create_task(take(reader))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    board.tell(batch(1, frame(50, 1, "a")))
    assert (await waiting)[0] == "a"
    waiting = asyncio.create_task(take(reader))
    await asyncio.sleep(0.01)
    board.interrupt(SnapshotReason.FELL_BEHIND)
    assert (await waiting)[0] == "snapshot"


async def test_only_who_holds_everything_and_takes_more_is_idle() -> None:
    board, reader = made()
    waiting = asyncio.create_task(take(reader))
    await asyncio.sleep(0.01)
    assert board.idle
    board.beat(Frame([b"beat ", b""], None))
    assert await waiting == ("beat", place(0, 0))
    board.tell(batch(1, frame(50, 1, "a")))
    assert not board.idle


async def test_a_stream_is_not_idle_while_it_is_drawn() -> None:
    board, reader = made()
    waiting = asyncio.create_task(take(reader))
    await asyncio.sleep(0.01)
    board.drawing = True
    assert not board.idle
    board.end()
    with pytest.raises(Unauthenticated):
        await waiting


async def test_the_only_frame_of_a_batch_is_passed_on_as_it_is_told() -> None:
    told, passed = made(), made()
    one = batch(9, frame(50, 7, "a"))
    waiting = [asyncio.create_task(take(reader)) for _, reader in (told, passed)]
    await asyncio.sleep(0.01)
    told[0].tell(one)
    passed[0].pass_on(one, one.frames[0])
    assert [await each for each in waiting] == [("a", place(7, 7))] * 2
    assert {(each.position, each.base) for each, _ in (told, passed)} == {(9, 9)}


def test_only_streams_that_show_the_same_are_alike() -> None:
    one, two = stream(), stream()
    for each in (one, two):
        each.look_as(VIEWER)
    assert one.likeness == two.likeness
    other = stream(BoardView(UUID(int=5), VIEW.filter, VIEW.order_by))
    other.look_as(VIEWER)
    assert one.likeness != other.likeness
