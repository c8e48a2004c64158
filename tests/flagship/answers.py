"""A mutation's answer against the model's outcome."""

from typing import Any

from tests.model.fold import Json
from tests.model.rules import Outcome

RECORDS = ("contact", "opportunity", "record")
LISTS = ("added", "removed", "skipped")


def compare(name: str, payload: Json, outcome: Outcome) -> None:
    """Assert that the answer says what the model says, refusals and all."""
    codes = {error["code"] for error in payload["errors"]}
    if outcome.codes:
        assert codes, f"{name} was accepted, the model says {sorted(outcome.codes)}"
        assert codes <= outcome.codes, f"{name} says {codes}, the model {sorted(outcome.codes)}"
        _refusal(payload, outcome)
    else:
        assert payload["errors"] == [], f"{name} was refused, the model accepts it"
        _acceptance(payload, outcome)


def _refusal(payload: Json, outcome: Outcome) -> None:
    said = {key: value for key, value in payload.items() if key not in ("errors", "cursor")}
    assert not any(said.values()), f"a refused call says {said}"
    for error in payload["errors"]:
        assert error["path"][:1] == ["input"], error
        for detail in ("limit", "current", "count", "currentVersion"):
            if detail in error:
                assert error[detail] == outcome.details[detail], (error, outcome.details)


def _acceptance(payload: Json, outcome: Outcome) -> None:
    for field in RECORDS:
        if field in payload:
            record = payload[field]
            shown = None if record is None else record["id"]
            version = None if record is None else record["version"]
            assert (shown, version) == (outcome.record, outcome.version), (payload, outcome)
            assert payload["accessLost"] == outcome.lost, payload
    for field in LISTS:
        if field in outcome.told:
            assert _ids(payload[field]) == outcome.told[field], (field, payload)
    _told(payload, outcome.told)


def _told(payload: Json, told: dict[str, Any]) -> None:
    if "warnings" in told:
        assert {each["code"] for each in payload["warnings"]} == told["warnings"], payload
    if "also" in told:
        assert _ids(payload["alsoChanged"]) == told["also"], payload
    if "deletedId" in told:
        assert payload["deletedId"] == told["deletedId"]
    if "changed" in told:
        assert payload["changedContactCount"] == told["changed"], payload
    if "type" in told:
        assert payload["contactType"]["name"] == told["type"]
    if "user" in told:
        assert payload["user"]["id"] == told["user"]


def _ids(records: list[Json]) -> set[str]:
    assert len({record["id"] for record in records}) == len(records), records
    return {record["id"] for record in records}
