"""SECOND_SECRET_KEY: a key is changed while everybody stays signed in and goes on where he was."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from app.cli.environment import read_settings, secret_key
from app.tokens import BadToken, Tokens
from tests.access.signs import works
from tests.client import Client
from tests.http.event_source import watching
from tests.local import local_client
from tests.model.fold import Json
from tests.scenarios.spa import open_spa
from tests.server import running_server

OLD = b"the key of yesterday, of 32 bytes"
NEW = b"the key of tomorrow, of 32 bytes."
OTHER = b"a key that never was ours, at all"
PAGE = "query ($after: String) { contacts(first: 1, after: $after) { nodes { id } %s } }"
PAGE = PAGE % "pageInfo { endCursor }"
BOARD = """query ($id: ID!) { board(pipelineId: $id) { id columns { id totals { id } } } }"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


@dataclass
class Kept:
    """What a client kept from a server: his token, cursors, and ids to cache by."""

    token: str
    pipeline: str
    stream: str
    page: str
    views: list[str]
    socket: str


async def kept_from(database_url: str) -> Kept:
    """Return what a client has from a server that knows the old key only."""
    async with (
        running_server(database_url, secret=OLD) as server,
        open_spa(server, different_owners=True) as spa,
    ):
        for name in ("Grace Park", "Ivy Stone"):
            await spa.pair(name)
        board = await spa.watch(spa.ada)
        async with watching(spa.ada, spa.pipeline) as stream:
            await stream.next("BoardSnapshot")
        page = (await spa.ada.ask(PAGE))["contacts"]["pageInfo"]["endCursor"]
        views = views_of(await spa.ada.ask(BOARD, id=spa.pipeline))
        assert board.fold.cursor is not None
        return Kept(spa.ada.token, spa.pipeline, stream.id, page, views, board.fold.cursor)


def views_of(data: Json) -> list[str]:
    board = data["board"]
    columns = [key for one in board["columns"] for key in (one["id"], one["totals"]["id"])]
    return [board["id"], *columns]


@asynccontextmanager
async def client_of(database_url: str, kept: Kept, **keys: Any) -> AsyncIterator[Client]:
    """Yield the client at a server with other keys, with a fresh token where his is refused."""
    async with (
        running_server(database_url, **keys) as server,
        local_client() as http,
    ):
        client = Client(server, http, kept.token)
        client.email = "ada@spa.example"
        yield client


async def test_all_that_was_given_out_is_good_while_the_old_key_is_second(
    database_url: str,
) -> None:
    kept = await kept_from(database_url)
    second = OLD.decode()
    async with client_of(database_url, kept, secret=NEW, second_secret_key=second) as client:
        assert await works(client)
        next_page = (await client.ask(PAGE, after=kept.page))["contacts"]
        assert len(next_page["nodes"]) == 1
        found = (await client.ask(NODES, ids=kept.views))["nodes"]
        assert None not in found
        for last in (kept.stream, kept.socket):
            async with watching(client, kept.pipeline, last) as board:
                await board.silent()  # it goes on: no snapshot
            async with watching(client, kept.pipeline, after=last) as board:
                await board.silent()


async def test_what_is_given_out_then_is_of_the_new_key(database_url: str) -> None:
    """Otherwise the old key could never go."""
    kept = await kept_from(database_url)
    second = OLD.decode()
    async with client_of(database_url, kept, secret=NEW, second_secret_key=second) as client:
        client.token = await client.server.token(client.email)
        async with watching(client, kept.pipeline) as board:
            await board.next("BoardSnapshot")
        page = (await client.ask(PAGE))["contacts"]["pageInfo"]["endCursor"]
        views = views_of(await client.ask(BOARD, id=kept.pipeline))
        after = Kept(client.token, kept.pipeline, board.id, page, views, board.id)
    async with client_of(database_url, after, secret=NEW) as client:
        assert await works(client)
        assert len((await client.ask(PAGE, after=after.page))["contacts"]["nodes"]) == 1
        assert None not in (await client.ask(NODES, ids=after.views))["nodes"]
        async with watching(client, after.pipeline, after.stream) as again:
            await again.silent()


