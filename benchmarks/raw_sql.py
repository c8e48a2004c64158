"""The board by hand: a few SQL statements, dictionaries, JSON. What the database alone costs."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.engine import make_url
from starlette.requests import Request
from starlette.responses import Response

from benchmarks.places import Place
from models.base import from_microseconds
from models.opportunity import EVERYBODY
from resolvers.ids import global_id
from schema.scalars import write_time

_USER = """SELECT u.role <> 'ADMIN' AND u.only_assigned_data, p.currency, p.id FROM "user" u
JOIN practice p ON p.id = u.practice_id WHERE u.id = $1 AND u.active"""
_STAGES = "SELECT id, name FROM stage WHERE pipeline_id = $1 ORDER BY position"
_USERS = 'SELECT id, name FROM "user" WHERE practice_id = $1'
_TAGS = "SELECT id, name FROM tag WHERE practice_id = $1"
_TOTALS = """SELECT stage_id, count, value FROM opportunity_total
WHERE practice_id = $1 AND user_id = $2 AND status = 'OPEN'"""
_COLUMNS = """SELECT o.id, o.name, o.status, o.value, o.source, o.stage_entered_at, o.created_at,
o.updated_at, o.stage_id, o.owner_id, c.id, c.name, c.email, c.phone, {seen}
FROM {cards} JOIN contact c ON c.id = o.contact_id"""
_ALL = _COLUMNS.format(
    seen="TRUE",
    cards="""(SELECT * FROM opportunity WHERE stage_id = $1 AND status = 'OPEN'
    AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 50) o""",
)
_MINE = _COLUMNS.format(
    seen="""EXISTS (SELECT 1 FROM contact_assigned ca
    WHERE ca.record_id = c.id AND ca.user_id = $2)""",
    cards="""(SELECT record_id FROM opportunity_assigned WHERE user_id = $2 AND stage_id = $1
    AND status = 'OPEN' ORDER BY created_at DESC, record_id DESC LIMIT 50) a
    JOIN opportunity o ON o.id = a.record_id""",
)
_ORDER = " ORDER BY o.created_at DESC, o.id DESC"
_FOLLOWERS = """SELECT record_id, user_id FROM opportunity_assigned
WHERE record_id {among} AND slot > 0 ORDER BY record_id, slot"""
_TAGGED = "SELECT contact_id, tag_id FROM contact_tag WHERE contact_id {among}"


class Run(Protocol):
    """Runs one statement."""

    async def __call__(self, sql: str, *values: Any) -> Sequence[Sequence[Any]]:
        """Return its rows."""


@dataclass(frozen=True)
class Dialect:
    """What differs between the databases."""

    key: Callable[[UUID], Any]
    uuid: Callable[[Any], UUID]
    moment: Callable[[Any], str]
    amount: Callable[[Any], str]
    among: str
    keys: Callable[[list[Any]], Any]


def _cents(value: int) -> str:
    return f"{value // 100}.{value % 100:02d}"


SQLITE = Dialect(
    key=lambda key: key.hex,
    uuid=UUID,
    moment=lambda micro: write_time(from_microseconds(micro)),
    amount=_cents,
    among="IN (SELECT value FROM json_each($1))",
    keys=lambda keys: orjson.dumps(keys).decode(),
)
POSTGRES = Dialect(
    key=lambda key: key,
    uuid=lambda key: key,
    moment=write_time,
    amount=str,
    among="= ANY($1::uuid[])",
    keys=lambda keys: keys,
)


class RawBoard:
    """The endpoint `/raw`."""

    def __init__(self, place: Place) -> None:
        """Open connections on first use."""
        self._place = place
        self._sqlite = place.kind == "SQLite"
        self._packing: dict[str, str] = {}
        self._free: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def answer(self, request: Request) -> Response:
        """Answer the canonical board of the bearer; on SQLite `packed` brings rows as JSON."""
        bearer = request.app.state.desk.tokens.read_header(request.headers.get("authorization"))
        pipeline = UUID(self._place.staff.pipeline)
        if self._sqlite:
            packed = "packed" in request.query_params
            body = await asyncio.to_thread(self._in_thread, bearer.user_id, pipeline, packed)
        else:
            body = await self._in_loop(bearer.user_id, pipeline)
        return Response(body, media_type="application/json")

    def _in_thread(self, user_id: UUID, pipeline: UUID, packed: bool) -> bytes:
        """Run the whole request as one job on one connection of SQLite."""
        connection = self._free.get() if not self._free.empty() else self._connect()

        async def run(sql: str, *values: Any) -> Sequence[Any]:
            named = {str(place): value for place, value in enumerate(values, 1)}
            if not packed:
                with closing(connection.execute(sql, named)) as cursor:
                    return cursor.fetchall()
            with closing(connection.execute(self._packed(connection, sql, named), named)) as cursor:
                rows: list[Any] = orjson.loads(cursor.fetchone()[0])
                return rows

        running = board(run, SQLITE, user_id, pipeline)
        try:
            running.send(None)  # its statements never wait, so one step is the whole of it
        except StopIteration as done:
            body: bytes = done.value
            return body
        finally:
            self._free.put(connection)
        raise AssertionError("a job of SQLite does not wait")

    def _packed(self, connection: sqlite3.Connection, sql: str, named: dict[str, Any]) -> str:
        """Return the statement that brings all rows of another in one step."""
        if sql not in self._packing:
            with closing(connection.execute(sql, named)) as cursor:
                names = ", ".join(f"c{place}" for place in range(len(cursor.description)))
            wrapped = f"WITH found({names}) AS ({sql})"
            packing = f"{wrapped} SELECT json_group_array(json_array({names})) FROM found"
            self._packing[sql] = packing
        return self._packing[sql]

    def _connect(self) -> sqlite3.Connection:
        path = str(make_url(self._place.url).database)
        return sqlite3.connect(path, check_same_thread=False, cached_statements=512)

    async def _in_loop(self, user_id: UUID, pipeline: UUID) -> bytes:
        if self._pool is None:
            address = self._place.url.replace("+asyncpg", "")
            settings = {"jit": "off"}
            self._pool = await asyncpg.create_pool(address, max_size=16, server_settings=settings)
        async with self._pool.acquire() as connection:

            async def run(sql: str, *values: Any) -> Sequence[Any]:
                return await connection.fetch(sql, *values)

            return await board(run, POSTGRES, user_id, pipeline)


async def board(run: Run, dialect: Dialect, user_id: UUID, pipeline: UUID) -> bytes:
    """Return the canonical board of a user as JSON."""
    me = dialect.key(user_id)
    (restricted, currency, practice), *_ = await run(_USER, me)
    stages = await run(_STAGES, dialect.key(pipeline))
    whose = me if restricted else dialect.key(EVERYBODY)
    totals = {row[0]: row for row in await run(_TOTALS, practice, whose)}
    users = await _named(run, dialect, "User", _USERS, practice)
    tags = await _named(run, dialect, "Tag", _TAGS, practice)
    pages = [await _page(run, stage, me, restricted=restricted) for stage, _ in stages]
    cards = [card for page in pages for card in page]
    followers = await _many(run, dialect, _FOLLOWERS, [card[0] for card in cards])
    tagged = await _many(run, dialect, _TAGGED, [card[10] for card in cards])
    maker = _Maker(dialect, currency, users, tags, followers, tagged)
    columns = [
        maker.column(stage, name, totals.get(stage), page)
        for (stage, name), page in zip(stages, pages, strict=True)
    ]
    return orjson.dumps({"data": {"board": {"columns": columns}}})


async def _page(run: Run, stage: Any, me: Any, *, restricted: bool) -> Sequence[Any]:
    return await (run(_MINE + _ORDER, stage, me) if restricted else run(_ALL + _ORDER, stage))


async def _named(run: Run, dialect: Dialect, kind: str, sql: str, practice: Any) -> dict[Any, Any]:
    rows = await run(sql, practice)
    return {key: {"id": global_id(kind, dialect.uuid(key)), "name": name} for key, name in rows}


async def _many(run: Run, dialect: Dialect, sql: str, keys: list[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for one, other in await run(sql.format(among=dialect.among), dialect.keys(keys)):
        found.setdefault(one, []).append(other)
    return found


@dataclass(frozen=True)
class _Maker:
    """Makes JSON out of rows."""

    dialect: Dialect
    currency: str
    users: dict[Any, Any]
    tags: dict[Any, Any]
    followers: dict[Any, list[Any]]
    tagged: dict[Any, list[Any]]

    def column(self, stage: Any, name: str, total: Any, page: Sequence[Any]) -> dict[str, Any]:
        """Return one column."""
        shown = {"id": global_id("Stage", self.dialect.uuid(stage)), "name": name}
        count, value = (total[1], total[2]) if total else (0, 0)
        return {
            "stage": shown,
            "totals": {"count": count, "value": self._money(value)},
            "cards": {"nodes": [self._card(row, shown) for row in page]},
        }

    def _money(self, value: Any) -> dict[str, str]:
        return {"amount": self.dialect.amount(value), "currency": self.currency}

    def _card(self, row: Any, stage: dict[str, str]) -> dict[str, Any]:
        moment, uuid = self.dialect.moment, self.dialect.uuid
        contact_id = global_id("Contact", uuid(row[10]))
        tags = [self.tags[key] for key in self.tagged.get(row[10], ())]
        contact = {"id": contact_id, "name": row[11], "email": row[12], "phone": row[13]}
        return {
            "id": global_id("Opportunity", uuid(row[0])),
            "name": row[1],
            "status": row[2],
            "value": self._money(row[3]),
            "source": row[4],
            "stageEnteredAt": moment(row[5]),
            "createdAt": moment(row[6]),
            "updatedAt": moment(row[7]),
            "stage": stage,
            "contact": {**contact, "tags": tags} if row[14] else None,
            "contactCard": {"contactId": contact_id, "name": row[11]},
            "owner": self.users[row[9]] if row[9] else None,
            "followers": [{"user": self.users[key]} for key in self.followers.get(row[0], ())],
        }
