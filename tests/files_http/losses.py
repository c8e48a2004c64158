"""How people lose what they could see, and what a dead link is asked."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from tests.client import Client
from tests.files_http.files import (
    GONE,
    address,
    refusal,
)
from tests.model.rights import DEFAULT
from tests.scenarios.spa import Spa

DELETE = "mutation ($id: ID!) { deleteDocument(input: {id: $id}) { deletedId } }"
Loss = Callable[[Spa, str, str], Awaitable[Any]]

# Who loses what he could see, by the name of the loss: the loser, and how.
OF_RECORD: dict[str, tuple[str, Loss]] = {
    "another owner": ("ben", lambda spa, contact, _: spa.own(contact, spa.cleo)),
    "contact deleted": ("ben", lambda spa, contact, _: spa.ada.do("deleteContact", id=contact)),
    "only assigned data": (
        "dan",
        lambda spa, *_: spa.access(spa.dan, onlyAssignedData=True),
    ),
    "logout": ("ben", lambda spa, *_: spa.ben.do("logout")),
    "signed out": ("ben", lambda spa, *_: spa.ada.do("signOutUser", id=spa.ben.id)),
    "deactivated": (
        "ben",
        lambda spa, *_: spa.ada.do("deactivateUser", id=spa.ben.id, strategy="KEEP"),
    ),
    "no permission": (
        "ben",
        lambda spa, *_: spa.access(
            spa.ben, permissions=sorted(DEFAULT - {"DOCUMENTS_READ", "DOCUMENTS_WRITE"})
        ),
    ),
}
OF_DOCUMENT: dict[str, tuple[str, Loss]] = {
    **OF_RECORD,
    "document deleted": ("ben", lambda spa, _, key: spa.ada.ask(DELETE, id=key)),
}
RANGED, KNOWN = {"Range": "bytes=0-9"}, {"If-None-Match": "*"}
READS: list[tuple[str, str, dict[str, str]]] = [
    ("GET", "downloadUrl", {}),
    ("HEAD", "downloadUrl", {}),
    ("GET", "downloadUrl", RANGED),
    ("GET", "downloadUrl", {"Range": "bytes=99999999-"}),
    ("GET", "downloadUrl", KNOWN),
    ("HEAD", "downloadUrl", KNOWN),
    ("GET", "previewUrl", {}),
    ("HEAD", "previewUrl", {}),
    ("GET", "previewUrl", KNOWN),
]


async def asked(
    client: Client, method: str, url: str, headers: dict[str, str], content: bytes | None = None
) -> httpx2.Response:
    return await client.http.request(method, address(client, url), headers=headers, content=content)


def seen(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    """Return all of an answer that is not its request's alone."""
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("x-request-id", "date")
    }
    return answer.status_code, answer.content, headers


async def alike(
    client: Client, method: str, url: str, headers: dict[str, str], content: bytes | None = None
) -> None:
    """Assert that a link is answered like one that never was."""
    answer = await asked(client, method, url, headers, content)
    none = url.rpartition("/")[0] + "/AAAA"
    assert answer.status_code == 404
    if method != "HEAD":
        assert refusal(answer) == (404, "NOT_FOUND")
        assert answer.json()["errors"][0]["message"] == GONE
    assert seen(answer) == seen(await asked(client, method, none, headers, content))
