"""What the database itself must say after faults: a log without gaps, nothing half written."""

from collections import Counter, defaultdict

from sqlalchemy import Connection, select

from models.audit import audit
from models.log import event, idempotency_key
from models.practice import practice_head


def flaws(connection: Connection) -> list[str]:
    """Return what is wrong with the log, the audit and the keys of all practices."""
    return [*_log_flaws(connection), *_audit_flaws(connection), *_key_flaws(connection)]


def _log_flaws(connection: Connection) -> list[str]:
    numbers: defaultdict[object, list[int]] = defaultdict(list)
    statement = select(event.c.practice_id, event.c.seq).order_by(event.c.seq)
    for practice, seq in connection.execute(statement):
        numbers[practice].append(seq)
    heads = dict(connection.execute(select(practice_head.c.practice_id, practice_head.c.seq)).all())
    return [
        f"the log of {practice} has {len(found)} events up to {found[-1]}, its head is at {head}"
        for practice, head in heads.items()
        if (found := numbers[practice] or [0]) != list(range(1, head + 1)) and head
    ]


def _audit_flaws(connection: Connection) -> list[str]:
    """Find events without their audit row, which is one a record and request.

    A record that only counts its documents again shares the row of the document.
    """
    told = (event.c.request_id, event.c.action, event.c.kind, event.c.record_id)
    kept = (audit.c.request_id, audit.c.action, audit.c.record_kind, audit.c.record_id)
    events: Counter[tuple[object, ...]] = Counter()
    counting: set[tuple[object, ...]] = set()
    for *row, changed in connection.execute(select(*told, event.c.changed)):
        if changed == ["document_count"]:
            counting.add((*row[:2], "Document"))
        else:
            events[tuple(row)] += 1
    audits = Counter(tuple(row) for row in connection.execute(select(*kept)))
    alone = counting - {row[:3] for row in audits}
    return [f"events without audit: {row}" for row in [*(events - audits), *alone]]


def _key_flaws(connection: Connection) -> list[str]:
    """Find keys under which something was done twice, or was done but not remembered."""
    columns = (event.c.actor_id, event.c.action, event.c.key, event.c.request_id)
    requests: defaultdict[object, set[object]] = defaultdict(set)
    for actor, action, key, request in connection.execute(select(*columns)):
        if key is not None:
            requests[actor, action, key].add(request)
    names = idempotency_key.c
    rows = connection.execute(select(names.actor_id, names.field, names.key, names.outcome)).all()
    kept = {(actor, field, key) for actor, field, key, outcome in rows if outcome is not None}
    twice = [f"done twice: {one}" for one, who in requests.items() if len(who) > 1]
    unfinished = [f"a key without an outcome: {one}" for one in rows if one[3] is None]
    return [*twice, *unfinished, *(f"not remembered: {one}" for one in requests.keys() - kept)]
