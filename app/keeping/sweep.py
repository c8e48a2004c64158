"""One sweep over the whole database, a small transaction at a time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, func, select

from app.keeping.documents import (
    HANGING,
    claim_files,
    forget_files,
    remove_agreements,
    remove_bytes,
    remove_documents,
    remove_hanging,
)
from app.keeping.rows import long_logs, remove_events, remove_keys, remove_revoked_tokens
from app.settings import Settings
from files.store import FileStore
from models.database import Database
from resolvers.audit_retention import prune
from resolvers.signing import expire_next

T = TypeVar("T")

# Any number that only this program locks: of several processes, one sweeps at a time.
LOCK = 7_221_156
_PAUSE_SECONDS = 0.02


class Task(NamedTuple):
    """What is to be swept: its name, and a transaction's work, which returns how many it did."""

    what: str
    work: Callable[[Connection], int]


async def sweep(
    database: Database, store: FileStore, settings: Settings, now: datetime
) -> Counter[str]:
    """Remove what is past its time, and let agreements expire; return how many of what.

    A transaction removes at most 1,000 rows, or lets one agreement expire, so that changes go on in
    between. Where another process is sweeping, the rest is left to it. While the storage is away,
    files stay. What expires comes last: one that cannot keeps nothing from being removed.
    """
    removed: Counter[str] = Counter()
    for task in await _removals(database, settings, now):
        if not await _run(database, task, removed):
            return removed
    removed["files"] = await _sweep_files(database, store, now)
    await _run(database, Task("expired agreements", partial(expire_next, now=now)), removed)
    return removed


async def _run(database: Database, task: Task, removed: Counter[str]) -> bool:
    """Do and count a task until there is nothing left; False where another process sweeps."""
    while count := await database.write(_alone, task.work):
        removed[task.what] += count
        await asyncio.sleep(_PAUSE_SECONDS)
    return count is not None


async def _sweep_files(database: Database, store: FileStore, now: datetime) -> int:
    """Remove files that no record shows: what is known of one goes after its bytes."""
    removed, last = 0, None
    while claimed := await database.write(_alone, partial(claim_files, now=now, after=last)):
        gone, there = await remove_bytes(store, claimed)
        forgotten = await database.write(_alone, partial(forget_files, keys=gone))
        removed += forgotten or 0
        if not there:
            break
        last = claimed[-1].id
    return removed


async def _removals(database: Database, settings: Settings, now: datetime) -> list[Task]:
    """Return which rows are to be removed, in order."""
    kept = settings.event_retention_count
    before = now - timedelta(hours=settings.event_retention_hours)
    async with database.reader() as reader:
        practices = await reader.run(long_logs, kept)
    events = [
        partial(remove_events, practice_id=one, kept=kept, before=before) for one in practices
    ]
    return [
        *(Task("events", removal) for removal in events),
        Task("idempotency keys", partial(remove_keys, now=now)),
        Task("revoked tokens", partial(remove_revoked_tokens, now=now)),
        *(Task("document rows", partial(remove_hanging, now=now, of=one)) for one in HANGING),
        Task("document rows", partial(remove_agreements, now=now)),
        Task("documents", partial(remove_documents, now=now)),
        Task("audit rows", partial(prune, now=now, days=settings.audit_retention_days)),
    ]


def _alone(connection: Connection, removal: Callable[[Connection], T]) -> T | None:
    """Return what `removal` answers; None if another process is just sweeping.

    On SQLite the transaction itself is the lock.
    """
    postgres = connection.dialect.name == "postgresql"
    if postgres and not connection.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return None
    return removal(connection)
