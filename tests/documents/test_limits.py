"""What is read and defined of custom fields has an end (P19)."""

import pytest

from resolvers import custom_field_lists, custom_fields
from tests.documents.filing import define, field, field_filed
from tests.scenarios.spa import Spa

FILES = "{ contacts(first: 2) { nodes { customFields { files { id } } } } }"


async def test_a_request_reads_only_so_many_files_of_fields(
    spa: Spa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custom_field_lists, "MOST_FILES", 2)
    contact = await spa.contact()
    made = await field(spa, allowMultiple=True)
    for _ in range(2):
        await field_filed(spa.ada, contact, made)
    (shown,) = (await spa.ada.ask(FILES))["contacts"]["nodes"][0]["customFields"]
    assert len(shown["files"]) == 2
    await field_filed(spa.ada, contact, made)
    assert await spa.ada.refused(FILES) == ["COST_LIMIT"]


async def test_a_practice_has_only_so_many_fields(
    spa: Spa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custom_fields, "MOST_FIELDS", 1)
    await field(spa)
    async with spa.unchanged():
        payload = await define(spa.ada, object="CONTACT", name="More", group="Photos")
        assert [one["code"] for one in payload["errors"]] == ["INVALID_INPUT"]
