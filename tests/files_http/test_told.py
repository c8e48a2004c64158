"""Requests for files are told and counted like all others, and name nothing that is private."""

import asyncio
from typing import Any

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.files_http.conftest import OpenSpa
from tests.files_http.files import (
    CONSENT,
    PDF,
    Left,
    get,
    noise,
    put,
    raw,
    send_file,
    sound,
    ticket,
    until_left,
)
from tests.observability.scraped import value
from tests.scenarios.spa import Spa


def told(logs: list[Any]) -> list[dict[str, Any]]:
    """Return the lines of requests for files, without what differs each time."""
    lines = [one for one in logs if one.get("transport") == "file"]
    for one in lines:
        assert 0 < one.pop("ms") < 10_000
        for name in ("event", "log_level", "transport"):
            one.pop(name)
    return lines


async def test_a_request_is_one_line_with_its_bytes(spa: Spa) -> None:
    contact = await spa.contact()
    with capture_logs([merge_contextvars]) as logs:
        shown = await send_file(spa.ada, contact, "B0tox.pdf")
        answer = await get(spa.ada, shown["downloadUrl"], x_request_id="mine")
        await get(spa.ada, shown["previewUrl"], "HEAD")
        await get(spa.ada, shown["downloadUrl"] + "A")
    sent, fetched, looked, refused = told(logs)
    assert answer.headers["x-request-id"] == "mine"
    who = {"user": sent["user"], "practice": sent["practice"]}
    assert sent.pop("request_id")
    assert sent == {**who, "operation": "upload", "status": 201, "bytes": len(CONSENT)}
    size = len(CONSENT)
    expected = {"operation": "download", "status": 200, "bytes": size, "request_id": "mine"}
    assert fetched == {**who, **expected}
    assert looked.pop("request_id")
    assert looked == {**who, "operation": "preview", "status": 200}
    assert refused.pop("request_id")
    assert refused == {"operation": "download", "status": 404, "codes": ["NOT_FOUND"]}


async def test_no_line_holds_a_name_or_a_link(spa: Spa) -> None:
    contact = await spa.contact()
    with capture_logs([merge_contextvars]) as logs:
        shown = await send_file(spa.ada, contact, "B0tox.pdf")
        await get(spa.ada, shown["previewUrl"])
        asked = await ticket(spa.ada, contact, 20, name="B0tox.pdf", mediaType=PDF)
        await put(spa.ada, asked["url"], b"B0tox <script>".ljust(20))
    text = str(logs)
    for url in (shown["downloadUrl"], shown["previewUrl"], asked["url"]):
        assert url.rpartition("/")[2] not in text
    assert "B0tox" not in text
    assert "/files/" not in text


async def test_bytes_and_answers_are_counted(spa: Spa) -> None:
    def counts() -> list[float]:
        return [
            value("l2p_file_bytes_total", operation="upload"),
            value("l2p_file_bytes_total", operation="download"),
            value("l2p_requests_total", transport="file", status="201"),
            value("l2p_requests_total", transport="file", status="206"),
            value("l2p_request_seconds_count", operation="download"),
        ]

    before = counts()
    shown = await send_file(spa.ada, await spa.contact())
    await get(spa.ada, shown["downloadUrl"], range="bytes=0-9")
    added = [now - was for now, was in zip(counts(), before, strict=True)]
    assert added == [len(CONSENT), 10, 1, 1, 1]


async def test_who_left_early_is_told_so(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    with capture_logs() as logs:
        made = await raw(spa.ada, "PUT", asked["url"], Content_Length="100")
        await made.send(noise(40))
        await asyncio.sleep(0.1)
        made.cut()
        await until_left(spa.server, Left())
        await asyncio.sleep(0.05)
    (line,) = told(logs)
    assert (line["status"], line["bytes"]) == (499, 40)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_pages_of_listed_origins_may_send_and_fetch(spa_with: OpenSpa) -> None:
    async with spa_with(allowed_origins=["https://app.example"]) as spa:
        shown = await send_file(spa.ada, await spa.contact())
        preflight = {
            "origin": "https://app.example",
            "access_control_request_method": "PATCH",
            "access_control_request_headers": "tus-resumable,upload-offset,content-type",
        }
        allowed = await get(spa.ada, "/files/resumable/x", "OPTIONS", **preflight)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == "https://app.example"
        assert "PATCH" in allowed.headers["access-control-allow-methods"]
        answer = await get(spa.ada, shown["downloadUrl"], origin="https://app.example")
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        exposed = answer.headers["access-control-expose-headers"].split(", ")
        assert {"Location", "Upload-Offset", "Upload-Length", "Upload-Expires", "ETag"} <= {
            *exposed
        }
        assert {"Tus-Resumable", "Content-Disposition", "X-Request-Id"} <= {*exposed}
        assert "access-control-allow-credentials" not in answer.headers
        refused = await get(
            spa.ada,
            "/files/resumable/x",
            "OPTIONS",
            **preflight | {"origin": "https://evil.example"},
        )
        assert refused.status_code == 400
        for path in (shown["downloadUrl"], "/graphql", "/healthz"):
            other = await get(spa.ada, path, origin="https://evil.example")
            assert "access-control-allow-origin" not in other.headers
        outside = await get(spa.ada, "/graphql", origin="https://app.example")
        assert "access-control-allow-origin" not in outside.headers
