"""The whole check, in one read transaction."""

from collections import defaultdict
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, func, select

from app.checking import records
from app.checking.documents import document_drift, stored_documents
from app.checking.findings import Findings
from app.checking.rows import CONTACT, OPPORTUNITY, Stored, stored_records
from models.database import Database
from models.log import event
from models.opportunity import EVERYBODY, opportunity_total
from models.practice import Practice
from models.seams import utc_now
from resolvers import vocabulary
from resolvers.audit_proof import verify
from resolvers.document_changes import KIND as DOCUMENT

TotalKey = tuple[UUID, UUID, str]
Totals = dict[TotalKey, tuple[int, Decimal]]


async def drift(database: Database) -> list[str]:
    """Return what derived tables hold otherwise than their records say; empty if all is well.

    It compares owners and followers, search words, keys, kept totals, names that follow, equal
    owners where they may not differ (R30), the records that documents hang on (R16), the log's
    number (C3), and the audit trail (R97).
    """
    async with database.reader() as reader:
        return await reader.run(find_drift)


def find_drift(connection: Connection) -> list[str]:
    """Return what `drift` does, read on `connection`."""
    findings = Findings()
    for row in connection.execute(select(*vocabulary.PRACTICE_COLUMNS)).all():
        practice = Practice(*row)
        for stored in stored_records(connection, CONTACT, practice.id):
            for what in records.contact_drift(stored):
                findings.add(CONTACT.name, stored.record.id, what)
        _check_opportunities(connection, practice, findings)
        for one in stored_documents(connection, practice.id, utc_now()):
            for what in document_drift(one):
                findings.add(DOCUMENT, one.record.id, what)
        _check_log(connection, practice, findings)
        for number, what in verify(connection, practice.id):
            findings.add("Practice", practice.id, f"audit trail, row {number}: {what}")
    return findings.told()


def _check_opportunities(connection: Connection, practice: Practice, findings: Findings) -> None:
    counted: Totals = defaultdict(lambda: (0, Decimal(0)))
    for stored in stored_records(connection, OPPORTUNITY, practice.id):
        for what in records.opportunity_drift(stored, practice):
            findings.add(OPPORTUNITY.name, stored.record.id, what)
        _count(counted, stored)
    kept = _kept_totals(connection, practice.id)
    for key in sorted(counted.keys() | kept.keys()):
        zero = (0, Decimal(0))
        if kept.get(key, zero) != counted.get(key, zero):
            user_id, stage_id, status = key
            findings.add("Total", user_id, f"the sum of stage {stage_id}, {status} is wrong")


def _count(counted: Totals, stored: Stored) -> None:
    one = stored.record
    if one.deleted_at is not None:
        return
    for user_id in (EVERYBODY, *(row.user_id for row in stored.assigned)):
        count, value = counted[user_id, one.stage_id, one.status]
        counted[user_id, one.stage_id, one.status] = (count + 1, value + one.value)


def _kept_totals(connection: Connection, practice_id: UUID) -> Totals:
    table = opportunity_total.c
    columns = (table.user_id, table.stage_id, table.status, table.count, table.value)
    rows = connection.execute(select(*columns).where(table.practice_id == practice_id))
    return {(user, stage, status): (count, value) for user, stage, status, count, value in rows}


def _check_log(connection: Connection, practice: Practice, findings: Findings) -> None:
    statement = select(func.max(event.c.seq)).where(event.c.practice_id == practice.id)
    newest = connection.scalar(statement) or 0
    head = vocabulary.head(connection, practice.id)
    if head < newest:
        findings.add("Practice", practice.id, f"the log is at {newest}, its number at {head}")
