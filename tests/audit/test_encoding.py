"""What a row's hash covers is spelled alike before and after it was stored, on both databases."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from models.audit import chained, content_of, encoded
from resolvers.audit import append
from tests.audit.trail import breaks, read, rows_of
from tests.resolvers.properties import examples
from tests.resolvers.world import World

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(-(2**53), 2**53)
PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ZONES = st.sampled_from((UTC, timezone(timedelta(hours=-7, minutes=30))))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=ZONES)
STORABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=10)
ROWS = st.fixed_dictionaries(
    {
        "at": MOMENTS,
        "actor_kind": st.sampled_from(("user", "system")),
        "actor_id": st.none() | st.uuids(),
        "action": STORABLE,
        "record_kind": STORABLE,
        "record_id": st.none() | st.uuids(),
        "changes": st.dictionaries(TEXTS, PLAIN, max_size=4),
        "request_id": st.none() | STORABLE,
    }
)


@given(rows=st.lists(ROWS, min_size=1, max_size=5))
@examples(60)
async def test_rows_read_back_as_they_were_written(world: World, rows: list[Any]) -> None:
    database, here = world.database, world.practice.id
    given = [{**row, "practice_id": here} for row in rows]
    written = [encoded(content_of(row)) for row in given]

    def add(connection: Connection) -> None:
        append(connection, here, given)

    await database.write(add)
    stored = (await read(database, rows_of, here))[-len(rows) :]
    assert [encoded(content_of(row)) for row in stored] == written
    assert [row["hash"] for row in stored] == [row["hash"] for row in given]
    assert await breaks(database, here) == []


@given(row=ROWS, previous=st.text("0123456789abcdef", min_size=64, max_size=64))
@examples(200)
def test_anybody_can_compute_a_hash_with_plain_json(row: Any, previous: str) -> None:
    content = content_of({**row, "practice_id": UUID(int=1)})
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert encoded(content) == plain.encode()
    told = sha256(f"{previous}\n7\n{plain}".encode()).hexdigest()
    assert chained(previous, 7, encoded(content)) == told


def test_the_spelling_of_a_row_stays_as_it_is() -> None:
    """Changing this would break every chain that exists."""
    row = {
        "practice_id": UUID(int=1),
        "number": 7,
        "at": datetime(2026, 1, 1, 10, 30, tzinfo=timezone(timedelta(hours=1))),
        "actor_kind": "user",
        "actor_id": UUID(int=2),
        "action": "contact.read",
        "record_kind": "Contact",
        "record_id": None,
        "changes": {"b": [None, "é\n"], "a": 1},
        "request_id": "r",
        "hash": "",
    }
    assert encoded(content_of(row)).decode() == (
        '{"action":"contact.read","actor_id":"00000000000000000000000000000002",'
        '"actor_kind":"user","at":"2026-01-01T09:30:00.000000Z",'
        '"changes":{"a":1,"b":[null,"é\\n"]},'
        '"practice_id":"00000000000000000000000000000001","record_kind":"Contact",'
        '"request_id":"r"}'
    )
    digest = "1e120b18327a35c2ba5f5fdb7977e2779b9f6b6d81e8f0e2ea4836acaccbce7b"
    assert chained("0" * 64, 7, encoded(content_of(row))) == digest
