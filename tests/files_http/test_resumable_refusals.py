"""What tus does not allow changes nothing, and a bad file is refused in parts as well."""

import pytest

from tests.files_http.files import (
    PART,
    TUS,
    Left,
    address,
    left,
    noise,
    put,
    refusal,
    sound,
    ticket,
)
from tests.files_http.tus import begun, offset, sent
from tests.scenarios.spa import Spa

MIB = 2**20


@pytest.mark.parametrize("at", [0, 39, 41, 100])
async def test_a_wrong_offset_changes_nothing(spa: Spa, at: int) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    where = await begun(spa.ada, asked, 100)
    await sent(spa.ada, where, 0, noise(40))
    assert refusal(await sent(spa.ada, where, at, b"x" * 10)) == (409, "CONFLICT")
    assert await offset(spa.ada, where) == 40


async def test_more_than_announced_is_refused_and_the_upload_stays(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    where = await begun(spa.ada, asked, 100)
    assert refusal(await sent(spa.ada, where, 0, noise(101))) == (413, "FILE_TOO_LARGE")
    assert await offset(spa.ada, where) == 0


@pytest.mark.parametrize(
    ("length", "status", "code"),
    [("99", 400, "INVALID_INPUT"), ("101", 413, "FILE_TOO_LARGE")],
)
async def test_another_length_than_announced_gives_the_upload_up(
    spa: Spa, length: str, status: int, code: str
) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    headers = {**TUS, "Upload-Length": length}
    answer = await spa.ada.http.post(address(spa.ada, asked["url"]), headers=headers)
    assert refusal(answer) == (status, code)
    assert await left(spa.server) == Left()


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("PATCH", {"Tus-Resumable": "0.2.2"}, 412),
        ("PATCH", {"Tus-Resumable": ""}, 412),
        ("HEAD", {"Tus-Resumable": "2.0.0"}, 412),
        ("DELETE", {"Tus-Resumable": "1.0"}, 412),
        ("PATCH", {"Content-Type": "application/octet-stream"}, 415),
        ("PATCH", {"Upload-Offset": ""}, 400),
        ("PATCH", {"Upload-Offset": "-1"}, 400),
        ("PATCH", {"Upload-Offset": "1e1"}, 400),
        ("PATCH", {"Upload-Offset": "9" * 20}, 400),
    ],
)
async def test_requests_that_are_not_tus_change_nothing(
    spa: Spa, method: str, headers: dict[str, str], status: int
) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    where = address(spa.ada, await begun(spa.ada, asked, 100))
    given = {**PART, "Upload-Offset": "0", **headers}
    content = noise(100) if method == "PATCH" else None
    answer = await spa.ada.http.request(method, where, headers=given, content=content)
    assert answer.status_code == status
    assert answer.headers.get("tus-version") == ("1.0.0" if status == 412 else None)
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert await left(spa.server) == Left(uploads=1)


async def test_a_file_that_is_none_is_refused_with_its_last_part(spa: Spa) -> None:
    content = b"<html>" + b" " * 100
    asked = await ticket(spa.ada, await spa.contact(), len(content))
    where = await begun(spa.ada, asked, len(content))
    assert (await sent(spa.ada, where, 0, content[:50])).status_code == 204
    answer = await sent(spa.ada, where, 50, content[50:])
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert await left(spa.server) == Left()
    assert (await spa.ada.http.head(address(spa.ada, where), headers=TUS)).status_code == 404


async def test_a_link_begins_one_upload(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    await begun(spa.ada, asked, 100)
    headers = {**TUS, "Upload-Length": "100"}
    again = await spa.ada.http.post(address(spa.ada, asked["url"]), headers=headers)
    assert refusal(again) == (404, "NOT_FOUND")
    assert refusal(await put(spa.ada, asked["url"], noise(100))) == (404, "NOT_FOUND")
    assert await left(spa.server) == Left(uploads=1)


async def test_a_file_comes_in_so_many_parts_and_no_more(
    spa: Spa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.files.resumable.MOST_SEGMENTS", 3)
    asked = await sound(spa.ada, await spa.contact(), 4)
    where = await begun(spa.ada, asked, 4)
    for at in range(3):
        assert (await sent(spa.ada, where, at, noise(4)[at : at + 1])).status_code == 204
    answer = await sent(spa.ada, where, 3, noise(4)[3:])
    assert refusal(answer) == (400, "INVALID_INPUT")
    assert answer.json()["errors"][0]["message"] == "Send larger parts."
    assert await offset(spa.ada, where) == 3


async def test_the_last_of_so_many_parts_completes_the_file(
    spa: Spa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.files.resumable.MOST_SEGMENTS", 2)
    asked = await sound(spa.ada, await spa.contact(), 100)
    where = await begun(spa.ada, asked, 100)
    assert (await sent(spa.ada, where, 0, noise(100)[:50])).status_code == 204
    assert (await sent(spa.ada, where, 50, noise(100)[50:])).status_code == 204
    assert (await sent(spa.ada, where, 100, b"")).status_code == 204
