"""P5, P23: what the log no longer holds is never passed over in silence; clocks do not matter."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, select, update

from app.keeping import sweep
from models.log import event
from models.practice import practice_head
from models.seams import Seams, utc_now
from models.user import user
from permissions.viewer import Credential
from resolvers.forms import ChangeOwner
from resolvers.ids import parse
from resolvers.journal import take_numbers
from resolvers.owners import change_owner
from resolvers.perform import Call, perform
from tests.client import LiveBoard
from tests.model.fold import difference
from tests.scenarios.spa import Spa, open_spa
from tests.server import running_server


def cut_log(connection: Connection, kept: int) -> None:
    """Leave only the newest events, as a sweep does."""
    head = connection.scalar(select(practice_head.c.seq)) or 0
    connection.execute(delete(event).where(event.c.seq <= head - kept))


async def cut(spa: Spa, kept: int) -> None:
    await spa.server.desk.services.database.write(cut_log, kept)


async def equals_query(board: LiveBoard) -> None:
    fresh = await board.client.board(board.pipeline, first=board.fold.first)
    await board.until(
        lambda: difference(board.fold, fresh, fresh.cards()) is None,
        lambda: str(difference(board.fold, fresh, fresh.cards())),
    )


@pytest.mark.parametrize(("kept", "first"), [(2, "CardUpdated"), (1, "BoardSnapshot")])
async def test_p5_a_cursor_just_before_the_oldest_event_resumes_and_an_older_one_expires(
    decoupled: Spa, kept: int, first: str
) -> None:
    _, card = await decoupled.pair("Grace Park", decoupled.ben)
    board = await decoupled.watch(decoupled.ben)
    await board.cut()
    for stage in ("Booked", "Cold"):
        await decoupled.move(card, stage)
    await cut(decoupled, kept)
    await board.resume()
    told = await board.next(first)
    assert told.get("reason") == (None if first == "CardUpdated" else "CURSOR_EXPIRED")
    await equals_query(board)


@pytest.mark.parametrize("moved", [False, True])
async def test_p5_with_an_empty_log_only_the_newest_cursor_resumes(
    decoupled: Spa, moved: bool
) -> None:
    _, card = await decoupled.pair("Grace Park", decoupled.ben)
    board = await decoupled.watch(decoupled.ben)
    await board.cut()
    if moved:
        await decoupled.move(card, "Booked")
    await cut(decoupled, 0)
    await board.resume()
    if moved:
        assert (await board.next("BoardSnapshot"))["reason"] == "CURSOR_EXPIRED"
    await board.silent()
    await decoupled.move(card, "Patient")
    await board.next("CardUpdated")
    await equals_query(board)


def unheard(connection: Connection, job: Callable[[Connection], object]) -> UUID:
    """Change something whose events are gone before any relay reads them; return the practice."""
    columns = (practice_head.c.practice_id, practice_head.c.seq)
    practice, before = connection.execute(select(*columns)).one()
    job(connection)
    connection.execute(delete(event).where(event.c.seq > before))
    return UUID(str(practice))


async def do_unheard(spa: Spa, job: Callable[[Connection], object]) -> None:
    services = spa.server.desk.services
    practice = await services.database.write(unheard, job)
    await services.relay.announce(practice)


async def test_p5_a_live_board_that_lags_behind_the_log_gets_a_snapshot(decoupled: Spa) -> None:
    _, card = await decoupled.pair("Grace Park", decoupled.ben)
    board = await decoupled.watch(decoupled.ben)
    form = ChangeOwner(record_id=parse(card), owner_id=None)
    call = Call(credential=Credential(parse(decoupled.ada.id).id), action="changeOwner")
    await do_unheard(decoupled, lambda c: perform(c, Seams(), call, change_owner, form))
    assert (await board.next("BoardSnapshot"))["reason"] == "CURSOR_EXPIRED"
    await equals_query(board)
    assert board.fold.ids == set()
    await decoupled.own(card, decoupled.ben)
    await board.next("CardEntered")


async def test_p7_who_was_deactivated_in_events_that_are_gone_is_closed(decoupled: Spa) -> None:
    ben, dan = [await decoupled.watch(one) for one in (decoupled.ben, decoupled.dan)]

    def deactivate(connection: Connection) -> None:
        ours = user.c.email == decoupled.ben.email
        practice = connection.execute(
            update(user).where(ours).values(active=False).returning(user.c.practice_id)
        ).scalar_one()
        take_numbers(connection, practice, 1)

    await do_unheard(decoupled, deactivate)
    assert await ben.closed() == 4403
    assert (await dan.next("BoardSnapshot"))["reason"] == "CURSOR_EXPIRED"
    await dan.silent()


class Clock:
    """A wall clock that somebody sets."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return utc_now() + self.ahead


@pytest.mark.parametrize("jumps", [(2, 0), (-2, 0), (0, -2), (2, -2), (-2, 2)])
async def test_p23_a_clock_that_jumps_changes_no_order_and_no_resume(
    database_url: str, jumps: tuple[int, int]
) -> None:
    clock = Clock()
    seams = Seams(now=clock.now)
    async with (
        running_server(database_url, seams=seams) as server,
        open_spa(server, different_owners=True) as spa,
    ):
        cards = [(await spa.pair(f"Grace{n} Park", spa.ben))[1] for n in range(3)]
        board = await spa.watch(spa.ben)
        clock.ahead = timedelta(hours=jumps[0])
        for card in cards:
            await spa.move(card, "Booked")
            assert (await board.next("CardUpdated"))["opportunity"]["id"] == card
        await board.cut()
        clock.ahead = timedelta(hours=jumps[1])
        for card in reversed(cards):
            await spa.move(card, "Cold")
        database = server.desk.services.database
        for hours in (-2, 2, 26):
            late = clock.now() + timedelta(hours=hours)
            desk = server.desk
            store = desk.services.shelf.store
            assert (await sweep(database, store, desk.settings, late))["events"] == 0
        await board.resume()
        for card in reversed(cards):
            assert (await board.next("CardUpdated"))["opportunity"]["id"] == card
        await equals_query(board)
