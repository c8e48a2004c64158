"""R38: a user ends the access of the token he calls with, or of all his tokens."""

import asyncio

from tests.access.signs import again, changes_nothing, rest_of, works
from tests.client import LiveBoard, error_codes
from tests.http.event_source import watching
from tests.http.test_sockets import code_of_close, opened, received, send
from tests.scenarios.spa import Spa

LOGOUT = "mutation { logout(input: {}) { errors { code } } }"


async def test_logout_ends_its_own_token_and_no_other(spa: Spa) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    first, second = spa.ben, await again(spa.ben)
    payload = await first.do("logout")
    assert payload["cursor"]
    assert not await works(first)
    await changes_nothing(first, spa, card)
    assert [await works(one) for one in (second, spa.cleo, spa.ada)] == [True] * 3
    assert await works(await again(spa.ben))


async def test_everywhere_false_is_as_absent(spa: Spa) -> None:
    first, second = spa.ben, await again(spa.ben)
    await first.do("logout", everywhere=False)
    assert [await works(one) for one in (first, second)] == [False, True]


async def test_logout_everywhere_ends_all_that_was_issued_before(spa: Spa) -> None:
    tokens = [spa.ben, *[await again(spa.ben) for _ in range(3)]]
    await tokens[2].do("logout", everywhere=True)
    assert [await works(one) for one in tokens] == [False] * 4
    fresh = await again(spa.ben)
    assert await works(fresh)
    assert [await works(one) for one in (spa.cleo, spa.ada)] == [True] * 2
    # The new one can be ended in the same way, and the old ones stay ended.
    await fresh.do("logout", everywhere=True)
    assert [await works(one) for one in (*tokens, fresh)] == [False] * 5


async def test_an_ended_token_cannot_log_out_or_end_others(spa: Spa) -> None:
    ended, other = spa.ben, await again(spa.ben)
    await ended.do("logout")
    for document in (LOGOUT, LOGOUT.replace("{}", "{everywhere: true}")):
        assert error_codes((await ended.post(document)).json()) == ["UNAUTHENTICATED"]
    assert await works(other)


async def test_what_follows_in_the_same_request_is_refused(spa: Spa) -> None:
    """Each field of a mutation is a transaction: the second finds the token ended."""
    _, card = await spa.pair("Grace Park", spa.ben)
    document = """mutation {
      first: logout(input: {}) { errors { code } }
      second: deleteOpportunity(input: {id: "ID"}) { deletedId }
      third: createContactType(input: {name: "Late"}) { errors { code } }
    }""".replace("ID", card)
    answer = (await spa.ben.post(document)).json()
    assert answer["data"] == {"first": {"errors": []}, "second": None, "third": None}
    assert error_codes(answer) == ["UNAUTHENTICATED"] * 2
    assert card not in str(answer)
    found = await spa.ada.ask(f'{{ opportunity(id: "{card}") {{ id }} }}')
    assert found["opportunity"] == {"id": card}


async def test_several_at_once_are_each_answered(spa: Spa) -> None:
    """One ends the token; the others find it ended, or ended it too; none is an error of ours."""
    ben = spa.ben
    answers = await asyncio.gather(*(ben.post(LOGOUT) for _ in range(8)))
    assert {one.status_code for one in answers} <= {200, 401}
    codes = [error_codes(one.json()) for one in answers]
    assert [] in codes
    assert all(one in ([], ["UNAUTHENTICATED"]) for one in codes), codes
    assert not await works(ben)


async def test_a_logout_under_a_key_is_done_once(spa: Spa) -> None:
    await spa.ben.do("logout", key="bye", everywhere=True)
    fresh = await again(spa.ben)
    await fresh.do("logout", key="bye", everywhere=True)  # the first outcome: nothing is ended
    assert await works(fresh)


async def test_sockets_and_streams_of_the_token_end_and_his_others_go_on(spa: Spa) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    other = await again(spa.ben)
    board, stays = await spa.watch(spa.ben), await spa.watch(other)
    async with watching(spa.ben, spa.pipeline) as ends, watching(other, spa.pipeline) as goes_on:
        await ends.next("BoardSnapshot")
        await goes_on.next("BoardSnapshot")
        await other.do("updateOpportunity", id=card, name="Before")
        assert (await ends.next("CardUpdated"))["opportunity"]["name"] == "Before"
        await spa.ben.do("logout")
        assert await board.closed() == 4403
        assert await ends.event() is None
        await other.do("updateOpportunity", id=card, name="After")
        assert (await goes_on.next("CardUpdated"))["opportunity"]["name"] == "Before"
        assert (await goes_on.next("CardUpdated"))["opportunity"]["name"] == "After"
    assert b"After" not in ends.raw
    await stays.next("CardUpdated")
    assert (await stays.next("CardUpdated"))["opportunity"]["name"] == "After"
    assert [event["__typename"] for event in board.events] == ["BoardSnapshot", "CardUpdated"]


async def test_a_socket_may_end_its_own_token(spa: Spa) -> None:
    """The answer or the end comes first: both say that it is done."""
    async with opened(spa.server, spa.ben.token) as socket:
        await send(socket, type="subscribe", id="1", payload={"query": LOGOUT})
        messages = await rest_of(socket)
        assert socket.close_code == 4403
    answers = [one["payload"]["data"] for one in messages if one["type"] == "next"]
    assert answers in ([], [{"logout": {"errors": []}}])
    assert not await works(spa.ben)


async def test_a_socket_that_only_listens_for_the_end_is_closed_too(spa: Spa) -> None:
    """Without a live board on it, and whoever else is connected."""
    async with opened(spa.server, spa.ben.token) as idle, opened(spa.server, spa.ada.token) as ada:
        await spa.ben.do("logout", everywhere=True)
        assert await code_of_close(idle) == 4403
        await send(ada, type="ping")
        assert await received(ada) == {"type": "pong"}


async def test_who_comes_back_with_the_ended_token_gets_4401_and_401(spa: Spa) -> None:
    await spa.pair("Grace Park", spa.ben)
    board = await spa.watch(spa.ben)
    await spa.ben.do("logout")
    assert await board.closed() == 4403
    back = LiveBoard(spa.ben, spa.pipeline)
    await back.open(after=board.fold.cursor)
    assert (await back.closed(), back.events) == (4401, [])
    async with watching(spa.ben, spa.pipeline, board.fold.cursor) as stream:
        assert stream.response.status_code == 401
    fresh = LiveBoard(await again(spa.ben), spa.pipeline)
    fresh.fold = board.fold
    await fresh.open(after=board.fold.cursor)
    await fresh.silent()
    await fresh.cut()
