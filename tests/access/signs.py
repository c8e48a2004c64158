"""What a token is still good for, on every transport."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.client import Client, error_codes
from tests.http.edge import EVENT_STREAM, GRAPHQL_JSON, JSON
from tests.http.test_sockets import opened, received, send
from tests.scenarios.spa import Spa

ROLE = "{ viewer { role } }"
AT_ONCE = 2.0  # seconds from the answer to the end of a stream; P7 promises 0.25 at p99


async def again(client: Client) -> Client:
    """Return the same user, signed in once more."""
    fresh = Client(client.server, client.http, await client.server.token(client.email))
    fresh.id, fresh.name, fresh.email = client.id, client.name, client.email
    return fresh


async def works(client: Client) -> bool:
    """Return whether the token is accepted: by every transport, or by none."""
    found = set()
    for accept in (JSON, GRAPHQL_JSON, EVENT_STREAM):
        answer = await client.post(ROLE, accept=accept)
        found.add(answer.status_code == 200)
        if answer.status_code != 200:
            assert answer.status_code == 401
            assert error_codes(answer.json()) == ["UNAUTHENTICATED"]
            assert "data" not in answer.json()
    async with opened(client.server) as socket:
        sign = {"authorization": f"Bearer {client.token}"}
        await send(socket, type="connection_init", payload=sign)
        try:
            found.add((await received(socket)) == {"type": "connection_ack"})
        except ConnectionClosed:
            assert socket.close_code == 4401
            found.add(False)
    assert len(found) == 1, "the transports differ"
    return found.pop()


async def rest_of(socket: ClientConnection) -> list[Any]:
    """Return all messages until the socket is closed."""
    messages = []
    with suppress(ConnectionClosed):
        async with asyncio.timeout(5):
            while True:
                messages.append(json.loads(await socket.recv()))
    return messages


async def changes_nothing(client: Client, spa: Spa, card: str) -> None:
    """Assert that the token can neither change nor read anything."""
    async with spa.unchanged():
        for document in (
            f'mutation {{ deleteOpportunity(input: {{id: "{card}"}}) {{ deletedId }} }}',
            f'{{ opportunity(id: "{card}") {{ id name }} }}',
        ):
            answer = await client.post(document)
            assert (answer.status_code, error_codes(answer.json())) == (401, ["UNAUTHENTICATED"])
            assert card not in answer.text
