"""One sweep over the whole database, a small transaction at a time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, select

from app.keeping.rows import BATCH, long_logs, remove_events, remove_keys, remove_revoked_tokens
from app.settings import Settings
from models.database import Database
from resolvers.audit_retention import prune

Removal = Callable[[Connection], int]

# Any number that only this program locks: of several processes, one sweeps at a time.
LOCK = 7_221_156
_PAUSE_SECONDS = 0.02


async def sweep(database: Database, settings: Settings, now: datetime) -> Counter[str]:
    """Remove what is past its time; return how many rows of what were removed.

    A transaction removes at most 1,000 rows, so that changes go on in between. Where another
    process is sweeping, the rest is left to it.
    """
    removed: Counter[str] = Counter()
    for what, removal in await _removals(database, settings, now):
        more = True
        while more:
            count = await database.write(_alone, removal)
            if count is None:
                return removed
            removed[what] += count
            more = count >= BATCH
            await asyncio.sleep(_PAUSE_SECONDS)
    return removed


async def _removals(
    database: Database, settings: Settings, now: datetime
) -> list[tuple[str, Removal]]:
    """Return what there is to sweep, each by its name; a new kind of row has its line here."""
    kept = settings.event_retention_count
    before = now - timedelta(hours=settings.event_retention_hours)
    async with database.reader() as reader:
        practices = await reader.run(long_logs, kept)
    events = [
        partial(remove_events, practice_id=one, kept=kept, before=before) for one in practices
    ]
    return [
        *(("events", removal) for removal in events),
        ("idempotency keys", partial(remove_keys, now=now)),
        ("revoked tokens", partial(remove_revoked_tokens, now=now)),
        ("audit rows", partial(prune, now=now, days=settings.audit_retention_days)),
    ]


def _alone(connection: Connection, removal: Removal) -> int | None:
    """Return what `removal` removed; None if another process is just sweeping.

    On SQLite the transaction itself is the lock.
    """
    postgres = connection.dialect.name == "postgresql"
    if postgres and not connection.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return None
    return removal(connection)
