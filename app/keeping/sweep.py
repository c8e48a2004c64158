"""One sweep over the whole database, a small transaction at a time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

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
from app.keeping.rows import BATCH, long_logs, remove_events, remove_keys, remove_revoked_tokens
from app.settings import Settings
from files.store import FileStore
from models.database import Database
from resolvers.audit_retention import prune
from resolvers.signing import expire_due

T = TypeVar("T")
Removal = Callable[[Connection], int]
_EXPIRING = 100  # each is a step with its event and audit row

# Any number that only this program locks: of several processes, one sweeps at a time.
LOCK = 7_221_156
_PAUSE_SECONDS = 0.02


async def sweep(
    database: Database, store: FileStore, settings: Settings, now: datetime
) -> Counter[str]:
    """Remove what is past its time, and let agreements expire; return how many of what.

    A transaction removes at most 1,000 rows, or lets 100 expire, so that changes go on in between.
    Where another process is sweeping, the rest is left to it. While the storage is away, files
    stay.
    """
    removed: Counter[str] = Counter()
    for what, removal, most in await _removals(database, settings, now):
        more = True
        while more:
            count = await database.write(_alone, removal)
            if count is None:
                return removed
            removed[what] += count
            more = count >= most
            await asyncio.sleep(_PAUSE_SECONDS)
    removed["files"] = await _sweep_files(database, store, now)
    return removed


async def _sweep_files(database: Database, store: FileStore, now: datetime) -> int:
    """Remove files that no record shows: what is known of one goes after its bytes."""
    removed, last = 0, None
    while claimed := await database.write(_alone, partial(claim_files, now=now, after=last)):
        gone = await remove_bytes(store, claimed)
        forgotten = await database.write(_alone, partial(forget_files, keys=gone))
        removed += forgotten or 0
        if len(gone) < len(claimed):
            break
        last = claimed[-1].id
    return removed


async def _removals(
    database: Database, settings: Settings, now: datetime
) -> list[tuple[str, Removal, int]]:
    """Return what there is to sweep, each by its name and with the most of one transaction."""
    kept = settings.event_retention_count
    before = now - timedelta(hours=settings.event_retention_hours)
    async with database.reader() as reader:
        practices = await reader.run(long_logs, kept)
    events = [
        partial(remove_events, practice_id=one, kept=kept, before=before) for one in practices
    ]
    return [
        *(("events", removal, BATCH) for removal in events),
        ("idempotency keys", partial(remove_keys, now=now), BATCH),
        ("revoked tokens", partial(remove_revoked_tokens, now=now), BATCH),
        *(("document rows", partial(remove_hanging, now=now, of=one), BATCH) for one in HANGING),
        ("document rows", partial(remove_agreements, now=now), BATCH),
        ("documents", partial(remove_documents, now=now), BATCH),
        ("audit rows", partial(prune, now=now, days=settings.audit_retention_days), BATCH),
        ("expired agreements", partial(expire_due, now=now, most=_EXPIRING), _EXPIRING),
    ]


def _alone(connection: Connection, removal: Callable[[Connection], T]) -> T | None:
    """Return what `removal` answers; None if another process is just sweeping.

    On SQLite the transaction itself is the lock.
    """
    postgres = connection.dialect.name == "postgresql"
    if postgres and not connection.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return None
    return removal(connection)
