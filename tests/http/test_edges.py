"""The finer print of both protocols: headers, statuses by media type, origins, revoked users."""

import json
from typing import Any

import pytest
from sqlalchemy import Connection, update
from websockets.asyncio.client import connect
from websockets.typing import Origin

from app.tokens import LEEWAY_SECONDS
from models.user import user
from tests.http.test_requests import GRAPHQL_JSON, HELLO, JSON, codes, post
from tests.http.test_sockets import PROTOCOL, code_of_close, opened, query, received, send
from tests.local import local_client
from tests.server import Server, running_server


def deactivate(connection: Connection) -> None:
    connection.execute(update(user).values(active=False))


async def test_an_expired_token_is_401(server: Server) -> None:
    user_id = server.desk.tokens.read(await server.practice("alpha")).user_id
    expired = server.desk.tokens.make(user_id, -(LEEWAY_SECONDS + 2) / 3600)
    late = server.desk.tokens.make(user_id, -(LEEWAY_SECONDS - 30) / 3600)
    assert (await post(server, expired, json=HELLO)).status_code == 401
    assert (await post(server, late, json=HELLO)).status_code == 200


async def test_a_deactivated_user_s_token_is_401_and_4401(server: Server) -> None:
    token = await server.practice("alpha")
    await server.desk.services.database.write(deactivate)
    refused = await post(server, token, json=HELLO)
    assert (refused.status_code, codes(refused)) == (401, ["UNAUTHENTICATED"])
    assert refused.json() == (await post(server, "nonsense", json=HELLO)).json()
    async with opened(server) as socket:
        await send(socket, type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert await code_of_close(socket) == 4401


async def test_an_invalid_document_s_status_goes_by_the_media_type(server: Server) -> None:
    token = await server.practice("alpha")
    for accept, status in ((JSON, 200), (GRAPHQL_JSON, 400)):
        invalid = await post(server, token, accept=accept, json={"query": "{ nothing }"})
        assert (invalid.status_code, codes(invalid)) == (status, ["BAD_REQUEST"])
        malformed = await post(server, token, accept=accept, content=b"{")
        assert (malformed.status_code, codes(malformed)) == (400, ["BAD_REQUEST"])


WRONG: list[Any] = [
    {**HELLO, "variables": []},
    {**HELLO, "variables": "x"},
    {**HELLO, "operationName": 1},
    {"query": None},
    {"queries": "{ viewer { role } }"},
    [HELLO, HELLO],
]


async def test_a_request_of_the_wrong_shape_is_400(server: Server) -> None:
    token = await server.practice("alpha")
    for body in WRONG:
        response = await post(server, token, json=body)
        assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"]), body


async def test_only_post_is_served(server: Server) -> None:
    token = await server.practice("alpha")
    async with local_client(headers={"authorization": f"Bearer {token}"}) as client:
        for method in ("GET", "PUT", "DELETE"):
            response = await client.request(method, server.http, params=HELLO)
            assert response.status_code == 405
            assert "ADMIN" not in response.text


async def test_answers_are_not_to_be_kept_and_name_their_request(server: Server) -> None:
    token = await server.practice("alpha")
    headers = {"authorization": f"Bearer {token}"}
    async with local_client() as client:
        given = await client.post(
            server.http, json=HELLO, headers={**headers, "x-request-id": "a-1"}
        )
        assert given.headers["x-request-id"] == "a-1"
        assert given.headers["cache-control"] == "no-store"
        for bad in ("x" * 65, "a b", "a\tb", "<script>"):
            made = await client.post(
                server.http, json=HELLO, headers={**headers, "x-request-id": bad}
            )
            assert made.headers["x-request-id"] not in ("", bad)
        refused = await client.post(server.http, json=HELLO)
        assert refused.headers["www-authenticate"] == "Bearer"


async def test_the_schema_s_tag_changes_only_with_the_schema(server: Server) -> None:
    address = server.http.removesuffix("/graphql") + "/schema.graphql"
    async with local_client() as client:
        one, two = await client.get(address), await client.get(address)
        assert one.headers["etag"] == two.headers["etag"]
        kept = await client.get(address, headers={"if-none-match": one.headers["etag"]})
        assert (kept.status_code, kept.text) == (304, "")
        other = await client.get(address, headers={"if-none-match": '"other"'})
        assert (other.status_code, other.text) == (200, one.text)


async def test_an_init_payload_that_is_no_object_closes_with_4400(server: Server) -> None:
    payloads: list[Any] = ["x", 1, [], True]
    for payload in payloads:
        async with opened(server) as socket:
            await send(socket, type="connection_init", payload=payload)
            assert await code_of_close(socket) == 4400


async def test_before_init_only_init_and_pings_are_understood(server: Server) -> None:
    for kind in ("complete", "what", "next"):
        async with opened(server) as socket:
            await send(socket, type=kind, id="1")
            assert await code_of_close(socket) == 4400


async def test_a_malformed_subscribe_closes_with_4400(server: Server) -> None:
    token = await server.practice("alpha")
    payloads: list[Any] = [None, "x", {}, {"query": 1}, {**HELLO, "variables": 1}]
    for payload in payloads:
        async with opened(server, token) as socket:
            await send(socket, type="subscribe", id="1", payload=payload)
            assert await code_of_close(socket) == 4400


async def test_an_id_may_be_used_again_after_its_end(server: Server) -> None:
    async with opened(server, await server.practice("alpha")) as socket:
        for document in ("{ viewer { role } }", "{", "{ viewer { role } }"):
            told = await query(socket, "same", document)
            if told["type"] == "next":
                assert await received(socket) == {"id": "same", "type": "complete"}
            else:
                assert told["type"] == "error"
        await send(socket, type="complete", id="never used")
        await send(socket, type="ping")
        assert await received(socket) == {"type": "pong"}


async def test_the_21st_operation_gets_an_error_and_the_socket_stays(server: Server) -> None:
    token = await server.practice("alpha")
    async with opened(server, token) as socket:
        found = await query(socket, "p", "{ pipelines { id } }")
        assert (await received(socket))["type"] == "complete"
        pipeline = found["payload"]["data"]["pipelines"][0]["id"]
        live = f'subscription {{ boardEvents(pipelineId: "{pipeline}") {{ __typename }} }}'
        for number in range(20):
            assert (await query(socket, str(number), live))["type"] == "next"
        told = await query(socket, "20", live)
        assert (told["id"], told["type"]) == ("20", "error")
        await send(socket, type="complete", id="7")
        told = await query(socket, "20", live)
        assert (told["id"], told["type"]) == ("20", "next")


async def test_our_own_and_listed_pages_may_open_a_socket(database_url: str) -> None:
    listed = "https://board.example"
    async with running_server(database_url, allowed_origins=[listed]) as server:
        own = server.http.removesuffix("/graphql")
        for origin in (own, listed, None):
            asked = None if origin is None else Origin(origin)
            async with connect(server.ws, subprotocols=[PROTOCOL], origin=asked) as socket:
                await socket.send(json.dumps({"type": "ping"}))
                assert await received(socket) == {"type": "pong"}
        for origin in ("https://board.example.evil.example", "http://board.example", "null"):
            with pytest.raises(Exception, match="403"):
                async with connect(server.ws, subprotocols=[PROTOCOL], origin=Origin(origin)):
                    pass