async def test_none_of_it_is_good_after_the_old_key_is_gone(database_url: str) -> None:
    kept = await kept_from(database_url)
    async with client_of(database_url, kept, secret=NEW) as client:
        assert not await works(client)
        client.token = await client.server.token(client.email)
        assert await client.refused(PAGE, after=kept.page) == ["BAD_REQUEST"]
        for view in kept.views:
            assert await client.refused(NODES, ids=[view]) == ["BAD_REQUEST"]
        for last in (kept.stream, kept.socket):
            async with watching(client, kept.pipeline, last) as board:
                assert (await board.next("BoardSnapshot"))["reason"] == "CURSOR_EXPIRED"
                await board.equals_a_fresh_query()


async def test_two_workers_in_the_midst_of_a_change_understand_each_other(
    database_url: str,
) -> None:
    """One has the new key first, the other still the old one; both know both."""
    kept = await kept_from(database_url)
    async with (
        client_of(database_url, kept, secret=OLD, second_secret_key=NEW.decode()) as before,
        client_of(database_url, kept, secret=NEW, second_secret_key=OLD.decode()) as after,
    ):
        for one, other in ((before, after), (after, before)):
            token = await one.server.token(one.email)
            mine = Client(other.server, other.http, token)
            assert await works(mine)
            async with watching(Client(one.server, one.http, token), kept.pipeline) as board:
                await board.next("BoardSnapshot")
            async with watching(mine, kept.pipeline, board.id) as again:
                await again.silent()


USER = UUID(int=7)


def header_of(token: str) -> Json:
    part = token.partition(".")[0]
    header: Json = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return header


def with_header(token: str, **changed: Any) -> str:
    """Return the token with another header, and its signature as it was."""
    header = {**header_of(token), **changed}
    text = json.dumps({key: value for key, value in header.items() if value is not None})
    part = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{part}.{token.partition('.')[2]}"


def test_a_token_names_its_key_and_not_the_secret() -> None:
    old, new = (header_of(Tokens(one).make(USER)) for one in (OLD, NEW))
    assert old["alg"] == new["alg"] == "HS256"
    assert old["kid"] != new["kid"]
    assert header_of(Tokens(OLD, NEW).make(USER))["kid"] == old["kid"]
    for secret in (OLD, NEW):
        assert secret.decode()[:8] not in json.dumps([old, new])


def test_each_of_the_keys_is_accepted_and_no_other() -> None:
    both = Tokens(NEW, OLD)
    for secret in (OLD, NEW):
        assert both.read(Tokens(secret).make(USER)).user_id == USER
    for reader, secret in ((both, OTHER), (Tokens(NEW), OLD), (Tokens(OLD), NEW)):
        with pytest.raises(BadToken):
            reader.read(Tokens(secret).make(USER))


def test_a_key_s_name_does_not_stand_in_for_its_signature() -> None:
    both = Tokens(NEW, OLD)
    old, new, other = (Tokens(one).make(USER) for one in (OLD, NEW, OTHER))
    names = [header_of(one)["kid"] for one in (old, new)]
    forged = [with_header(other, kid=name) for name in names]
    forged += [with_header(old, kid=names[1]), with_header(new, kid=names[0])]
    forged += [with_header(old, alg="none"), with_header(new, kid=["x"]), with_header(new, kid={})]
    forged += [with_header(new, kid=wrong) for wrong in ("", "x", 0, False, names[0] + " ")]
    for token in (*forged, other):
        with pytest.raises(BadToken):
            both.read(token)


def test_the_environment_says_both_keys(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SECRET_KEY", NEW.decode())
    monkeypatch.setenv("SECOND_SECRET_KEY", OLD.decode())
    settings = read_settings()
    assert secret_key(settings, may_make=False) == NEW
    assert settings.second_secret_key is not None
    assert settings.second_secret_key.get_secret_value() == OLD.decode()
    assert OLD.decode() not in repr(settings) + capsys.readouterr().out
    monkeypatch.setenv("SECOND_SECRET_KEY", "short")
    with pytest.raises(Exception, match="SECOND_SECRET_KEY"):
        read_settings()
